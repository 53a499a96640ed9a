//! The words that name packages, as each tool reads them.

use crate::{
    facts::Argument,
    gpu_installs::{Origin, Package},
};

/// `torch==2.1.0+cu118`, `jax[cuda12]>=0.4`, `name @ git+https://…`, `git+https://…`, `x.whl`, `.`.
pub(super) fn pip_package(word: &Argument) -> Option<Package> {
    let text = word.text();
    let is_address = text.contains("://") || text.starts_with("git+");
    let is_path = text.starts_with(['.', '/']) || text.contains(".whl");
    if is_address || is_path {
        return source_package(word);
    }
    let name_end = text
        .find(|it: char| !it.is_ascii_alphanumeric() && !matches!(it, '-' | '_' | '.'))
        .unwrap_or(text.len());
    if name_end == 0 {
        return None;
    }
    let (name, mut rest) = text.split_at(name_end);
    let mut extras = Vec::new();
    if let Some((list, behind)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
        extras = list.split(',').map(|it| it.trim().to_owned()).collect();
        rest = behind;
    }
    let rest = rest.split(';').next().unwrap_or(rest).trim();
    let version = rest
        .strip_prefix("===")
        .or_else(|| rest.strip_prefix("=="))
        .map(str::trim)
        .filter(|it| !it.contains([',', '*', '$']) && !it.is_empty());
    Some(Package {
        name: normalised(name),
        extras,
        version: version.map(str::to_owned),
        bounded: version.is_none() && !rest.is_empty(),
        from: Origin::Index,
        word: word.clone(),
    })
}

/// A wheel, an archive, a repository, a folder.
pub(super) fn source_package(word: &Argument) -> Option<Package> {
    let text = word.text();
    let (named, address) = match text.split_once('@') {
        Some((name, address)) if !name.contains(['/', ':']) => (Some(name.trim()), address.trim()),
        _ => (None, text),
    };
    let address = address.split(['#', '?']).next().unwrap_or(address);
    let file = address
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or("");
    if let Some(stem) = file.strip_suffix(".whl") {
        let mut parts = stem.split('-');
        let name = parts.next().unwrap_or(stem);
        let version = parts.next().map(|it| it.replace("%2B", "+"));
        return Some(Package {
            name: normalised(named.unwrap_or(name)),
            extras: Vec::new(),
            version,
            bounded: false,
            from: Origin::Wheel,
            word: word.clone(),
        });
    }
    // `…/NVIDIA/apex/archive/22.04.zip`
    let file = match address.split_once("/archive/") {
        Some((repository, _)) => repository.rsplit('/').next().unwrap_or(file),
        None => file,
    };
    let name = file.split('@').next().unwrap_or(file);
    let name = name.strip_suffix(".git").unwrap_or(name);
    Some(Package {
        name: normalised(named.unwrap_or(name)),
        extras: Vec::new(),
        version: None,
        bounded: false,
        from: Origin::Sources,
        word: word.clone(),
    })
}

/// `pytorch-cuda=11.8`, `conda-forge::cudatoolkit=11.3.*`, `pytorch==2.1.0=py3.10_cuda11.8`.
pub(super) fn conda_package(word: &Argument) -> Option<Package> {
    let text = word.text();
    let text = text.rsplit("::").next().unwrap_or(text);
    let name_end = text
        .find(['=', '<', '>', '!', ' ', '['])
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    if name.is_empty() {
        return None;
    }
    let pinned = rest.trim_start_matches('=');
    let pinned = pinned.split('=').next().unwrap_or(pinned).trim();
    let pinned = pinned.trim_end_matches(".*").trim_end_matches('*');
    let exact = rest.starts_with('=') && pinned.starts_with(|it: char| it.is_ascii_digit());
    Some(Package {
        name: normalised(name),
        extras: Vec::new(),
        version: exact.then(|| pinned.to_owned()),
        bounded: !exact && !rest.is_empty(),
        from: Origin::Index,
        word: word.clone(),
    })
}

/// `libcudnn8=8.9.0.131-1+cuda11.8`.
pub(super) fn system_package(word: &Argument) -> Option<Package> {
    let text = word.text();
    let (name, version) = match text.split_once('=') {
        Some((name, version)) => (name, Some(version.to_owned())),
        None => (text, None),
    };
    Some(Package {
        name: name.to_ascii_lowercase(),
        extras: Vec::new(),
        version,
        bounded: false,
        from: Origin::Index,
        word: word.clone(),
    })
}

/// The form of a Python package's name that two spellings share.
fn normalised(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(['_', '.'], "-")
}
