//! Reads the host under a given root: /sys, /proc, /dev and the toolkit's files. What is
//! missing or unreadable is absent from the facts; nothing here fails, starts a program or
//! opens a device (opening /dev/nvidia0 can wake a GPU for seconds).

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use crate::cdi;
use crate::facts::{Card, CdiSpec, Gpu, HostFacts, Library, Node, Render};
use crate::version::Version;

mod engine;

/// Where the driver's library lives, beside what ld.so.conf.d names: multiarch, lib64,
/// Debian's alternatives, WSL, NixOS, and the GPU operator's driver container.
const LIBRARY_FOLDERS: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/lib/x86_64-linux-gnu/nvidia/current",
    "/usr/lib/aarch64-linux-gnu/nvidia/current",
    "/usr/lib/wsl/lib",
    "/run/opengl-driver/lib",
    "/run/nvidia/driver/usr/lib/x86_64-linux-gnu",
];

/// Nothing read here is longer; a longer file is cut.
const MAX_FILE: u64 = 4 << 20;

/// Reads everything. `root` is `/` but in tests; `cdi_dirs` are the engine's, empty: the usual two.
pub fn probe(root: &Path, engine_pid: Option<u32>, cdi_dirs: &[String]) -> HostFacts {
    let host = Host { root };
    let (engine, path) = host.engine(engine_pid);
    let cdi_dirs = match cdi_dirs {
        [] => vec!["/etc/cdi".to_owned(), "/var/run/cdi".to_owned()],
        given => given.to_vec(),
    };
    HostFacts {
        cards: host.cards(),
        driver: host.driver(),
        gpus: host.gpus(),
        libraries: host.libraries(),
        nodes: host.nodes(),
        renders: host.renders(),
        tools: host.tools(&path),
        engine,
        toolkit_no_cgroups: host.no_cgroups(),
        cdi: host.cdi(&cdi_dirs),
        cdi_dirs,
        jetson: host.first_line("/etc/nv_tegra_release"),
        memory_bytes: host.memory_bytes(),
    }
}

struct Host<'a> {
    root: &'a Path,
}

impl Host<'_> {
    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    fn bytes(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let file = File::open(self.at(path)).ok()?;
        let mut bytes = Vec::new();
        file.take(MAX_FILE).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = self.bytes(path)?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn first_line(&self, path: &str) -> Option<String> {
        let text = self.text(path)?;
        Some(text.lines().next()?.trim().to_owned())
    }

    /// Names in a folder, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at(folder)) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    fn link_name(&self, path: &str) -> Option<String> {
        let target = fs::read_link(self.at(path)).ok()?;
        Some(target.file_name()?.to_str()?.to_owned())
    }

    fn hex(&self, path: &str) -> Option<u32> {
        let line = self.first_line(path)?;
        u32::from_str_radix(line.strip_prefix("0x")?, 16).ok()
    }

    fn cards(&self) -> Vec<Card> {
        let folder = "/sys/bus/pci/devices";
        self.names(folder)
            .into_iter()
            .filter_map(|address| {
                let class = self.hex(&format!("{folder}/{address}/class"))?;
                let vendor = self.hex(&format!("{folder}/{address}/vendor"))?;
                // VGA, 3D and other display controllers, and processing accelerators (AMD Instinct).
                if !matches!(class >> 8, 0x0300 | 0x0302 | 0x0380 | 0x1200) {
                    return None;
                }
                Some(Card {
                    vendor: u16::try_from(vendor).ok()?,
                    driver: self.link_name(&format!("{folder}/{address}/driver")),
                    address,
                })
            })
            .collect()
    }

    fn driver(&self) -> Option<String> {
        if let Some(version) = self.first_line("/sys/module/nvidia/version") {
            return Some(version).filter(|it| Version::parse_whole(it).is_some());
        }
        let text = self.text("/proc/driver/nvidia/version")?;
        let line = text.lines().find(|line| line.starts_with("NVRM version"))?;
        line.split_whitespace()
            .find(|word| Version::parse_whole(word).is_some())
            .map(str::to_owned)
    }

    fn gpus(&self) -> Vec<Gpu> {
        let folder = "/proc/driver/nvidia/gpus";
        self.names(folder)
            .into_iter()
            .filter_map(|address| {
                let text = self.text(format!("{folder}/{address}/information"))?;
                let field = |name: &str| {
                    text.lines().find_map(|line| {
                        let (key, value) = line.split_once(':')?;
                        (key.trim() == name).then(|| value.trim())
                    })
                };
                Some(Gpu {
                    model: field("Model").unwrap_or_default().to_owned(),
                    // Before the first use it is `GPU-????????-…`.
                    uuid: field("GPU UUID")
                        .filter(|uuid| !uuid.contains('?'))
                        .unwrap_or_default()
                        .to_owned(),
                    minor: field("Device Minor").and_then(|it| it.parse().ok()),
                    address,
                })
            })
            .collect()
    }

    fn libraries(&self) -> Vec<Library> {
        let mut folders: Vec<String> = LIBRARY_FOLDERS.iter().map(|it| (*it).to_owned()).collect();
        for name in self.names("/etc/ld.so.conf.d") {
            let text = self
                .text(format!("/etc/ld.so.conf.d/{name}"))
                .unwrap_or_default();
            for line in text.lines().map(str::trim) {
                if line.starts_with('/') && !folders.iter().any(|it| it == line) {
                    folders.push(line.to_owned());
                }
            }
        }

        let mut libraries: Vec<Library> = Vec::new();
        let mut files_seen: Vec<PathBuf> = Vec::new();
        for folder in folders {
            let path = format!("{folder}/libnvidia-ml.so.1");
            let Some(file) = self.follow(Path::new(&path)) else {
                continue;
            };
            if files_seen.contains(&file) {
                continue;
            }
            let version = file
                .file_name()
                .and_then(OsStr::to_str)
                .and_then(|name| name.strip_prefix("libnvidia-ml.so."))
                .filter(|version| Version::parse_whole(version).is_some())
                .map(str::to_owned);
            files_seen.push(file);
            libraries.push(Library { path, version });
        }
        libraries
    }

    /// The file behind links, as a path under the root; `None`: there is none. Absolute
    /// links start at the root, which `fs::canonicalize` would not do for a test's folder.
    fn follow(&self, path: &Path) -> Option<PathBuf> {
        let mut current = path.to_owned();
        for _ in 0..8 {
            match fs::read_link(self.at(&current)) {
                Ok(target) => current = flatten(&current.parent()?.join(target)),
                Err(_) if self.at(&current).is_file() => return Some(current),
                Err(_) => return None,
            }
        }
        None
    }

    fn nodes(&self) -> Vec<Node> {
        let identity = self.identity();
        let node = |path: String| {
            let metadata = fs::metadata(self.at(&path)).ok()?;
            Some(Node {
                path,
                gid: metadata.gid(),
                open_to_us: identity.as_ref().map(|it| it.may_open(&metadata)),
            })
        };
        let mut paths: Vec<String> = self
            .names("/dev")
            .into_iter()
            .filter(|name| is_gpu_node(name))
            .map(|name| format!("/dev/{name}"))
            .collect();
        for folder in ["/dev/dri", "/dev/accel"] {
            for name in self.names(folder) {
                if name.starts_with("renderD") || name.starts_with("accel") {
                    paths.push(format!("{folder}/{name}"));
                }
            }
        }
        paths.into_iter().filter_map(node).collect()
    }

    fn renders(&self) -> Vec<Render> {
        let mut renders: Vec<Render> = self
            .names("/dev/dri")
            .into_iter()
            .filter(|name| name.starts_with("renderD"))
            .filter_map(|name| {
                let device = format!("/sys/class/drm/{name}/device");
                let path = format!("/dev/dri/{name}");
                Some(Render {
                    vendor: u16::try_from(self.hex(&format!("{device}/vendor"))?).ok()?,
                    address: self.link_name(&device).unwrap_or_default(),
                    gid: fs::metadata(self.at(&path)).ok()?.gid(),
                    path,
                })
            })
            .collect();
        renders.sort_by_key(|render| (render.path.len(), render.path.clone()));
        renders
    }

    /// Commented out in the toolkit's default file, which means false.
    fn no_cgroups(&self) -> Option<bool> {
        let text = self.text("/etc/nvidia-container-runtime/config.toml")?;
        let table: toml::Table = toml::from_str(&text).ok()?;
        let cli = table.get("nvidia-container-cli")?;
        Some(
            cli.get("no-cgroups")
                .and_then(toml::Value::as_bool)
                .unwrap_or(false),
        )
    }

    fn cdi(&self, folders: &[String]) -> Vec<CdiSpec> {
        let mut specs = Vec::new();
        for folder in folders {
            for name in self.names(folder) {
                let is_spec = [".json", ".yaml", ".yml"]
                    .iter()
                    .any(|extension| name.ends_with(extension));
                if !is_spec {
                    continue;
                }
                let path = format!("{}/{name}", folder.trim_end_matches('/'));
                let text = self.text(&path).unwrap_or_default();
                specs.extend(cdi::read(&path, &text));
            }
        }
        specs
    }

    fn memory_bytes(&self) -> u64 {
        let text = self.text("/proc/meminfo").unwrap_or_default();
        text.lines()
            .find_map(|line| line.strip_prefix("MemTotal:"))
            .and_then(|rest| rest.trim().strip_suffix("kB"))
            .and_then(|kib| kib.trim().parse::<u64>().ok())
            .map_or(0, |kib| kib.saturating_mul(1024))
    }

    fn identity(&self) -> Option<Identity> {
        let text = self.text("/proc/self/status")?;
        let numbers = |name: &str| -> Option<Vec<u32>> {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            Some(
                line.split_whitespace()
                    .filter_map(|it| it.parse().ok())
                    .collect(),
            )
        };
        // The effective one is the second of four.
        let uid = *numbers("Uid:")?.get(1)?;
        let mut groups = numbers("Groups:").unwrap_or_default();
        groups.extend(numbers("Gid:")?.get(1));
        Some(Identity { uid, groups })
    }
}

/// Who we are, as far as file modes care.
struct Identity {
    uid: u32,
    groups: Vec<u32>,
}

impl Identity {
    fn may_open(&self, metadata: &Metadata) -> bool {
        if self.uid == 0 {
            return true;
        }
        let shift = if metadata.uid() == self.uid {
            6
        } else if self.groups.contains(&metadata.gid()) {
            3
        } else {
            0
        };
        metadata.mode() >> shift & 0o6 == 0o6
    }
}

fn is_gpu_node(name: &str) -> bool {
    if matches!(name, "kfd" | "dxg") {
        return true;
    }
    match name.strip_prefix("nvidia") {
        Some("ctl" | "-uvm" | "-uvm-tools" | "-modeset") => true,
        Some(number) => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        None => false,
    }
}

/// Takes `.` and `..` out of a path, by name.
fn flatten(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                flat.pop();
            }
            other => flat.push(other),
        }
    }
    flat
}

#[cfg(test)]
mod tests;
