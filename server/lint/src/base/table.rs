//! The reader of `tables/images.toml`, and what the tags of its images mean.

use std::{collections::HashMap, sync::OnceLock};

use dockerfile::image::Reference;
use gpu::version::Version;
use serde::Deserialize;

use crate::{
    base::{BaseFacts, Family, Flavour, GpuFacts, Known, Vendor, tag, tag::TagWords},
    context::ImageFacts,
    gpu_tables,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    image: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    names: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    family: Option<FamilyName>,
    #[serde(default)]
    cmd: Vec<String>,
    #[serde(default)]
    entrypoint: Vec<String>,
    /// The same, of the images since CUDA 11.6 that carry it.
    #[serde(default)]
    entrypoint_of_newer: Vec<String>,
    #[serde(default)]
    user: String,
    #[serde(default)]
    workdir: String,
    #[serde(default)]
    shell: Vec<String>,
    #[serde(default)]
    env: Vec<String>,
    #[serde(default)]
    partly: bool,
    gpu: Option<VendorName>,
    leads: Option<Leads>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FamilyName {
    Debian,
    Ubuntu,
    Alpine,
    Rhel,
    Suse,
    Arch,
    Distroless,
    Windows,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum VendorName {
    Nvidia,
    Amd,
}

/// What the number at the start of a tag is.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Leads {
    Cuda,
    Torch,
    Tensorflow,
    Ngc,
    Python,
    Rocm,
}

/// What the table says of an image.
pub(super) fn facts(reference: &Reference) -> Option<BaseFacts> {
    let tag = reference.tag.as_deref().unwrap_or(match reference.digest {
        Some(_) => "",
        None => "latest",
    });
    let rows = candidates(reference)?;
    let row = rows
        .iter()
        .map(|index| &table().image[*index])
        .find(|row| row.tags.is_empty() || row.tags.iter().any(|it| matches(it, tag)))?;
    Some(row.facts(tag))
}

/// The rows of an image, by the longest end of its name that the table has: mirrors put a registry
/// and folders before it.
fn candidates(reference: &Reference) -> Option<&'static Vec<usize>> {
    let mut path = match &reference.registry {
        Some(registry) if !reference.is_docker_hub() => {
            format!("{registry}/{}", reference.repository)
        }
        _ => reference.repository.clone(),
    };
    let mut whole = true;
    loop {
        // A single word is an official image only under `library/`, or with nothing before it.
        let short = path.strip_prefix("library/").unwrap_or(&path);
        let official = path.starts_with("library/") || whole || short.contains('/');
        if official && let Some(rows) = by_name().get(short) {
            return Some(rows);
        }
        if let Some((folder, _)) = path.rsplit_once('/')
            && let Some(rows) = by_name().get(&format!("{folder}/*"))
        {
            return Some(rows);
        }
        let (first, rest) = path.split_once('/')?;
        // `amd64/python` is python.
        whole = whole && is_architecture(first);
        path = rest.to_owned();
    }
}

fn is_architecture(word: &str) -> bool {
    matches!(
        word,
        "amd64" | "arm64v8" | "arm32v5" | "arm32v6" | "arm32v7" | "i386" | "ppc64le" | "s390x"
    )
}

impl Row {
    fn facts(&self, tag: &str) -> BaseFacts {
        let words = tag::read(tag);
        let mut variables = Vec::new();
        let mut env = Vec::new();
        for variable in &self.env {
            match variable.split_once('=') {
                Some((name, value)) => env.push((name.to_owned(), value.to_owned())),
                None => variables.push(variable.clone()),
            }
        }
        variables.push("PATH".to_owned());
        let gpu = self.gpu_facts(&words, tag);
        let newer = gpu.as_ref().is_some_and(has_entrypoint);
        let image = ImageFacts {
            cmd: self.cmd.clone(),
            entrypoint: match newer {
                true if !self.entrypoint_of_newer.is_empty() => self.entrypoint_of_newer.clone(),
                _ => self.entrypoint.clone(),
            },
            user: self.user.clone(),
            workdir: self.workdir.clone(),
            shell: self.shell.clone(),
            env,
        };
        BaseFacts {
            known: Known::Listed,
            image: (!self.partly).then_some(image),
            variables,
            family: words.family.or(self.family.map(FamilyName::family)),
            python: match self.leads {
                Some(Leads::Python) => words.leading.clone(),
                _ => words.python.clone(),
            },
            gpu,
        }
    }

    fn gpu_facts(&self, words: &TagWords, tag: &str) -> Option<GpuFacts> {
        let vendor = match self.gpu {
            Some(VendorName::Nvidia) => Vendor::Nvidia,
            Some(VendorName::Amd) => Vendor::Amd,
            None => return None,
        };
        let mut facts = GpuFacts {
            vendor,
            cuda: words.cuda.clone(),
            rocm: words.rocm.clone(),
            cudnn: words.cudnn.clone(),
            flavour: words.flavour,
            torch: words.torch.clone(),
            tensorflow: None,
            ngc: None,
        };
        let Some(leading) = words.leading.clone() else {
            return Some(facts);
        };
        match self.leads {
            Some(Leads::Cuda) => facts.cuda = Version::parse_whole(&leading).or(facts.cuda),
            Some(Leads::Torch) => facts.torch = Some(leading),
            Some(Leads::Rocm) => facts.rocm = Some(leading),
            Some(Leads::Tensorflow) => {
                if let Some(row) = gpu_tables::tensorflow(&leading) {
                    facts.cuda = Version::parse_whole(row.cuda);
                    facts.cudnn = Some(row.cudnn.to_owned());
                }
                facts.tensorflow = Some(leading);
            }
            Some(Leads::Ngc) => {
                let release = gpu_tables::ngc(&leading);
                facts.cuda = release.and_then(|it| Version::parse_whole(it.cuda));
                // Triton's images carry torch only where a backend brings it.
                facts.torch = release
                    .filter(|it| !it.torch.is_empty() && self.has_torch())
                    .map(|it| it.torch.to_owned());
                facts.cudnn = Some(String::new());
                // All of them but tritonserver's have the compiler.
                facts.flavour = match (self.workdir.as_str(), tag.contains("runtime")) {
                    ("/workspace", false) => Some(Flavour::Devel),
                    _ => None,
                };
                facts.ngc = Some(leading);
            }
            Some(Leads::Python) | None => {}
        }
        Some(facts)
    }

    fn has_torch(&self) -> bool {
        self.names.iter().any(|it| it == "nvcr.io/nvidia/pytorch")
    }
}

/// The images on CUDA's own since 11.6 have its entry point: it prints a banner and goes on.
fn has_entrypoint(gpu: &GpuFacts) -> bool {
    let newer = gpu.cuda.as_ref().is_some_and(|it| it.is_at_least(11, 6));
    let carries = match gpu.torch {
        Some(_) => gpu.flavour == Some(Flavour::Devel),
        None => gpu.flavour != Some(Flavour::Base),
    };
    newer && carries
}

impl FamilyName {
    fn family(self) -> Family {
        match self {
            FamilyName::Debian => Family::Debian,
            FamilyName::Ubuntu => Family::Ubuntu,
            FamilyName::Alpine => Family::Alpine,
            FamilyName::Rhel => Family::Rhel,
            FamilyName::Suse => Family::Suse,
            FamilyName::Arch => Family::Arch,
            FamilyName::Distroless => Family::Distroless,
            FamilyName::Windows => Family::Windows,
        }
    }
}

/// Whether `pattern`, in which `*` is anything, is all of `text`.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            match rest.split_once(part) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
    }
    match last {
        None => rest.is_empty(),
        Some(last) => rest.ends_with(last),
    }
}

/// Every name of the table.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    table()
        .image
        .iter()
        .flat_map(|row| row.names.iter().map(String::as_str))
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("../../tables/images.toml"))
            .expect("the embedded table is checked by a test")
    })
}

fn by_name() -> &'static HashMap<String, Vec<usize>> {
    static NAMES: OnceLock<HashMap<String, Vec<usize>>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, row) in table().image.iter().enumerate() {
            for name in &row.names {
                names.entry(name.clone()).or_default().push(index);
            }
        }
        names
    })
}
