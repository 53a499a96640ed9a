//! From a specification to the engine's create body. Pure; the snapshots below are the reading.

use std::collections::{BTreeSet, HashMap};

use bollard::models::{
    ContainerCreateBody, DeviceMapping, DeviceRequest, HealthConfig, HostConfig,
    HostConfigCgroupnsModeEnum, Mount as ApiMount, MountTmpfsOptions, MountType,
    MountVolumeOptions, PortBinding, PortMap, ResourcesUlimits, RestartPolicy,
    RestartPolicyNameEnum,
};

use crate::error::Error;
use crate::ports;
use crate::spec::{ContainerSpec, Device, GpuRequest, Mount};

/// Where init is in every container.
pub const INIT_IN_CONTAINER: &str = "/.warpdock/warpdock-init";
/// Where init's socket folder is in every container.
pub const SOCKET_FOLDER_IN_CONTAINER: &str = "/.warpdock/run";
/// What is around both.
const FOLDER_IN_CONTAINER: &str = "/.warpdock";

/// The body of `POST /containers/create`. On an engine with SELinux our own two mounts are
/// labelled (`z`); the user's are left as `docker run` would leave them, because relabelling a
/// project or data folder changes the host.
pub(crate) fn create_body(
    spec: &ContainerSpec,
    selinux: bool,
) -> Result<ContainerCreateBody, Error> {
    let (exposed_ports, port_bindings) = published(&spec.options.publish)?;
    let labels: HashMap<String, String> = spec.labels.iter().cloned().collect();
    Ok(ContainerCreateBody {
        image: Some(spec.image.clone()),
        hostname: spec.options.hostname.clone(),
        user: spec.user.clone(),
        working_dir: spec.working_folder.clone(),
        entrypoint: Some(
            [
                INIT_IN_CONTAINER,
                "serve",
                "--socket-folder",
                SOCKET_FOLDER_IN_CONTAINER,
            ]
            .into_iter()
            .chain(is_closed(spec).then_some("--private"))
            .map(str::to_owned)
            .collect(),
        ),
        cmd: Some(Vec::new()),
        env: Some(
            spec.env
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        labels: Some(labels),
        tty: Some(false),
        open_stdin: Some(false),
        stop_signal: Some("SIGTERM".to_owned()),
        stop_timeout: spec.options.stop_timeout.map(i64::from),
        // The image's check would look for a server that is not PID 1 here.
        healthcheck: Some(HealthConfig {
            test: Some(vec!["NONE".to_owned()]),
            ..HealthConfig::default()
        }),
        exposed_ports,
        host_config: Some(host_config(spec, selinux, port_bindings)?),
        ..ContainerCreateBody::default()
    })
}

fn host_config(
    spec: &ContainerSpec,
    selinux: bool,
    port_bindings: Option<PortMap>,
) -> Result<HostConfig, Error> {
    let options = &spec.options;
    let mut mounts: Vec<ApiMount> = Vec::new();
    let mut binds: Vec<String> = Vec::new();
    // Not a folder of the image's layers, which may be read-only and could be committed. The
    // engine opens it at a second start (runc gives it the mount point's mode): init closes it.
    if is_closed(spec) {
        mounts.push(ApiMount {
            typ: Some(MountType::TMPFS),
            target: Some(FOLDER_IN_CONTAINER.to_owned()),
            tmpfs_options: Some(MountTmpfsOptions {
                mode: Some(0o700),
                ..MountTmpfsOptions::default()
            }),
            ..ApiMount::default()
        });
    }
    let ours = [
        (path_text(&spec.init_path)?, INIT_IN_CONTAINER, true),
        (
            path_text(&spec.socket_folder)?,
            SOCKET_FOLDER_IN_CONTAINER,
            false,
        ),
    ];
    for (source, target, read_only) in ours {
        // Mounts have no way to ask for a label, and the older form cannot carry a colon.
        if selinux && !source.contains(':') {
            let mode = if read_only { "ro,z" } else { "z" };
            binds.push(format!("{source}:{target}:{mode}"));
        } else {
            mounts.push(bind(source, target.to_owned(), read_only));
        }
    }
    mounts.extend(spec.mounts.iter().map(api_mount));
    let (device_requests, runtime) = gpu(spec);
    let devices = spec.devices.iter().filter(|device| !is_cdi(device));
    let shares_host_memory = options.ipc.as_deref() == Some("host");
    Ok(HostConfig {
        mounts: Some(mounts),
        binds: some_if_any(binds),
        init: Some(false),
        shm_size: spec.shm_bytes.filter(|_| !shares_host_memory).map(signed),
        device_requests: some_if_any(device_requests),
        devices: some_if_any(devices.map(device_mapping).collect()),
        runtime,
        network_mode: options.network.clone(),
        ipc_mode: options.ipc.clone(),
        pid_mode: options.pid.clone(),
        uts_mode: options.uts.clone(),
        userns_mode: options.userns.clone(),
        cgroupns_mode: options.cgroupns.as_deref().map(cgroupns).transpose()?,
        restart_policy: options.restart.as_deref().map(restart).transpose()?,
        privileged: Some(options.privileged),
        readonly_rootfs: Some(options.read_only),
        memory: options.memory_bytes.map(signed),
        memory_swap: options.memory_swap_bytes,
        nano_cpus: options.nano_cpus.map(signed),
        cpuset_cpus: options.cpuset_cpus.clone(),
        pids_limit: options.pids_limit,
        oom_score_adj: options.oom_score_adj,
        cap_add: some_if_any(options.cap_add.clone()),
        cap_drop: some_if_any(options.cap_drop.clone()),
        security_opt: some_if_any(options.security_opt.clone()),
        group_add: some_if_any(options.group_add.clone()),
        extra_hosts: some_if_any(options.add_host.clone()),
        dns: some_if_any(options.dns.clone()),
        ulimits: some_if_any(
            options
                .ulimits
                .iter()
                .map(|(name, soft, hard)| ResourcesUlimits {
                    name: Some(name.clone()),
                    soft: Some(*soft),
                    hard: Some(*hard),
                })
                .collect(),
        ),
        sysctls: match options.sysctls.is_empty() {
            true => None,
            false => Some(options.sysctls.iter().cloned().collect()),
        },
        port_bindings,
        ..HostConfig::default()
    })
}

/// The device requests, and the runtime: a GPU's own one wins over a chosen one, because without
/// it there is no GPU.
fn gpu(spec: &ContainerSpec) -> (Vec<DeviceRequest>, Option<String>) {
    let mut runtime = spec.options.runtime.clone();
    let mut requests = Vec::new();
    let cdi_devices = spec.devices.iter().filter(|device| is_cdi(device));
    let mut cdi_names: Vec<String> = cdi_devices.map(|device| device.host.clone()).collect();
    match &spec.gpu {
        None => {}
        Some(GpuRequest::DeviceRequest {
            driver,
            count,
            ids,
            capabilities,
        }) => requests.push(DeviceRequest {
            driver: Some(driver.clone()),
            // Count and ids together are refused by the engine.
            count: ids.is_empty().then_some(*count),
            device_ids: some_if_any(ids.clone()),
            capabilities: Some(vec![capabilities.clone()]),
            options: None,
        }),
        Some(GpuRequest::Cdi { names }) => {
            let mut known: BTreeSet<String> = cdi_names.iter().cloned().collect();
            cdi_names.extend(
                names
                    .iter()
                    .filter(|name| known.insert((*name).clone()))
                    .cloned(),
            );
        }
        Some(GpuRequest::Runtime { name }) => runtime = Some(name.clone()),
    }
    if !cdi_names.is_empty() {
        // Count must be 0 here, which is what an absent one is.
        requests.push(DeviceRequest {
            driver: Some("cdi".to_owned()),
            device_ids: Some(cdi_names),
            ..DeviceRequest::default()
        });
    }
    (requests, runtime)
}

/// Whether init is not the first process of a process namespace of its own.
pub(crate) fn shares_processes(spec: &ContainerSpec) -> bool {
    spec.options
        .pid
        .as_deref()
        .is_some_and(|pid| !pid.is_empty())
}

/// Whether the folder around init and its socket is for root only. Init tells who is outside by
/// the process namespace; where that is shared it cannot, and only this keeps the container's
/// other users from sessions of root. An ordinary user could not reach its own init in it.
fn is_closed(spec: &ContainerSpec) -> bool {
    shares_processes(spec) && is_root(spec.user.as_deref())
}

/// Whether PID 1 with this user is root; the engine's default is.
fn is_root(user: Option<&str>) -> bool {
    let name = user.and_then(|it| it.split(':').next()).unwrap_or_default();
    matches!(name, "" | "root") || name.parse() == Ok(0_u32)
}

fn is_cdi(device: &Device) -> bool {
    device.container.is_empty()
}

fn device_mapping(device: &Device) -> DeviceMapping {
    DeviceMapping {
        path_on_host: Some(device.host.clone()),
        path_in_container: Some(device.container.clone()),
        cgroup_permissions: Some(match device.permissions.is_empty() {
            true => "rwm".to_owned(),
            false => device.permissions.clone(),
        }),
    }
}

fn bind(source: String, target: String, read_only: bool) -> ApiMount {
    ApiMount {
        typ: Some(MountType::BIND),
        source: Some(source),
        target: Some(target),
        read_only: Some(read_only),
        ..ApiMount::default()
    }
}

fn api_mount(mount: &Mount) -> ApiMount {
    match mount {
        Mount::Bind {
            source,
            target,
            read_only,
        } => bind(source.clone(), target.clone(), *read_only),
        Mount::Volume {
            name,
            target,
            read_only,
        } => ApiMount {
            typ: Some(MountType::VOLUME),
            source: name.clone(),
            target: Some(target.clone()),
            read_only: Some(*read_only),
            volume_options: Some(MountVolumeOptions::default()),
            ..ApiMount::default()
        },
        Mount::Tmpfs { target } => ApiMount {
            typ: Some(MountType::TMPFS),
            target: Some(target.clone()),
            ..ApiMount::default()
        },
    }
}

fn restart(policy: &str) -> Result<RestartPolicy, Error> {
    let (name, count) = match policy.split_once(':') {
        Some((name, count)) => (name, Some(count)),
        None => (policy, None),
    };
    let invalid = || Error::SpecInvalid {
        what: "restart policy".to_owned(),
        value: policy.to_owned(),
        expected: "expected no, always, unless-stopped, on-failure or on-failure:N".to_owned(),
    };
    let name = match (name, count) {
        ("no" | "", None) => RestartPolicyNameEnum::NO,
        ("always", None) => RestartPolicyNameEnum::ALWAYS,
        ("unless-stopped", None) => RestartPolicyNameEnum::UNLESS_STOPPED,
        ("on-failure", _) => RestartPolicyNameEnum::ON_FAILURE,
        _ => return Err(invalid()),
    };
    let maximum_retry_count = match count {
        Some(count) => Some(count.parse().map_err(|_| invalid())?),
        None => None,
    };
    Ok(RestartPolicy {
        name: Some(name),
        maximum_retry_count,
    })
}

fn cgroupns(mode: &str) -> Result<HostConfigCgroupnsModeEnum, Error> {
    match mode {
        "host" => Ok(HostConfigCgroupnsModeEnum::HOST),
        "private" => Ok(HostConfigCgroupnsModeEnum::PRIVATE),
        "" => Ok(HostConfigCgroupnsModeEnum::EMPTY),
        _ => Err(Error::SpecInvalid {
            what: "cgroup namespace".to_owned(),
            value: mode.to_owned(),
            expected: "expected host or private".to_owned(),
        }),
    }
}

fn published(publish: &[String]) -> Result<(Option<Vec<String>>, Option<PortMap>), Error> {
    let mut exposed: Vec<String> = Vec::new();
    let mut bindings: PortMap = HashMap::new();
    for text in publish {
        let published = ports::parse(text).ok_or_else(|| Error::SpecInvalid {
            what: "published port".to_owned(),
            value: text.clone(),
            expected: "expected [ip:][host:]container[/proto], or ranges of equal length"
                .to_owned(),
        })?;
        for port in published {
            if !exposed.contains(&port.container) {
                exposed.push(port.container.clone());
            }
            let entry = bindings
                .entry(port.container)
                .or_insert_with(|| Some(vec![]));
            entry.get_or_insert_default().push(PortBinding {
                host_ip: Some(port.host_ip),
                host_port: Some(port.host),
            });
        }
    }
    match exposed.is_empty() {
        true => Ok((None, None)),
        false => Ok((Some(exposed), Some(bindings))),
    }
}

fn path_text(path: &std::path::Path) -> Result<String, Error> {
    match path.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(Error::SpecInvalid {
            what: "path".to_owned(),
            value: path.display().to_string(),
            expected: "the engine's JSON carries UTF-8 only".to_owned(),
        }),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn some_if_any<T>(items: Vec<T>) -> Option<Vec<T>> {
    match items.is_empty() {
        true => None,
        false => Some(items),
    }
}

#[cfg(test)]
mod tests;
