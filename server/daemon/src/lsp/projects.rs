//! The projects of a window: its workspace folders, or the folder of a file that is in none, each
//! with what its configuration says, the editor's unsaved texts included.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use config::{
    inputs::{Inputs, Overrides},
    model::{Origin, Severity, Source},
};
use lint::context::Context;
use tower_lsp::ls_types::{CodeLens, Uri};

use crate::{
    environment,
    event::Reply,
    lint_files,
    lsp::{
        beside::{self, Beside},
        documents::{Documents, Kind},
        overlay::{Names, Overlay},
    },
};

/// The projects of a window.
#[derive(Debug, Default)]
pub struct Projects {
    /// The editor's workspace folders.
    pub folders: Vec<PathBuf>,
    known: HashMap<PathBuf, State>,
}

/// What is known of a project, and who waits for it.
#[derive(Debug, Default)]
pub struct State {
    /// What its configuration says, once it was read.
    pub project: Option<Arc<Project>>,
    /// It is being read.
    pub under_way: bool,
    /// Something changed meanwhile.
    pub again: bool,
    /// Code lenses that wait for it.
    pub lenses: Vec<(Uri, Reply<Option<Vec<CodeLens>>>)>,
}

/// What a project's configuration says. Files are named as the editor names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Where the workspace is in the container.
    pub workspace_folder: String,
    /// What is built, if something is.
    pub build: Option<Build>,
    /// What the linter goes by besides.
    pub beside: Beside,
    /// What is wrong in its files.
    pub problems: Vec<Problem>,
    /// What was read or looked for.
    pub files: Vec<PathBuf>,
}

impl Default for Project {
    fn default() -> Project {
        Project {
            workspace_folder: Context::default().workspace_folder.to_owned(),
            build: None,
            beside: Beside::default(),
            problems: Vec::new(),
            files: Vec::new(),
        }
    }
}

/// What is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The Dockerfile.
    pub dockerfile: PathBuf,
    /// Build arguments.
    pub args: Vec<(String, String)>,
    /// The stage; `None`: the last.
    pub target: Option<String>,
}

/// What is wrong at a place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// From 1; 0: the file as a whole.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// How bad.
    pub severity: Severity,
    /// A stable name.
    pub code: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What is needed to read a project.
#[derive(Debug)]
pub struct Reading {
    folder: PathBuf,
    environment: BTreeMap<String, String>,
    texts: Vec<Text>,
}

/// A project as it was read, and the versions of the texts that it was read from.
#[derive(Debug)]
pub struct Outcome {
    /// Its folder.
    pub folder: PathBuf,
    /// What its configuration says.
    pub project: Project,
    /// The texts that were open.
    pub versions: HashMap<Uri, i32>,
}

impl Outcome {
    /// What is left when reading went wrong in a way that it must not.
    pub fn nothing(folder: PathBuf) -> Outcome {
        Outcome {
            folder,
            project: Project::default(),
            versions: HashMap::new(),
        }
    }
}

/// An open document.
#[derive(Debug)]
struct Text {
    uri: Uri,
    path: PathBuf,
    version: i32,
    kind: Kind,
    /// It belongs to the project.
    is_inside: bool,
    text: Arc<str>,
}

impl Projects {
    /// The project that a file belongs to: the innermost workspace folder around it, or its own
    /// folder.
    pub fn folder_of(&self, path: &Path) -> Option<PathBuf> {
        let around = self.folders.iter().filter(|it| path.starts_with(it));
        match around.max_by_key(|folder| folder.components().count()) {
            Some(folder) => Some(folder.clone()),
            None => own_folder(path).map(Path::to_owned),
        }
    }

    /// The folders of all projects that were asked for.
    pub fn all(&self) -> Vec<PathBuf> {
        self.known.keys().cloned().collect()
    }

    /// Whether a project was asked for before.
    pub fn is_known(&self, folder: &Path) -> bool {
        self.known.contains_key(folder)
    }

    /// What is known of a project.
    pub fn state(&mut self, folder: &Path) -> &mut State {
        self.known.entry(folder.to_owned()).or_default()
    }

    /// What the configuration of a project says, once it was read.
    pub fn project(&self, folder: &Path) -> Option<Arc<Project>> {
        self.known.get(folder)?.project.clone()
    }

    /// The folders of the projects that have read this file, or looked for it.
    pub fn concerned(&self, path: &Path) -> Vec<PathBuf> {
        let known = self.known.iter().filter(|(_, state)| {
            let project = state.project.as_ref();
            project.is_some_and(|project| project.files.iter().any(|file| file == path))
        });
        known.map(|(folder, _)| folder.clone()).collect()
    }

    /// Forgets a folder that is none of the window's any more.
    pub fn forget(&mut self, folder: &Path) {
        self.folders.retain(|known| known != folder);
        self.known.remove(folder);
    }
}

/// A file of `.devcontainer` belongs to the folder around that.
fn own_folder(path: &Path) -> Option<&Path> {
    let mut around = path.ancestors();
    match around.find(|folder| folder.ends_with(".devcontainer")) {
        Some(folder) => folder.parent(),
        None => path.parent(),
    }
}

impl Reading {
    /// Takes what is open now.
    pub fn new(
        folder: PathBuf,
        environment: BTreeMap<String, String>,
        documents: &Documents,
        projects: &Projects,
    ) -> Reading {
        let texts = documents.iter().filter_map(|(uri, document)| {
            let path = document.path.clone()?;
            Some(Text {
                uri: uri.clone(),
                is_inside: projects.folder_of(&path).as_ref() == Some(&folder),
                path,
                version: document.version,
                kind: document.kind,
                text: Arc::clone(&document.text),
            })
        });
        Reading {
            texts: texts.collect(),
            folder,
            environment,
        }
    }

    /// Reads. Some milliseconds, and longer on a slow file system.
    pub fn read(self) -> Outcome {
        // A text that was never saved may name any folder.
        if !self.folder.is_dir() {
            return Outcome::nothing(self.folder);
        }
        // The folder's own name, which the configuration goes by; the editor may know it by another.
        let workspace = fs::canonicalize(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let names = Names {
            editor: &self.folder,
            own: &workspace,
        };
        let files = Overlay {
            texts: self
                .texts
                .iter()
                .map(|text| (names.own(&text.path), &*text.text))
                .collect(),
        };
        let mut inputs = Inputs {
            workspace: workspace.clone(),
            user_settings: environment::user_settings(&self.environment),
            local_env: self.environment,
            ..Inputs::default()
        };
        let resolved = config::resolve(&inputs, &files);
        let mut problems = located(&resolved.problems, &names);
        let mut seen: Vec<_> = resolved.files.iter().map(|it| names.editor(it)).collect();
        let chosen = resolved.config.devcontainer.as_ref();
        let others = self.texts.iter().filter(|text| {
            text.kind == Kind::Devcontainer
                && text.path.starts_with(&self.folder)
                && chosen.is_none_or(|chosen| names.editor(chosen) != text.path)
        });
        // A configuration that is open and not the chosen one is looked at for itself.
        for other in others {
            inputs.overrides = Overrides {
                devcontainer: Some(names.own(&other.path)),
                ..Overrides::default()
            };
            let theirs = config::resolve(&inputs, &files);
            let theirs = located(&theirs.problems, &names);
            problems.extend(theirs.into_iter().filter(|it| it.path == other.path));
            seen.push(other.path.clone());
        }
        let inside = |text: &&Text| text.is_inside && text.kind == Kind::Dockerfile;
        let dockerfiles = self.texts.iter().filter(inside);
        let dockerfiles = dockerfiles.map(|text| text.path.as_path());
        let beside = Beside::read(dockerfiles, &names, &files, &mut seen);
        for text in &self.texts {
            if lint_files::is_config(&text.path) && (text.is_inside || seen.contains(&text.path)) {
                problems.extend(beside::problem(&text.path, &names, &files));
                seen.push(text.path.clone());
            }
        }
        let build = match resolved.config.source.map(|source| source.value) {
            Some(Source::Build(build)) => Some(Build {
                dockerfile: names.editor(&build.dockerfile),
                args: build.args,
                target: build.target,
            }),
            Some(Source::Image { .. }) | None => None,
        };
        Outcome {
            project: Project {
                workspace_folder: resolved.config.workspace_folder.value,
                build,
                beside,
                problems,
                files: seen,
            },
            versions: self
                .texts
                .iter()
                .map(|text| (text.uri.clone(), text.version))
                .collect(),
            folder: self.folder,
        }
    }
}

fn located(problems: &[config::model::Problem], names: &Names<'_>) -> Vec<Problem> {
    let located = problems.iter().filter_map(|problem| match &problem.origin {
        Origin::File { path, line, column } => Some(Problem {
            path: names.editor(path),
            line: *line,
            column: *column,
            severity: problem.severity,
            code: problem.code.clone(),
            message: match &problem.remedy {
                Some(remedy) => format!("{}\n{remedy}", problem.message),
                None => problem.message.clone(),
            },
        }),
        _ => None,
    });
    located.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_innermost_folder_around_it() {
        let projects = Projects {
            folders: vec!["/a".into(), "/a/b".into()],
            known: HashMap::new(),
        };
        let folder = |path: &str| projects.folder_of(Path::new(path));
        assert_eq!(folder("/a/b/c/Dockerfile"), Some("/a/b".into()));
        assert_eq!(folder("/a/bc/Dockerfile"), Some("/a".into()));
        assert_eq!(folder("/x/Dockerfile"), Some("/x".into()));
        let inside = "/x/.devcontainer/gpu/devcontainer.json";
        assert_eq!(folder(inside), Some("/x".into()));
    }
}
