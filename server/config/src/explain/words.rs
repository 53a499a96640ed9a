//! What the table of flags cannot know: the words that depend on the line.

use super::FlagExplanation;
use super::json;
use super::line::mount_of;
use crate::model::{Mount, MountKind};
use crate::run_args::Used;

/// What the table cannot know of a flag.
pub(super) fn special(used: &Used, workspace: Option<&Mount>) -> Option<String> {
    match used.flag.name {
        "volume" | "mount" => match (mount_of(used), workspace) {
            (Some(mount), Some(workspace)) if mount == *workspace => {
                Some(match mount.target.trim_end_matches('/') {
                    "/app" => format!(
                        "This is the project: `warpdock` in {} mounts it at /app by itself",
                        mount.source.as_deref().unwrap_or("the folder")
                    ),
                    target => format!(
                        "This is the project: `workspaceFolder` says that it is mounted at {target}"
                    ),
                })
            }
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
