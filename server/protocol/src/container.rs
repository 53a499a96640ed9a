//! Containers and what happens to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::failure::Problem;

/// Which workspace, and what the command line adds to its configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct WorkspaceParams {
    /// The workspace folder, absolute.
    pub workspace: String,
    /// What flags or a client decide instead of the files.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub overrides: Overrides,
    /// Where the folder has no container, the nearest one above it that has one is meant.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub ancestors: bool,
}

/// What flags or a client decide instead of the files. As typed: meaning and checks are the configuration's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct Overrides {
    /// `--image`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// `--dockerfile`, absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<String>,
    /// `--context`, absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// `--target`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// `--config`: the devcontainer.json to read, absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devcontainer: Option<String>,
    /// `--gpus`: `required`, `optional`, `none`, or what docker takes (`all`, `2`, `device=0,1`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpus: Option<String>,
    /// `--shm-size`, as docker takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shm_size: Option<String>,
    /// `--env NAME=VALUE` or `NAME`, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub env: Vec<String>,
    /// `--env-file`, absolute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub env_file: Vec<String>,
    /// `--user`: the user of sessions and lifecycle commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `--workspace-folder`: where the workspace is in the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_folder: Option<String>,
    /// `--volume`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub volumes: Vec<String>,
    /// `--mount`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub mounts: Vec<String>,
    /// Further flags of `docker run`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub run_args: Vec<String>,
}

/// Parameters of `container/up`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct UpParams {
    /// The workspace and its overrides.
    #[serde(flatten)]
    pub target: WorkspaceParams,
    /// Remove the container and build the image again before.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub rebuild: bool,
    /// With `rebuild` or `build_only`: build without cache.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub no_cache: bool,
    /// Only build the image, or fetch it where that is asked for: the container stays as it is.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub build_only: bool,
    /// Pull an absent image. Without it nothing is ever fetched.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub pull: bool,
    /// The person agrees to this `initializeCommand` (its text), which runs on the host.
    pub trusted_initialize: Option<String>,
}

/// A container that is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Up {
    /// Its state now.
    pub status: Status,
    /// What this call did.
    pub done: Done,
    /// Changes of the configuration that the running container does not have yet.
    pub changes: Vec<Change>,
    /// Problems in files that did not stop it.
    pub warnings: Vec<Problem>,
}

/// What an `up` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Done {
    /// It was up.
    Nothing,
    /// The stopped or paused container was started again.
    Started,
    /// A new container was made.
    Created,
}

/// A change of the configuration, and what applying it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Which setting.
    pub what: String,
    /// What the container has.
    pub from: String,
    /// What the files say.
    pub to: String,
    /// What applying it costs, in words.
    pub cost: String,
}

/// A workspace's container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The workspace folder on the host.
    pub workspace: String,
    /// What it is doing.
    pub state: State,
    /// The container's id; `None` when there is none.
    pub id: Option<String>,
    /// The container's name.
    pub name: Option<String>,
    /// The image's name.
    pub image: Option<String>,
    /// Where the workspace is inside.
    pub workspace_folder: Option<String>,
    /// Whether it has a GPU, and why not.
    pub gpu: Option<Gpu>,
    /// Sessions in it; empty unless it runs.
    pub sessions: Vec<Session>,
    /// Start, in seconds since 1970; 0 unless it runs.
    pub started: u32,
    /// Why it ended, if it was not us.
    pub note: Option<String>,
    /// Changes of the configuration that it does not have yet.
    pub changes: Vec<Change>,
}

/// What a container is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// There is none.
    Absent,
    /// An `up` is under way, and it does not run yet.
    Starting,
    /// It runs.
    Running,
    /// The engine has frozen it.
    Paused,
    /// It exists and does not run.
    Stopped,
}

/// A container's GPU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Gpu {
    /// Proven from inside.
    pub visible: bool,
    /// `required`, `optional` or `none`.
    #[cfg_attr(test, ts(type = "\"required\" | \"optional\" | \"none\""))]
    pub wish: String,
    /// What was seen inside, or why there is none. A sentence's worth, no full stop.
    pub text: String,
    /// What to do about its absence.
    pub remedy: Option<String>,
    /// Names as `nvidia-smi -L` gives them.
    pub devices: Vec<String>,
    /// Their UUIDs, in the same order; empty where only device nodes prove them.
    #[serde(default)]
    pub uuids: Vec<String>,
    /// How the engine was asked: `--gpus all`, …
    pub request: Option<String>,
}

/// A session in a container, for people and editors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Its id in this container.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// What runs.
    pub command: Vec<String>,
    /// The user it runs as.
    pub user: String,
    /// It has a terminal.
    pub terminal: bool,
    /// Start, in seconds since 1970.
    pub started: u32,
    /// Attached clients.
    pub clients: u32,
    /// `running`, `exited`, or `leftover`: the command has ended and left processes.
    #[cfg_attr(test, ts(type = "\"running\" | \"exited\" | \"leftover\""))]
    pub state: String,
    /// How the command ended, as a shell reports it.
    pub exit_code: Option<i32>,
    /// Live processes.
    pub processes: Vec<Process>,
}

/// A process of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Process {
    /// Its id in the container.
    pub pid: u32,
    /// Its command line, shortened.
    pub command: String,
}

/// Parameters of `container/down`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct DownParams {
    /// The workspace folder, absolute; it need not exist any more.
    pub workspace: String,
    /// Stop it and keep the container with what was written in it.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub keep: bool,
    /// Seconds that processes get before they are killed.
    pub timeout_seconds: Option<u32>,
}

/// What a `down` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Down {
    /// The container that is gone or stopped; `None`: there was none.
    pub container: Option<String>,
    /// The sessions that ended with it.
    pub ended: Vec<Session>,
}

/// Parameters of `container/list`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct ListParams {
    /// Ask each running container's init for its sessions.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub sessions: bool,
}

/// Parameters of `container/endpoint`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct EndpointParams {
    /// The workspace and its overrides.
    #[serde(flatten)]
    pub target: WorkspaceParams,
    /// Ask the engine, because what was answered before led nowhere.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub fresh: bool,
}

/// The way to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The workspace folder that the container belongs to.
    pub workspace: String,
    /// The container's id.
    pub container: String,
    /// The container's name.
    pub name: String,
    /// The host folder with init's socket.
    pub socket_folder: String,
    /// The process that must be listening: the container's first, as the host sees it.
    pub pid: u32,
    /// The folder in which sessions start.
    pub workspace_folder: String,
    /// The user of sessions; `None`: PID 1's.
    pub user: Option<String>,
    /// That user's shell, as it was seen when the container came up; `None`: not known.
    pub shell: Option<String>,
    /// What sessions get on top of PID 1's environment; `None` removes.
    pub env: BTreeMap<String, Option<String>>,
    /// What the given overrides ask for that the running container does not have.
    pub changes: Vec<Change>,
}

/// Parameters of `container/progressed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Progressed {
    /// The workspace folder, or the archive.
    pub workspace: String,
    /// What happened.
    pub progress: Progress,
}

/// Something that happened on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Progress {
    /// A phase began: `image`, `build`, `pull`, `load`, `create`, `start`, `hooks`, `prove`.
    Phase { phase: String, text: String },
    /// A build step or hook began.
    StepStarted { step: u32, name: String },
    /// A build step or hook ended.
    StepDone {
        step: u32,
        name: String,
        milliseconds: u32,
        cached: bool,
        failed: bool,
    },
    /// Output of a step; step 0 is the phase's own.
    Output { step: u32, text: String },
    /// So many bytes of a total are through; total 0: unknown.
    Bytes {
        text: String,
        current: f64,
        total: f64,
    },
    /// Something the person should know.
    Note { text: String },
}
