//! One decision from wish, engine and host: how the GPU is asked for.

use serde::Serialize;

use crate::version::Version;

/// How much a GPU is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Without one the container is not started.
    Required,
    /// Without one it starts and says so.
    Optional,
    /// None is asked for.
    None,
}

/// Which GPUs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Devices {
    /// Every GPU.
    All,
    /// So many, the engine chooses.
    Count(u32),
    /// These indexes, UUIDs or MIG ids.
    Ids(Vec<String>),
}

/// What the project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// How much.
    pub need: Need,
    /// Which.
    pub devices: Devices,
    /// Driver capabilities; empty: the default.
    pub capabilities: Vec<String>,
}

/// What the engine says of itself (`/version`, `/info`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineFacts {
    /// Podman behind Docker's API.
    pub podman: bool,
    /// `major.minor.patch`.
    pub version: String,
    /// `/info.OperatingSystem`.
    pub operating_system: String,
    /// `/info.KernelVersion`.
    pub kernel_version: String,
    /// Keys of `/info.Runtimes`.
    pub runtimes: Vec<String>,
    /// `/info.DefaultRuntime`.
    pub default_runtime: String,
    /// `/info.DiscoveredDevices` with source cdi (API 1.50).
    pub cdi_devices: Vec<String>,
    /// `/info.CDISpecDirs` (API 1.44); empty: CDI is off or unknown to this engine.
    pub cdi_spec_dirs: Vec<String>,
    /// `/info.SecurityOptions` names: `rootless`, `userns`, `seccomp`, …
    pub security_options: Vec<String>,
    /// `systemd` or `cgroupfs`.
    pub cgroup_driver: String,
    /// The engine runs on this machine, so that host facts speak for it.
    pub local: bool,
}

/// One way to ask the engine for GPUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Request {
    /// `DeviceRequests`: what `--gpus` sends. `count` -1 is all; `ids` empty unless chosen.
    DeviceRequest {
        driver: String,
        count: i64,
        ids: Vec<String>,
        capabilities: Vec<String>,
    },
    /// `DeviceRequests` with driver `cdi` and fully qualified names.
    Cdi { names: Vec<String> },
    /// A runtime of the engine and the variables that it reads.
    Runtime {
        name: String,
        env: Vec<(String, String)>,
    },
    /// Plain device nodes (AMD without toolkit, Intel, WSL), and numeric groups that may open them.
    Nodes {
        paths: Vec<String>,
        groups: Vec<u32>,
        security_opt: Vec<String>,
    },
}

/// What to try, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The ways to try, best first; empty: start without a GPU, or do not start.
    pub attempts: Vec<Request>,
    /// Device nodes listed beside the request, so that a cgroup reset does not take the GPU away.
    pub keep_nodes: Vec<String>,
    /// Why there is nothing to try, or what is odd: a sentence and what to do.
    pub reason: Option<Reason>,
}

/// Why there is no GPU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// A stable name, such as `no-gpu`, `driver-not-loaded`, `toolkit-missing`, `engine-older-than-toolkit`.
    pub code: String,
    /// What is so. Lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl EngineFacts {
    /// The engine runs without root.
    pub fn is_rootless(&self) -> bool {
        self.security_options.iter().any(|it| it == "rootless")
    }

    /// The engine's version, as far as it is one.
    pub fn parsed_version(&self) -> Option<Version> {
        Version::parse(&self.version)
    }
}
