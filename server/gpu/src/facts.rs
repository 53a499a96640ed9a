//! What the host says about GPUs: the types. [`crate::probe`] fills them.

use crate::version::Version;

/// PCI vendor number of NVIDIA.
pub const NVIDIA: u16 = 0x10de;
/// PCI vendor number of AMD.
pub const AMD: u16 = 0x1002;
/// PCI vendor number of Intel.
pub const INTEL: u16 = 0x8086;

/// The toolkit's prestart hook: Docker offers `--gpus` when this is on its PATH at its start.
pub const HOOK: &str = "nvidia-container-runtime-hook";
/// The toolkit's CDI hook: Docker 29.2 and newer map `--gpus` to CDI when this is on its PATH.
pub const CDI_HOOK: &str = "nvidia-cdi-hook";
/// The toolkit's own command.
pub const CTK: &str = "nvidia-ctk";

/// Everything that was read about the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostFacts {
    /// Display and compute cards on the PCI bus.
    pub cards: Vec<Card>,
    /// Version of the NVIDIA kernel module that is loaded.
    pub driver: Option<String>,
    /// GPUs that the NVIDIA kernel module drives, in the order of NVML's index (PCI address).
    pub gpus: Vec<Gpu>,
    /// Copies of the driver's user-space library.
    pub libraries: Vec<Library>,
    /// GPU device nodes that exist.
    pub nodes: Vec<Node>,
    /// Render nodes with their vendor.
    pub renders: Vec<Render>,
    /// The engine's process, if its id was given and it lives.
    pub engine: Option<EngineProcess>,
    /// Parts of the NVIDIA and AMD toolkits on the engine's PATH.
    pub tools: Vec<Tool>,
    /// `no-cgroups` of the toolkit's config.toml.
    pub toolkit_no_cgroups: Option<bool>,
    /// CDI specs in the engine's folders.
    pub cdi: Vec<CdiSpec>,
    /// The folders that were searched for them.
    pub cdi_dirs: Vec<String>,
    /// First line of /etc/nv_tegra_release: this is a Jetson.
    pub jetson: Option<String>,
    /// Memory of the machine in bytes; 0: unknown.
    pub memory_bytes: u64,
}

/// A card on the PCI bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// PCI address, such as `0000:07:00.0`.
    pub address: String,
    /// PCI vendor number.
    pub vendor: u16,
    /// Kernel driver that is bound to it.
    pub driver: Option<String>,
}

/// A GPU that the NVIDIA kernel module drives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpu {
    /// PCI address.
    pub address: String,
    /// Name.
    pub model: String,
    /// `GPU-…`; empty when the driver would not say.
    pub uuid: String,
    /// Number of its device node.
    pub minor: Option<u32>,
}

/// A copy of libnvidia-ml.so.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Where it was found.
    pub path: String,
    /// From the name of the file behind the link; `None` where the name has none (WSL).
    pub version: Option<String>,
}

/// A GPU device node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Path on the host.
    pub path: String,
    /// Its group.
    pub gid: u32,
    /// Whether this user may open it by its mode; `None`: who we are was not readable.
    pub open_to_us: Option<bool>,
}

/// A render node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Render {
    /// Path on the host, `/dev/dri/renderD128`.
    pub path: String,
    /// PCI vendor number.
    pub vendor: u16,
    /// PCI address; empty when it is no PCI device.
    pub address: String,
    /// Its group.
    pub gid: u32,
}

/// The engine's process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineProcess {
    /// Its id.
    pub pid: u32,
    /// Its PATH was readable; otherwise the usual folders were searched instead.
    pub path_known: bool,
    /// Start, in seconds since 1970.
    pub started: Option<u64>,
}

/// A program of a GPU toolkit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// File name.
    pub name: String,
    /// Path on the host.
    pub path: String,
    /// When the file came here (ctime: packages keep the builder's mtime), in seconds since 1970.
    pub changed: u64,
}

/// A CDI spec file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CdiSpec {
    /// Its path on the host.
    pub path: String,
    /// Such as `nvidia.com/gpu`.
    pub kind: String,
    /// Device names without the kind: `0`, `all`.
    pub devices: Vec<String>,
    /// The driver version that it was written for, from the library names in it.
    pub driver: Option<String>,
}

impl HostFacts {
    /// The tool of this name on the engine's PATH.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// The engine's PATH was read, so that what is not in `tools` is not there.
    pub fn engine_path_known(&self) -> bool {
        self.engine.as_ref().is_some_and(|engine| engine.path_known)
    }

    /// The NVIDIA kernel module's version.
    pub fn driver_version(&self) -> Option<Version> {
        Version::parse(self.driver.as_deref()?)
    }

    /// The first card of this vendor.
    pub fn card(&self, vendor: u16) -> Option<&Card> {
        self.cards.iter().find(|card| card.vendor == vendor)
    }

    /// A device node of this path exists.
    pub fn has_node(&self, path: &str) -> bool {
        self.nodes.iter().any(|node| node.path == path)
    }

    /// Windows' GPU is behind /dev/dxg.
    pub fn is_wsl(&self) -> bool {
        self.has_node("/dev/dxg")
    }

    /// A tool that came after the engine's start, so that the engine may not know it.
    pub fn tool_newer_than_engine(&self) -> Option<&Tool> {
        let started = self.engine.as_ref()?.started?;
        self.tools
            .iter()
            .find(|tool| tool.name == HOOK && tool.changed > started)
            .or_else(|| {
                self.tools
                    .iter()
                    .find(|tool| tool.name == CDI_HOOK && tool.changed > started)
            })
    }

    /// A user-space library that cannot talk to the loaded kernel module. `None` as long as
    /// any copy fits: which one a program gets is the linker's choice.
    pub fn mismatched_library(&self) -> Option<&Library> {
        let kernel = self.driver.as_deref()?;
        let with_version = || self.libraries.iter().filter(|it| it.version.is_some());
        match with_version().any(|it| it.version.as_deref() == Some(kernel)) {
            true => None,
            false => with_version().next(),
        }
    }
}
