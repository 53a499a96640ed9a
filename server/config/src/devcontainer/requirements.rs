//! `hostRequirements`: what the machine must have.

use crate::gpu;
use crate::jsonc::{Node, Value};
use crate::layer::{Layer, with};
use crate::model::{GpuNeed, GpuWish, Setting};
use crate::problem::Problems;
use crate::shape;
use crate::units;

const KNOWN: [&str; 4] = ["cpus", "memory", "storage", "gpu"];

pub(super) fn read(node: &Node, layer: &mut Layer, problems: &mut Problems) {
    for member in shape::members("hostRequirements", node, problems) {
        let node = &member.node;
        let requirements = &mut layer.host_requirements;
        match member.name.as_str() {
            "cpus" => requirements.cpus = whole("hostRequirements.cpus", node, problems),
            "memory" => requirements.memory_bytes = size("hostRequirements.memory", node, problems),
            "storage" => {
                requirements.storage_bytes = size("hostRequirements.storage", node, problems)
            }
            "gpu" => layer.gpu = gpu_requirement(node, problems),
            _ => shape::unknown_key("hostRequirements", member, KNOWN, problems),
        }
    }
}

/// `false`, `true`, `"optional"`, or `{ cores, memory }`, which is required.
fn gpu_requirement(node: &Node, problems: &mut Problems) -> Option<Setting<GpuWish>> {
    let wish = match &node.value {
        Value::Bool(true) => gpu::wish(GpuNeed::Required),
        Value::Bool(false) => gpu::wish(GpuNeed::None),
        Value::String(text) if text == "optional" => gpu::wish(GpuNeed::Optional),
        Value::Object(members) => {
            let mut wish = gpu::wish(GpuNeed::Required);
            for member in members {
                match member.name.as_str() {
                    "memory" => {
                        let memory = size("hostRequirements.gpu.memory", &member.node, problems);
                        wish.memory_bytes = memory.map(|memory| memory.value);
                    }
                    "cores" => problems.note(
                        "gpu-cores",
                        &member.origin,
                        "`hostRequirements.gpu.cores` is not checked: drivers do not tell the number of cores",
                    ),
                    _ => shape::unknown_key("hostRequirements.gpu", member, ["memory", "cores"], problems),
                }
            }
            wish
        }
        Value::String(text) => {
            problems.error(
                "unknown-value",
                &node.origin,
                format!("`hostRequirements.gpu` is `{text}`; expected true, false, \"optional\" or an object"),
            );
            return None;
        }
        _ => {
            shape::wrong(
                "hostRequirements.gpu",
                "true, false, \"optional\" or an object",
                node,
                problems,
            );
            return None;
        }
    };
    Some(with(&node.origin, wish))
}

fn whole(name: &str, node: &Node, problems: &mut Problems) -> Option<Setting<u32>> {
    match &node.value {
        Value::Number(text) if text.parse::<u32>().is_ok() => {
            text.parse().ok().map(|number| with(&node.origin, number))
        }
        _ => {
            shape::wrong(name, "a whole number", node, problems);
            None
        }
    }
}

/// A size: a number of bytes, or a text such as `8gb`.
pub(crate) fn size(name: &str, node: &Node, problems: &mut Problems) -> Option<Setting<u64>> {
    let (Value::String(text) | Value::Number(text)) = &node.value else {
        shape::wrong(name, "a size such as \"8gb\"", node, problems);
        return None;
    };
    match units::bytes(text) {
        Some(bytes) => Some(with(&node.origin, bytes)),
        None => {
            let message = format!("`{name}` is `{text}`; expected a size such as \"8gb\"");
            problems.error("size", &node.origin, message);
            None
        }
    }
}
