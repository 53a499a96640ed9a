//! From a wish to the words of each mechanism: counts, ids, CDI names, variables.

use crate::decide::{Devices, EngineFacts, Request, Wish};
use crate::facts::HostFacts;

/// What `docker run --gpus` would send.
pub(crate) fn device_request(wish: &Wish) -> Request {
    let (count, ids) = match &wish.devices {
        Devices::All => (-1, Vec::new()),
        Devices::Count(count) => (i64::from(*count), Vec::new()),
        // The engine refuses a count beside ids.
        Devices::Ids(ids) => (0, ids.clone()),
    };
    let mut capabilities = wish.capabilities.clone();
    if !capabilities.iter().any(|it| it == "gpu") {
        capabilities.push("gpu".to_owned());
    }
    Request::DeviceRequest {
        driver: String::new(),
        count,
        ids,
        capabilities,
    }
}

/// NVIDIA's runtime and its variables.
pub(crate) fn nvidia_runtime(wish: &Wish) -> Request {
    // `all` would bring graphics libraries that need more of the image than most have.
    let capabilities = match wish.capabilities.as_slice() {
        [] => "compute,utility".to_owned(),
        wanted => wanted.join(","),
    };
    Request::Runtime {
        name: "nvidia".to_owned(),
        env: vec![
            ("NVIDIA_VISIBLE_DEVICES".to_owned(), visible(&wish.devices)),
            ("NVIDIA_DRIVER_CAPABILITIES".to_owned(), capabilities),
        ],
    }
}

/// AMD's runtime and its variable.
pub(crate) fn amd_runtime(wish: &Wish) -> Request {
    Request::Runtime {
        name: "amd".to_owned(),
        env: vec![("AMD_VISIBLE_DEVICES".to_owned(), visible(&wish.devices))],
    }
}

/// CDI names of this kind; `None` when the engine takes none or no spec has the kind.
pub(crate) fn cdi(
    kind: &str,
    wish: &Wish,
    engine: &EngineFacts,
    host: Option<&HostFacts>,
) -> Option<Request> {
    if !engine.takes_cdi() {
        return None;
    }
    let known = cdi_names(kind, engine, host);
    match known.is_empty() {
        true => None,
        false => Some(cdi_of(kind, wish, known)),
    }
}

/// CDI names of this kind, of those that are known.
pub(crate) fn cdi_of(kind: &str, wish: &Wish, known: Vec<String>) -> Request {
    let names = match &wish.devices {
        Devices::All if known.iter().any(|name| name == "all") => vec!["all".to_owned()],
        Devices::All => known,
        Devices::Count(count) => {
            let mut indexes: Vec<&String> = known
                .iter()
                .filter(|name| name.bytes().all(|b| b.is_ascii_digit()))
                .collect();
            indexes.sort_by_key(|name| (name.len(), *name));
            let wanted = usize::try_from(*count).unwrap_or(usize::MAX);
            match indexes.len() >= wanted {
                true => indexes.into_iter().take(wanted).cloned().collect(),
                // Names that the spec may have all the same; the engine says which are wrong.
                false => (0..*count).map(|index| index.to_string()).collect(),
            }
        }
        Devices::Ids(ids) => ids.clone(),
    };
    let prefix = format!("{kind}=");
    Request::Cdi {
        names: names
            .into_iter()
            .map(|name| match name.starts_with(&prefix) {
                true => name,
                false => format!("{prefix}{name}"),
            })
            .collect(),
    }
}

/// Device names of this kind that the engine or a spec in its folders has, without the kind.
pub(crate) fn cdi_names(kind: &str, engine: &EngineFacts, host: Option<&HostFacts>) -> Vec<String> {
    let from_engine = engine
        .cdi_devices
        .iter()
        .filter_map(|device| device.split_once('='))
        .filter(|(device_kind, _)| *device_kind == kind)
        .map(|(_, name)| name.to_owned());
    // The engine watches the folders: a spec that is newer than /info is known by the start.
    let from_host = host
        .into_iter()
        .flat_map(|host| &host.cdi)
        .filter(|spec| spec.kind == kind)
        .flat_map(|spec| spec.devices.iter().cloned());
    let mut names: Vec<String> = Vec::new();
    for name in from_engine.chain(from_host) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn visible(devices: &Devices) -> String {
    match devices {
        Devices::All => "all".to_owned(),
        Devices::Count(count) => {
            let indexes: Vec<String> = (0..*count).map(|index| index.to_string()).collect();
            indexes.join(",")
        }
        Devices::Ids(ids) => ids.join(","),
    }
}
