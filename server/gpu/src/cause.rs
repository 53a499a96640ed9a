//! Why there is no GPU: every cause that this crate can name, with its remedy.

use crate::decide::{Need, Reason};

/// Why there is no GPU, or may be none. Each text follows `no GPU:` and `the container cannot have one:` alike.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Nothing on this machine looks like a GPU.
    #[error("none was found on this machine")]
    NoGpu,
    /// A card without any driver installed.
    #[error("the NVIDIA card at {address} has no driver on this machine")]
    DriverMissing { address: String },
    /// Driver installed, kernel module absent.
    #[error("the NVIDIA driver is installed ({library}) but its kernel module is not loaded")]
    DriverNotLoaded { library: String },
    /// The free driver holds the card.
    #[error("the NVIDIA card at {address} is held by the nouveau driver, which cannot run CUDA")]
    Nouveau { address: String },
    /// The card is set aside for virtual machines.
    #[error("the NVIDIA card at {address} is set aside for virtual machines ({driver})")]
    SetAside { address: String, driver: String },
    /// Kernel module and library of different versions.
    #[error(
        "the loaded NVIDIA kernel module is {kernel} but the driver's library is {library} ({path})"
    )]
    DriverLibraryMismatch {
        kernel: String,
        library: String,
        path: String,
    },
    /// Loaded, but programs have nothing to open.
    #[error("the NVIDIA driver is loaded but {missing} does not exist")]
    NodesMissing { missing: String },
    /// No way from the engine to the driver.
    #[error(
        "the NVIDIA driver is loaded ({driver}) but the engine has no NVIDIA Container Toolkit to hand it over"
    )]
    ToolkitMissing { driver: String },
    /// Installed, but the engine looked before.
    #[error(
        "{tool} came after the engine was started, and the engine looks for it only at its start"
    )]
    ToolkitNewerThanEngine { tool: String },
    /// A spec is there, the engine does not read it.
    #[error("the CDI spec {spec} describes the GPU but CDI is off in this engine ({engine})")]
    CdiOff { spec: String, engine: String },
    /// CDI is the only way and there is no spec.
    #[error("no CDI spec for {kind} in {searched}")]
    CdiSpecMissing { kind: String, searched: String },
    /// The spec is for another driver.
    #[error("the CDI spec {spec} was written for driver {written_for} but {loaded} is loaded")]
    CdiSpecStale {
        spec: String,
        written_for: String,
        loaded: String,
    },
    /// Podman's Docker API drops GPU requests.
    #[error("podman {version} ignores GPU requests on its Docker API")]
    PodmanTooOld { version: String },
    /// Jetson without its runtime.
    #[error("this is a Jetson and the engine has no nvidia runtime, the only way to its GPU")]
    JetsonRuntimeMissing,
    /// The hook writes device rules, which rootless engines may not.
    #[error("the engine is rootless and the NVIDIA hook is set to write cgroup device rules")]
    RootlessCgroups,
    /// More wanted than there are.
    #[error("{wanted} GPUs are asked for, this machine has {have}")]
    TooFewGpus { wanted: u32, have: u32 },
    /// An index or UUID that is not here.
    #[error("GPU {id} is asked for, this machine has {have}")]
    NoSuchGpu { id: String, have: String },
    /// An AMD card without /dev/kfd.
    #[error("the AMD card at {address} has no compute driver: /dev/kfd does not exist")]
    AmdDriverMissing { address: String },
    /// The image's CUDA needs a newer driver.
    #[error("the image's CUDA {cuda} needs driver {needed} or newer but {have} is loaded")]
    DriverTooOld {
        cuda: String,
        needed: String,
        have: String,
    },
    /// Another requirement of the image.
    #[error(
        "the image requires `{condition}` ({name}) but driver {driver} is loaded, which offers CUDA {cuda}"
    )]
    Requirement {
        name: String,
        condition: String,
        driver: String,
        cuda: String,
    },
    /// Started, and nothing is inside.
    #[error("the container started but there is no GPU device in it")]
    NothingInside,
    /// The device cgroup says no.
    #[error("{path} is in the container but its device cgroup forbids opening it")]
    CgroupForbids { path: String },
    /// A node that leads nowhere.
    #[error("{path} is in the container but no driver answers behind it")]
    NothingBehindNode { path: String },
    /// Ordinary permissions say no.
    #[error("{path} is in the container but its user may not open it")]
    NodeClosedToUser { path: String },
    /// Another errno.
    #[error("{path} is in the container but opening it fails with errno {errno}")]
    NodeBroken { path: String, errno: i32 },
    /// The devices open, the tool complains.
    #[error("nvidia-smi in the container says: {says}")]
    NvidiaSmiFailed { says: String },
    /// nvidia-smi was stopped at the time limit.
    #[error("nvidia-smi in the container did not answer in time")]
    NvidiaSmiHangs,
}

impl Cause {
    /// The stable name that scripts may compare.
    pub fn code(&self) -> &'static str {
        match self {
            Cause::NoGpu => "no-gpu",
            Cause::DriverMissing { .. } => "driver-missing",
            Cause::DriverNotLoaded { .. } => "driver-not-loaded",
            Cause::Nouveau { .. } => "nouveau",
            Cause::SetAside { .. } => "card-set-aside",
            Cause::DriverLibraryMismatch { .. } => "driver-library-mismatch",
            Cause::NodesMissing { .. } => "device-nodes-missing",
            Cause::ToolkitMissing { .. } => "toolkit-missing",
            Cause::ToolkitNewerThanEngine { .. } => "engine-older-than-toolkit",
            Cause::CdiOff { .. } => "cdi-off",
            Cause::CdiSpecMissing { .. } => "cdi-spec-missing",
            Cause::CdiSpecStale { .. } => "cdi-spec-stale",
            Cause::PodmanTooOld { .. } => "podman-too-old",
            Cause::JetsonRuntimeMissing => "jetson-runtime-missing",
            Cause::RootlessCgroups => "rootless-cgroups",
            Cause::TooFewGpus { .. } => "too-few-gpus",
            Cause::NoSuchGpu { .. } => "no-such-gpu",
            Cause::AmdDriverMissing { .. } => "amd-driver-missing",
            Cause::DriverTooOld { .. } => "driver-too-old",
            Cause::Requirement { .. } => "image-requirement",
            Cause::NothingInside => "nothing-inside",
            Cause::CgroupForbids { .. } => "cgroup-forbids",
            Cause::NothingBehindNode { .. } => "nothing-behind-node",
            Cause::NodeClosedToUser { .. } => "node-closed-to-user",
            Cause::NodeBroken { .. } => "node-broken",
            Cause::NvidiaSmiFailed { .. } => "nvidia-smi-failed",
            Cause::NvidiaSmiHangs => "nvidia-smi-hangs",
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Cause::NoGpu => "where a GPU is optional there is nothing to do, and `--gpus none` silences this; where one is required, use a machine that has one".into(),
            Cause::DriverMissing { .. } => {
                "install NVIDIA's driver on the host, not in the image (Debian: `sudo apt-get install nvidia-driver`, Ubuntu: `sudo ubuntu-drivers install`), then reboot".into()
            }
            Cause::DriverNotLoaded { .. } => {
                "run `sudo modprobe nvidia` and read what it says: Secure Boot refuses unsigned modules, and a new kernel needs the module rebuilt (`sudo dkms autoinstall`)".into()
            }
            Cause::Nouveau { .. } => "install NVIDIA's driver, which puts nouveau aside, and reboot".into(),
            Cause::SetAside { .. } => "ask the server's admin: the card was given to virtual machines on purpose".into(),
            Cause::DriverLibraryMismatch { .. } => {
                "reboot: the driver was updated while the old module was loaded (or stop every GPU process, `sudo rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia` and `sudo modprobe nvidia`)".into()
            }
            Cause::NodesMissing { .. } => {
                "make them: `sudo nvidia-modprobe -u -c0` (CDI needs them, the older toolkit makes them itself)".into()
            }
            Cause::ToolkitMissing { .. } => {
                "install it on the host: `sudo apt-get install nvidia-container-toolkit`, `sudo nvidia-ctk runtime configure --runtime=docker`, `sudo systemctl restart docker` (or ask the server's admin)".into()
            }
            Cause::ToolkitNewerThanEngine { .. } => {
                "restart the engine: `sudo systemctl restart docker` (running containers stop, unless it has live-restore)".into()
            }
            Cause::CdiOff { .. } => {
                "put {\"features\":{\"cdi\":true}} into /etc/docker/daemon.json (Docker 25 or newer) and restart the engine, or install nvidia-container-toolkit so that `--gpus` works".into()
            }
            Cause::CdiSpecMissing { .. } => "run `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`".into(),
            Cause::CdiSpecStale { .. } => {
                "write it again: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` (after every driver update)".into()
            }
            Cause::PodmanTooOld { .. } => "use podman 5.4 or newer, or Docker".into(),
            Cause::JetsonRuntimeMissing => {
                "run `sudo nvidia-ctk runtime configure --runtime=docker` and `sudo systemctl restart docker`".into()
            }
            Cause::RootlessCgroups => {
                "use CDI (`nvidia-ctk cdi generate`), or `sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place`, which breaks an engine that runs as root on the same machine".into()
            }
            Cause::TooFewGpus { .. } => "ask for fewer, or for all".into(),
            Cause::NoSuchGpu { .. } => "see `nvidia-smi -L` on the host for what there is".into(),
            Cause::AmdDriverMissing { .. } => "install the amdgpu driver with ROCm support on the host, or load it: `sudo modprobe amdgpu`".into(),
            Cause::DriverTooOld { .. } => "choose an image with an older CUDA, or update the driver on the host".into(),
            Cause::Requirement { .. } => {
                "choose an image that fits the driver, update the driver, or set NVIDIA_DISABLE_REQUIRE=1 to try all the same".into()
            }
            Cause::NothingInside => "run `warpdock doctor` to see which link of the chain is missing".into(),
            Cause::CgroupForbids { .. } => {
                "restart the container (`warpdock down`, `warpdock up`): a daemon-reload of systemd takes devices away that the engine does not know of".into()
            }
            Cause::NothingBehindNode { .. } => {
                "look at the driver on the host: `nvidia-smi` there, and `warpdock doctor`".into()
            }
            Cause::NodeClosedToUser { .. } => "add the group of the device node on the host by its number (`--group-add`), or run as root in the container".into(),
            Cause::NodeBroken { .. } => "look at the driver on the host: `nvidia-smi` there, and `sudo dmesg`".into(),
            Cause::NvidiaSmiFailed { .. } => "run `nvidia-smi` on the host: when it fails there too, the driver is at fault".into(),
            Cause::NvidiaSmiHangs => "look at `sudo dmesg` on the host: a GPU that fell off the bus makes nvidia-smi hang".into(),
        }
    }

    /// What to do about it where the need is known.
    pub fn remedy_for(&self, need: Need) -> String {
        match (self, need) {
            (Cause::NoGpu, Need::Optional) => "nothing to do; `--gpus none` silences this".into(),
            (Cause::NoGpu, Need::Required) => "use a machine that has one".into(),
            (cause, Need::Required | Need::Optional | Need::None) => cause.remedy(),
        }
    }

    /// The cause as the plan and the protocol carry it.
    pub fn reason(&self) -> Reason {
        Reason {
            code: self.code().to_owned(),
            message: self.to_string(),
            remedy: self.remedy(),
        }
    }
}
