//! The plan for AMD's and Intel's GPUs: CDI or a runtime where they are set up, else the
//! device nodes themselves, which need no toolkit.

use crate::cause::Cause;
use crate::decide::{Devices, EngineFacts, Plan, Request, Wish};
use crate::facts::{AMD, HostFacts, INTEL, Render};
use crate::request;

const AMD_KIND: &str = "amd.com/gpu";

/// Where Intel's integrated graphics always sit. They are no reason to call a machine one
/// with a GPU.
const INTEL_INTEGRATED: &str = "0000:00:02.0";

/// The plan for an engine that sees this host; `None`: no GPU of another vendor than NVIDIA.
pub(crate) fn plan(wish: &Wish, engine: &EngineFacts, host: &HostFacts) -> Option<Plan> {
    let mut attempts: Vec<Request> = request::cdi(AMD_KIND, wish, engine, Some(host))
        .into_iter()
        .collect();
    if engine.has_runtime("amd") && !engine.podman {
        attempts.push(request::amd_runtime(wish));
    }
    if let Some(kfd) = host.nodes.iter().find(|node| node.path == "/dev/kfd") {
        let renders = chosen(AMD, wish, host);
        let mut request = nodes(&renders);
        if let Request::Nodes {
            paths,
            groups,
            security_opt,
        } = &mut request
        {
            paths.insert(0, kfd.path.clone());
            add_group(groups, kfd.gid);
            // ROCm moves memory between its processes with calls that the default profile forbids.
            security_opt.push("seccomp=unconfined".to_owned());
        }
        attempts.push(request);
    }
    let intel = chosen(INTEL, wish, host);
    if attempts.is_empty() && !intel.is_empty() {
        attempts.push(nodes(&intel));
    }

    if attempts.is_empty() {
        let address = host.card(AMD)?.address.clone();
        return Some(Plan::none(&Cause::AmdDriverMissing { address }));
    }
    Some(Plan {
        attempts,
        ..Plan::default()
    })
}

/// The plan for an engine elsewhere.
pub(crate) fn unseen(wish: &Wish, engine: &EngineFacts) -> Option<Plan> {
    let attempts: Vec<Request> = request::cdi(AMD_KIND, wish, engine, None)
        .into_iter()
        .collect();
    match attempts.is_empty() {
        true => None,
        false => Some(Plan {
            attempts,
            ..Plan::default()
        }),
    }
}

/// Render nodes of this vendor that the wish chooses, by their order.
fn chosen<'a>(vendor: u16, wish: &Wish, host: &'a HostFacts) -> Vec<&'a Render> {
    let renders: Vec<&Render> = host
        .renders
        .iter()
        .filter(|render| render.vendor == vendor)
        .filter(|render| vendor != INTEL || render.address != INTEL_INTEGRATED)
        .collect();
    match &wish.devices {
        Devices::All => renders,
        Devices::Count(count) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            renders.into_iter().take(count).collect()
        }
        Devices::Ids(ids) => ids
            .iter()
            .filter_map(|id| renders.get(id.parse::<usize>().ok()?).copied())
            .collect(),
    }
}

fn nodes(renders: &[&Render]) -> Request {
    let mut groups = Vec::new();
    for render in renders {
        add_group(&mut groups, render.gid);
    }
    Request::Nodes {
        paths: renders.iter().map(|render| render.path.clone()).collect(),
        groups,
        security_opt: Vec::new(),
    }
}

/// By number: the image need not know the host's group names. Root's group opens nothing more.
fn add_group(groups: &mut Vec<u32>, gid: u32) {
    if gid != 0 && !groups.contains(&gid) {
        groups.push(gid);
    }
}
