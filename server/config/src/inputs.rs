//! What the caller hands in: the workspace, the command line, the user's environment. No defaults, no meaning.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Everything that [`crate::resolve()`] starts from.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The workspace folder, absolute, symlinks resolved.
    pub workspace: PathBuf,
    /// What the command line or the editor says.
    pub overrides: Overrides,
    /// The user's settings file, `warpdock/settings.json` in their configuration folder; it need not exist.
    pub user_settings: Option<PathBuf>,
    /// The user's environment, for `${localEnv:NAME}` and `~`. Never the daemon's own.
    pub local_env: BTreeMap<String, String>,
    /// The `devcontainer.metadata` label of the image, once it is known.
    pub image_metadata: Option<ImageMetadata>,
}

/// The `devcontainer.metadata` label of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageMetadata {
    /// The image that has it.
    pub image: String,
    /// The label's text.
    pub label: String,
}

/// The command line, as typed: meaning and checks are this crate's. Relative paths are relative to the workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--image`.
    pub image: Option<String>,
    /// `--dockerfile`.
    pub dockerfile: Option<PathBuf>,
    /// `--context`.
    pub context: Option<PathBuf>,
    /// `--target`.
    pub target: Option<String>,
    /// `--config`: the devcontainer.json to read.
    pub devcontainer: Option<PathBuf>,
    /// `--gpus`: `required`, `optional`, `none`, or what docker takes (`all`, `2`, `device=0,1`).
    pub gpus: Option<String>,
    /// `--shm-size`: as docker takes it (`8g`).
    pub shm_size: Option<String>,
    /// `--env`: `NAME=VALUE`, or `NAME` for the user's own value.
    pub env: Vec<String>,
    /// `--env-file`, with the meaning it has for docker.
    pub env_file: Vec<PathBuf>,
    /// `--user`: the user of sessions and hooks.
    pub user: Option<String>,
    /// `--workspace-folder`: where the workspace is in the container.
    pub workspace_folder: Option<String>,
    /// `--volume`.
    pub volumes: Vec<String>,
    /// `--mount`.
    pub mounts: Vec<String>,
    /// Further flags of `docker run`.
    pub run_args: Vec<String>,
}
