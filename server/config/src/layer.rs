//! What one source says: every field may be absent. Readers make layers, [`crate::merge`] makes a configuration of them.

use std::path::PathBuf;

use crate::model::{
    GpuWish, Hooks, HostRequirements, Mount, Origin, RunOptions, Setting, Source, UserEnvProbe,
    WaitFor,
};

/// The sources, from the weakest to the strongest. The order is the precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    UserSettings,
    ImageLabel,
    EnvFile,
    Devcontainer,
    RunArgs,
    Customizations,
    CommandLine,
}

/// What one source says.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) rank: Rank,
    pub(crate) name: Option<Setting<String>>,
    pub(crate) source: Option<Setting<Source>>,
    /// A Dockerfile to choose instead of searching, relative to the workspace.
    pub(crate) dockerfile: Option<Setting<PathBuf>>,
    pub(crate) context: Option<Setting<PathBuf>>,
    pub(crate) target: Option<Setting<String>>,
    pub(crate) workspace_folder: Option<Setting<String>>,
    pub(crate) workspace_mount: Option<Setting<Option<Mount>>>,
    pub(crate) mounts: Vec<Setting<Mount>>,
    pub(crate) container_env: Vec<(String, Setting<String>)>,
    pub(crate) remote_env: Vec<(String, Setting<Option<String>>)>,
    pub(crate) container_user: Option<Setting<String>>,
    pub(crate) remote_user: Option<Setting<String>>,
    pub(crate) gpu: Option<Setting<GpuWish>>,
    pub(crate) shm_bytes: Option<Setting<u64>>,
    pub(crate) run: RunOptions,
    pub(crate) hooks: Hooks,
    pub(crate) command: Option<Setting<Vec<String>>>,
    pub(crate) wait_for: Option<Setting<WaitFor>>,
    pub(crate) user_env_probe: Option<Setting<UserEnvProbe>>,
    pub(crate) update_remote_user_uid: Option<Setting<bool>>,
    pub(crate) override_command: Option<Setting<bool>>,
    pub(crate) forward_ports: Vec<Setting<String>>,
    pub(crate) host_requirements: HostRequirements,
    /// Files with the container's environment, instead of the workspace's `.env`.
    pub(crate) env_files: Option<Vec<Setting<PathBuf>>>,
    /// Flags of `docker run`, still to be read.
    pub(crate) run_args: Vec<Setting<String>>,
}

impl Layer {
    pub(crate) fn new(rank: Rank) -> Layer {
        Layer {
            rank,
            name: None,
            source: None,
            dockerfile: None,
            context: None,
            target: None,
            workspace_folder: None,
            workspace_mount: None,
            mounts: Vec::new(),
            container_env: Vec::new(),
            remote_env: Vec::new(),
            container_user: None,
            remote_user: None,
            gpu: None,
            shm_bytes: None,
            run: RunOptions::default(),
            hooks: Hooks::default(),
            command: None,
            wait_for: None,
            user_env_probe: None,
            update_remote_user_uid: None,
            override_command: None,
            forward_ports: Vec::new(),
            host_requirements: HostRequirements::default(),
            env_files: None,
            run_args: Vec::new(),
        }
    }
}

/// A value of the command line.
pub(crate) fn flag<T>(flag: &str, value: T) -> Setting<T> {
    Setting {
        value,
        origin: Origin::Flag {
            flag: flag.to_owned(),
        },
    }
}

/// The same origin for another value.
pub(crate) fn with<T>(origin: &Origin, value: T) -> Setting<T> {
    Setting {
        value,
        origin: origin.clone(),
    }
}
