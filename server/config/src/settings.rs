//! Warpdock's own settings: `customizations.warpdock` in devcontainer.json, and the user's settings file.

use crate::devcontainer::{self, Context};
use crate::gpu;
use crate::jsonc::{Node, Value};
use crate::layer::{Layer, Rank, with};
use crate::model::{GpuDevices, GpuNeed, GpuWish, Setting, Source};
use crate::problem::Problems;
use crate::shape;
use crate::units;

const KNOWN: [&str; 17] = [
    "$schema",
    "gpu",
    "shmSize",
    "image",
    "dockerfile",
    "context",
    "target",
    "envFile",
    "containerEnv",
    "remoteEnv",
    "mounts",
    "runArgs",
    "containerUser",
    "remoteUser",
    "workspaceFolder",
    "command",
    "entrypoint",
];

/// Reads the settings in an object. Paths are relative to the context's folder; `envFile` to the workspace.
pub(crate) fn read(
    inside: &str,
    node: &Node,
    rank: Rank,
    context: &Context,
    problems: &mut Problems,
) -> Layer {
    let mut layer = Layer::new(rank);
    for member in shape::members(inside, node, problems) {
        let node = &member.node;
        let name = member.name.as_str();
        let path =
            |setting: Setting<String>| with(&setting.origin, context.folder.join(&setting.value));
        match name {
            "$schema" => {}
            "gpu" => layer.gpu = gpu_setting(node, problems),
            "shmSize" => layer.shm_bytes = size(name, node, problems),
            "image" => {
                let image = shape::text_of(name, "an image's name", node, problems);
                layer.source =
                    image.map(|image| with(&image.origin, Source::Image { name: image.value }));
            }
            "dockerfile" => {
                layer.dockerfile = shape::text_of(name, "a path", node, problems).map(path);
            }
            "context" => {
                layer.context = shape::text_of(name, "a path", node, problems).map(path);
            }
            "target" => layer.target = shape::text(name, node, problems),
            "envFile" => {
                let files = shape::string_or_strings(name, node, problems);
                let path = |file: Setting<String>| {
                    with(&file.origin, context.inputs.workspace.join(&file.value))
                };
                layer.env_files = Some(files.into_iter().map(path).collect());
            }
            "containerEnv" => layer.container_env = shape::env(name, node, problems),
            "remoteEnv" => layer.remote_env = shape::nullable_env(name, node, problems),
            "mounts" => layer.mounts = devcontainer::mounts(node, context, problems),
            "runArgs" => layer.run_args = shape::strings(name, node, problems),
            "containerUser" => layer.container_user = shape::text(name, node, problems),
            "remoteUser" => layer.remote_user = shape::text(name, node, problems),
            "workspaceFolder" => {
                layer.workspace_folder = devcontainer::workspace_folder(node, problems)
            }
            "command" => layer.command = command(node, problems),
            "entrypoint" => layer.run.entrypoint = shape::string(name, node, problems),
            _ => shape::unknown_key(inside, member, KNOWN, problems),
        }
    }
    layer
}

/// A text is run by a shell, an array as it is.
fn command(node: &Node, problems: &mut Problems) -> Option<Setting<Vec<String>>> {
    let argv = match &node.value {
        Value::String(text) if !text.trim().is_empty() => {
            vec!["/bin/sh".to_owned(), "-c".to_owned(), text.clone()]
        }
        Value::Array(elements) if !elements.is_empty() => shape::strings("command", node, problems)
            .into_iter()
            .map(|word| word.value)
            .collect(),
        Value::String(_) | Value::Array(_) => {
            problems.error("empty", &node.origin, "`command` is empty");
            return None;
        }
        _ => {
            shape::wrong("command", "a string or an array of strings", node, problems);
            return None;
        }
    };
    Some(with(&node.origin, argv))
}

/// true, false, a number, a text as `--gpus` takes it, or `{ need, devices, capabilities, memory }`.
fn gpu_setting(node: &Node, problems: &mut Problems) -> Option<Setting<GpuWish>> {
    let parsed = match &node.value {
        Value::Bool(true) => Ok(gpu::wish(GpuNeed::Required)),
        Value::Bool(false) => Ok(gpu::wish(GpuNeed::None)),
        Value::Number(text) | Value::String(text) => gpu::parse(text),
        Value::Object(_) => return Some(with(&node.origin, gpu_object(node, problems))),
        _ => {
            shape::wrong(
                "gpu",
                "true, false, a number, a string or an object",
                node,
                problems,
            );
            return None;
        }
    };
    match parsed {
        Ok(wish) => Some(with(&node.origin, wish)),
        Err(reason) => {
            problems.error("gpus", &node.origin, format!("`gpu`: {reason}"));
            None
        }
    }
}

fn gpu_object(node: &Node, problems: &mut Problems) -> GpuWish {
    let mut wish = gpu::wish(GpuNeed::Required);
    for member in shape::members("gpu", node, problems) {
        let node = &member.node;
        match member.name.as_str() {
            "need" => match &node.value {
                Value::String(text) if text == "required" => wish.need = GpuNeed::Required,
                Value::String(text) if text == "optional" => wish.need = GpuNeed::Optional,
                Value::String(text) if text == "none" => wish.need = GpuNeed::None,
                _ => problems.error(
                    "unknown-value",
                    &node.origin,
                    "`gpu.need`: expected \"required\", \"optional\" or \"none\"",
                ),
            },
            "devices" => wish.devices = devices(node, problems).unwrap_or(GpuDevices::All),
            "capabilities" => {
                let names = shape::strings("gpu.capabilities", node, problems);
                wish.capabilities = names.into_iter().map(|name| name.value).collect();
            }
            "memory" => {
                wish.memory_bytes = size("gpu.memory", node, problems).map(|size| size.value);
                let message = "`gpu.memory` has no effect yet: any GPU serves";
                problems.warning("no-effect", &node.origin, message);
            }
            _ => shape::unknown_key(
                "gpu",
                member,
                ["need", "devices", "capabilities", "memory"],
                problems,
            ),
        }
    }
    wish
}

fn devices(node: &Node, problems: &mut Problems) -> Option<GpuDevices> {
    match &node.value {
        Value::String(text) if text == "all" => Some(GpuDevices::All),
        Value::Number(text) => match text.parse() {
            Ok(count @ 1..) => Some(GpuDevices::Count { count }),
            _ => {
                problems.error(
                    "unknown-value",
                    &node.origin,
                    "`gpu.devices`: expected a number of at least 1",
                );
                None
            }
        },
        Value::Array(elements) => {
            let mut ids = Vec::new();
            for element in elements {
                match &element.value {
                    Value::String(text) | Value::Number(text) => ids.push(text.clone()),
                    _ => shape::wrong("gpu.devices", "an index or a UUID", element, problems),
                }
            }
            Some(GpuDevices::Ids { ids })
        }
        _ => {
            shape::wrong(
                "gpu.devices",
                "\"all\", a number, or an array of indexes and UUIDs",
                node,
                problems,
            );
            None
        }
    }
}

fn size(name: &str, node: &Node, problems: &mut Problems) -> Option<Setting<u64>> {
    let text = match &node.value {
        Value::String(text) | Value::Number(text) => text,
        _ => {
            shape::wrong(name, "a size such as \"8g\"", node, problems);
            return None;
        }
    };
    match units::bytes(text) {
        Some(bytes) => Some(with(&node.origin, bytes)),
        None => {
            problems.error(
                "size",
                &node.origin,
                format!("`{name}` is `{text}`; expected a size such as \"8g\""),
            );
            None
        }
    }
}
