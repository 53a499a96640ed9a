//! The resolved configuration of a workspace.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The command line: the flag's name.
    Flag { flag: String },
    /// A file; line and column count from 1. Line 0: the file as a whole.
    File {
        path: PathBuf,
        line: u32,
        column: u32,
    },
    /// The image's `devcontainer.metadata` label.
    ImageLabel { image: String },
    /// An environment variable of the user.
    Environment { name: String },
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => write!(formatter, "default"),
            Origin::Flag { flag } => write!(formatter, "{flag}"),
            Origin::File { path, line: 0, .. } => write!(formatter, "{}", path.display()),
            Origin::File { path, line, column } => {
                write!(formatter, "{}:{line}:{column}", path.display())
            }
            Origin::ImageLabel { image } => write!(formatter, "metadata label of image {image}"),
            Origin::Environment { name } => write!(formatter, "environment variable {name}"),
        }
    }
}

/// Everything that decides what the container is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// The workspace folder on the host, absolute and without symlinks.
    pub local_workspace_folder: PathBuf,
    /// The devcontainer.json that was read.
    pub devcontainer: Option<PathBuf>,
    /// What `${devcontainerId}` stands for: 52 characters, stable for a workspace and its devcontainer.json.
    pub devcontainer_id: String,
    /// A name for people.
    pub name: Setting<String>,
    /// What the container is made from; `None`: nothing found, a problem says so.
    pub source: Option<Setting<Source>>,
    /// Where the workspace is in the container.
    pub workspace_folder: Setting<String>,
    /// How it gets there; `None` value: not mounted at all (`"workspaceMount": ""`).
    pub workspace_mount: Setting<Option<Mount>>,
    /// Further mounts, one a target.
    pub mounts: Vec<Setting<Mount>>,
    /// The environment of the container's first process, and so of every session.
    pub container_env: Vec<(String, Setting<String>)>,
    /// The environment added to sessions; `None` removes. `${containerEnv:X}` is still unresolved here.
    pub remote_env: Vec<(String, Setting<Option<String>>)>,
    /// The user of the container's first process.
    pub container_user: Option<Setting<String>>,
    /// The user of sessions and hooks.
    pub remote_user: Option<Setting<String>>,
    /// Whether a GPU is wanted.
    pub gpu: Setting<GpuWish>,
    /// Size of /dev/shm in bytes; `None`: sized by the machine.
    pub shm_bytes: Option<Setting<u64>>,
    /// What `runArgs` and the command line add.
    pub run: RunOptions,
    /// The lifecycle commands.
    pub hooks: Hooks,
    /// What `run` runs instead of the image's CMD.
    pub command: Option<Setting<Vec<String>>>,
    /// `up` is done when this hook is; later ones run on in the background. Has no effect yet.
    pub wait_for: Option<Setting<WaitFor>>,
    /// Which shell's environment sessions start with. Has no effect yet.
    pub user_env_probe: Option<Setting<UserEnvProbe>>,
    /// Whether the remote user takes the uid and gid of the workspace's owner. Has no effect yet.
    pub update_remote_user_uid: Option<Setting<bool>>,
    /// Whether the image's command is replaced by waiting. `false`: `up` also runs it as a session.
    pub override_command: Setting<bool>,
    /// Ports to forward: `port` or `host:port`. Has no effect yet.
    pub forward_ports: Vec<Setting<String>>,
    /// What the machine must have besides a GPU.
    pub host_requirements: HostRequirements,
}

/// What the container is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Source {
    /// A ready image.
    Image { name: String },
    /// A Dockerfile.
    Build(Build),
}

/// An image to build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Build {
    /// The Dockerfile on the host, absolute.
    pub dockerfile: PathBuf,
    /// SHA-256 of the Dockerfile's text when it was read, in hex; `None`: it could not be read, a problem says so.
    pub dockerfile_sha256: Option<String>,
    /// The build context on the host, absolute.
    pub context: PathBuf,
    /// Build arguments.
    pub args: Vec<(String, String)>,
    /// The stage to build; `None`: the last.
    pub target: Option<String>,
    /// Images to take cache from.
    pub cache_from: Vec<String>,
    /// Labels for the image (`build.options: ["--label", …]`).
    pub labels: Vec<(String, String)>,
    /// Network mode of RUN (`build.options: ["--network=…"]`).
    pub network: Option<String>,
    /// Platform to build for.
    pub platform: Option<String>,
}

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mount {
    /// Bind, volume or tmpfs.
    pub kind: MountKind,
    /// Host path, or volume name; `None`: an anonymous volume, or tmpfs.
    pub source: Option<String>,
    /// Path in the container.
    pub target: String,
    /// Not writable in the container.
    pub read_only: bool,
}

/// The kinds of mounts that the engine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum MountKind {
    /// A host path.
    Bind,
    /// A volume of the engine.
    Volume,
    /// Memory.
    Tmpfs,
}

/// Whether a GPU is wanted, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GpuWish {
    /// Required, optional or none.
    pub need: GpuNeed,
    /// Which devices.
    pub devices: GpuDevices,
    /// Driver capabilities asked for (`compute`, `utility`, …); empty: the default.
    pub capabilities: Vec<String>,
    /// Total GPU memory that at least one device must have, in bytes (`hostRequirements.gpu.memory`).
    pub memory_bytes: Option<u64>,
}

/// How much a GPU is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum GpuNeed {
    /// Without one the container is not started.
    Required,
    /// Without one it starts and says so. The default.
    Optional,
    /// No GPU is asked for.
    None,
}

/// Which GPUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum GpuDevices {
    /// Every GPU.
    All,
    /// So many, the engine chooses.
    Count { count: u32 },
    /// These indexes, UUIDs or MIG ids.
    Ids { ids: Vec<String> },
}

/// Options of `docker run` that have no field of their own, as `runArgs` gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunOptions {
    /// `--name`.
    pub container_name: Option<Setting<String>>,
    /// `--hostname`.
    pub hostname: Option<Setting<String>>,
    /// `--network`.
    pub network: Option<Setting<String>>,
    /// `--ipc`.
    pub ipc: Option<Setting<String>>,
    /// `--pid`.
    pub pid: Option<Setting<String>>,
    /// `--uts`.
    pub uts: Option<Setting<String>>,
    /// `--userns`.
    pub userns: Option<Setting<String>>,
    /// `--cgroupns`.
    pub cgroupns: Option<Setting<String>>,
    /// `--runtime`.
    pub runtime: Option<Setting<String>>,
    /// `--restart`.
    pub restart: Option<Setting<String>>,
    /// `--platform`.
    pub platform: Option<Setting<String>>,
    /// `--privileged`.
    pub privileged: Option<Setting<bool>>,
    /// `--read-only`.
    pub read_only: Option<Setting<bool>>,
    /// `--memory`, bytes.
    pub memory_bytes: Option<Setting<u64>>,
    /// `--memory-swap`, bytes; -1: unlimited.
    pub memory_swap_bytes: Option<Setting<i64>>,
    /// `--cpus`, in billionths of a CPU.
    pub nano_cpus: Option<Setting<u64>>,
    /// `--cpuset-cpus`.
    pub cpuset_cpus: Option<Setting<String>>,
    /// `--pids-limit`.
    pub pids_limit: Option<Setting<i64>>,
    /// `--oom-score-adj`.
    pub oom_score_adj: Option<Setting<i64>>,
    /// `--stop-timeout`, seconds.
    pub stop_timeout: Option<Setting<u32>>,
    /// `--cap-add`.
    pub cap_add: Vec<Setting<String>>,
    /// `--cap-drop`.
    pub cap_drop: Vec<Setting<String>>,
    /// `--security-opt`.
    pub security_opt: Vec<Setting<String>>,
    /// `--device`: host path, container path, permissions; or a CDI name as host path alone.
    pub devices: Vec<Setting<Device>>,
    /// `--group-add`.
    pub group_add: Vec<Setting<String>>,
    /// `--add-host`.
    pub add_host: Vec<Setting<String>>,
    /// `--dns`.
    pub dns: Vec<Setting<String>>,
    /// `--ulimit`: name, soft, hard.
    pub ulimits: Vec<Setting<Ulimit>>,
    /// `--publish`: `[ip:][host:]container[/proto]`, checked.
    pub publish: Vec<Setting<String>>,
    /// `--label`.
    pub labels: Vec<(String, Setting<String>)>,
    /// `--sysctl`.
    pub sysctls: Vec<(String, Setting<String>)>,
    /// `--init` was asked for: ours takes its place.
    pub init: Option<Setting<bool>>,
    /// `--entrypoint`: what `run` starts instead of the image's ENTRYPOINT; empty: none. PID 1 is always our init.
    pub entrypoint: Option<Setting<String>>,
}

/// A device of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Path on the host, or a CDI name such as `nvidia.com/gpu=0`.
    pub host: String,
    /// Path in the container.
    pub container: String,
    /// Of `rwm`.
    pub permissions: String,
}

/// A resource limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ulimit {
    /// `memlock`, `stack`, …
    pub name: String,
    /// Soft limit; -1: unlimited.
    pub soft: i64,
    /// Hard limit; -1: unlimited.
    pub hard: i64,
}

/// The six lifecycle commands of devcontainer.json. Those of the image's metadata come first in each list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hooks {
    /// On the host, before anything else; needs trust. Only devcontainer.json has it.
    pub initialize: Option<Setting<Hook>>,
    /// Once a container.
    pub on_create: Vec<Setting<Hook>>,
    /// Once a container, after `on_create`.
    pub update_content: Vec<Setting<Hook>>,
    /// Once a container, after `update_content`.
    pub post_create: Vec<Setting<Hook>>,
    /// At each start.
    pub post_start: Vec<Setting<Hook>>,
    /// At each `up`.
    pub post_attach: Vec<Setting<Hook>>,
}

/// A lifecycle command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Hook {
    /// Run by `/bin/sh -c`.
    Shell { command: String },
    /// Run as it is.
    Argv { argv: Vec<String> },
    /// All at once; each must succeed.
    Parallel { commands: Vec<(String, Hook)> },
}

/// The hooks that `up` can wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is the hook of that name")]
pub enum WaitFor {
    InitializeCommand,
    OnCreateCommand,
    UpdateContentCommand,
    PostCreateCommand,
    PostStartCommand,
}

/// How the user's environment is found in the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum UserEnvProbe {
    /// Not at all: sessions have the container's environment.
    None,
    /// From a login shell.
    LoginShell,
    /// From an interactive login shell.
    LoginInteractiveShell,
    /// From an interactive shell.
    InteractiveShell,
}

/// `hostRequirements` without its GPU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostRequirements {
    /// Number of CPUs.
    pub cpus: Option<Setting<u32>>,
    /// Memory in bytes.
    pub memory_bytes: Option<Setting<u64>>,
    /// Storage in bytes.
    pub storage_bytes: Option<Setting<u64>>,
}

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Errors stop `up`; warnings are said; notes are for `config --explain`.
    pub severity: Severity,
    /// A stable name for the kind of problem, kebab-case.
    pub code: String,
    /// What is wrong, and what was expected. Lower case, no full stop.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// What to do, if that is not plain from the message.
    pub remedy: Option<String>,
}

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Stops `up`.
    Error,
    /// Is said.
    Warning,
    /// Said only to those who ask: a flag that we replace, a value without effect.
    Note,
}
