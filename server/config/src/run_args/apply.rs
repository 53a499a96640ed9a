//! What each flag of `docker run` means for the configuration.

use std::path::Path;

use crate::env_file::{self, Dialect, Wanted};
use crate::files::Reader;
use crate::flags::Fate;
use crate::gpu;
use crate::inputs::Inputs;
use crate::layer::{Layer, Rank, with};
use crate::model::{Device, GpuDevices, GpuNeed, Mount, MountKind, Origin, Setting, Ulimit};
use crate::mount;
use crate::problem::{Problems, about, not_expected};
use crate::run_args::Used;
use crate::units;

/// Turns flags into a layer.
pub(crate) fn layer_of(
    rank: Rank,
    used: &[Used],
    inputs: &Inputs,
    reader: &Reader,
    problems: &mut Problems,
) -> Layer {
    let mut apply = Apply {
        layer: Layer::new(rank),
        file_env: Vec::new(),
        nvidia_runtime: None,
        inputs,
        reader,
        problems,
    };
    for used in used {
        apply.flag(used);
    }
    apply.finish()
}

struct Apply<'a, 'b> {
    layer: Layer,
    /// From files; single variables are stronger, wherever they stand.
    file_env: Vec<(String, Setting<String>)>,
    nvidia_runtime: Option<Origin>,
    inputs: &'a Inputs,
    reader: &'a Reader<'b>,
    problems: &'a mut Problems,
}

impl Apply<'_, '_> {
    fn flag(&mut self, used: &Used) {
        let origin = &used.origin;
        let text = || with(origin, used.value.clone());
        let run = &mut self.layer.run;
        match used.flag.name {
            "name" => run.container_name = Some(text()),
            "hostname" => run.hostname = Some(text()),
            "network" => run.network = Some(text()),
            "ipc" => run.ipc = Some(text()),
            "pid" => run.pid = Some(text()),
            "uts" => run.uts = Some(text()),
            "userns" => run.userns = Some(text()),
            "cgroupns" => run.cgroupns = Some(text()),
            "restart" => run.restart = Some(text()),
            "platform" => run.platform = Some(text()),
            "entrypoint" => run.entrypoint = Some(text()),
            "cpuset-cpus" => run.cpuset_cpus = Some(text()),
            "cap-add" => run.cap_add.push(text()),
            "cap-drop" => run.cap_drop.push(text()),
            "security-opt" => run.security_opt.push(text()),
            "group-add" => run.group_add.push(text()),
            "add-host" => run.add_host.push(text()),
            "dns" => run.dns.push(text()),
            "user" => self.layer.container_user = Some(text()),
            "privileged" => self.layer.run.privileged = self.boolean(used),
            "read-only" => self.layer.run.read_only = self.boolean(used),
            "init" => {
                self.layer.run.init = self.boolean(used);
                self.replaced(used);
            }
            "memory" => self.layer.run.memory_bytes = self.bytes(used),
            "shm-size" => self.layer.shm_bytes = self.bytes(used),
            "memory-swap" => self.memory_swap(used),
            "cpus" => match units::nano_cpus(&used.value) {
                Some(number) => run.nano_cpus = Some(with(origin, number)),
                None => self.expected(used, "a number of CPUs such as 1.5"),
            },
            "pids-limit" => self.layer.run.pids_limit = self.number(used),
            "oom-score-adj" => self.layer.run.oom_score_adj = self.number(used),
            "stop-timeout" => self.layer.run.stop_timeout = self.number(used),
            "runtime" => self.runtime(used),
            "gpus" => match gpu::parse(&used.value) {
                Ok(wish) => self.layer.gpu = Some(with(origin, wish)),
                Err(reason) => {
                    self.problems
                        .error("gpus", origin, about("--gpus", origin, &reason));
                }
            },
            "device" => self.device(used),
            "ulimit" => self.ulimit(used),
            "publish" => match units::is_publish(&used.value) {
                true => run.publish.push(text()),
                false => self.expected(used, "`[IP:][HOST:]CONTAINER[/tcp|udp]`"),
            },
            "label" => {
                let (name, value) = used.value.split_once('=').unwrap_or((&used.value, ""));
                run.labels
                    .push((name.to_owned(), with(origin, value.to_owned())));
            }
            "sysctl" => match used.value.split_once('=') {
                Some((name, value)) => run
                    .sysctls
                    .push((name.to_owned(), with(origin, value.to_owned()))),
                None => self.expected(used, "`NAME=VALUE`"),
            },
            "env" => self.env(used),
            "env-file" => self.env_file(used),
            "volume" => self.mount(used, mount::parse_volume(&used.value)),
            "mount" => self.mount(used, mount::parse_mount(&used.value)),
            "tmpfs" => self.tmpfs(used),
            _ => match used.flag.fate {
                Fate::Replaced => self.replaced(used),
                Fate::Carried | Fate::Dropped => self.problems.warning(
                    "flag-without-effect",
                    origin,
                    format!("`--{}` has no effect with Warpdock", used.flag.name),
                ),
            },
        }
    }

    fn replaced(&mut self, used: &Used) {
        let instead = used.flag.instead;
        let instead = instead
            .strip_prefix("Nothing to write: ")
            .unwrap_or(instead);
        let message = format!("`--{}` is not needed: {}", used.flag.name, lower(instead));
        self.problems.note("flag-replaced", &used.origin, message);
    }

    fn expected(&mut self, used: &Used, expected: &str) {
        let name = format!("--{}", used.flag.name);
        self.problems.error(
            "flag-value",
            &used.origin,
            not_expected(&name, &used.origin, &used.value, expected),
        );
    }

    fn boolean(&mut self, used: &Used) -> Option<Setting<bool>> {
        match used.value.as_str() {
            "true" | "1" | "t" | "TRUE" | "True" => Some(with(&used.origin, true)),
            "false" | "0" | "f" | "FALSE" | "False" => Some(with(&used.origin, false)),
            _ => {
                self.expected(used, "true or false");
                None
            }
        }
    }

    fn bytes(&mut self, used: &Used) -> Option<Setting<u64>> {
        match units::bytes(&used.value) {
            Some(bytes) => Some(with(&used.origin, bytes)),
            None => {
                self.expected(used, "a size such as 8g");
                None
            }
        }
    }

    fn number<T: std::str::FromStr>(&mut self, used: &Used) -> Option<Setting<T>> {
        match used.value.parse() {
            Ok(number) => Some(with(&used.origin, number)),
            Err(_) => {
                self.expected(used, "a whole number");
                None
            }
        }
    }

    fn memory_swap(&mut self, used: &Used) {
        let bytes = match used.value.as_str() {
            "-1" => Some(-1),
            text => units::bytes(text).and_then(|bytes| i64::try_from(bytes).ok()),
        };
        match bytes {
            Some(bytes) => self.layer.run.memory_swap_bytes = Some(with(&used.origin, bytes)),
            None => self.expected(used, "a size such as 8g, or -1"),
        }
    }

    /// The runtime `nvidia` is a way to ask for a GPU, and the way is chosen later, by what the machine has.
    fn runtime(&mut self, used: &Used) {
        if used.value != "nvidia" {
            self.layer.run.runtime = Some(with(&used.origin, used.value.clone()));
            return;
        }
        self.nvidia_runtime = Some(used.origin.clone());
        self.problems.note(
            "runtime-nvidia",
            &used.origin,
            "the runtime `nvidia` is read as a request for GPUs; how the engine gives them is chosen by what it has",
        );
    }

    fn finish(self) -> Layer {
        let mut layer = self.layer;
        if let (Some(origin), None) = (self.nvidia_runtime, &layer.gpu) {
            let visible = layer
                .container_env
                .iter()
                .rfind(|(name, _)| name == "NVIDIA_VISIBLE_DEVICES")
                .and_then(|(_, setting)| gpu::from_visible_devices(&setting.value));
            let wish = visible.unwrap_or_else(|| gpu::wish(GpuNeed::Required));
            layer.gpu = Some(with(&origin, wish));
        }
        let mut container_env = self.file_env;
        container_env.append(&mut layer.container_env);
        layer.container_env = container_env;
        layer
    }

    /// `HOST[:CONTAINER[:PERMISSIONS]]`, or a CDI name; those of NVIDIA are requests for GPUs.
    fn device(&mut self, used: &Used) {
        let origin = &used.origin;
        if let Some(id) = used.value.strip_prefix("nvidia.com/gpu=") {
            let mut wish = gpu::wish(GpuNeed::Required);
            if id != "all" {
                let mut ids = match self.layer.gpu.take() {
                    Some(Setting { value: known, .. }) => match known.devices {
                        GpuDevices::Ids { ids } => ids,
                        GpuDevices::All | GpuDevices::Count { .. } => Vec::new(),
                    },
                    None => Vec::new(),
                };
                ids.push(id.to_owned());
                wish.devices = GpuDevices::Ids { ids };
            }
            self.layer.gpu = Some(with(origin, wish));
            return;
        }
        let is_cdi = !used.value.starts_with('/') && used.value.contains('=');
        if is_cdi {
            let device = Device {
                host: used.value.clone(),
                container: String::new(),
                permissions: String::new(),
            };
            self.layer.run.devices.push(with(origin, device));
            return;
        }
        let parts: Vec<&str> = used.value.split(':').collect();
        let is_permissions =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| b"rwm".contains(&byte));
        let (host, container, permissions) = match parts.as_slice() {
            [host] => (*host, *host, "rwm"),
            [host, permissions] if is_permissions(permissions) => (*host, *host, *permissions),
            [host, container] => (*host, *container, "rwm"),
            [host, container, permissions] if is_permissions(permissions) => {
                (*host, *container, *permissions)
            }
            _ => return self.expected(used, "`HOST[:CONTAINER[:rwm]]`"),
        };
        if !host.starts_with('/') || !container.starts_with('/') {
            return self.expected(
                used,
                "absolute paths, or a CDI name such as nvidia.com/gpu=0",
            );
        }
        let device = Device {
            host: host.to_owned(),
            container: container.to_owned(),
            permissions: permissions.to_owned(),
        };
        self.layer.run.devices.push(with(origin, device));
    }

    fn ulimit(&mut self, used: &Used) {
        let read = || {
            let (name, limits) = used.value.split_once('=')?;
            let (soft, hard) = limits.split_once(':').unwrap_or((limits, limits));
            let number = |text: &str| match text {
                "unlimited" => Some(-1),
                digits => digits.parse().ok().filter(|number: &i64| *number >= -1),
            };
            let (soft, hard) = (number(soft)?, number(hard)?);
            Some(Ulimit {
                name: name.to_owned(),
                soft,
                hard,
            })
        };
        match read() {
            Some(ulimit) => self.layer.run.ulimits.push(with(&used.origin, ulimit)),
            None => self.expected(used, "`NAME=SOFT[:HARD]`"),
        }
    }

    /// `NAME=VALUE`, or `NAME` for the user's own value, if there is one.
    fn env(&mut self, used: &Used) {
        match used.value.split_once('=') {
            Some(("", _)) => self.expected(used, "`NAME=VALUE`"),
            Some((name, value)) => {
                let setting = with(&used.origin, value.to_owned());
                self.layer.container_env.push((name.to_owned(), setting));
            }
            None => match self.inputs.local_env.get(&used.value) {
                Some(value) => {
                    let origin = Origin::Environment {
                        name: used.value.clone(),
                    };
                    let setting = with(&origin, value.clone());
                    self.layer.container_env.push((used.value.clone(), setting));
                }
                None => self.problems.note(
                    "env-unset",
                    &used.origin,
                    format!(
                        "`{}` is not set in your environment, so the container does not get it",
                        used.value
                    ),
                ),
            },
        }
    }

    fn env_file(&mut self, used: &Used) {
        let path = self.inputs.workspace.join(Path::new(&used.value));
        let entries = env_file::load(
            &path,
            Dialect::Docker {
                local_env: &self.inputs.local_env,
            },
            Wanted::Required(&used.origin),
            &self.inputs.workspace,
            self.reader,
            self.problems,
        );
        self.file_env.extend(entries);
    }

    fn tmpfs(&mut self, used: &Used) {
        let (target, options) = used.value.split_once(':').unwrap_or((&used.value, ""));
        let mount = Mount {
            kind: MountKind::Tmpfs,
            source: None,
            target: target.to_owned(),
            read_only: options.split(',').any(|option| option == "ro"),
        };
        let ignored = options
            .split(',')
            .filter(|option| !matches!(*option, "" | "rw" | "ro" | "nosuid" | "nodev" | "noexec"))
            .map(str::to_owned)
            .collect();
        self.mount(used, Ok(mount::Parsed { mount, ignored }));
    }

    fn mount(&mut self, used: &Used, parsed: Result<mount::Parsed, String>) {
        let origin = &used.origin;
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(reason) => return self.problems.error("mount", origin, reason),
        };
        if !parsed.ignored.is_empty() {
            self.problems.warning(
                "mount-option",
                origin,
                format!(
                    "these options of the mount have no effect: {}",
                    parsed.ignored.join(", ")
                ),
            );
        }
        let mount = mount::check(
            parsed.mount,
            origin,
            &self.inputs.workspace,
            self.reader,
            self.problems,
        );
        self.layer
            .mounts
            .extend(mount.map(|mount| with(origin, mount)));
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
