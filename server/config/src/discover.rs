//! Finds devcontainer.json and Dockerfiles in a workspace. Knows names and places; reads nothing.

use std::path::{Path, PathBuf};

use crate::files::{PathKind, Reader};

/// Where a Dockerfile is looked for, best first; in each folder `Dockerfile` before `Containerfile`.
const DOCKERFILE_FOLDERS: [&str; 3] = ["", "docker", ".devcontainer"];
const DOCKERFILE_NAMES: [&str; 3] = ["Dockerfile", "dockerfile", "Containerfile"];

/// Every devcontainer.json of the workspace, in the order of the specification: `.devcontainer/devcontainer.json`,
/// `.devcontainer.json`, then `.devcontainer/<folder>/devcontainer.json` by name.
pub(crate) fn devcontainers(workspace: &Path, reader: &Reader) -> Vec<PathBuf> {
    let folder = workspace.join(".devcontainer");
    let mut found = vec![
        folder.join("devcontainer.json"),
        workspace.join(".devcontainer.json"),
    ];
    if reader.kind(&folder) == Some(PathKind::Folder) {
        for name in reader.list(&folder) {
            found.push(folder.join(name).join("devcontainer.json"));
        }
    }
    found.retain(|path| reader.kind(path) == Some(PathKind::File));
    found
}

/// Every Dockerfile of the workspace, best first: the plain names in their folders, then `Dockerfile.*` and
/// `*.Dockerfile` at the root by name.
pub(crate) fn dockerfiles(workspace: &Path, reader: &Reader) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in DOCKERFILE_FOLDERS {
        let folder = match folder {
            "" => workspace.to_path_buf(),
            name => workspace.join(name),
        };
        let named = DOCKERFILE_NAMES
            .iter()
            .map(|name| folder.join(name))
            .find(|path| reader.kind(path) == Some(PathKind::File));
        found.extend(named);
    }
    for name in reader.list(workspace) {
        let path = workspace.join(&name);
        if is_variant(&name) && reader.kind(&path) == Some(PathKind::File) {
            found.push(path);
        }
    }
    found
}

/// `Dockerfile.gpu` and `gpu.Dockerfile`, but not what editors and Docker leave beside them.
fn is_variant(name: &str) -> bool {
    let lower = name.to_lowercase();
    let left_over = [
        ".dockerignore",
        ".swp",
        ".bak",
        ".orig",
        ".rej",
        ".md",
        ".old",
        "~",
    ];
    if left_over.iter().any(|ending| lower.ends_with(ending)) || name.starts_with('.') {
        return false;
    }
    lower.starts_with("dockerfile.")
        || lower.starts_with("containerfile.")
        || lower.ends_with(".dockerfile")
}
