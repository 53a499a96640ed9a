//! What a container was made from, as a label, and what a changed configuration costs. Pure.
//!
//! A label is readable by everybody who may use the engine. So values of variables, build arguments and commands are
//! in it as hashes; names, paths and options are in clear, so that a change can be named.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{Build, Config, Hook, Setting, Source};
use crate::mount;
use crate::show;
use crate::source::{self, hex};
use crate::units;

/// What a container was made from: a text for each thing that can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The version of the texts; other versions are not comparable.
    version: u32,
    entries: BTreeMap<String, String>,
}

/// The version of [`Fingerprint`]'s texts.
const VERSION: u32 = 2;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What changed: `image`, `mount /data`, `container variable TOKEN`.
    pub what: String,
    /// What it was, in words where it was not there.
    pub from: Option<String>,
    /// What it is now, in words where it is gone.
    pub to: Option<String>,
    /// What applying it costs.
    pub cost: Cost,
}

/// What applying a change costs, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Cost {
    /// It applies by itself.
    Nothing,
    /// New terminals and commands have it.
    NextSession,
    /// A new container from the same image.
    Recreate,
    /// A new image, and a container from it.
    Rebuild,
}

impl Fingerprint {
    /// The label's text.
    pub fn to_label(&self) -> String {
        serde_json::to_string(self).expect("a map of strings is JSON")
    }

    /// Reads a label; `None` when it is not one of this version.
    pub fn from_label(label: &str) -> Option<Fingerprint> {
        let fingerprint: Fingerprint = serde_json::from_str(label).ok()?;
        (fingerprint.version == VERSION).then_some(fingerprint)
    }
}

/// The fingerprint of a configuration, as it was when the container was made: after the image's label is known.
pub fn fingerprint(config: &Config) -> Fingerprint {
    let mut writer = Writer {
        salt: config.local_workspace_folder.display().to_string(),
        entries: BTreeMap::new(),
    };
    match &config.source {
        Some(Setting {
            value: Source::Image { name },
            ..
        }) => writer.put(IMAGE, name),
        Some(Setting {
            value: Source::Build(build),
            ..
        }) => writer.build(build, &config.local_workspace_folder),
        None => {}
    }
    if let Some(mount) = &config.workspace_mount.value {
        writer.put("workspace mount", mount::text(mount));
    }
    for mount in &config.mounts {
        writer.put(
            &format!("mount {}", mount.value.target),
            mount::text(&mount.value),
        );
    }
    for (name, value) in &config.container_env {
        writer.hide(&format!("container variable {name}"), &value.value);
    }
    for (name, value) in &config.remote_env {
        let what = format!("session variable {name}");
        match &value.value {
            Some(value) => writer.hide(&what, value),
            None => writer.put(&what, "removed"),
        }
    }
    writer.maybe("container user", &config.container_user);
    writer.maybe("session user", &config.remote_user);
    writer.put("workspace folder", &config.workspace_folder.value);
    writer.put("GPU", show::gpu_text(&config.gpu.value));
    if let Some(bytes) = &config.shm_bytes {
        writer.put("shm size", units::bytes_text(bytes.value));
    }
    if let Some(command) = &config.command {
        writer.hide("command", &command.value.join("\0"));
    }
    writer.hooks(config);
    writer.run(config);
    Fingerprint {
        version: VERSION,
        entries: writer.entries,
    }
}

/// What is different, the dearest first.
pub fn changes(from: &Fingerprint, to: &Fingerprint) -> Vec<Change> {
    let source = other_source(from, to);
    let names = from.entries.keys().chain(
        to.entries
            .keys()
            .filter(|name| !from.entries.contains_key(*name)),
    );
    let mut changes: Vec<Change> = names
        .filter(|name| from.entries.get(*name) != to.entries.get(*name))
        .filter(|name| source.is_none() || !is_of_the_source(name))
        // Another file has another text.
        .filter(|name| {
            *name != DOCKERFILE_TEXT || from.entries.get(DOCKERFILE) == to.entries.get(DOCKERFILE)
        })
        .map(|name| {
            let (from, to) = (from.entries.get(name), to.entries.get(name));
            let (one, another) = match (from, to) {
                _ if name == DOCKERFILE_TEXT => ("as it was built", "edited since"),
                (Some(_), Some(_)) => ("one value", "another value"),
                _ => ("a value", "a value"),
            };
            let words = |text: Option<&String>, hidden: &str| match text {
                Some(text) => shown(text, hidden),
                None => absent(name).to_owned(),
            };
            Change {
                what: match name.as_str() {
                    DOCKERFILE_TEXT => DOCKERFILE.to_owned(),
                    name => name.to_owned(),
                },
                from: Some(words(from, one)),
                to: Some(words(to, another)),
                cost: cost(name, to.is_some()),
            }
        })
        .collect();
    changes.extend(source);
    changes.sort_by(|left, right| right.cost.cmp(&left.cost).then(left.what.cmp(&right.what)));
    changes
}

/// What is different between two configurations, the dearest first.
pub fn compare(from: &Config, to: &Config) -> Vec<Change> {
    changes(&fingerprint(from), &fingerprint(to))
}

/// An image in place of a Dockerfile, or a Dockerfile in place of an image: one change, whatever else goes with it.
fn other_source(from: &Fingerprint, to: &Fingerprint) -> Option<Change> {
    let source = |fingerprint: &Fingerprint| {
        let dockerfile = fingerprint.entries.get(DOCKERFILE);
        let image = fingerprint.entries.get(IMAGE).cloned();
        match dockerfile {
            Some(path) => (true, format!("built from {path}")),
            None => (false, image.unwrap_or_else(|| "none".to_owned())),
        }
    };
    let ((was_built, from), (is_built, to)) = (source(from), source(to));
    (was_built != is_built).then(|| Change {
        what: IMAGE.to_owned(),
        from: Some(from),
        to: Some(to),
        cost: match is_built {
            true => Cost::Rebuild,
            false => Cost::Recreate,
        },
    })
}

fn is_of_the_source(what: &str) -> bool {
    matches!(what, IMAGE | DOCKERFILE | DOCKERFILE_TEXT) || what.starts_with("build ")
}

/// What holds where nothing is said.
fn absent(what: &str) -> &'static str {
    match what {
        "container user" | "session user" | "command" | "option entrypoint" => "the image's own",
        "shm size" => "sized by the machine",
        "workspace mount" => "not mounted",
        "container name" | "option hostname" => "chosen by itself",
        "build target" => "the last stage",
        _ if what.ends_with("Command") => "none",
        _ if what.starts_with("mount ") => "not mounted",
        _ => "not set",
    }
}

fn shown(text: &str, hidden: &str) -> String {
    match text.starts_with(HIDDEN) {
        true => hidden.to_owned(),
        false => text.to_owned(),
    }
}

fn cost(what: &str, is_there: bool) -> Cost {
    let begins = |starts: &[&str]| starts.iter().any(|start| what.starts_with(start));
    match what {
        // A Dockerfile that is no longer built from costs no build.
        _ if begins(&["Dockerfile"]) && is_there => Cost::Rebuild,
        _ if begins(&["build "]) => Cost::Rebuild,
        "postStartCommand" | "postAttachCommand" | "session user" | "workspace folder"
        | "command" | "option entrypoint" => Cost::NextSession,
        "initializeCommand" => Cost::Nothing,
        _ if begins(&["session variable "]) => Cost::NextSession,
        _ => Cost::Recreate,
    }
}

/// What hashes begin with.
const HIDDEN: &str = "sha256:";

const IMAGE: &str = "image";
const DOCKERFILE: &str = "Dockerfile";
const DOCKERFILE_TEXT: &str = "Dockerfile text";

struct Writer {
    /// So that equal values of two projects have different hashes.
    salt: String,
    entries: BTreeMap<String, String>,
}

impl Writer {
    fn put(&mut self, what: &str, text: impl Into<String>) {
        self.entries.insert(what.to_owned(), text.into());
    }

    fn hide(&mut self, what: &str, text: &str) {
        let hash = Sha256::new()
            .chain_update(self.salt.as_bytes())
            .chain_update([0])
            .chain_update(what.as_bytes())
            .chain_update([0])
            .chain_update(text.as_bytes())
            .finalize();
        self.put(what, format!("{HIDDEN}{}", &hex(&hash)[..32]));
    }

    fn maybe<T: ToString>(&mut self, what: &str, setting: &Option<Setting<T>>) {
        if let Some(setting) = setting {
            self.put(what, setting.value.to_string());
        }
    }

    fn list<T>(&mut self, what: &str, settings: &[Setting<T>], text: impl Fn(&T) -> String) {
        if !settings.is_empty() {
            let texts: Vec<String> = settings
                .iter()
                .map(|setting| text(&setting.value))
                .collect();
            self.put(what, texts.join(", "));
        }
    }

    fn build(&mut self, build: &Build, workspace: &Path) {
        self.put(DOCKERFILE, source::name(workspace, &build.dockerfile));
        if let Some(hash) = &build.dockerfile_sha256 {
            self.put(DOCKERFILE_TEXT, format!("{HIDDEN}{hash}"));
        }
        self.put("build context", source::name(workspace, &build.context));
        for (name, value) in &build.args {
            self.hide(&format!("build argument {name}"), value);
        }
        for (name, value) in &build.labels {
            self.put(&format!("build label {name}"), value);
        }
        let options = [
            ("build target", &build.target),
            ("build network", &build.network),
            ("build platform", &build.platform),
        ];
        for (what, option) in options {
            if let Some(text) = option {
                self.put(what, text);
            }
        }
    }

    fn hooks(&mut self, config: &Config) {
        let hooks = &config.hooks;
        let lists = [
            ("onCreateCommand", &hooks.on_create),
            ("updateContentCommand", &hooks.update_content),
            ("postCreateCommand", &hooks.post_create),
            ("postStartCommand", &hooks.post_start),
            ("postAttachCommand", &hooks.post_attach),
        ];
        for (what, list) in lists {
            if !list.is_empty() {
                let values: Vec<&Hook> = list.iter().map(|hook| &hook.value).collect();
                let text = serde_json::to_string(&values).expect("hooks are JSON");
                self.hide(what, &text);
            }
        }
    }

    fn run(&mut self, config: &Config) {
        let run = &config.run;
        let texts = [
            ("container name", &run.container_name),
            ("option hostname", &run.hostname),
            ("option network", &run.network),
            ("option ipc", &run.ipc),
            ("option pid", &run.pid),
            ("option uts", &run.uts),
            ("option userns", &run.userns),
            ("option cgroupns", &run.cgroupns),
            ("option runtime", &run.runtime),
            ("option restart", &run.restart),
            ("option platform", &run.platform),
            ("option cpuset-cpus", &run.cpuset_cpus),
            ("option entrypoint", &run.entrypoint),
        ];
        for (what, setting) in texts {
            self.maybe(what, setting);
        }
        for (what, setting) in [
            ("option privileged", &run.privileged),
            ("option read-only", &run.read_only),
        ] {
            // `false` is what a container is without the flag.
            if setting.as_ref().is_some_and(|setting| setting.value) {
                self.put(what, "true");
            }
        }
        if let Some(bytes) = &run.memory_bytes {
            self.put("option memory", units::bytes_text(bytes.value));
        }
        if let Some(bytes) = &run.memory_swap_bytes {
            self.put("option memory-swap", units::swap_text(bytes.value));
        }
        if let Some(cpus) = &run.nano_cpus {
            self.put("option cpus", units::nano_cpus_text(cpus.value));
        }
        self.maybe("option pids-limit", &run.pids_limit);
        self.maybe("option oom-score-adj", &run.oom_score_adj);
        self.maybe("option stop-timeout", &run.stop_timeout);
        self.list("option cap-add", &run.cap_add, String::clone);
        self.list("option cap-drop", &run.cap_drop, String::clone);
        self.list("option security-opt", &run.security_opt, String::clone);
        self.list("option group-add", &run.group_add, String::clone);
        self.list("option add-host", &run.add_host, String::clone);
        self.list("option dns", &run.dns, String::clone);
        self.list("option publish", &run.publish, String::clone);
        self.list("option device", &run.devices, units::device_text);
        self.list("option ulimit", &run.ulimits, units::ulimit_text);
        for (name, value) in &run.labels {
            self.put(&format!("label {name}"), &value.value);
        }
        for (name, value) in &run.sysctls {
            self.put(&format!("option sysctl {name}"), &value.value);
        }
    }
}
