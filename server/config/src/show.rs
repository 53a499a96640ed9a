//! Every value of a configuration as a person reads it: the names of devcontainer.json and of `docker run`'s flags, the
//! values as one would write them there. Owns no wording of origins.

use crate::explain::shell_text;
use crate::gpu;
use crate::model::{
    Build, Config, GpuNeed, GpuWish, Hook, Hooks, HostRequirements, Origin, RunOptions, Setting,
    Source, UserEnvProbe, WaitFor,
};
use crate::mount;
use crate::source;
use crate::units;

/// A value, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// `image`, `containerEnv.SEED`, `--ipc`.
    pub name: String,
    /// One line; what looks like a secret is hidden.
    pub value: String,
    /// Where it was written.
    pub origin: Origin,
}

/// Every value that says something, in reading order.
pub fn values(config: &Config) -> Vec<Shown> {
    // Without `..`: a setting that is added must be shown here, or left out with a word.
    let Config {
        local_workspace_folder: workspace,
        devcontainer: _,
        devcontainer_id: _,
        name,
        source,
        workspace_folder,
        workspace_mount,
        mounts,
        container_env,
        remote_env,
        container_user,
        remote_user,
        gpu,
        shm_bytes,
        run,
        hooks,
        command,
        wait_for,
        user_env_probe,
        update_remote_user_uid,
        override_command,
        forward_ports,
        host_requirements,
    } = config;
    let mut list = List(Vec::new());
    list.text("name", name);
    match source
        .as_ref()
        .map(|source| (&source.value, &source.origin))
    {
        Some((Source::Image { name }, origin)) => list.add("image", name, origin),
        Some((Source::Build(build), origin)) => list.build(build, workspace, origin),
        None => {}
    }
    list.text("workspaceFolder", workspace_folder);
    list.setting("workspaceMount", workspace_mount, |mount| match mount {
        Some(mount) => mount::text(mount),
        None => "(not mounted)".to_owned(),
    });
    for mount in mounts {
        list.setting("mounts", mount, mount::text);
    }
    for (variable, value) in container_env {
        list.variable("containerEnv", variable, Some(&value.value), &value.origin);
    }
    for (variable, value) in remote_env {
        list.variable("remoteEnv", variable, value.value.as_deref(), &value.origin);
    }
    list.maybe("containerUser", container_user, String::clone);
    list.maybe("remoteUser", remote_user, String::clone);
    list.setting("gpu", gpu, gpu_text);
    list.maybe("shmSize", shm_bytes, |bytes| units::bytes_text(*bytes));
    list.run(run);
    list.hooks(hooks);
    list.maybe("command", command, |words| shell_text(words));
    list.maybe("waitFor", wait_for, |hook| wait_for_text(*hook).to_owned());
    list.maybe("userEnvProbe", user_env_probe, |probe| {
        probe_text(*probe).to_owned()
    });
    list.maybe(
        "updateRemoteUserUID",
        update_remote_user_uid,
        bool::to_string,
    );
    list.setting("overrideCommand", override_command, bool::to_string);
    for port in forward_ports {
        list.text("forwardPorts", port);
    }
    list.requirements(host_requirements);
    list.0
}

/// A GPU wish: `optional, all`, `required, 2`, `none`.
pub(crate) fn gpu_text(wish: &GpuWish) -> String {
    let need = match wish.need {
        GpuNeed::Required => "required",
        GpuNeed::Optional => "optional",
        GpuNeed::None => return "none".to_owned(),
    };
    let devices = gpu::docker_text(wish).unwrap_or_default();
    match wish.memory_bytes {
        Some(bytes) => format!("{need}, {devices}, {} each", units::bytes_text(bytes)),
        None => format!("{need}, {devices}"),
    }
}

struct List(Vec<Shown>);

impl List {
    fn add(&mut self, name: &str, value: &str, origin: &Origin) {
        self.0.push(Shown {
            name: name.to_owned(),
            value: one_line(value),
            origin: origin.clone(),
        });
    }

    fn setting<T>(&mut self, name: &str, setting: &Setting<T>, text: impl Fn(&T) -> String) {
        self.add(name, &text(&setting.value), &setting.origin);
    }

    fn text(&mut self, name: &str, setting: &Setting<String>) {
        self.add(name, &setting.value, &setting.origin);
    }

    fn maybe<T>(&mut self, name: &str, setting: &Option<Setting<T>>, text: impl Fn(&T) -> String) {
        if let Some(setting) = setting {
            self.setting(name, setting, text);
        }
    }

    fn variable(&mut self, inside: &str, name: &str, value: Option<&str>, origin: &Origin) {
        let text = match value {
            Some(_) if is_secret(name) => "(hidden)",
            Some(value) => value,
            None => "(removed)",
        };
        self.add(&format!("{inside}.{name}"), text, origin);
    }

    fn build(&mut self, build: &Build, workspace: &std::path::Path, origin: &Origin) {
        let Build {
            dockerfile,
            dockerfile_sha256: _,
            context,
            args,
            target,
            cache_from,
            labels,
            network,
            platform,
        } = build;
        self.add("dockerfile", &source::name(workspace, dockerfile), origin);
        self.add("context", &source::name(workspace, context), origin);
        if let Some(target) = target {
            self.add("target", target, origin);
        }
        let hidden = |name: &String, value: &String| match is_secret(name) {
            true => format!("{name}=(hidden)"),
            false => format!("{name}={value}"),
        };
        let args: Vec<String> = args
            .iter()
            .map(|(name, value)| hidden(name, value))
            .collect();
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        for (name, list) in [
            ("args", &args),
            ("cacheFrom", cache_from),
            ("--label", &labels),
        ] {
            if !list.is_empty() {
                self.add(&format!("build.{name}"), &list.join(", "), origin);
            }
        }
        for (name, option) in [("--network", network), ("--platform", platform)] {
            if let Some(text) = option {
                self.add(&format!("build.{name}"), text, origin);
            }
        }
    }

    fn run(&mut self, run: &RunOptions) {
        let RunOptions {
            container_name,
            hostname,
            network,
            ipc,
            pid,
            uts,
            userns,
            cgroupns,
            runtime,
            restart,
            platform,
            privileged,
            read_only,
            memory_bytes,
            memory_swap_bytes,
            nano_cpus,
            cpuset_cpus,
            pids_limit,
            oom_score_adj,
            stop_timeout,
            cap_add,
            cap_drop,
            security_opt,
            devices,
            group_add,
            add_host,
            dns,
            ulimits,
            publish,
            labels,
            sysctls,
            init,
            entrypoint,
        } = run;
        self.maybe("privileged", privileged, bool::to_string);
        self.maybe("init", init, bool::to_string);
        for (name, list) in [("capAdd", cap_add), ("securityOpt", security_opt)] {
            list.iter().for_each(|setting| self.text(name, setting));
        }
        for (name, setting) in [
            ("--name", container_name),
            ("--hostname", hostname),
            ("--network", network),
            ("--ipc", ipc),
            ("--pid", pid),
            ("--uts", uts),
            ("--userns", userns),
            ("--cgroupns", cgroupns),
            ("--runtime", runtime),
            ("--restart", restart),
            ("--platform", platform),
            ("--cpuset-cpus", cpuset_cpus),
            ("--entrypoint", entrypoint),
        ] {
            self.maybe(name, setting, String::clone);
        }
        self.maybe("--read-only", read_only, bool::to_string);
        self.maybe("--memory", memory_bytes, |bytes| units::bytes_text(*bytes));
        self.maybe("--memory-swap", memory_swap_bytes, |bytes| {
            units::swap_text(*bytes)
        });
        self.maybe("--cpus", nano_cpus, |cpus| units::nano_cpus_text(*cpus));
        self.maybe("--pids-limit", pids_limit, i64::to_string);
        self.maybe("--oom-score-adj", oom_score_adj, i64::to_string);
        self.maybe("--stop-timeout", stop_timeout, u32::to_string);
        for (name, list) in [
            ("--cap-drop", cap_drop),
            ("--group-add", group_add),
            ("--add-host", add_host),
            ("--dns", dns),
            ("--publish", publish),
        ] {
            list.iter().for_each(|setting| self.text(name, setting));
        }
        for device in devices {
            self.setting("--device", device, units::device_text);
        }
        for ulimit in ulimits {
            self.setting("--ulimit", ulimit, units::ulimit_text);
        }
        for (flag, pairs) in [("--label", labels), ("--sysctl", sysctls)] {
            for (name, value) in pairs {
                self.setting(flag, value, |value| format!("{name}={value}"));
            }
        }
    }

    fn hooks(&mut self, hooks: &Hooks) {
        let Hooks {
            initialize,
            on_create,
            update_content,
            post_create,
            post_start,
            post_attach,
        } = hooks;
        self.maybe("initializeCommand", initialize, hook_text);
        for (name, list) in [
            ("onCreateCommand", on_create),
            ("updateContentCommand", update_content),
            ("postCreateCommand", post_create),
            ("postStartCommand", post_start),
            ("postAttachCommand", post_attach),
        ] {
            for hook in list {
                self.setting(name, hook, hook_text);
            }
        }
    }

    fn requirements(&mut self, requirements: &HostRequirements) {
        let HostRequirements {
            cpus,
            memory_bytes,
            storage_bytes,
        } = requirements;
        self.maybe("hostRequirements.cpus", cpus, u32::to_string);
        for (name, bytes) in [("memory", memory_bytes), ("storage", storage_bytes)] {
            self.maybe(&format!("hostRequirements.{name}"), bytes, |bytes| {
                units::bytes_text(*bytes)
            });
        }
    }
}

/// A command as one would type it.
fn hook_text(hook: &Hook) -> String {
    match hook {
        Hook::Shell { command } => command.clone(),
        Hook::Argv { argv } => shell_text(argv),
        Hook::Parallel { commands } => commands
            .iter()
            .map(|(name, hook)| format!("{name}: {}", hook_text(hook)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

fn wait_for_text(hook: WaitFor) -> &'static str {
    match hook {
        WaitFor::InitializeCommand => "initializeCommand",
        WaitFor::OnCreateCommand => "onCreateCommand",
        WaitFor::UpdateContentCommand => "updateContentCommand",
        WaitFor::PostCreateCommand => "postCreateCommand",
        WaitFor::PostStartCommand => "postStartCommand",
    }
}

fn probe_text(probe: UserEnvProbe) -> &'static str {
    match probe {
        UserEnvProbe::None => "none",
        UserEnvProbe::LoginShell => "loginShell",
        UserEnvProbe::LoginInteractiveShell => "loginInteractiveShell",
        UserEnvProbe::InteractiveShell => "interactiveShell",
    }
}

/// By the name, as a person would guess.
fn is_secret(name: &str) -> bool {
    const SIGNS: [&str; 7] = [
        "TOKEN",
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "CREDENTIAL",
        "API_KEY",
        "PRIVATE",
    ];
    let name = name.to_uppercase();
    SIGNS.iter().any(|sign| name.contains(sign))
}

/// A line of a table: ends of lines and other control characters are written out, and what is empty is a word.
fn one_line(text: &str) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_control() {
            true => line.extend(letter.escape_default()),
            false => line.push(letter),
        }
    }
    line
}
