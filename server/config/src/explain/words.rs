//! What the table of flags cannot know: the words that depend on the line.

use super::FlagExplanation;
use super::json;
use super::line::{Because, Project, mount_of};
use crate::model::MountKind;
use crate::run_args::Used;

/// What the table cannot know of a flag.
pub(super) fn special(used: &Used, project: Option<&Project>) -> Option<String> {
    match used.flag.name {
        "volume" | "mount" => match (mount_of(used), project) {
            (Some(mount), Some(project)) if mount == project.mount => Some(project_words(project)),
            (Some(mount), _) => Some(match mount.kind {
                MountKind::Bind => {
                    "It becomes an entry of `mounts`: the folder is the same inside and outside"
                        .to_owned()
                }
                MountKind::Volume => {
                    "It becomes an entry of `mounts`: the volume outlives the container".to_owned()
                }
                MountKind::Tmpfs => {
                    "It becomes an entry of `mounts`: it is empty at each start".to_owned()
                }
            }),
            (None, _) => None,
        },
        "env" if !used.value.contains('=') => {
            Some("It is passed on as it is: the value is your environment's at each `up`, and is written nowhere".to_owned())
        }
        "runtime" if used.value != "nvidia" => Some("It is passed on as it is".to_owned()),
        "device" if used.value.starts_with("nvidia.com/gpu=") => Some(
            "It becomes a request for GPUs; Warpdock chooses the engine's way to give them"
                .to_owned(),
        ),
        _ => None,
    }
}

/// The words of the mount that is the project, or is taken for it.
fn project_words(project: &Project) -> String {
    let source = project.mount.source.as_deref().unwrap_or("the folder");
    let target = project.mount.target.trim_end_matches('/');
    match (target, project.because) {
        ("/app", _) => {
            format!("This is the project: `warpdock` in {source} mounts it at /app by itself")
        }
        (target, Because::Here) => {
            format!("This is the project: `workspaceFolder` says that it is mounted at {target}")
        }
        (target, Because::StartsThere) => format!(
            "This is taken for the project, because commands start there (`-w`): run `warpdock` in {source}; `workspaceFolder` says that it is mounted at {target}"
        ),
        (target, Because::UsualPlace) => format!(
            "This is taken for the project, because projects are usually mounted at {target}: run `warpdock` in {source}; `workspaceFolder` says where it is mounted"
        ),
    }
}

/// The words of the image.
pub(super) fn image_words(image: &str) -> FlagExplanation {
    FlagExplanation {
        written: image.to_owned(),
        does: "Names the image: the file system, programs and defaults that the container starts from".to_owned(),
        instead: "It becomes `image`; an image that is present is used, and nothing is downloaded unasked".to_owned(),
    }
}

/// The words of the command.
pub(super) fn command_words(command: &[String]) -> FlagExplanation {
    let written = json::shell_text(command);
    match json::is_shell(command) {
        true => FlagExplanation {
            written,
            does: "Runs a shell instead of the image's own command".to_owned(),
            instead:
                "Nothing to write: `warpdock` opens the user's shell, and as many more as you like"
                    .to_owned(),
        },
        false => FlagExplanation {
            written,
            does: "Runs this instead of the image's own command; the container ends with it"
                .to_owned(),
            instead:
                "It becomes `command`: `warpdock run` runs it, and the container stays when it ends"
                    .to_owned(),
        },
    }
}
