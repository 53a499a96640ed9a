//! Which CUDA the packages of an install command are built for.

use dockerfile::range::TextRange;
use gpu::version::Version;

use crate::{
    base::tag::short_cuda,
    gpu_installs::{Install, Origin, Package, Source, SourceKind, Tool, cuda_word, range_in},
    gpu_tables,
};

/// A package that is built for one CUDA.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What: `torch`, `cupy-cuda11x`.
    pub what: String,
    /// The CUDA; the major version alone for those that run with all of it.
    pub cuda: Version,
    /// Whose libraries it loads.
    pub libraries: Libraries,
    /// The word that says so.
    pub range: TextRange,
    /// How it is said: `cu118`; empty: by what is the default.
    pub written: String,
}

/// Whose CUDA libraries a package loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Libraries {
    /// Those that it brings, or that come with it from the index.
    Own,
    /// Those of the image.
    Image,
    /// Those of torch, which has to be built for the same.
    Torch,
}

/// PyTorch and what is released with it.
pub const TORCH_FAMILY: &[&str] = &["torch", "torchvision", "torchaudio"];

/// What the command says of CUDA, the torch family once.
pub fn claims(install: &Install) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    match install.tool {
        Tool::Pip => {
            claims.extend(torch(install));
            claims.extend(install.packages.iter().filter_map(own_name));
            claims.extend(install.packages.iter().filter_map(jax));
            claims.extend(links(install));
            claims.extend(install.packages.iter().filter_map(wheel));
        }
        Tool::Conda => claims.extend(install.packages.iter().filter_map(conda)),
        Tool::System => {}
    }
    claims
}

/// The CUDA of the torch that the command installs.
pub fn torch(install: &Install) -> Option<Claim> {
    if install.tool != Tool::Pip {
        return install.packages.iter().find_map(conda);
    }
    let family: Vec<&Package> = install
        .packages
        .iter()
        .filter(|it| TORCH_FAMILY.contains(&it.name.as_str()))
        .collect();
    let torch = family
        .iter()
        .find(|it| it.name == "torch")
        .or(family.first());
    if let Some(package) = torch
        && let Some(claim) = local_version(package)
    {
        return Some(claim);
    }
    let pinned = torch.is_some_and(|it| it.version.is_some() && it.from == Origin::Index);
    let installs_torch = torch.is_some_and(|it| it.from == Origin::Index) || install.from_file;
    if !installs_torch {
        return None;
    }
    for source in &install.sources {
        let counts = match source.kind {
            SourceKind::Index | SourceKind::Backend => true,
            // Of PyPI and an index beside it the newer version wins, and of one version that for CUDA.
            // What a file lists is meant to come from there.
            SourceKind::Extra | SourceKind::Links => {
                pinned || (torch.is_none() && install.from_file)
            }
        };
        if counts && let Some(claim) = source_claim(source, install) {
            return Some(claim);
        }
    }
    by_default(install, torch.copied()?)
}

/// `torch==2.1.0+cu118`, `torch-2.1.0+cu118-cp310-….whl`, `flash_attn-2.5.8+cu122torch2.3….whl`.
fn local_version(package: &Package) -> Option<Claim> {
    let version = package.version.as_deref()?;
    let (_, local) = version.split_once('+')?;
    let written = cuda_word(local)?;
    Some(Claim {
        what: package.name.clone(),
        cuda: short_cuda(written.strip_prefix("cu")?)?,
        libraries: Libraries::Own,
        range: range_in(&package.word, written),
        written: written.to_owned(),
    })
}

/// `--index-url https://download.pytorch.org/whl/cu118`, and mirrors of that.
fn source_claim(source: &Source, install: &Install) -> Option<Claim> {
    let written = source
        .url
        .split(['/', '=', ','])
        .find(|part| cuda_word(part) == Some(part))?;
    let place = match &source.word {
        Some(word) => range_in(word, written),
        None => install
            .packages
            .iter()
            .find(|it| it.name == "torch")
            .map_or(install.command.name_range(), |it| it.word.range),
    };
    Some(Claim {
        what: "torch".to_owned(),
        cuda: short_cuda(written.strip_prefix("cu")?)?,
        libraries: Libraries::Own,
        range: place,
        written: written.to_owned(),
    })
}

/// `torch==2.1.0` from PyPI.
fn by_default(install: &Install, package: &Package) -> Option<Claim> {
    let elsewhere = install.sources.iter().any(|source| match source.kind {
        // Mirrors of PyPI end like it.
        SourceKind::Index => !source.url.trim_end_matches('/').ends_with("/simple"),
        SourceKind::Backend => true,
        SourceKind::Extra | SourceKind::Links => source.url.contains("pytorch"),
    });
    if elsewhere || package.name != "torch" || package.from != Origin::Index {
        return None;
    }
    let row = gpu_tables::torch(package.version.as_deref()?)?;
    if package.version.as_deref()?.contains('+') {
        return None;
    }
    Some(Claim {
        what: format!("torch {}", row.version),
        cuda: Version::parse_whole(row.cuda)?,
        libraries: Libraries::Own,
        range: package.word.range,
        written: String::new(),
    })
}

/// `cupy-cuda11x`, `cupy-cuda118`, `spconv-cu118`, `onnxruntime-gpu`: the name or the version says it.
fn own_name(package: &Package) -> Option<Claim> {
    if package.from != Origin::Index {
        return None;
    }
    let claim = |cuda: Version, written: &str| Claim {
        what: package.name.clone(),
        cuda,
        libraries: Libraries::Image,
        range: range_in(&package.word, written),
        written: written.to_owned(),
    };
    if let Some(rest) = package.name.strip_prefix("cupy-cuda") {
        let cuda = match rest.strip_suffix('x') {
            Some(major) => Version::parse_whole_or_number(major)?,
            None => short_cuda(rest)?,
        };
        return Some(claim(cuda, &format!("cuda{rest}")));
    }
    if package.name == "onnxruntime-gpu" {
        let version = Version::parse(package.version.as_deref()?)?;
        let cuda = match version {
            _ if version.is_at_least(1, 27) => "13",
            _ if version.is_at_least(1, 19) => "12",
            _ if version.is_at_least(1, 15) => "11",
            _ => return None,
        };
        let mut claim = claim(Version::parse_whole_or_number(cuda)?, "");
        claim.what = format!("onnxruntime-gpu {version}");
        return Some(claim);
    }
    None
}

/// `jax[cuda12]` brings CUDA, `jax[cuda12_local]` looks for the image's.
fn jax(package: &Package) -> Option<Claim> {
    if package.name != "jax" {
        return None;
    }
    let extra = package.extras.iter().find(|it| it.starts_with("cuda"))?;
    let rest = extra.strip_prefix("cuda")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let cuda = match digits.len() {
        2 => Version::parse_whole_or_number(&digits)?,
        _ => short_cuda(&digits)?,
    };
    let local = rest.contains("local") || rest.contains("cudnn");
    Some(Claim {
        what: format!("jax[{extra}]"),
        cuda,
        libraries: match local {
            true => Libraries::Image,
            false => Libraries::Own,
        },
        range: range_in(&package.word, extra),
        written: extra.clone(),
    })
}

/// `-f https://data.pyg.org/whl/torch-2.1.0+cu118.html`: extensions of torch.
fn links(install: &Install) -> Option<Claim> {
    let extends = |package: &&Package| {
        package.from == Origin::Index
            && (package.name.starts_with("mmcv")
                || package.name == "dgl"
                || package.name == "pyg-lib"
                || gpu_tables::needs_nvcc(&package.name).is_some())
    };
    let package = install.packages.iter().find(extends)?;
    let source = install.sources.iter().find(|source| {
        source.kind == SourceKind::Links && !source.url.contains("download.pytorch.org")
    })?;
    let written = cuda_word(&source.url)?;
    Some(Claim {
        what: package.name.clone(),
        cuda: short_cuda(written.strip_prefix("cu")?)?,
        libraries: Libraries::Torch,
        range: range_in(source.word.as_ref()?, written),
        written: written.to_owned(),
    })
}

/// `flash_attn-2.7.4+cu12torch2.6cxx11abiFALSE-cp311-cp311-linux_x86_64.whl`: an extension of torch.
fn wheel(package: &Package) -> Option<Claim> {
    let is_torch = TORCH_FAMILY.contains(&package.name.as_str());
    if package.from != Origin::Wheel || is_torch {
        return None;
    }
    let (_, local) = package.version.as_deref()?.split_once('+')?;
    let written = cuda_word(local)?;
    let digits = written.strip_prefix("cu")?;
    let cuda = match digits.len() {
        2 => Version::parse_whole_or_number(digits).filter(|it| (11..=20).contains(&it.major())),
        _ => short_cuda(digits),
    };
    Some(Claim {
        what: package.name.clone(),
        cuda: cuda?,
        libraries: Libraries::Torch,
        range: range_in(&package.word, written),
        written: written.to_owned(),
    })
}

/// `pytorch-cuda=11.8`, `cudatoolkit=11.3`.
fn conda(package: &Package) -> Option<Claim> {
    if !matches!(
        package.name.as_str(),
        "pytorch-cuda" | "cudatoolkit" | "cuda-version"
    ) {
        return None;
    }
    let version = package.version.as_deref()?;
    Some(Claim {
        what: package.name.clone(),
        cuda: Version::parse_whole(version)?,
        libraries: Libraries::Own,
        range: range_in(&package.word, version),
        written: version.to_owned(),
    })
}
