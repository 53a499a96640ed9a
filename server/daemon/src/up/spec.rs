//! The container to create, from configuration, image and GPU attempt. Pure but for the paths.

use config::model::{MountKind, RunOptions, Setting};
use engine::spec::{ContainerSpec, Device, GpuRequest, Mount, Options};
use gpu::decide::Request;

use crate::{
    changes,
    error::Error,
    init_binary, labels, overrides,
    up::{
        gpus::Attempt,
        image::Image,
        start,
        trip::{Project, Trip},
    },
};

/// The container to create.
pub fn spec(
    trip: &Trip,
    project: &Project,
    image: &Image,
    attempt: &Attempt,
) -> Result<ContainerSpec, Error> {
    let config = &project.config;
    let socket_folder = trip.hub.paths.socket_folder(&trip.key)?;
    start::fresh_folder(&socket_folder)?;
    let mut env: Vec<(String, String)> = config
        .container_env
        .iter()
        .map(|(name, value)| (name.clone(), value.value.clone()))
        .collect();
    let mut devices: Vec<Device> = config
        .run
        .devices
        .iter()
        .map(|device| Device {
            host: device.value.host.clone(),
            container: device.value.container.clone(),
            permissions: device.value.permissions.clone(),
        })
        .collect();
    let mut options = options(&config.run);
    let gpu = match &attempt.request {
        None => None,
        Some(Request::DeviceRequest {
            driver,
            count,
            ids,
            capabilities,
        }) => Some(GpuRequest::DeviceRequest {
            driver: driver.clone(),
            count: *count,
            ids: ids.clone(),
            capabilities: capabilities.clone(),
        }),
        Some(Request::Cdi { names }) => Some(GpuRequest::Cdi {
            names: names.clone(),
        }),
        Some(Request::Runtime {
            name,
            env: variables,
        }) => {
            for (name, value) in variables {
                // What the project says of the same variable counts.
                if !env.iter().any(|(known, _)| known == name) {
                    env.push((name.clone(), value.clone()));
                }
            }
            Some(GpuRequest::Runtime { name: name.clone() })
        }
        Some(Request::Nodes {
            paths,
            groups,
            security_opt,
        }) => {
            devices.extend(paths.iter().map(|path| node(path)));
            options.group_add.extend(groups.iter().map(u32::to_string));
            options.security_opt.extend(security_opt.iter().cloned());
            None
        }
    };
    if attempt.request.is_some() {
        for path in &attempt.keep_nodes {
            if !devices.iter().any(|device| device.host == *path) {
                devices.push(node(path));
            }
        }
    }
    let mut mounts: Vec<Mount> = Vec::new();
    mounts.extend(config.workspace_mount.value.as_ref().map(mount));
    mounts.extend(config.mounts.iter().map(|setting| mount(&setting.value)));
    Ok(ContainerSpec {
        name: Some(container_name(trip, &config.run)),
        image: image.facts.id.clone(),
        init_path: start::init_file(&trip.hub.paths)?,
        socket_folder,
        user: first_user(project, image),
        working_folder: None,
        env,
        labels: all_labels(trip, project, image, attempt)?,
        mounts,
        shm_bytes: shm(trip, config),
        gpu,
        devices,
        options,
    })
}

/// The container's name: the project's, or one that tells workspace and user.
pub fn container_name(trip: &Trip, run: &RunOptions) -> String {
    match &run.container_name {
        Some(name) => name.value.clone(),
        None => format!("warpdock-{}", trip.key),
    }
}

/// The size of /dev/shm: as configured, else by the machine's memory.
pub fn shm(trip: &Trip, config: &config::model::Config) -> Option<u64> {
    match &config.shm_bytes {
        Some(bytes) => Some(bytes.value),
        None => gpu::shm::default_bytes(
            trip.machine.facts.memory_bytes,
            config.run.memory_bytes.as_ref().map(|limit| limit.value),
        ),
    }
}

/// The user of PID 1. It is the configured one or the image's, but root where sessions are to run
/// as somebody else, because only root can become another user.
fn first_user(project: &Project, image: &Image) -> Option<String> {
    let container_user = project
        .config
        .container_user
        .as_ref()
        .map(|user| user.value.clone());
    let remote_user = project
        .config
        .remote_user
        .as_ref()
        .map(|user| user.value.clone());
    let default = container_user.clone().or_else(|| image.facts.user.clone());
    match remote_user {
        Some(remote_user) if Some(&remote_user) != default.as_ref() => Some("0:0".to_owned()),
        _ => container_user,
    }
}

fn all_labels(
    trip: &Trip,
    project: &Project,
    image: &Image,
    attempt: &Attempt,
) -> Result<Vec<(String, String)>, Error> {
    let config = &project.config;
    let json = |doing: &str, value: serde_json::Result<String>| {
        value.map_err(|error| Error::Io {
            doing: doing.to_owned(),
            source: error.into(),
        })
    };
    let workspace = trip.workspace.to_string_lossy().into_owned();
    let socket_folder = trip.hub.paths.socket_folder(&trip.key)?;
    let mut all: Vec<(String, String)> = config
        .run
        .labels
        .iter()
        .map(|(name, value)| (name.clone(), value.value.clone()))
        .collect();
    let mut own = |name: &str, value: String| {
        all.retain(|(known, _)| known != name);
        all.push((name.to_owned(), value));
    };
    own(labels::WORKSPACE, workspace.clone());
    own(labels::UID, labels::own_uid());
    own(labels::KEY, trip.key.clone());
    own(labels::RELEASE, env!("CARGO_PKG_VERSION").to_owned());
    own(
        labels::SOCKET_FOLDER,
        socket_folder.to_string_lossy().into_owned(),
    );
    own(labels::IMAGE, image.name.clone());
    own(labels::ATTEMPT, trip.attempt.clone());
    own(labels::CONFIG, changes::fingerprint(config));
    own(
        labels::OVERRIDES,
        json(
            "write down the flags",
            serde_json::to_string(&overrides::label(&project.overrides)),
        )?,
    );
    own(
        labels::GPU,
        json(
            "write down the GPU request",
            serde_json::to_string(&attempt.label()),
        )?,
    );
    own(labels::INIT, init_binary::id().to_owned());
    own(labels::LOCAL_FOLDER, workspace);
    if let Some(path) = &config.devcontainer {
        own(labels::CONFIG_FILE, path.to_string_lossy().into_owned());
    }
    Ok(all)
}

fn mount(mount: &config::model::Mount) -> Mount {
    let target = mount.target.clone();
    let read_only = mount.read_only;
    match mount.kind {
        MountKind::Bind => Mount::Bind {
            source: mount.source.clone().unwrap_or_default(),
            target,
            read_only,
        },
        MountKind::Volume => Mount::Volume {
            name: mount.source.clone(),
            target,
            read_only,
        },
        MountKind::Tmpfs => Mount::Tmpfs { target },
    }
}

fn node(path: &str) -> Device {
    Device {
        host: path.to_owned(),
        container: path.to_owned(),
        permissions: "rwm".to_owned(),
    }
}

fn options(run: &RunOptions) -> Options {
    Options {
        hostname: one(&run.hostname),
        network: one(&run.network),
        ipc: one(&run.ipc),
        pid: one(&run.pid),
        uts: one(&run.uts),
        userns: one(&run.userns),
        cgroupns: one(&run.cgroupns),
        runtime: one(&run.runtime),
        restart: one(&run.restart),
        platform: one(&run.platform),
        privileged: one(&run.privileged).unwrap_or_default(),
        read_only: one(&run.read_only).unwrap_or_default(),
        memory_bytes: one(&run.memory_bytes),
        memory_swap_bytes: one(&run.memory_swap_bytes),
        nano_cpus: one(&run.nano_cpus),
        cpuset_cpus: one(&run.cpuset_cpus),
        pids_limit: one(&run.pids_limit),
        oom_score_adj: one(&run.oom_score_adj),
        stop_timeout: one(&run.stop_timeout),
        cap_add: all(&run.cap_add),
        cap_drop: all(&run.cap_drop),
        security_opt: all(&run.security_opt),
        group_add: all(&run.group_add),
        add_host: all(&run.add_host),
        dns: all(&run.dns),
        ulimits: run
            .ulimits
            .iter()
            .map(|limit| (limit.value.name.clone(), limit.value.soft, limit.value.hard))
            .collect(),
        publish: all(&run.publish),
        sysctls: run
            .sysctls
            .iter()
            .map(|(name, value)| (name.clone(), value.value.clone()))
            .collect(),
    }
}

fn one<T: Clone>(setting: &Option<Setting<T>>) -> Option<T> {
    setting.as_ref().map(|setting| setting.value.clone())
}

fn all<T: Clone>(settings: &[Setting<T>]) -> Vec<T> {
    settings
        .iter()
        .map(|setting| setting.value.clone())
        .collect()
}
