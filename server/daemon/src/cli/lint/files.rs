//! Which files are meant, and what is in them.

use std::{
    ffi::OsStr,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use ignore::WalkBuilder;

use crate::cli::{failed::Failed, lint::environment};

/// A file to lint.
pub struct Found {
    /// As it is to be called.
    pub name: String,
    /// Where it is; `None`: standard input.
    pub path: Option<PathBuf>,
    /// What is in it; bytes that are no UTF-8 are replaced.
    pub text: String,
}

/// Reads the files, standard input for `-`, and the Dockerfiles in folders.
pub fn find(named: &[PathBuf]) -> Result<Vec<Found>, Failed> {
    let mut found = Vec::new();
    for path in named {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            found.push(Found {
                name: "-".to_owned(),
                path: None,
                text: text(bytes),
            });
            continue;
        }
        if path.is_dir() {
            for path in in_folder(path) {
                found.push(read(path)?);
            }
            continue;
        }
        found.push(read(path.clone())?);
    }
    Ok(found)
}

fn read(path: PathBuf) -> Result<Found, Failed> {
    let bytes =
        fs::read(&path).map_err(|error| environment(format!("{}: {error}", path.display())))?;
    Ok(Found {
        name: path.to_string_lossy().into_owned(),
        text: text(bytes),
        path: Some(path),
    })
}

fn text(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

/// The Dockerfiles below a folder that git does not ignore, by path.
fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let walk = WalkBuilder::new(folder).require_git(false).build();
    let mut paths: Vec<PathBuf> = walk
        .filter_map(|entry| {
            let path = entry.ok()?.into_path();
            let is_one = is_dockerfile(path.file_name()?) && path.is_file();
            is_one.then_some(path)
        })
        .collect();
    paths.sort();
    paths
}

/// `Dockerfile`, `Dockerfile.gpu`, `gpu.Dockerfile`, and the same with Containerfile.
fn is_dockerfile(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    if name.ends_with(".dockerignore") || name.ends_with('~') {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|word| {
        let before = name.strip_suffix(word);
        let behind = name.strip_prefix(word);
        before.is_some_and(|it| it.is_empty() || it.ends_with('.'))
            || behind.is_some_and(|it| it.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::is_dockerfile;

    #[test]
    fn dockerfiles_are_known_by_their_names() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "Dockerfile.gpu",
            "gpu.Dockerfile",
            "Containerfile",
        ] {
            assert!(is_dockerfile(OsStr::new(name)), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "Dockerfile~",
            "MyDockerfile",
            "Dockerfiles",
        ] {
            assert!(!is_dockerfile(OsStr::new(name)), "{name}");
        }
    }
}
