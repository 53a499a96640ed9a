//! A workspace as one text: files after `//- /path` headers, on a disk of memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use expect_test::Expect;

use crate::files::{Files, PathKind};
use crate::inputs::{ImageMetadata, Inputs};
use crate::model::{Origin, Setting, Severity};
use crate::{Resolved, resolve};

/// Files in memory; the folders of every file exist.
pub(crate) struct MemoryFiles {
    pub(crate) files: BTreeMap<PathBuf, String>,
    pub(crate) folders: BTreeSet<PathBuf>,
}

impl MemoryFiles {
    pub(crate) fn new(fixture: &str) -> MemoryFiles {
        let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
        let mut path = None;
        for line in fixture.split_inclusive('\n') {
            if let Some(header) = line.trim_start().strip_prefix("//- ") {
                path = Some(PathBuf::from(header.trim()));
                files.insert(PathBuf::from(header.trim()), String::new());
                continue;
            }
            if let Some(path) = &path {
                files.entry(path.clone()).or_default().push_str(line);
            }
        }
        let mut folders = BTreeSet::from([PathBuf::from("/work/hmm")]);
        let parents = files.keys().flat_map(|path| path.ancestors().skip(1));
        folders.extend(parents.map(Path::to_path_buf));
        MemoryFiles { files, folders }
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.files.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn kind(&self, path: &Path) -> Option<PathKind> {
        match (self.files.contains_key(path), self.folders.contains(path)) {
            (true, _) => Some(PathKind::File),
            (false, true) => Some(PathKind::Folder),
            (false, false) => None,
        }
    }

    fn list(&self, folder: &Path) -> Vec<String> {
        let paths = self.files.keys().chain(&self.folders);
        let inside = paths.filter(|path| path.parent() == Some(folder));
        inside
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .collect()
    }
}

/// The inputs of the workspace /work/hmm.
pub(crate) fn inputs() -> Inputs {
    Inputs {
        workspace: PathBuf::from("/work/hmm"),
        user_settings: Some(PathBuf::from("/home/me/settings.json")),
        local_env: BTreeMap::from([
            ("HOME".to_owned(), "/home/me".to_owned()),
            ("TOKEN".to_owned(), "secret".to_owned()),
        ]),
        ..Inputs::default()
    }
}

pub(crate) fn with_label(label: &str) -> Inputs {
    Inputs {
        image_metadata: Some(ImageMetadata {
            image: "base:1".to_owned(),
            label: label.to_owned(),
        }),
        ..inputs()
    }
}

pub(crate) fn resolved(inputs: &Inputs, fixture: &str) -> Resolved {
    resolve(inputs, &MemoryFiles::new(fixture))
}

/// One devcontainer.json in the usual place, and the workspace's other files.
pub(crate) fn devcontainer(json: &str) -> Resolved {
    resolved(
        &inputs(),
        &format!("//- /work/hmm/.devcontainer/devcontainer.json\n{json}"),
    )
}

/// What was said.
#[track_caller]
pub(crate) fn check_problems(resolved: &Resolved, expect: Expect) {
    let mut shown = String::new();
    for problem in &resolved.problems {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        shown.push_str(&format!(
            "{severity} [{}] {}: {}\n",
            problem.code,
            short(&problem.origin),
            problem.message
        ));
        if let Some(remedy) = &problem.remedy {
            shown.push_str(&format!("  {remedy}\n"));
        }
    }
    expect.assert_eq(&shown);
}

/// A value as it is printed, and where it came from.
pub(crate) fn said<T: std::fmt::Debug>(setting: &Setting<T>) -> String {
    format!("{:?} ({})", setting.value, short(&setting.origin))
}

/// An origin by the file's name alone.
pub(crate) fn short(origin: &Origin) -> String {
    match origin {
        Origin::File { path, line, column } => {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            format!("{}:{line}:{column}", name.unwrap_or_default())
        }
        other => other.to_string(),
    }
}
