//! One decision from wish, engine and host: how the GPU is asked for.

use serde::Serialize;

use crate::cause::Cause;
use crate::facts::HostFacts;
use crate::recognise::recognise;
use crate::version::Version;
use crate::{nvidia, others};

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The ways to try, best first; empty: start without a GPU, or do not start.
    pub attempts: Vec<Request>,
    /// Device nodes listed beside the request, so that a cgroup reset does not take the GPU away.
    pub keep_nodes: Vec<String>,
    /// Why there is nothing to try. With attempts: what is odd, to be said only when they all failed.
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

/// Decides what to try. Pure: the same facts give the same plan.
///
/// An optional wish on a host without any sign of a GPU tries nothing, so that such a
/// machine starts fast; where host facts do not speak for the engine (another machine,
/// Docker Desktop's) it tries.
pub fn decide(wish: &Wish, engine: &EngineFacts, host: &HostFacts) -> Plan {
    if wish.need == Need::None {
        return Plan::default();
    }
    let mut plan = plan(wish, engine, host);
    if let Some(reason) = plan.reason.as_mut()
        && reason.code == Cause::NoGpu.code()
    {
        reason.remedy = Cause::NoGpu.remedy_for(wish.need);
    }
    plan
}

fn plan(wish: &Wish, engine: &EngineFacts, host: &HostFacts) -> Plan {
    if !engine.sees_this_host() {
        return match others::unseen(wish, engine) {
            Some(plan) if !nvidia::is_named_by(engine) => plan,
            Some(_) | None => nvidia::unseen(wish, engine),
        };
    }

    let nvidia = nvidia::plan(wish, engine, host);
    if !nvidia.attempts.is_empty() {
        return nvidia;
    }
    // A GPU of another vendor serves as long as NVIDIA's card is not the one that is broken.
    let only_others = nvidia
        .reason
        .as_ref()
        .is_none_or(|reason| reason.code == Cause::NoGpu.code());
    match others::plan(wish, engine, host) {
        Some(plan) if only_others => plan,
        Some(_) | None => nvidia,
    }
}

/// Why an attempt failed, from the engine's words and what is known of the host; `None`:
/// nobody knows this text, so that the plan's own reason and the text are all there is.
pub fn explain_failure(text: &str, engine: &EngineFacts, host: &HostFacts) -> Option<Reason> {
    let recognised = recognise(text, Some(engine))?;
    let engine_knows_no_gpu = matches!(
        recognised.id.as_str(),
        "no-gpu-driver-registered" | "no-gpu-vendor" | "unknown-runtime"
    );
    if !engine_knows_no_gpu || !engine.sees_this_host() {
        return Some(recognised.reason());
    }
    // The engine says that something is missing; the host says what.
    Some(match host.tool_newer_than_engine() {
        Some(tool) => Cause::ToolkitNewerThanEngine {
            tool: tool.path.clone(),
        }
        .reason(),
        None => match nvidia::missing_link(engine, host) {
            Some(cause) => cause.reason(),
            None => recognised.reason(),
        },
    })
}

/// [`explain_failure`] where the wish is known: a number that is too great is said as one, and not as the index
/// that the engine stumbled over.
pub fn explain_refusal(
    wish: &Wish,
    text: &str,
    engine: &EngineFacts,
    host: &HostFacts,
) -> Option<Reason> {
    if let (Devices::Count(wanted), Some(recognised)) =
        (&wish.devices, recognise(text, Some(engine)))
        && recognised.id == "no-such-gpu"
        && let Some((_, device)) = recognised.captures.first()
        // Indexes are tried from 0 on: the first that is missing is the number of those that are there.
        && let Ok(have) = device.parse::<u32>()
    {
        let cause = Cause::TooFewGpus {
            wanted: *wanted,
            have,
        };
        return Some(cause.reason());
    }
    let mut reason = explain_failure(text, engine, host)?;
    if reason.code == Cause::NoGpu.code() {
        reason.remedy = Cause::NoGpu.remedy_for(wish.need);
    }
    Some(reason)
}

impl Plan {
    /// Nothing to try, and why.
    pub(crate) fn none(cause: &Cause) -> Plan {
        Plan {
            reason: Some(cause.reason()),
            ..Plan::default()
        }
    }
}

impl EngineFacts {
    /// Host facts speak for this engine: it runs here, and not in Docker Desktop's machine.
    pub fn sees_this_host(&self) -> bool {
        self.local && !self.operating_system.contains("Docker Desktop")
    }

    /// The engine runs without root.
    pub fn is_rootless(&self) -> bool {
        self.security_options
            .iter()
            .any(|it| it == "rootless" || it == "name=rootless")
    }

    /// The engine's version is at least this one. Unknown versions are taken for new.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        Version::parse(&self.version).is_none_or(|it| it.is_at_least(major, minor))
    }

    /// It has a runtime of this name.
    pub fn has_runtime(&self, name: &str) -> bool {
        self.runtimes.iter().any(|it| it == name)
    }

    /// Its Docker API takes CDI names. Docker lists the folders only when CDI is on;
    /// podman has it always, and reads the names from 5.4.0 on.
    pub fn takes_cdi(&self) -> bool {
        match self.podman {
            true => self.is_at_least(5, 4),
            false => !self.cdi_spec_dirs.is_empty() || !self.cdi_devices.is_empty(),
        }
    }

    /// The engine as people name it.
    pub fn title(&self) -> String {
        let name = if self.podman { "podman" } else { "Docker" };
        format!("{name} {}", self.version)
    }
}

#[cfg(test)]
mod tests;
