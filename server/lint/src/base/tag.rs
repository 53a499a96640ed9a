//! What the words of a tag say: `2.1.0-cuda12.1-cudnn8-devel`, `12.1.1-devel-ubuntu22.04`,
//! `2.1.0_cu121-python3.10-ubuntu20.04`, `rocm6.1_ubuntu22.04_py3.10_pytorch_2.1.2`.

use gpu::version::Version;

use crate::base::{Family, Flavour};

/// What the words of a tag say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagWords {
    /// The number at the start.
    pub leading: Option<String>,
    /// The CUDA version: `cuda12.1`, `cu121`.
    pub cuda: Option<Version>,
    /// The ROCm version.
    pub rocm: Option<String>,
    /// The cuDNN version; empty: `cudnn` without a number.
    pub cudnn: Option<String>,
    /// `base`, `runtime`, `devel`.
    pub flavour: Option<Flavour>,
    /// The version of torch.
    pub torch: Option<String>,
    /// The version of Python.
    pub python: Option<String>,
    /// The system.
    pub family: Option<Family>,
    /// There is a word `gpu`.
    pub gpu: bool,
}

/// Reads a tag.
pub fn read(tag: &str) -> TagWords {
    let mut words = TagWords::default();
    let pieces: Vec<&str> = tag.split(['-', '_']).collect();
    for (index, piece) in pieces.iter().enumerate() {
        let next = pieces.get(index + 1).copied();
        words.take(piece, next);
        if index == 0 && number(piece).is_some() {
            words.leading = Some((*piece).to_owned());
        }
    }
    words
}

/// The version behind `cu`: `cu118` is 11.8, `cu92` is 9.2, `cu1210` is none.
pub fn short_cuda(digits: &str) -> Option<Version> {
    let all_digits = digits.bytes().all(|it| it.is_ascii_digit());
    let (major, minor) = match digits.len() {
        2 | 3 if all_digits => digits.split_at(digits.len() - 1),
        _ => return None,
    };
    let version = Version::parse_whole(&format!("{major}.{minor}"))?;
    (7..=20).contains(&version.major()).then_some(version)
}

impl TagWords {
    fn take(&mut self, piece: &str, next: Option<&str>) {
        let (name, rest) = split_name(piece);
        // `cuda-12.4.1`, `pytorch_2.1.2`: the number is the next word.
        let value = match rest {
            "" => next.and_then(number),
            rest => number(rest),
        };
        match name {
            "cuda" | "cu" | "cudnn" | "rocm" | "torch" | "pytorch" | "py" | "python" => {}
            _ => {
                self.take_name(name, piece);
                return;
            }
        }
        match (name, value) {
            ("cuda", Some(value)) => {
                // `cuda118` is written too.
                self.cuda = match value.contains('.') {
                    true => Version::parse_whole(value),
                    false => short_cuda(value),
                };
            }
            ("cu", Some(value)) if !rest.is_empty() => {
                self.cuda = match value.contains('.') {
                    true => Version::parse_whole(value),
                    false => short_cuda(value),
                };
            }
            ("cudnn", _) => {
                self.cudnn = Some(match rest.is_empty() {
                    true => String::new(),
                    false => value.unwrap_or_default().to_owned(),
                });
            }
            ("rocm", Some(value)) => self.rocm = Some(value.to_owned()),
            ("torch" | "pytorch", Some(value)) if value.contains('.') => {
                self.torch = Some(value.to_owned());
            }
            ("py" | "python", Some(value)) if value.contains('.') => {
                self.python = Some(value.to_owned());
            }
            // `py310`
            ("py" | "python", Some(value)) if value.len() >= 2 => {
                let (major, minor) = value.split_at(1);
                self.python = Some(format!("{major}.{minor}"));
            }
            _ => {}
        }
    }

    fn take_name(&mut self, name: &str, piece: &str) {
        match name {
            "base" => self.flavour = Some(Flavour::Base),
            "runtime" => self.flavour = Some(Flavour::Runtime),
            "devel" => self.flavour = Some(Flavour::Devel),
            "gpu" => self.gpu = true,
            _ => {}
        }
        let family = match name {
            "alpine" => Family::Alpine,
            "ubuntu" => Family::Ubuntu,
            "debian" | "slim" | "stretch" | "buster" | "bullseye" | "bookworm" | "trixie"
            | "sid" => Family::Debian,
            "bionic" | "focal" | "jammy" | "noble" | "xenial" => Family::Ubuntu,
            "ubi" | "centos" | "rockylinux" | "fedora" | "oraclelinux" | "oracle" | "almalinux"
            | "azurelinux" => Family::Rhel,
            "opensuse" => Family::Suse,
            "windowsservercore" | "nanoserver" => Family::Windows,
            _ if piece.starts_with("amzn") || piece.starts_with("cm2") => Family::Rhel,
            _ => return,
        };
        self.family = Some(family);
    }
}

/// The letters at the start, and what follows them.
fn split_name(piece: &str) -> (&str, &str) {
    let end = piece
        .find(|it: char| !it.is_ascii_alphabetic())
        .unwrap_or(piece.len());
    piece.split_at(end)
}

fn number(text: &str) -> Option<&str> {
    let is_number = text.starts_with(|it: char| it.is_ascii_digit())
        && text.bytes().all(|it| it.is_ascii_digit() || it == b'.')
        && !text.ends_with('.');
    is_number.then_some(text)
}
