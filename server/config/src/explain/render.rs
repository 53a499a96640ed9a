//! Writes the `docker run` line that is equal to a configuration.

use super::Rendering;
use super::json::quote;
use crate::gpu;
use crate::model::{Config, Mount, MountKind, Origin, Setting, Source};
use crate::mount;
use crate::units;

pub(super) fn render(config: &Config, rendering: &Rendering) -> String {
    let mut line = Line { parts: Vec::new() };
    let program = match rendering.sudo {
        true => "sudo docker run",
        false => "docker run",
    };
    line.parts.push(program.to_owned());
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
    if let Some(bytes) = &config.shm_bytes {
        line.value("--shm-size", &units::bytes_text(bytes.value));
    }
    options(config, &mut line);

    line.parts.push(quote(&image(config, rendering)));
    if let Some(command) = &config.command {
        line.parts
            .extend(command.value.iter().map(|word| quote(word)));
    }
    match rendering.wrapped {
        true => line.parts.join(" \\\n  "),
        false => line.parts.join(" "),
    }
}

struct Line {
    parts: Vec<String>,
}

impl Line {
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
        ) => "IMAGE_BUILT_FROM_THE_DOCKERFILE".to_owned(),
        (None, None) => "IMAGE".to_owned(),
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
        let text = match u64::try_from(bytes.value) {
            Ok(bytes) => units::bytes_text(bytes),
            Err(_) => bytes.value.to_string(),
        };
        line.value("--memory-swap", &text);
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
        let device = &device.value;
        let text = match (device.container.as_str(), device.permissions.as_str()) {
            ("", _) => device.host.clone(),
            (container, "rwm") if container == device.host => container.to_owned(),
            (container, permissions) => format!("{}:{container}:{permissions}", device.host),
        };
        line.value("--device", &text);
    }
    line.each("--group-add", &run.group_add);
    line.each("--add-host", &run.add_host);
    line.each("--dns", &run.dns);
    for ulimit in &run.ulimits {
        let ulimit = &ulimit.value;
        line.value(
            "--ulimit",
            &format!("{}={}:{}", ulimit.name, ulimit.soft, ulimit.hard),
        );
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
