//! What a configuration asks for that reaches out of the container, to this machine. Pure: a path
//! is judged by its name; the caller resolves symlinks first where that matters.
//!
//! Whoever types a flag or writes their own settings knows what they ask for. A project's
//! devcontainer.json may come from anybody: the person is asked. An image's label comes from
//! further away still: it may ask for nothing of the kind, until the project says the same.

use std::path::{Component, Path, PathBuf};

use crate::model::{Config, Mount, MountKind, Origin, Setting};
use crate::problem::Problems;

/// Something that reaches out of the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    /// The setting as devcontainer.json has it: `"privileged": true`.
    pub what: String,
    /// The same on the command line.
    pub flag: String,
    /// Who asks for it.
    pub origin: Origin,
}

/// Capabilities that are as good as root on the machine (capabilities(7)).
const CAPABILITIES: [&str; 5] = [
    "ALL",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "DAC_READ_SEARCH",
];

/// Host folders that are not to be had, though what is below them may be.
const FOLDERS: [&str; 8] = [
    "/", "/home", "/root", "/var", "/usr", "/run", "/var/run", "/dev",
];

/// Host folders that are not to be had, nor anything below them.
const TREES: [&str; 4] = ["/etc", "/boot", "/proc", "/sys"];

/// Below those, what everybody mounts and what tells nothing.
const HARMLESS: [&str; 2] = ["/etc/localtime", "/etc/timezone"];

/// Folders of a home that hold keys and passwords.
const SECRETS: [&str; 5] = [".ssh", ".aws", ".config", ".kube", ".gnupg"];

/// The names of sockets of engines: who may write to one is root on the machine.
const SOCKETS: [&str; 4] = ["docker.sock", "podman.sock", "containerd.sock", "crio.sock"];

/// What the project's devcontainer.json and the image's label ask for. `home`: the person's.
pub fn dangers(config: &Config, home: Option<&Path>) -> Vec<Danger> {
    let mut found = Found {
        config,
        home,
        dangers: Vec::new(),
    };
    found.options();
    found.mounts();
    found.dangers
}

/// What an image's label may not ask for stops `up`.
pub(crate) fn refuse_the_images(config: &Config, home: Option<&Path>, problems: &mut Problems) {
    for danger in dangers(config, home) {
        if !matches!(danger.origin, Origin::ImageLabel { .. }) {
            continue;
        }
        problems.error_with(
            "image-danger",
            &danger.origin,
            format!(
                "the image's label `devcontainer.metadata` asks for `{}`, which reaches out of the container",
                danger.what
            ),
            format!(
                "if you want that, write `{}` into devcontainer.json, or give `{}`",
                danger.what, danger.flag
            ),
        );
    }
}

/// How much an origin is trusted.
#[derive(PartialEq, Eq)]
enum Trust {
    /// The person's own words.
    Own,
    Project,
    Image,
}

struct Found<'a> {
    config: &'a Config,
    home: Option<&'a Path>,
    dangers: Vec<Danger>,
}

impl Found<'_> {
    fn options(&mut self) {
        let run = &self.config.run;
        if let Some(privileged) = run.privileged.as_ref().filter(|it| it.value) {
            self.add(&privileged.origin, r#""privileged": true"#, "--privileged");
        }
        for capability in &run.cap_add {
            let name = capability.value.to_uppercase();
            let name = name.strip_prefix("CAP_").unwrap_or(&name);
            if self.counts(&capability.origin, CAPABILITIES.contains(&name)) {
                let what = format!(r#""capAdd": ["{}"]"#, capability.value);
                let flag = format!("--cap-add={}", capability.value);
                self.add(&capability.origin, &what, &flag);
            }
        }
        for option in &run.security_opt {
            let is_open = option.value.contains("unconfined") || option.value.ends_with("disable");
            let is_strict = option.value.starts_with("no-new-privileges");
            if !is_strict && self.counts(&option.origin, is_open) {
                let what = format!(r#""securityOpt": ["{}"]"#, option.value);
                let flag = format!("--security-opt={}", option.value);
                self.add(&option.origin, &what, &flag);
            }
        }
        let shared = [
            ("pid", &run.pid, true),
            ("userns", &run.userns, true),
            ("network", &run.network, false),
            ("ipc", &run.ipc, false),
            ("uts", &run.uts, false),
            ("cgroupns", &run.cgroupns, false),
        ];
        for (name, namespace, of_projects_too) in shared {
            if let Some(namespace) = namespace.as_ref().filter(|it| it.value == "host")
                && self.counts(&namespace.origin, of_projects_too)
            {
                let flag = format!("--{name}=host");
                let what = format!(r#""runArgs": ["{flag}"]"#);
                self.add(&namespace.origin, &what, &flag);
            }
        }
        for device in &run.devices {
            if self.counts(&device.origin, is_disk_or_memory(&device.value.host)) {
                let flag = format!("--device={}", device.value.host);
                let what = format!(r#""runArgs": ["{flag}"]"#);
                self.add(&device.origin, &what, &flag);
            }
        }
    }

    fn mounts(&mut self) {
        let config = self.config;
        if let Setting {
            value: Some(mount),
            origin,
        } = &config.workspace_mount
        {
            self.mount("workspaceMount", mount, origin);
        }
        for mount in &config.mounts {
            self.mount("mounts", &mount.value, &mount.origin);
        }
    }

    fn mount(&mut self, name: &str, mount: &Mount, origin: &Origin) {
        let (MountKind::Bind, Some(source)) = (mount.kind, &mount.source) else {
            return;
        };
        let path = plain(Path::new(source));
        // The workspace is what all this is about.
        if path.starts_with(&self.config.local_workspace_folder) && !is_socket(&path) {
            return;
        }
        if !self.counts(origin, self.is_dangerous(&path)) {
            return;
        }
        let read_only = if mount.read_only { ",readonly" } else { "" };
        let text = format!(
            "type=bind,source={source},target={}{read_only}",
            mount.target
        );
        let what = match name {
            "mounts" => format!(r#""mounts": ["{text}"]"#),
            name => format!(r#""{name}": "{text}""#),
        };
        self.add_flag(origin, what, format!("--mount={text}"));
    }

    /// Whether it is one: anything of an image, of a project what `of_projects_too` says.
    fn counts(&self, origin: &Origin, of_projects_too: bool) -> bool {
        match self.trust(origin) {
            Trust::Own => false,
            Trust::Project => of_projects_too,
            Trust::Image => true,
        }
    }

    fn trust(&self, origin: &Origin) -> Trust {
        match origin {
            Origin::ImageLabel { .. } => Trust::Image,
            Origin::File { path, .. } if Some(path) == self.config.devcontainer.as_ref() => {
                Trust::Project
            }
            Origin::File { .. }
            | Origin::Default
            | Origin::Flag { .. }
            | Origin::Environment { .. } => Trust::Own,
        }
    }

    fn is_dangerous(&self, path: &Path) -> bool {
        if HARMLESS.iter().any(|harmless| path == Path::new(harmless)) {
            return false;
        }
        let homes = self.home.map(plain).into_iter();
        let mut homes = homes.chain([PathBuf::from("/root")]).chain(home_of(path));
        is_socket(path)
            || FOLDERS.iter().any(|folder| path == Path::new(folder))
            || TREES.iter().any(|tree| path.starts_with(tree))
            || homes.any(|home| {
                path == home
                    || SECRETS
                        .iter()
                        .any(|secret| path.starts_with(home.join(secret)))
            })
    }

    fn add(&mut self, origin: &Origin, what: &str, option: &str) {
        if self.trust(origin) != Trust::Own {
            self.add_flag(origin, what.to_owned(), format!("--run-arg={option}"));
        }
    }

    fn add_flag(&mut self, origin: &Origin, what: String, flag: String) {
        self.dangers.push(Danger {
            what,
            flag,
            origin: origin.clone(),
        });
    }
}

/// The home that a path below `/home` is in.
fn home_of(path: &Path) -> Option<PathBuf> {
    let name = path.strip_prefix("/home").ok()?.components().next()?;
    Some(Path::new("/home").join(name))
}

/// Whether a device is a disk or the machine's memory: whoever reads and writes these has all files
/// of the machine (Linux `Documentation/admin-guide/devices.txt`).
fn is_disk_or_memory(path: &str) -> bool {
    const NAMES: [&str; 3] = ["mem", "kmem", "port"];
    const PREFIXES: [&str; 9] = [
        "sd", "hd", "vd", "xvd", "nvme", "dm-", "md", "mapper", "mmcblk",
    ];
    let path = plain(Path::new(path));
    let Ok(below) = path.strip_prefix("/dev") else {
        return false;
    };
    let first = below.components().next();
    let name = first.map_or("".into(), |it| it.as_os_str().to_string_lossy());
    NAMES.contains(&&*name)
        || below.starts_with("disk")
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn is_socket(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    SOCKETS.iter().any(|socket| name == *socket)
}

/// A path without `.`, `..` and doubled slashes, by its name alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::Normal(name) => plain.push(name),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    plain
}
