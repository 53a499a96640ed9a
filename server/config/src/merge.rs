//! The precedence table, and nothing else.
//!
//! From the strongest to the weakest:
//!
//! | rank | source | what it may say |
//! |---|---|---|
//! | 1 | the command line | image, Dockerfile, GPU, shm, environment, user, folder, mounts, flags of `docker run` |
//! | 2 | `customizations.warpdock` in devcontainer.json | the same |
//! | 3 | `runArgs` in devcontainer.json | flags of `docker run` |
//! | 4 | devcontainer.json itself | everything |
//! | 5 | `.env` in the workspace, or `envFile` | the container's environment |
//! | 6 | the image's `devcontainer.metadata` label, later entries first | everything but image and name |
//! | 7 | the user's settings | what rank 2 may say |
//! | 8 | defaults | |
//!
//! - One value (`remoteUser`, `workspaceFolder`, …): the strongest source that says it.
//! - Environments: each variable by itself. A `null` in `remoteEnv` is a value too: it removes the variable.
//! - Mounts: all of them, one a target, the strongest source's.
//! - Lists (`capAdd`, `devices`, `publish`, …): all of them, each value once, in the order weakest to strongest.
//! - `init` and `privileged`: true if any source says so.
//! - Hooks: all of them, the image's first.
//! - `gpu`: rank 1, 2 and 3 decide alone; ranks 4 and 6 together by the greater need; then 7.
//! - `hostRequirements`: the greatest.

use std::path::Path;

use crate::layer::{Layer, Rank};
use crate::model::{
    Config, GpuDevices, GpuNeed, GpuWish, Hook, Hooks, HostRequirements, Mount, MountKind, Origin,
    RunOptions, Setting, Source,
};

/// Where the workspace is in the container when nobody says.
pub(crate) const DEFAULT_WORKSPACE_FOLDER: &str = "/app";

/// Makes one configuration. `layers` are sorted from the weakest to the strongest.
pub(crate) fn merge(
    workspace: &Path,
    devcontainer: Option<&Path>,
    devcontainer_id: String,
    source: Option<Setting<Source>>,
    layers: &[Layer],
) -> Config {
    let workspace_folder = workspace_folder(layers);
    Config {
        local_workspace_folder: workspace.to_path_buf(),
        devcontainer: devcontainer.map(Path::to_path_buf),
        devcontainer_id,
        name: strongest(layers, |layer| &layer.name)
            .unwrap_or_else(|| by_default(base_name(workspace))),
        source,
        workspace_mount: strongest(layers, |layer| &layer.workspace_mount).unwrap_or_else(|| {
            Setting {
                value: Some(Mount {
                    kind: MountKind::Bind,
                    source: Some(workspace.display().to_string()),
                    target: workspace_folder.value.clone(),
                    read_only: false,
                }),
                origin: workspace_folder.origin.clone(),
            }
        }),
        workspace_folder,
        mounts: mounts(layers),
        container_env: by_name(layers, |layer| &layer.container_env),
        remote_env: by_name(layers, |layer| &layer.remote_env),
        container_user: strongest(layers, |layer| &layer.container_user),
        remote_user: strongest(layers, |layer| &layer.remote_user),
        gpu: gpu(layers),
        shm_bytes: strongest(layers, |layer| &layer.shm_bytes),
        run: run(layers),
        hooks: hooks(layers),
        command: strongest(layers, |layer| &layer.command),
        wait_for: strongest(layers, |layer| &layer.wait_for),
        user_env_probe: strongest(layers, |layer| &layer.user_env_probe),
        update_remote_user_uid: strongest(layers, |layer| &layer.update_remote_user_uid),
        override_command: strongest(layers, |layer| &layer.override_command)
            .unwrap_or_else(|| by_default(true)),
        forward_ports: union(layers, |layer| &layer.forward_ports),
        host_requirements: host_requirements(layers),
    }
}

/// Where the workspace is in the container: also needed before the merge, for `${containerWorkspaceFolder}`.
pub(crate) fn workspace_folder(layers: &[Layer]) -> Setting<String> {
    let said = strongest(layers, |layer| &layer.workspace_folder);
    let mounted = strongest(layers, |layer| &layer.workspace_mount);
    match (said, mounted) {
        (Some(said), _) => said,
        (
            None,
            Some(Setting {
                value: Some(mount),
                origin,
            }),
        ) => Setting {
            value: mount.target,
            origin,
        },
        (None, _) => by_default(DEFAULT_WORKSPACE_FOLDER.to_owned()),
    }
}

/// The value of the strongest layer that has one.
pub(crate) fn strongest<T: Clone>(
    layers: &[Layer],
    field: impl Fn(&Layer) -> &Option<Setting<T>>,
) -> Option<Setting<T>> {
    layers.iter().rev().find_map(|layer| field(layer).clone())
}

fn by_default<T>(value: T) -> Setting<T> {
    Setting {
        value,
        origin: Origin::Default,
    }
}

fn base_name(workspace: &Path) -> String {
    match workspace.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => workspace.display().to_string(),
    }
}

/// Every variable once, at the place where it was first named, with the strongest value.
fn by_name<T: Clone>(
    layers: &[Layer],
    field: impl Fn(&Layer) -> &Vec<(String, Setting<T>)>,
) -> Vec<(String, Setting<T>)> {
    let mut merged: Vec<(String, Setting<T>)> = Vec::new();
    for (name, setting) in layers.iter().flat_map(field) {
        match merged.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = setting.clone(),
            None => merged.push((name.clone(), setting.clone())),
        }
    }
    merged
}

fn union<T: Clone + PartialEq>(
    layers: &[Layer],
    field: impl Fn(&Layer) -> &Vec<Setting<T>>,
) -> Vec<Setting<T>> {
    let mut merged: Vec<Setting<T>> = Vec::new();
    for setting in layers.iter().flat_map(field) {
        match merged.iter_mut().find(|known| known.value == setting.value) {
            // What the project says too is the project's, and not the image's.
            Some(known) if is_of_image(&known.origin) => known.origin = setting.origin.clone(),
            Some(_) => {}
            None => merged.push(setting.clone()),
        }
    }
    merged
}

fn is_of_image(origin: &Origin) -> bool {
    matches!(origin, Origin::ImageLabel { .. })
}

/// The last mount of a target wins and stands where it was last named.
fn mounts(layers: &[Layer]) -> Vec<Setting<Mount>> {
    let mut merged: Vec<Setting<Mount>> = Vec::new();
    for setting in layers.iter().flat_map(|layer| &layer.mounts) {
        merged.retain(|known| known.value.target != setting.value.target);
        merged.push(setting.clone());
    }
    merged
}

fn either(
    layers: &[Layer],
    field: impl Fn(&RunOptions) -> &Option<Setting<bool>>,
) -> Option<Setting<bool>> {
    let said = || layers.iter().filter_map(|layer| field(&layer.run).clone());
    said()
        .find(|setting| setting.value && !is_of_image(&setting.origin))
        .or_else(|| said().find(|setting| setting.value))
        .or_else(|| said().last())
}

fn gpu(layers: &[Layer]) -> Setting<GpuWish> {
    let decisive = strongest_of(layers, |rank| rank >= Rank::RunArgs);
    let together = layers
        .iter()
        .filter(|layer| matches!(layer.rank, Rank::ImageLabel | Rank::Devcontainer))
        .filter_map(|layer| layer.gpu.clone())
        .reduce(greater_wish);
    decisive
        .or(together)
        .or_else(|| strongest_of(layers, |rank| rank == Rank::UserSettings))
        .unwrap_or_else(|| {
            by_default(GpuWish {
                need: GpuNeed::Optional,
                devices: GpuDevices::All,
                capabilities: Vec::new(),
                memory_bytes: None,
            })
        })
}

fn strongest_of(layers: &[Layer], wanted: impl Fn(Rank) -> bool) -> Option<Setting<GpuWish>> {
    layers
        .iter()
        .rev()
        .filter(|layer| wanted(layer.rank))
        .find_map(|layer| layer.gpu.clone())
}

/// The greater need; of two alike the stronger source's, with the greater memory.
fn greater_wish(weaker: Setting<GpuWish>, stronger: Setting<GpuWish>) -> Setting<GpuWish> {
    let memory_bytes = weaker.value.memory_bytes.max(stronger.value.memory_bytes);
    let mut greater = match weight(weaker.value.need) > weight(stronger.value.need) {
        true => weaker,
        false => stronger,
    };
    greater.value.memory_bytes = memory_bytes;
    greater
}

fn weight(need: GpuNeed) -> u8 {
    match need {
        GpuNeed::None => 0,
        GpuNeed::Optional => 1,
        GpuNeed::Required => 2,
    }
}

fn hooks(layers: &[Layer]) -> Hooks {
    let all = |field: fn(&Hooks) -> &Vec<Setting<Hook>>| -> Vec<Setting<Hook>> {
        layers
            .iter()
            .flat_map(|layer| field(&layer.hooks).clone())
            .collect()
    };
    Hooks {
        initialize: strongest(layers, |layer| &layer.hooks.initialize),
        on_create: all(|hooks| &hooks.on_create),
        update_content: all(|hooks| &hooks.update_content),
        post_create: all(|hooks| &hooks.post_create),
        post_start: all(|hooks| &hooks.post_start),
        post_attach: all(|hooks| &hooks.post_attach),
    }
}

fn host_requirements(layers: &[Layer]) -> HostRequirements {
    fn greatest<T: Clone + Ord>(
        layers: &[Layer],
        field: impl Fn(&HostRequirements) -> &Option<Setting<T>>,
    ) -> Option<Setting<T>> {
        layers
            .iter()
            .filter_map(|layer| field(&layer.host_requirements).clone())
            .max_by(|left, right| left.value.cmp(&right.value))
    }
    HostRequirements {
        cpus: greatest(layers, |requirements| &requirements.cpus),
        memory_bytes: greatest(layers, |requirements| &requirements.memory_bytes),
        storage_bytes: greatest(layers, |requirements| &requirements.storage_bytes),
    }
}

fn run(layers: &[Layer]) -> RunOptions {
    let mut ulimits = Vec::new();
    for setting in layers.iter().flat_map(|layer| &layer.run.ulimits) {
        ulimits
            .retain(|known: &Setting<crate::model::Ulimit>| known.value.name != setting.value.name);
        ulimits.push(setting.clone());
    }
    RunOptions {
        container_name: strongest(layers, |layer| &layer.run.container_name),
        hostname: strongest(layers, |layer| &layer.run.hostname),
        network: strongest(layers, |layer| &layer.run.network),
        ipc: strongest(layers, |layer| &layer.run.ipc),
        pid: strongest(layers, |layer| &layer.run.pid),
        uts: strongest(layers, |layer| &layer.run.uts),
        userns: strongest(layers, |layer| &layer.run.userns),
        cgroupns: strongest(layers, |layer| &layer.run.cgroupns),
        runtime: strongest(layers, |layer| &layer.run.runtime),
        restart: strongest(layers, |layer| &layer.run.restart),
        platform: strongest(layers, |layer| &layer.run.platform),
        privileged: either(layers, |run| &run.privileged),
        read_only: strongest(layers, |layer| &layer.run.read_only),
        memory_bytes: strongest(layers, |layer| &layer.run.memory_bytes),
        memory_swap_bytes: strongest(layers, |layer| &layer.run.memory_swap_bytes),
        nano_cpus: strongest(layers, |layer| &layer.run.nano_cpus),
        cpuset_cpus: strongest(layers, |layer| &layer.run.cpuset_cpus),
        pids_limit: strongest(layers, |layer| &layer.run.pids_limit),
        oom_score_adj: strongest(layers, |layer| &layer.run.oom_score_adj),
        stop_timeout: strongest(layers, |layer| &layer.run.stop_timeout),
        cap_add: union(layers, |layer| &layer.run.cap_add),
        cap_drop: union(layers, |layer| &layer.run.cap_drop),
        security_opt: union(layers, |layer| &layer.run.security_opt),
        devices: union(layers, |layer| &layer.run.devices),
        group_add: union(layers, |layer| &layer.run.group_add),
        add_host: union(layers, |layer| &layer.run.add_host),
        dns: union(layers, |layer| &layer.run.dns),
        ulimits,
        publish: union(layers, |layer| &layer.run.publish),
        labels: by_name(layers, |layer| &layer.run.labels),
        sysctls: by_name(layers, |layer| &layer.run.sysctls),
        init: either(layers, |run| &run.init),
        entrypoint: strongest(layers, |layer| &layer.run.entrypoint),
    }
}
