//! What the engine says of itself, and what its process says where that is on this machine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use bollard::models::{SystemInfo, SystemVersion};

use crate::engine::Engine;
use crate::error::Error;
use crate::process;

/// An engine, from `/version` and `/info`. Text is empty and lists are empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// `/info.ID`: the same as long as its data folder is.
    pub id: String,
    /// `/info.Name`: the host's name.
    pub name: String,
    /// Podman behind Docker's API.
    pub podman: bool,
    /// `major.minor.patch`.
    pub version: String,
    /// The newest API version, such as `1.41`.
    pub api_version: String,
    /// `/info.OperatingSystem`.
    pub operating_system: String,
    /// `/info.OSType`: `linux` or `windows`.
    pub os_type: String,
    /// As images say it: `amd64`, `arm64`, …
    pub architecture: String,
    /// `/info.KernelVersion`.
    pub kernel_version: String,
    /// Keys of `/info.Runtimes`, sorted.
    pub runtimes: Vec<String>,
    /// `/info.DefaultRuntime`.
    pub default_runtime: String,
    /// `/info.DiscoveredDevices` with source cdi (API 1.50).
    pub cdi_devices: Vec<String>,
    /// `/info.CDISpecDirs` (API 1.44); empty: CDI is off or unknown to this engine.
    pub cdi_spec_dirs: Vec<String>,
    /// `/info.SecurityOptions` names: `rootless`, `userns`, `seccomp`, `selinux`, …
    pub security_options: Vec<String>,
    /// `systemd` or `cgroupfs`.
    pub cgroup_driver: String,
    /// `1` or `2`.
    pub cgroup_version: String,
    /// `/info.Driver`: `overlay2`, `overlayfs`, …
    pub storage_driver: String,
    /// Images are kept in containerd's store.
    pub containerd_store: bool,
    /// `/info.DockerRootDir`, a path on the engine's machine.
    pub data_root: PathBuf,
    /// Number of CPUs.
    pub cpus: u64,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Containers outlive the engine's own restart.
    pub live_restore: bool,
    /// The engine runs on this machine and kernel, so that host facts speak for it.
    pub local: bool,
    /// The engine's process, where it is local and can be told.
    pub pid: Option<u32>,
    /// When that process started.
    pub started_at: Option<SystemTime>,
}

impl Facts {
    /// It runs as an ordinary user.
    pub fn rootless(&self) -> bool {
        self.has_security_option("rootless")
    }

    /// Root in a container is somebody else outside.
    pub fn userns_remap(&self) -> bool {
        self.has_security_option("userns")
    }

    /// Mounts need labels.
    pub fn selinux(&self) -> bool {
        self.has_security_option("selinux")
    }

    fn has_security_option(&self, name: &str) -> bool {
        self.security_options.iter().any(|option| option == name)
    }
}

impl Engine {
    /// Asks the engine about itself; some 10 ms.
    ///
    /// # Errors
    /// [`Error::EngineLost`], [`Error::EngineSilent`], [`Error::Refused`].
    pub async fn facts(&self) -> Result<Arc<Facts>, Error> {
        let docker = self.docker();
        let (info, version) = tokio::join!(docker.info(), docker.version());
        let info = info.map_err(|error| self.failed("asking the engine about itself", error))?;
        let version =
            version.map_err(|error| self.failed("asking the engine for its version", error))?;
        let mut facts = facts_from(info, version);
        facts.local = process::kernel_release() == facts.kernel_version
            && !facts.operating_system.contains("Docker Desktop");
        if facts.local {
            facts.pid = process::engine_pid(self.endpoint(), self.over_sudo());
            facts.started_at = facts.pid.and_then(process::started_at);
        }
        let facts = Arc::new(facts);
        self.remember_facts(facts.clone());
        Ok(facts)
    }

    /// The last answer of [`Engine::facts`], or a first one.
    ///
    /// # Errors
    /// Those of [`Engine::facts`].
    pub async fn known_facts(&self) -> Result<Arc<Facts>, Error> {
        match self.remembered_facts() {
            Some(facts) => Ok(facts),
            None => self.facts().await,
        }
    }
}

fn facts_from(info: SystemInfo, version: SystemVersion) -> Facts {
    let components = version.components.unwrap_or_default();
    let podman = components
        .first()
        .is_some_and(|component| component.name == "Podman Engine");
    let mut runtimes: Vec<String> = info.runtimes.unwrap_or_default().into_keys().collect();
    runtimes.sort();
    let devices = info.discovered_devices.unwrap_or_default();
    let cdi_devices = devices
        .into_iter()
        .filter(|device| device.source.as_deref() == Some("cdi"))
        .filter_map(|device| device.id)
        .collect();
    let status = info.driver_status.unwrap_or_default();
    let containerd_store = status
        .iter()
        .any(|row| matches!(row.as_slice(), [key, value] if key == "driver-type" && value == "io.containerd.snapshotter.v1"));
    let options = info.security_options.unwrap_or_default();
    Facts {
        id: info.id.unwrap_or_default(),
        name: info.name.unwrap_or_default(),
        podman,
        version: version.version.or(info.server_version).unwrap_or_default(),
        api_version: version.api_version.unwrap_or_default(),
        operating_system: info.operating_system.unwrap_or_default(),
        os_type: info.os_type.unwrap_or_default(),
        architecture: image_architecture(&info.architecture.unwrap_or_default()).to_owned(),
        kernel_version: info.kernel_version.unwrap_or_default(),
        runtimes,
        default_runtime: info.default_runtime.unwrap_or_default(),
        cdi_devices,
        cdi_spec_dirs: info.cdi_spec_dirs.unwrap_or_default(),
        security_options: options.iter().map(|option| option_name(option)).collect(),
        cgroup_driver: info
            .cgroup_driver
            .map(|driver| driver.to_string())
            .unwrap_or_default(),
        cgroup_version: info
            .cgroup_version
            .map(|version| version.to_string())
            .unwrap_or_default(),
        storage_driver: info.driver.unwrap_or_default(),
        containerd_store,
        data_root: info.docker_root_dir.unwrap_or_default().into(),
        cpus: count(info.ncpu),
        memory_bytes: count(info.mem_total),
        live_restore: info.live_restore_enabled.unwrap_or_default(),
        local: false,
        pid: None,
        started_at: None,
    }
}

fn count(number: Option<i64>) -> u64 {
    number
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or(0)
}

/// `name=seccomp,profile=default` → `seccomp`.
fn option_name(option: &str) -> String {
    let first = option.split(',').next().unwrap_or(option);
    first.strip_prefix("name=").unwrap_or(first).to_owned()
}

/// The engine says `x86_64`, images say `amd64`.
pub(crate) fn image_architecture(architecture: &str) -> &str {
    match architecture {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" => "arm",
        "i386" | "i686" => "386",
        other => other,
    }
}
