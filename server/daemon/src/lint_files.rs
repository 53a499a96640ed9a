//! The files beside a Dockerfile that the linter goes by: the nearest `.hadolint.yaml`, up to the
//! repository's root, and the `.dockerignore`. The command line and the editor read them here, so
//! that they agree. Where the files are is the caller's business: on the disk, or open in an editor.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use config::files::{Files, PathKind};
use lint::{
    context::Context,
    finding::Finding,
    levels::{Levels, LevelsError},
};
use thiserror::Error;

/// What the files beside a Dockerfile say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LintFiles {
    /// What the nearest `.hadolint.yaml` says.
    pub levels: Arc<Levels>,
    /// The text of the `.dockerignore`.
    pub dockerignore: Option<String>,
}

/// A `.hadolint.yaml` that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {error}", path.display())]
pub struct Broken {
    /// The file.
    pub path: PathBuf,
    /// From 1; 0: the file as a whole.
    pub line: u32,
    /// What is wrong.
    pub error: Reason,
}

/// Why a `.hadolint.yaml` is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Reason {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// What it says is nothing that is known.
    #[error(transparent)]
    Levels(#[from] LevelsError),
}

impl LintFiles {
    /// What the linter is told, without what the caller knows besides.
    pub fn context(&self) -> Context<'_> {
        Context {
            pragmas: !self.levels.no_pragmas,
            levels: Some(&self.levels),
            dockerignore: self.dockerignore.as_deref(),
            ..Context::default()
        }
    }
}

/// What is to be said about a text, as the project wants it.
pub fn lint(text: &str, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = lint::lint::lint(&dockerfile::parse::parse(text), context);
    if let Some(levels) = context.levels {
        levels.apply(&mut findings);
    }
    findings
}

/// Whether a file is a `.hadolint.yaml`, by its name.
pub fn is_config(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    CONFIGS.iter().any(|config| name == *config)
}

/// The `.hadolint.yaml` of `folder` or the nearest folder above it, up to the repository's root.
/// `folder` is absolute and without links. What was looked for is added to `seen`.
pub fn nearest_config(
    folder: &Path,
    files: &dyn Files,
    seen: &mut Vec<PathBuf>,
) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        for name in CONFIGS {
            let path = folder.join(name);
            seen.push(path.clone());
            if files.kind(&path) == Some(PathKind::File) {
                return Some(path);
            }
        }
        if files.kind(&folder.join(".git")).is_some() {
            return None;
        }
    }
    None
}

/// What a `.hadolint.yaml` says.
///
/// # Errors
/// When it cannot be read or is not understood.
pub fn read_levels(path: &Path, files: &dyn Files) -> Result<Levels, Broken> {
    let broken = |line, error| Broken {
        path: path.to_owned(),
        line,
        error,
    };
    let bytes = files.read(path);
    let bytes = bytes.map_err(|error| broken(0, Reason::Unreadable(error.to_string())))?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|error| broken(0, Reason::Unreadable(error.to_string())))?;
    Levels::parse_hadolint(&text).map_err(|error| broken(line(&text, &error), error.into()))
}

/// The `.dockerignore` for a Dockerfile whose folder is the build context: one of its own name goes
/// before the folder's. What was looked for is added to `seen`.
pub fn dockerignore(
    dockerfile: &Path,
    files: &dyn Files,
    seen: &mut Vec<PathBuf>,
) -> Option<String> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    let paths = [
        PathBuf::from(own),
        dockerfile.with_file_name(".dockerignore"),
    ];
    seen.extend(paths.iter().cloned());
    let bytes = paths.iter().find_map(|path| files.read(path).ok())?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

const CONFIGS: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

/// The line that an error is about.
fn line(text: &str, error: &LevelsError) -> u32 {
    let line = match error {
        LevelsError::NotYaml { line, .. } => *line,
        LevelsError::Value { setting, .. } => {
            let name = setting.split(':').next().unwrap_or(setting);
            let mut lines = text.lines();
            let found = lines.position(|line| {
                let rest = line.trim_start().strip_prefix(name);
                rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
            });
            found.map_or(0, |before| before + 1)
        }
        LevelsError::TooMuch { .. } | LevelsError::NoSettings => 0,
    };
    u32::try_from(line).unwrap_or_default()
}
