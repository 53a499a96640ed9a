//! The files beside the open Dockerfiles of a project that the linter goes by, as the editor has
//! them.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use config::{files::Files, model::Severity};
use lint::levels::Levels;

use crate::{
    lint_files::{self, Broken, LintFiles},
    lsp::{
        overlay::{Names, Overlay},
        projects::Problem,
    },
};

/// What is beside the Dockerfiles. Files are named as the editor names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// By the Dockerfile.
    pub of: HashMap<PathBuf, Arc<LintFiles>>,
    /// Dockerfiles whose `.hadolint.yaml` is not understood: what it said before goes on counting.
    broken: Vec<PathBuf>,
}

impl Beside {
    /// Reads what is beside these Dockerfiles. What was looked for is added to `seen`.
    pub fn read<'a>(
        dockerfiles: impl Iterator<Item = &'a Path>,
        names: &Names<'_>,
        files: &Overlay<'_>,
        seen: &mut Vec<PathBuf>,
    ) -> Beside {
        let mut beside = Beside::default();
        let mut looked_for = Vec::new();
        for dockerfile in dockerfiles {
            let own = names.own(dockerfile);
            let folder = own.parent().map(fs::canonicalize);
            let config = match &folder {
                Some(Ok(folder)) => lint_files::nearest_config(folder, files, &mut looked_for),
                // A text that was never saved may be in any folder.
                Some(Err(_)) | None => None,
            };
            let levels = match config.map(|path| lint_files::read_levels(&path, files)) {
                Some(Ok(levels)) => levels,
                Some(Err(_)) => {
                    beside.broken.push(dockerfile.to_owned());
                    Levels::default()
                }
                None => Levels::default(),
            };
            let lint_files = LintFiles {
                levels: Arc::new(levels),
                dockerignore: lint_files::dockerignore(&own, files, &mut looked_for),
            };
            beside
                .of
                .insert(dockerfile.to_owned(), Arc::new(lint_files));
        }
        looked_for.sort();
        looked_for.dedup();
        seen.extend(looked_for.iter().map(|path| names.editor(path)));
        beside
    }

    /// Takes from before what is not understood now: somebody is typing.
    pub fn remember(&mut self, before: &Beside) {
        for dockerfile in &self.broken {
            let now = self.of.get_mut(dockerfile).map(Arc::make_mut);
            if let (Some(now), Some(before)) = (now, before.of.get(dockerfile)) {
                now.levels = Arc::clone(&before.levels);
            }
        }
    }
}

/// What is wrong in a `.hadolint.yaml` that is open.
pub fn problem(path: &Path, names: &Names<'_>, files: &dyn Files) -> Option<Problem> {
    let Broken { line, error, .. } = lint_files::read_levels(&names.own(path), files).err()?;
    Some(Problem {
        path: path.to_owned(),
        line,
        column: 0,
        severity: Severity::Error,
        code: "hadolint-config".to_owned(),
        message: error.to_string(),
    })
}
