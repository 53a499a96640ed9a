//! What a container of ours is, before it is an API body.

use std::path::PathBuf;

/// A container to create. [`crate::body`] turns it into the engine's JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerSpec {
    /// Name; `None`: the engine's choice.
    pub name: Option<String>,
    /// Image reference or id, present in the engine.
    pub image: String,
    /// The path of the static init on the host; it becomes PID 1.
    pub init_path: PathBuf,
    /// The host folder (mode 1777, inside a private one) that init's socket appears in.
    pub socket_folder: PathBuf,
    /// User of PID 1; `None`: the image's.
    pub user: Option<String>,
    /// Working folder of PID 1.
    pub working_folder: Option<String>,
    /// Environment of PID 1.
    pub env: Vec<(String, String)>,
    /// Labels.
    pub labels: Vec<(String, String)>,
    /// Mounts, the workspace's included, our own excluded.
    pub mounts: Vec<Mount>,
    /// Size of /dev/shm in bytes; ignored with `ipc` host.
    pub shm_bytes: Option<u64>,
    /// GPU request.
    pub gpu: Option<GpuRequest>,
    /// Device nodes: host path, container path, permissions. A CDI name has an empty container path.
    pub devices: Vec<Device>,
    /// Everything else of `docker run`.
    pub options: Options,
}

/// A mount of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mount {
    /// A host folder or file, which must exist.
    Bind {
        source: String,
        target: String,
        read_only: bool,
    },
    /// A volume; without a name an anonymous one.
    Volume {
        name: Option<String>,
        target: String,
        read_only: bool,
    },
    /// Memory.
    Tmpfs { target: String },
}

/// A device of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Path on the host, or a CDI name.
    pub host: String,
    /// Path in the container.
    pub container: String,
    /// Of `rwm`.
    pub permissions: String,
}

/// How GPUs are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GpuRequest {
    /// What `--gpus` sends.
    DeviceRequest {
        driver: String,
        count: i64,
        ids: Vec<String>,
        capabilities: Vec<String>,
    },
    /// Driver `cdi`.
    Cdi { names: Vec<String> },
    /// A runtime; its variables are in the spec's environment.
    Runtime { name: String },
}

/// Options of `docker run` in the engine's units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the flag of docker run of that name")]
pub struct Options {
    pub hostname: Option<String>,
    pub network: Option<String>,
    pub ipc: Option<String>,
    pub pid: Option<String>,
    pub uts: Option<String>,
    pub userns: Option<String>,
    pub cgroupns: Option<String>,
    pub runtime: Option<String>,
    pub restart: Option<String>,
    pub platform: Option<String>,
    pub privileged: bool,
    pub read_only: bool,
    pub memory_bytes: Option<u64>,
    pub memory_swap_bytes: Option<i64>,
    pub nano_cpus: Option<u64>,
    pub cpuset_cpus: Option<String>,
    pub pids_limit: Option<i64>,
    pub oom_score_adj: Option<i64>,
    pub stop_timeout: Option<u32>,
    pub cap_add: Vec<String>,
    pub cap_drop: Vec<String>,
    pub security_opt: Vec<String>,
    pub group_add: Vec<String>,
    pub add_host: Vec<String>,
    pub dns: Vec<String>,
    pub ulimits: Vec<(String, i64, i64)>,
    pub publish: Vec<String>,
    pub sysctls: Vec<(String, String)>,
}
