//! The project's configuration: the `config` crate with this machine's files under it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use config::{
    Resolved,
    files::{Files, PathKind},
    inputs::{ImageMetadata, Inputs},
    model::{Origin, Severity},
};
use engine::build::regular;
use protocol::{container::Overrides, failure::Problem};

use crate::{environment, error::Error};

/// The workspace folder as everybody names it: absolute, without symlinks.
pub fn workspace(folder: &str) -> Result<PathBuf, Error> {
    let path = PathBuf::from(folder);
    let failed = |reason: String| Error::Workspace {
        path: path.clone(),
        reason,
    };
    let canonical = fs::canonicalize(&path).map_err(|error| failed(error.to_string()))?;
    match fs::metadata(&canonical) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(failed("it is not a folder".to_owned())),
        Err(error) => return Err(failed(error.to_string())),
    }
    match canonical.to_str() {
        Some(_) => Ok(canonical),
        None => Err(failed(
            "its name is not UTF-8, which the engine's interface requires".to_owned(),
        )),
    }
}

/// The same for a folder that may be gone.
pub fn workspace_or_gone(folder: &str) -> PathBuf {
    fs::canonicalize(folder).unwrap_or_else(|_| PathBuf::from(folder))
}

/// Reads the project. Some milliseconds, and longer on a slow file system: off the runtime.
pub async fn resolve(
    workspace: PathBuf,
    overrides: Overrides,
    environment: BTreeMap<String, String>,
    image_metadata: Option<ImageMetadata>,
) -> Result<Resolved, Error> {
    tokio::task::spawn_blocking(move || {
        let inputs = Inputs {
            overrides: words(overrides),
            user_settings: environment::user_settings(&environment),
            local_env: environment,
            image_metadata,
            workspace,
        };
        config::resolve(&inputs, &ThisMachine)
    })
    .await
    .map_err(|_panicked| Error::AnswerLost)
}

/// The problems as they travel. Places are relative to the workspace where they are in it.
pub fn problems(problems: &[config::model::Problem], workspace: &Path) -> Vec<Problem> {
    problems
        .iter()
        // A note explains a choice; `config --explain` shows its outcome.
        .filter(|problem| problem.severity != Severity::Note)
        .map(|problem| {
            let (file, line, column) = match &problem.origin {
                Origin::File { path, line, column } => {
                    (Some(path.display().to_string()), *line, *column)
                }
                _ => (None, 0, 0),
            };
            Problem {
                error: problem.severity == Severity::Error,
                code: problem.code.clone(),
                message: problem.message.clone(),
                place: place(&problem.origin, workspace),
                file,
                line,
                column,
                remedy: problem.remedy.clone(),
            }
        })
        .collect()
}

/// Where a value came from, as a person reads it.
pub fn place(origin: &Origin, workspace: &Path) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::Flag { flag } => flag.clone(),
        // The workspace itself: what is missing in it.
        Origin::File { path, .. } if path == workspace => path.display().to_string(),
        Origin::File { path, line, column } => {
            let path = path.strip_prefix(workspace).unwrap_or(path);
            match line {
                0 => path.display().to_string(),
                line => format!("{}:{line}:{column}", path.display()),
            }
        }
        Origin::ImageLabel { image } => format!("the devcontainer.metadata label of {image}"),
        Origin::Environment { name } => format!("the environment variable {name}"),
    }
}

fn words(overrides: Overrides) -> config::inputs::Overrides {
    config::inputs::Overrides {
        image: overrides.image,
        dockerfile: overrides.dockerfile.map(PathBuf::from),
        context: overrides.context.map(PathBuf::from),
        target: overrides.target,
        devcontainer: overrides.devcontainer.map(PathBuf::from),
        gpus: overrides.gpus,
        shm_size: overrides.shm_size,
        env: overrides.env,
        env_file: overrides.env_file.into_iter().map(PathBuf::from).collect(),
        user: overrides.user,
        workspace_folder: overrides.workspace_folder,
        volumes: overrides.volumes,
        mounts: overrides.mounts,
        run_args: overrides.run_args,
    }
}

/// This machine's disk.
#[derive(Debug)]
pub struct ThisMachine;

impl Files for ThisMachine {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        regular::read(path)
    }

    fn kind(&self, path: &Path) -> Option<PathKind> {
        let metadata = fs::metadata(path).ok()?;
        Some(match (metadata.is_file(), metadata.is_dir()) {
            (true, _) => PathKind::File,
            (_, true) => PathKind::Folder,
            _ => PathKind::Other,
        })
    }

    fn list(&self, folder: &Path) -> Vec<String> {
        fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect()
    }
}
