//! `docker run` lines: read into a configuration with every flag explained, and written from one.
//!
//! `shell.rs` splits the text as a shell would, `line.rs` finds the command in it, `json.rs` writes the
//! devcontainer.json, `render.rs` writes the line, `words.rs`
//! explains what depends on the line. What flags mean is [`crate::run_args`]'s, their words
//! [`crate::flags`]'.

mod json;
mod line;
mod render;
mod shell;
mod words;

use serde::Serialize;

use crate::flags::{Fate, Flag};
use crate::model::{Config, Problem};
use crate::run_args::Used;

/// Where the line would have been typed, for `$(pwd)`, `~` and `$(id -u)`. What is not known stays a variable of
/// devcontainer.json where there is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The current folder.
    pub cwd: Option<String>,
    /// The home folder.
    pub home: Option<String>,
    /// The user's id and group.
    pub ids: Option<(u32, u32)>,
}

/// A `docker run` line, understood. Where it says nothing, our defaults hold: a GPU if there is one, and /dev/shm sized
/// by the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DockerRun {
    /// The image.
    pub image: String,
    /// What it runs; empty: the image's own command.
    pub command: Vec<String>,
    /// The host folder that the line mounts as the project, and so where the devcontainer.json belongs; may hold
    /// `${localWorkspaceFolder}`. `None`: it mounts none.
    pub workspace: Option<String>,
    /// The text of the devcontainer.json that says the same.
    pub devcontainer_json: String,
    /// Every word of the line, in its order.
    pub explanations: Vec<FlagExplanation>,
    /// What has no effect, or was read generously.
    pub warnings: Vec<Problem>,
}

/// One word or flag of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlagExplanation {
    /// As written, its value included.
    pub written: String,
    /// What it does: a sentence without its full stop.
    pub does: String,
    /// What Warpdock does in its place: a sentence without its full stop.
    pub instead: String,
}

/// How [`render_docker_line`] writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendering {
    /// The name of the image; `None`: the configuration's, or one made of the workspace's name where it is built.
    pub image: Option<String>,
    /// The flags that ask for the GPU on this machine; `None`: those of the wish.
    pub gpu_flags: Option<Vec<String>>,
    /// The size of /dev/shm in bytes where the configuration says none; `None`: docker's own 64 MB.
    pub shm_bytes: Option<u64>,
    /// Start with `sudo`.
    pub sudo: bool,
    /// A flag a line, joined by backslashes.
    pub wrapped: bool,
}

/// Reads a line with `docker run`, `podman run` or `nvidia-docker run` in it, as it was typed or pasted: with `sudo`,
/// variables before it, a prompt, and over several lines.
///
/// # Errors
/// A problem when there is no such command, a flag is unknown or has no value, or no image is named.
pub fn parse_docker_line(text: &str, surroundings: &Surroundings) -> Result<DockerRun, Problem> {
    line::parse(text, surroundings)
}

/// The `docker run` line that is equal to a configuration. Where the image is built, the line that builds it comes
/// first.
pub fn render_docker_line(config: &Config, rendering: &Rendering) -> String {
    render::render(config, rendering)
}

/// Words as a shell reads them back.
pub(crate) fn shell_text(words: &[String]) -> String {
    json::shell_text(words)
}

/// Every flag of `docker run` with its words: its names, what it does, what Warpdock does in its place.
pub fn all_flags() -> Vec<FlagExplanation> {
    crate::flags::FLAGS
        .iter()
        .map(|flag| FlagExplanation {
            written: names(flag),
            does: flag.does.to_owned(),
            instead: flag.instead.to_owned(),
        })
        .collect()
}

fn names(flag: &Flag) -> String {
    match flag.short {
        Some(letter) => format!("-{letter}, --{}", flag.name),
        None => format!("--{}", flag.name),
    }
}

/// The words of a flag; `special` is what they are here, if that is more than the table says.
fn explain(used: &Used, special: Option<String>) -> FlagExplanation {
    FlagExplanation {
        written: used.written.clone(),
        does: used.flag.does.to_owned(),
        instead: special.unwrap_or_else(|| used.flag.instead.to_owned()),
    }
}

fn is_carried(flag: &Flag) -> bool {
    flag.fate == Fate::Carried
}
