//! The tables about CUDA in frameworks: PyTorch's releases, NVIDIA's monthly images, TensorFlow's
//! needs. Facts only: what follows from them is the rules' business.

use std::sync::OnceLock;

use gpu::version::Version;

/// A release of PyTorch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torch {
    /// Its version.
    pub version: &'static str,
    /// The CUDA of the wheel on PyPI.
    pub cuda: &'static str,
    /// The indexes at download.pytorch.org, such as `cu118`, separated by blanks; empty: not known.
    pub indexes: &'static str,
    /// The Pythons with wheels, separated by blanks.
    pub python: &'static str,
    /// The versions of torchvision made for it, separated by blanks.
    pub torchvision: &'static str,
    /// The versions of torchaudio made for it, separated by blanks.
    pub torchaudio: &'static str,
}

/// A month of NVIDIA's framework images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ngc {
    /// Such as `24.05`.
    pub release: &'static str,
    /// The CUDA that all of the month share.
    pub cuda: &'static str,
    /// The torch in the PyTorch image; empty: not known.
    pub torch: &'static str,
}

/// A release of TensorFlow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TensorFlow {
    /// Its version.
    pub version: &'static str,
    /// The CUDA that it loads.
    pub cuda: &'static str,
    /// The cuDNN that it loads.
    pub cudnn: &'static str,
}

/// The newest release of CUDA `major.minor` with images of nvidia/cuda, and its Ubuntus, separated
/// by blanks.
pub fn cuda_image(cuda: &Version) -> Option<(&'static str, &'static str)> {
    let minor = |text: &str| {
        let parts: Vec<&str> = text.split('.').take(2).collect();
        parts.join(".")
    };
    let wanted = minor(&cuda.to_string());
    rows(include_str!("../tables/cuda_tags.csv"))
        .filter(|row| minor(cell(row, 0)) == wanted)
        .last()
        .map(|row| (cell(&row, 0), cell(&row, 1)))
}

/// A Python package whose installation compiles CUDA code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedsNvcc {
    /// Its name.
    pub package: &'static str,
    /// Without nvcc it is built without CUDA, silently; else the build fails.
    pub silent: bool,
    /// It is compiled for the GPUs in TORCH_CUDA_ARCH_LIST.
    pub arch_list: bool,
    /// Without a GPU it is compiled for CUDA only with FORCE_CUDA.
    pub force: bool,
    /// When it compiles.
    pub when: &'static str,
    /// Where wheels are; empty: nowhere.
    pub wheels: &'static str,
}

/// The package of this name, if its installation compiles CUDA code.
pub fn needs_nvcc(package: &str) -> Option<&'static NeedsNvcc> {
    static ROWS: OnceLock<Vec<NeedsNvcc>> = OnceLock::new();
    let all = ROWS.get_or_init(|| {
        rows(include_str!("../tables/needs_nvcc.csv"))
            .map(|row| NeedsNvcc {
                package: cell(&row, 0),
                silent: cell(&row, 1) == "cpu",
                arch_list: cell(&row, 2).contains("arch"),
                force: cell(&row, 2).contains("force"),
                when: cell(&row, 3),
                wheels: cell(&row, 4),
            })
            .collect()
    });
    all.iter().find(|it| it.package == package)
}

/// A release of a package that goes with some releases of torch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Companion {
    /// The package.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The conditions on torch, separated by blanks, all of which hold.
    pub torch: &'static str,
}

/// The release of a package that goes with some releases of torch; without a version the newest.
pub fn companion(package: &str, version: Option<&str>) -> Option<&'static Companion> {
    companions().iter().rfind(|it| {
        let fits = version.is_none_or(|version| same(it.version, release(version)));
        it.package == package && fits
    })
}

fn companions() -> &'static [Companion] {
    static ROWS: OnceLock<Vec<Companion>> = OnceLock::new();
    ROWS.get_or_init(|| {
        rows(include_str!("../tables/companions.csv"))
            .map(|row| Companion {
                package: cell(&row, 0),
                version: cell(&row, 1),
                torch: cell(&row, 2),
            })
            .collect()
    })
}

/// The newest release of a package that goes with exactly this version of torch.
pub fn fitting(package: &str, torch: &str) -> Option<&'static str> {
    if !matches!(package, "torchvision" | "torchaudio") {
        let row = companions().iter().rfind(|it| {
            it.package == package && it.torch.starts_with("==") && it.goes_with(torch) == Some(true)
        });
        return row.map(|it| it.version);
    }
    let row = self::torch(torch)?;
    let versions = match package {
        "torchvision" => row.torchvision,
        _ => row.torchaudio,
    };
    versions.split_whitespace().next_back()
}

impl Companion {
    /// Whether it goes with this version of torch; `None`: a condition cannot be read.
    pub fn goes_with(&self, torch: &str) -> Option<bool> {
        let torch = Version::parse(torch)?;
        for condition in self.torch.split_whitespace() {
            let number = condition.find(|it: char| it.is_ascii_digit())?;
            let (operator, wanted) = condition.split_at(number);
            let wanted = Version::parse(wanted)?;
            let holds = match operator {
                "==" => torch == wanted,
                ">=" | "~=" => torch >= wanted,
                ">" => torch > wanted,
                "<" => torch < wanted,
                "<=" => torch <= wanted,
                "!=" => torch != wanted,
                _ => return None,
            };
            if !holds {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// The release of PyTorch of this version (`2.1` is 2.1.0), whatever stands behind a `+`.
pub fn torch(version: &str) -> Option<&'static Torch> {
    let version = release(version);
    torches().iter().find(|it| same(it.version, version))
}

/// The newest release of PyTorch that the table has.
pub fn newest_torch() -> Option<&'static Torch> {
    torches().last()
}

/// The releases of PyTorch, the oldest first.
pub fn torches() -> &'static [Torch] {
    static ROWS: OnceLock<Vec<Torch>> = OnceLock::new();
    ROWS.get_or_init(|| {
        rows(include_str!("../tables/torch.csv"))
            .map(|row| Torch {
                version: cell(&row, 0),
                cuda: cell(&row, 1),
                indexes: cell(&row, 2),
                python: cell(&row, 3),
                torchvision: cell(&row, 4),
                torchaudio: cell(&row, 5),
            })
            .collect()
    })
}

/// The month of NVIDIA's framework images.
pub fn ngc(release: &str) -> Option<&'static Ngc> {
    static ROWS: OnceLock<Vec<Ngc>> = OnceLock::new();
    let all = ROWS.get_or_init(|| {
        rows(include_str!("../tables/ngc.csv"))
            .map(|row| Ngc {
                release: cell(&row, 0),
                cuda: cell(&row, 1),
                torch: cell(&row, 2),
            })
            .collect()
    });
    all.iter().find(|it| it.release == release)
}

/// The release of TensorFlow of this version.
pub fn tensorflow(version: &str) -> Option<&'static TensorFlow> {
    static ROWS: OnceLock<Vec<TensorFlow>> = OnceLock::new();
    let all = ROWS.get_or_init(|| {
        rows(include_str!("../tables/tensorflow.csv"))
            .map(|row| TensorFlow {
                version: cell(&row, 0),
                cuda: cell(&row, 1),
                cudnn: cell(&row, 2),
            })
            .collect()
    });
    all.iter().find(|it| same(it.version, version))
}

/// The version without what a `+` adds.
pub fn release(version: &str) -> &str {
    version.split('+').next().unwrap_or(version)
}

/// The same release: `2.1` is `2.1.0`.
pub fn same(one: &str, other: &str) -> bool {
    fn significant(text: &str) -> &str {
        let mut text = text;
        while let Some(shorter) = text.strip_suffix(".0") {
            text = shorter;
        }
        text
    }
    significant(one) == significant(other)
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split(',').collect())
}

fn cell(row: &[&'static str], index: usize) -> &'static str {
    row.get(index).copied().unwrap_or("")
}
