//! The GPU chain: card, driver, library, nodes, toolkit, CDI spec, and AMD's node. What a line is, and the
//! other things that are examined, are `doctor`'s.

use super::{Access, Examined, Line, State};
use crate::cause::Cause;
use crate::facts::{AMD, CDI_HOOK, HOOK, HostFacts, INTEL, NVIDIA};
use crate::nvidia;

/// The chain's lines, the card first.
pub(super) fn lines(examined: &Examined<'_>) -> Vec<Line> {
    let host = examined.host;
    if let Some(engine) = examined.engine
        && !engine.sees_this_host()
    {
        let text = "the engine runs on another machine, whose GPUs only a start can show";
        return vec![Line::new("gpu", State::Skip, text)];
    }
    let has_nvidia = host.card(NVIDIA).is_some()
        || host.driver.is_some()
        || host.is_wsl()
        || host.jetson.is_some();
    let mut lines = vec![card_line(host)];
    if has_nvidia {
        lines.push(driver_line(host));
        lines.push(library_line(host));
        lines.extend(nodes_line(host));
    }
    // Without a card these still matter: a GPU may be behind what the bus does not show.
    if has_nvidia || host.tool(HOOK).is_some() || host.tool(CDI_HOOK).is_some() {
        lines.push(toolkit_line(examined));
    }
    if has_nvidia || !host.cdi.is_empty() {
        lines.push(cdi_line(examined));
    }
    lines.extend(amd_line(host));
    lines
}

fn card_line(host: &HostFacts) -> Line {
    let check = "gpu card";
    if !host.gpus.is_empty() {
        let models: Vec<&str> = host.gpus.iter().map(|gpu| gpu.model.as_str()).collect();
        return Line::new(check, State::Ok, models.join(", "));
    }
    if host.is_wsl() {
        return Line::new(check, State::Ok, "the GPU of Windows, at /dev/dxg");
    }
    if let Some(jetson) = &host.jetson {
        let text = format!("a Jetson: {}", jetson.trim_start_matches(['#', ' ']));
        return Line::new(check, State::Ok, text);
    }
    let named: Vec<String> = host
        .cards
        .iter()
        .filter_map(|card| {
            let vendor = match card.vendor {
                NVIDIA => "NVIDIA",
                AMD => "AMD",
                INTEL => "Intel",
                _ => return None,
            };
            Some(format!("{vendor} at {}", card.address))
        })
        .collect();
    match named.is_empty() {
        true => Line::of_cause(check, State::Warn, &Cause::NoGpu),
        false => Line::new(check, State::Ok, named.join(", ")),
    }
}

fn driver_line(host: &HostFacts) -> Line {
    let check = "gpu driver";
    match &host.driver {
        Some(driver) => Line::new(check, State::Ok, format!("NVIDIA kernel module {driver}")),
        None if host.is_wsl() => Line::new(check, State::Ok, "the driver of Windows"),
        None if host.jetson.is_some() => Line::new(check, State::Ok, "part of the Jetson's system"),
        None => {
            let cause = nvidia::missing_driver(host).unwrap_or(Cause::NoGpu);
            Line::of_cause(check, State::Fail, &cause)
        }
    }
}

fn library_line(host: &HostFacts) -> Line {
    let check = "gpu library";
    if let Some(cause) = nvidia::mismatch(host) {
        return Line::of_cause(check, State::Fail, &cause);
    }
    match (host.libraries.first(), &host.driver) {
        (Some(library), _) => {
            let version = library.version.as_deref().unwrap_or("of no named version");
            Line::new(check, State::Ok, format!("{} is {version}", library.path))
        }
        (None, Some(driver)) => Line {
            remedy: Some(format!(
                "install the user-space part of driver {driver} on the host, or ignore this where the driver lies in an unusual folder"
            )),
            ..Line::new(
                check,
                State::Warn,
                "libnvidia-ml.so.1 was not found in the linker's folders",
            )
        },
        (None, None) => Line::new(check, State::Skip, "no driver to compare with"),
    }
}

/// The nodes that programs open, where a driver makes them.
fn nodes_line(host: &HostFacts) -> Option<Line> {
    let check = "gpu devices";
    host.driver.as_ref()?;
    let missing = ["/dev/nvidiactl", "/dev/nvidia-uvm"]
        .into_iter()
        .find(|path| !host.has_node(path));
    Some(match missing {
        Some(path) => Line::of_cause(
            check,
            State::Warn,
            &Cause::NodesMissing {
                missing: path.to_owned(),
            },
        ),
        None => {
            let nodes = host.nodes.iter();
            let paths: Vec<&str> = nodes
                .map(|node| node.path.as_str())
                .filter(|path| path.starts_with("/dev/nvidia"))
                .collect();
            Line::new(check, State::Ok, paths.join(", "))
        }
    })
}

fn toolkit_line(examined: &Examined<'_>) -> Line {
    let check = "gpu toolkit";
    let host = examined.host;
    let Some(engine) = examined.engine else {
        let text = match examined.access {
            Access::Denied => "the engine refuses this user, so what it found is unknown",
            Access::Absent | Access::Reached => "there is no engine to hand a GPU to",
        };
        return Line::new(check, State::Skip, text);
    };
    if engine.podman {
        return Line::new(check, State::Skip, "podman needs none: it uses CDI specs");
    }
    if let Some(tool) = host.tool_newer_than_engine() {
        let cause = Cause::ToolkitNewerThanEngine {
            tool: tool.path.clone(),
        };
        // An update of a toolkit that was there before looks the same.
        return Line::of_cause(check, State::Warn, &cause);
    }
    match host.tool(HOOK).or_else(|| host.tool(CDI_HOOK)) {
        Some(tool) => {
            let runtime = match engine.has_runtime("nvidia") {
                true => ", and the engine has the nvidia runtime",
                false => "",
            };
            let age = match host.engine.as_ref().and_then(|it| it.started) {
                Some(_) => ", there since before the engine's start",
                None => "",
            };
            Line::new(check, State::Ok, format!("{}{age}{runtime}", tool.path))
        }
        None if engine.has_runtime("nvidia") => {
            Line::new(check, State::Ok, "the engine has the nvidia runtime")
        }
        None if engine.takes_cdi() && nvidia::has_spec(host) => Line::new(
            check,
            State::Ok,
            "not installed, and not needed: the CDI spec serves",
        ),
        None if host.driver.is_none() && !host.is_wsl() => {
            Line::new(check, State::Skip, "not installed; the driver comes first")
        }
        None => {
            let state = match host.engine_path_known() {
                true => State::Fail,
                // It may lie in a folder that only the engine searches.
                false => State::Warn,
            };
            let driver = host.driver.clone();
            let driver = driver.unwrap_or_else(|| "of Windows".to_owned());
            Line::of_cause(check, state, &Cause::ToolkitMissing { driver })
        }
    }
}

fn cdi_line(examined: &Examined<'_>) -> Line {
    let check = "gpu cdi spec";
    let host = examined.host;
    if let Some(cause) = nvidia::stale_spec(host) {
        return Line::of_cause(check, State::Warn, &cause);
    }
    let Some(spec) = host.cdi.first() else {
        let text = format!("none in {}", host.cdi_dirs.join(", "));
        return match examined.engine {
            Some(engine) if engine.podman => {
                let cause = Cause::CdiSpecMissing {
                    kind: nvidia::KIND.to_owned(),
                    searched: host.cdi_dirs.join(", "),
                };
                Line::of_cause(check, State::Fail, &cause)
            }
            Some(_) | None => Line::new(check, State::Skip, text),
        };
    };
    match examined.engine {
        Some(engine) if !engine.takes_cdi() => {
            let cause = Cause::CdiOff {
                spec: spec.path.clone(),
                engine: engine.title(),
            };
            match host.tool(HOOK) {
                // The hook serves as well.
                Some(_) => Line::new(check, State::Skip, cause.to_string()),
                None => Line::of_cause(check, State::Warn, &cause),
            }
        }
        Some(_) | None => {
            let text = format!("{}: {} {}", spec.path, spec.kind, spec.devices.join(", "));
            Line::new(check, State::Ok, text)
        }
    }
}

/// AMD's compute node, where there is a card or a node.
fn amd_line(host: &HostFacts) -> Option<Line> {
    let check = "gpu amd";
    match (host.has_node("/dev/kfd"), host.card(AMD)) {
        (true, _) => Some(Line::new(check, State::Ok, "/dev/kfd is there")),
        (false, Some(card)) => Some(Line::of_cause(
            check,
            State::Warn,
            &Cause::AmdDriverMissing {
                address: card.address.clone(),
            },
        )),
        (false, None) => None,
    }
}
