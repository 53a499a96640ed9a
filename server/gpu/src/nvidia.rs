//! The plan for NVIDIA's GPUs, and which link of the chain card, driver, library,
//! toolkit, engine is missing. How each engine version injects GPUs was read in
//! moby/moby v19.03 to v29.7.2 and containers/podman v4.3.1 to v5.8.2, and run.

use crate::cause::Cause;
use crate::decide::{Devices, EngineFacts, Need, Plan, Request, Wish};
use crate::facts::{CDI_HOOK, HOOK, HostFacts, NVIDIA};
use crate::request;

pub(crate) const KIND: &str = "nvidia.com/gpu";

/// Whether `--gpus` can work with this engine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DeviceRequests {
    Work,
    CannotWork,
    /// The engine's PATH is closed to us, and the usual folders have no toolkit.
    Unknown,
}

/// The plan for an engine that sees this host.
pub(crate) fn plan(wish: &Wish, engine: &EngineFacts, host: &HostFacts) -> Plan {
    if let Some(cause) = mismatch(host).or_else(|| unknown_device(wish, host)) {
        return Plan::none(&cause);
    }
    let attempts = attempts(wish, engine, host);
    if attempts.is_empty() {
        let cause = missing_link(engine, host).unwrap_or(Cause::NoGpu);
        return Plan::none(&cause);
    }
    Plan {
        keep_nodes: keep_nodes(wish, engine, host, &attempts),
        reason: oddity(engine, host).map(|cause| cause.reason()),
        attempts,
    }
}

/// The plan for an engine that sees another host: only what it says itself is known.
pub(crate) fn unseen(wish: &Wish, engine: &EngineFacts) -> Plan {
    if engine.podman {
        // Podman does not list its CDI devices, so the usual names are worth a try.
        return match engine.takes_cdi() {
            true => Plan {
                attempts: vec![request::cdi_of(KIND, wish, vec!["all".to_owned()])],
                ..Plan::default()
            },
            false => Plan::none(&too_old(engine)),
        };
    }
    let cdi = request::cdi(KIND, wish, engine, None);
    let has_runtime = engine.has_runtime("nvidia");
    let mut attempts = Vec::new();
    let device_request = request::device_request(wish);
    match cdi {
        // The runtime tells that the toolkit is set up, and with it `--gpus`.
        Some(cdi) if has_runtime => attempts.extend([device_request, cdi]),
        Some(cdi) => attempts.extend([cdi, device_request]),
        None => attempts.push(device_request),
    }
    if has_runtime {
        attempts.push(request::nvidia_runtime(wish));
    }
    Plan {
        attempts,
        ..Plan::default()
    }
}

/// The engine itself names NVIDIA.
pub(crate) fn is_named_by(engine: &EngineFacts) -> bool {
    engine.has_runtime("nvidia") || !request::cdi_names(KIND, engine, None).is_empty()
}

/// The first link that is missing between the card and the engine; `None`: none is known to be.
pub(crate) fn missing_link(engine: &EngineFacts, host: &HostFacts) -> Option<Cause> {
    if let Some(cause) = mismatch(host) {
        return Some(cause);
    }
    let driver = match &host.driver {
        Some(driver) => driver.clone(),
        None if host.is_wsl() => "of Windows".to_owned(),
        None if host.jetson.is_some() => "of the Jetson".to_owned(),
        None => return Some(missing_driver(host).unwrap_or(Cause::NoGpu)),
    };
    if engine.podman && !engine.takes_cdi() {
        return Some(too_old(engine));
    }
    if host.jetson.is_some() && !engine.has_runtime("nvidia") {
        return Some(Cause::JetsonRuntimeMissing);
    }
    let spec = host.cdi.iter().find(|spec| spec.kind == KIND);
    match spec {
        Some(spec) if !engine.takes_cdi() => Some(Cause::CdiOff {
            spec: spec.path.clone(),
            engine: engine.title(),
        }),
        None if engine.podman => Some(Cause::CdiSpecMissing {
            kind: KIND.to_owned(),
            searched: host.cdi_dirs.join(", "),
        }),
        Some(_) | None => match device_requests(engine, host) {
            DeviceRequests::Work => None,
            DeviceRequests::CannotWork | DeviceRequests::Unknown => {
                Some(Cause::ToolkitMissing { driver })
            }
        },
    }
}

/// What keeps a card from having a driver.
pub(crate) fn missing_driver(host: &HostFacts) -> Option<Cause> {
    let card = host.card(NVIDIA)?;
    let address = card.address.clone();
    Some(match (card.driver.as_deref(), host.libraries.first()) {
        (Some("nouveau"), _) => Cause::Nouveau { address },
        (Some(driver), _) if driver != "nvidia" => Cause::SetAside {
            address,
            driver: driver.to_owned(),
        },
        (_, Some(library)) => Cause::DriverNotLoaded {
            library: library.path.clone(),
        },
        (_, None) => Cause::DriverMissing { address },
    })
}

fn attempts(wish: &Wish, engine: &EngineFacts, host: &HostFacts) -> Vec<Request> {
    let cdi = request::cdi(KIND, wish, engine, Some(host));
    // Podman drops device requests and runtimes without a word.
    if engine.podman {
        return cdi.into_iter().collect();
    }
    let runtime = engine
        .has_runtime("nvidia")
        .then(|| request::nvidia_runtime(wish));
    // Jetson's toolkit refuses its hook: the runtime is the way.
    if host.jetson.is_some() {
        return runtime.into_iter().chain(cdi).collect();
    }

    let device_request = || Some(request::device_request(wish));
    let hook_would_fail = engine.is_rootless() && host.toolkit_no_cgroups != Some(true);
    let ordered = match device_requests(engine, host) {
        DeviceRequests::Work if cdi.is_some() && hook_would_fail => {
            [cdi, device_request(), runtime]
        }
        DeviceRequests::Work => [device_request(), cdi, runtime],
        DeviceRequests::CannotWork => [cdi, runtime, None],
        // A failed try costs a start: only where there is a driver, or without a GPU nothing goes.
        DeviceRequests::Unknown
            if host.driver.is_some() || host.is_wsl() || wish.need == Need::Required =>
        {
            [cdi, device_request(), runtime]
        }
        DeviceRequests::Unknown => [cdi, runtime, None],
    };
    ordered.into_iter().flatten().collect()
}

fn device_requests(engine: &EngineFacts, host: &HostFacts) -> DeviceRequests {
    if engine.podman || !engine.is_at_least(19, 3) {
        return DeviceRequests::CannotWork;
    }
    if host.tool(HOOK).is_some() {
        return DeviceRequests::Work;
    }
    let maps_to_cdi = engine.is_at_least(29, 2)
        && engine.takes_cdi()
        && host.tool(CDI_HOOK).is_some()
        && !request::cdi_names(KIND, engine, Some(host)).is_empty();
    match (maps_to_cdi, host.engine_path_known()) {
        (true, _) => DeviceRequests::Work,
        (false, true) => DeviceRequests::CannotWork,
        (false, false) => DeviceRequests::Unknown,
    }
}

pub(crate) fn mismatch(host: &HostFacts) -> Option<Cause> {
    let kernel = host.driver.clone()?;
    let library = host.mismatched_library()?;
    Some(Cause::DriverLibraryMismatch {
        kernel,
        library: library.version.clone().unwrap_or_default(),
        path: library.path.clone(),
    })
}

/// A wish for GPUs that this machine has not. Only where the driver lists its GPUs; MIG
/// ids are left to the engine.
fn unknown_device(wish: &Wish, host: &HostFacts) -> Option<Cause> {
    let have = u32::try_from(host.gpus.len()).unwrap_or(u32::MAX);
    if have == 0 {
        return None;
    }
    match &wish.devices {
        Devices::All => None,
        Devices::Count(wanted) if *wanted > have => Some(Cause::TooFewGpus {
            wanted: *wanted,
            have,
        }),
        Devices::Count(_) => None,
        Devices::Ids(ids) => {
            let uuids_known = host.gpus.iter().all(|gpu| !gpu.uuid.is_empty());
            let unknown = ids.iter().find(|id| match id.parse::<u32>() {
                Ok(index) => index >= have,
                // A UUID may be shortened as long as it is unique.
                Err(_) => {
                    uuids_known
                        && id.starts_with("GPU-")
                        && !host.gpus.iter().any(|gpu| gpu.uuid.starts_with(*id))
                }
            })?;
            Some(Cause::NoSuchGpu {
                id: unknown.clone(),
                have: match have {
                    1 => "1, with index 0".to_owned(),
                    _ => format!("{have}, with indexes 0 to {}", have - 1),
                },
            })
        }
    }
}

/// What may make the attempts fail.
fn oddity(engine: &EngineFacts, host: &HostFacts) -> Option<Cause> {
    let has_driver = host.driver.is_some() || host.is_wsl();
    if !has_driver && let Some(cause) = missing_driver(host) {
        return Some(cause);
    }
    if let Some(tool) = host.tool_newer_than_engine() {
        return Some(Cause::ToolkitNewerThanEngine {
            tool: tool.path.clone(),
        });
    }
    if engine.is_rootless() && host.toolkit_no_cgroups != Some(true) && host.tool(HOOK).is_some() {
        return Some(Cause::RootlessCgroups);
    }
    stale_spec(host)
}

/// A CDI spec of this vendor is there.
pub(crate) fn has_spec(host: &HostFacts) -> bool {
    host.cdi.iter().any(|spec| spec.kind == KIND)
}

/// A CDI spec that was written for another driver than the one that is loaded.
pub(crate) fn stale_spec(host: &HostFacts) -> Option<Cause> {
    let loaded = host.driver.clone()?;
    let spec = host
        .cdi
        .iter()
        .filter(|spec| spec.kind == KIND)
        .find(|spec| spec.driver.as_ref().is_some_and(|it| *it != loaded))?;
    Some(Cause::CdiSpecStale {
        spec: spec.path.clone(),
        written_for: spec.driver.clone().unwrap_or_default(),
        loaded,
    })
}

/// The nodes to list beside the hook's work. Where systemd manages cgroups, a daemon-reload
/// resets the rules to what the engine itself asked for (NVIDIA/nvidia-container-toolkit#48).
fn keep_nodes(
    wish: &Wish,
    engine: &EngineFacts,
    host: &HostFacts,
    attempts: &[Request],
) -> Vec<String> {
    let by_hook = attempts.iter().any(|attempt| {
        matches!(
            attempt,
            Request::DeviceRequest { .. } | Request::Runtime { .. }
        )
    });
    if !by_hook || engine.cgroup_driver != "systemd" || engine.is_rootless() {
        return Vec::new();
    }
    let minors = match &wish.devices {
        Devices::All => None,
        Devices::Count(count) => {
            let wanted: Vec<String> = (0..*count).map(|index| index.to_string()).collect();
            Some(minors_of(&wanted, host))
        }
        Devices::Ids(ids) => Some(minors_of(ids, host)),
    };
    host.nodes
        .iter()
        .filter(|node| {
            let Some(rest) = node.path.strip_prefix("/dev/nvidia") else {
                return false;
            };
            // A GPU that was not asked for must stay closed.
            match (rest.parse::<u32>(), &minors) {
                (Ok(minor), Some(minors)) => minors.contains(&minor),
                (Ok(_), None) | (Err(_), _) => true,
            }
        })
        .map(|node| node.path.clone())
        .collect()
}

/// Numbers of the device nodes of these indexes and UUIDs.
fn minors_of(ids: &[String], host: &HostFacts) -> Vec<u32> {
    ids.iter()
        .filter_map(|id| {
            let gpu = match id.parse::<usize>() {
                Ok(index) => host.gpus.get(index),
                Err(_) => host
                    .gpus
                    .iter()
                    .find(|gpu| !id.is_empty() && gpu.uuid.starts_with(id.as_str())),
            };
            gpu?.minor
        })
        .collect()
}

fn too_old(engine: &EngineFacts) -> Cause {
    Cause::PodmanTooOld {
        version: engine.version.clone(),
    }
}
