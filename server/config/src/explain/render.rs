//! Writes the `docker run` line that is equal to a configuration.

use super::Rendering;
use super::json::quote;
use crate::gpu;
use crate::model::{Build, Config, Mount, MountKind, Origin, Setting, Source};
use crate::mount;
use crate::units;

pub(super) fn render(config: &Config, rendering: &Rendering) -> String {
    let mut line = Line::of("run", rendering);
    line.parts.push("-it".to_owned());
    line.parts.push("--rm".to_owned());
    gpus(config, rendering, &mut line);
    folders(config, &mut line);
    for (name, value) in &config.container_env {
        match &value.origin {
            // The value is in the reader's environment already, and may be a secret.
            Origin::Environment { name: variable } if variable == name => line.value("-e", name),
            _ => line.value("-e", &format!("{name}={}", value.value)),
        }
    }
    if let Some(user) = config
        .container_user
        .as_ref()
        .or(config.remote_user.as_ref())
    {
        line.value("-u", &user.value);
    }
    let configured = config.shm_bytes.as_ref().map(|bytes| bytes.value);
    // The host's own /dev/shm has its size already.
    let shares_the_hosts = config
        .run
        .ipc
        .as_ref()
        .is_some_and(|ipc| ipc.value == "host");
    let computed = rendering.shm_bytes.filter(|_| !shares_the_hosts);
    if let Some(bytes) = configured.or(computed) {
        line.value("--shm-size", &units::bytes_text(bytes));
    }
    options(config, &mut line);

    line.parts.push(quote(&image(config, rendering)));
    if let Some(command) = &config.command {
        line.parts
            .extend(command.value.iter().map(|word| quote(word)));
    }
    let run = line.text(rendering);
    match config.source.as_ref().map(|source| &source.value) {
        Some(Source::Build(build)) => format!("{}\n{run}", build_line(build, config, rendering)),
        Some(Source::Image { .. }) | None => run,
    }
}

/// The line that builds the image of a Dockerfile.
fn build_line(build: &Build, config: &Config, rendering: &Rendering) -> String {
    let mut line = Line::of("build", rendering);
    line.value("-f", &build.dockerfile.display().to_string());
    for (flag, option) in [
        ("--target", &build.target),
        ("--platform", &build.platform),
        ("--network", &build.network),
    ] {
        if let Some(value) = option {
            line.value(flag, value);
        }
    }
    for (name, value) in &build.args {
        line.value("--build-arg", &format!("{name}={value}"));
    }
    for image in &build.cache_from {
        line.value("--cache-from", image);
    }
    for (name, value) in &build.labels {
        line.value("--label", &format!("{name}={value}"));
    }
    line.value("-t", &image(config, rendering));
    line.parts.push(quote(&build.context.display().to_string()));
    line.text(rendering)
}

struct Line {
    parts: Vec<String>,
}

impl Line {
    fn of(command: &str, rendering: &Rendering) -> Line {
        let program = match rendering.sudo {
            true => format!("sudo docker {command}"),
            false => format!("docker {command}"),
        };
        Line {
            parts: vec![program],
        }
    }

    fn text(&self, rendering: &Rendering) -> String {
        match rendering.wrapped {
            true => self.parts.join(" \\\n  "),
            false => self.parts.join(" "),
        }
    }

    fn value(&mut self, flag: &str, value: &str) {
        self.parts.push(format!("{flag} {}", quote(value)));
    }

    fn maybe<T: ToString>(&mut self, flag: &str, setting: &Option<Setting<T>>) {
        if let Some(setting) = setting {
            self.value(flag, &setting.value.to_string());
        }
    }

    fn each(&mut self, flag: &str, settings: &[Setting<String>]) {
        for setting in settings {
            self.value(flag, &setting.value);
        }
    }

    fn truth(&mut self, flag: &str, setting: &Option<Setting<bool>>) {
        if setting.as_ref().is_some_and(|setting| setting.value) {
            self.parts.push(flag.to_owned());
        }
    }

    fn mount(&mut self, mount: &Mount) {
        let is_plain = |text: &str| !text.contains([':', ',', '"']);
        let source = mount.source.as_deref().unwrap_or_default();
        let ending = match mount.read_only {
            true => ":ro",
            false => "",
        };
        match mount.kind {
            MountKind::Tmpfs => self.value("--tmpfs", &format!("{}{ending}", mount.target)),
            _ if is_plain(source) && is_plain(&mount.target) && !source.is_empty() => {
                self.value("-v", &format!("{source}:{}{ending}", mount.target));
            }
            _ => self.value("--mount", &mount::text(mount)),
        }
    }
}

fn image(config: &Config, rendering: &Rendering) -> String {
    match (&config.source, &rendering.image) {
        (_, Some(image)) => image.clone(),
        (
            Some(Setting {
                value: Source::Image { name },
                ..
            }),
            None,
        ) => name.clone(),
        (
            Some(Setting {
                value: Source::Build(_),
                ..
            }),
            None,
        ) => built_name(config),
        (None, None) => "IMAGE".to_owned(),
    }
}

/// A name for an image that is built, after the workspace's folder.
fn built_name(config: &Config) -> String {
    let folder = config.local_workspace_folder.file_name();
    let folder = folder.unwrap_or_default().to_string_lossy().to_lowercase();
    let words: Vec<&str> = folder
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.is_empty() {
        true => "warpdock-image".to_owned(),
        false => format!("warpdock-{}", words.join("-")),
    }
}

fn gpus(config: &Config, rendering: &Rendering, line: &mut Line) {
    match &rendering.gpu_flags {
        Some(flags) => line.parts.extend(flags.iter().map(|flag| quote(flag))),
        None => {
            if let Some(text) = gpu::docker_text(&config.gpu.value) {
                line.value("--gpus", &text);
            }
        }
    }
}

fn folders(config: &Config, line: &mut Line) {
    if let Some(mount) = &config.workspace_mount.value {
        line.mount(mount);
    }
    for mount in &config.mounts {
        line.mount(&mount.value);
    }
    line.value("-w", &config.workspace_folder.value);
}

fn options(config: &Config, line: &mut Line) {
    let run = &config.run;
    line.maybe("--name", &run.container_name);
    line.maybe("--hostname", &run.hostname);
    line.maybe("--network", &run.network);
    line.maybe("--ipc", &run.ipc);
    line.maybe("--pid", &run.pid);
    line.maybe("--uts", &run.uts);
    line.maybe("--userns", &run.userns);
    line.maybe("--cgroupns", &run.cgroupns);
    line.maybe("--runtime", &run.runtime);
    line.maybe("--restart", &run.restart);
    line.maybe("--platform", &run.platform);
    line.truth("--privileged", &run.privileged);
    line.truth("--read-only", &run.read_only);
    if let Some(bytes) = &run.memory_bytes {
        line.value("--memory", &units::bytes_text(bytes.value));
    }
    if let Some(bytes) = &run.memory_swap_bytes {
        line.value("--memory-swap", &units::swap_text(bytes.value));
    }
    if let Some(cpus) = &run.nano_cpus {
        line.value("--cpus", &units::nano_cpus_text(cpus.value));
    }
    line.maybe("--cpuset-cpus", &run.cpuset_cpus);
    line.maybe("--pids-limit", &run.pids_limit);
    line.maybe("--oom-score-adj", &run.oom_score_adj);
    line.maybe("--stop-timeout", &run.stop_timeout);
    line.each("--cap-add", &run.cap_add);
    line.each("--cap-drop", &run.cap_drop);
    line.each("--security-opt", &run.security_opt);
    for device in &run.devices {
        line.value("--device", &units::device_text(&device.value));
    }
    line.each("--group-add", &run.group_add);
    line.each("--add-host", &run.add_host);
    line.each("--dns", &run.dns);
    for ulimit in &run.ulimits {
        line.value("--ulimit", &units::ulimit_text(&ulimit.value));
    }
    line.each("-p", &run.publish);
    for (name, value) in &run.labels {
        line.value("--label", &format!("{name}={}", value.value));
    }
    for (name, value) in &run.sysctls {
        line.value("--sysctl", &format!("{name}={}", value.value));
    }
    line.maybe("--entrypoint", &run.entrypoint);
}
