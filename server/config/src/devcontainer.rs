//! Reads devcontainer.json, and the entries of an image's `devcontainer.metadata`, into layers.
//!
//! Settings without effect are `no_effect.rs`'s, the source is `build.rs`'s, hooks `hooks.rs`'s, `hostRequirements` `requirements.rs`'s, ports `ports.rs`'s.

pub(crate) mod build;
mod hooks;
mod no_effect;
mod ports;
mod requirements;

use std::path::{Path, PathBuf};

use crate::files::Reader;
use crate::inputs::Inputs;
use crate::jsonc::{Node, Value};
use crate::layer::{Layer, Rank, with};
use crate::model::{MountKind, Setting};
use crate::mount;
use crate::problem::Problems;
use crate::settings;
use crate::shape;

/// Every name of the specification, and the older ones.
const KNOWN: &[&str] = &[
    "$schema",
    "name",
    "image",
    "build",
    "dockerFile",
    "context",
    "dockerComposeFile",
    "service",
    "runServices",
    "workspaceFolder",
    "workspaceMount",
    "mounts",
    "containerEnv",
    "remoteEnv",
    "containerUser",
    "remoteUser",
    "runArgs",
    "hostRequirements",
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
    "waitFor",
    "userEnvProbe",
    "updateRemoteUserUID",
    "overrideCommand",
    "init",
    "privileged",
    "capAdd",
    "securityOpt",
    "shutdownAction",
    "forwardPorts",
    "portsAttributes",
    "otherPortsAttributes",
    "appPort",
    "customizations",
    "features",
    "overrideFeatureInstallOrder",
    "secrets",
    "settings",
    "extensions",
    "devPort",
];

/// What all readers of a document need.
pub(crate) struct Context<'a, 'b> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) reader: &'a Reader<'b>,
    /// What relative paths are relative to.
    pub(crate) folder: PathBuf,
}

/// Reads a document, variables already replaced. Gives its layer, and that of `customizations.warpdock`.
pub(crate) fn read(
    object: &Node,
    rank: Rank,
    context: &Context,
    problems: &mut Problems,
) -> Vec<Layer> {
    let mut layer = Layer::new(rank);
    let mut customizations = None;
    if rank == Rank::Devcontainer {
        build::read(object, &context.folder, &mut layer, problems);
    }
    for member in shape::members("devcontainer.json", object, problems) {
        let node = &member.node;
        let name = member.name.as_str();
        let problems_before = problems.0.len();
        match name {
            "name" => layer.name = shape::text(name, node, problems),
            "workspaceFolder" => layer.workspace_folder = workspace_folder(node, problems),
            "workspaceMount" => workspace_mount(node, &mut layer, context, problems),
            "mounts" => layer.mounts.extend(mounts(node, context, problems)),
            "containerEnv" => layer.container_env = shape::env(name, node, problems),
            "remoteEnv" => layer.remote_env = shape::nullable_env(name, node, problems),
            "containerUser" => layer.container_user = shape::text(name, node, problems),
            "remoteUser" => layer.remote_user = shape::text(name, node, problems),
            "runArgs" => layer.run_args = shape::strings(name, node, problems),
            "hostRequirements" => requirements::read(node, &mut layer, problems),
            "initializeCommand" => layer.hooks.initialize = hooks::hook(name, node, problems),
            "onCreateCommand" => layer
                .hooks
                .on_create
                .extend(hooks::hook(name, node, problems)),
            "updateContentCommand" => layer
                .hooks
                .update_content
                .extend(hooks::hook(name, node, problems)),
            "postCreateCommand" => layer
                .hooks
                .post_create
                .extend(hooks::hook(name, node, problems)),
            "postStartCommand" => layer
                .hooks
                .post_start
                .extend(hooks::hook(name, node, problems)),
            "postAttachCommand" => layer
                .hooks
                .post_attach
                .extend(hooks::hook(name, node, problems)),
            "waitFor" => layer.wait_for = hooks::wait_for(node, problems),
            "userEnvProbe" => layer.user_env_probe = hooks::user_env_probe(node, problems),
            "updateRemoteUserUID" => {
                layer.update_remote_user_uid = shape::boolean(name, node, problems)
            }
            "overrideCommand" => layer.override_command = shape::boolean(name, node, problems),
            "init" => layer.run.init = shape::boolean(name, node, problems),
            "privileged" => layer.run.privileged = shape::boolean(name, node, problems),
            "capAdd" => layer.run.cap_add = shape::strings(name, node, problems),
            "securityOpt" => layer.run.security_opt = shape::strings(name, node, problems),
            "forwardPorts" => layer.forward_ports = ports::forward(name, node, problems),
            "appPort" => layer.run.publish = ports::publish(node, problems),
            "customizations" => customizations = Some(node),
            "features" => features(node, problems),
            _ if rank == Rank::ImageLabel || KNOWN.contains(&name) => {}
            _ => shape::unknown_key("", member, KNOWN.iter().copied(), problems),
        }
        // What is wrong is said alone.
        if problems.0.len() == problems_before {
            no_effect::say(member, problems);
        }
    }
    let mut layers = vec![layer];
    if let Some(node) = customizations.and_then(|node| node.get("warpdock")) {
        let rank = match rank {
            Rank::Devcontainer => Rank::Customizations,
            other => other,
        };
        layers.push(settings::read(
            "customizations.warpdock",
            node,
            rank,
            context,
            problems,
        ));
    }
    layers
}

/// Features are built into an image from downloads; a container that is only started cannot have them.
fn features(node: &Node, problems: &mut Problems) {
    let names: Vec<&str> = shape::members("features", node, problems)
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    if names.is_empty() {
        return;
    }
    problems.warning_with(
        "features",
        &node.origin,
        format!(
            "`features` are not installed ({}): they are downloaded and built into the image, which needs the internet",
            names.join(", ")
        ),
        "install what they bring in the Dockerfile, or name an image that has them already",
    );
}

pub(crate) fn workspace_folder(node: &Node, problems: &mut Problems) -> Option<Setting<String>> {
    let expected = "a path in the container such as \"/app\"";
    let folder = shape::text_of("workspaceFolder", expected, node, problems)?;
    // While the variables are not all known, the path is not known to be absolute.
    if folder.value.starts_with("${") {
        return Some(folder);
    }
    match mount::container_path(&folder.value) {
        Ok(path) => Some(with(&node.origin, path)),
        Err(reason) => {
            problems.error(
                "workspace-folder",
                &node.origin,
                format!("`workspaceFolder`: {reason}"),
            );
            None
        }
    }
}

fn workspace_mount(node: &Node, layer: &mut Layer, context: &Context, problems: &mut Problems) {
    let expected = "a mount such as \"type=bind,source=/project,target=/app\"";
    let Some(text) = shape::string_of("workspaceMount", expected, node, problems) else {
        return;
    };
    if text.value.is_empty() {
        layer.workspace_mount = Some(with(&node.origin, None));
        return;
    }
    let mount = match mount::parse_mount(&text.value) {
        Ok(parsed) => mount::check(
            parsed.mount,
            &node.origin,
            &context.inputs.workspace,
            context.reader,
            problems,
        ),
        Err(reason) => {
            problems.error("mount", &node.origin, format!("`workspaceMount`: {reason}"));
            None
        }
    };
    layer.workspace_mount = mount.map(|mount| with(&node.origin, Some(mount)));
}

/// An array of `--mount` texts and of objects `{ type, source, target }`.
pub(crate) fn mounts(
    node: &Node,
    context: &Context,
    problems: &mut Problems,
) -> Vec<Setting<crate::model::Mount>> {
    let Value::Array(elements) = &node.value else {
        shape::wrong("mounts", "an array", node, problems);
        return Vec::new();
    };
    let mut mounts = Vec::new();
    for element in elements {
        let text = match &element.value {
            Value::String(text) => text.clone(),
            Value::Object(_) => match object_text(element, problems) {
                Some(text) => text,
                None => continue,
            },
            _ => {
                shape::wrong("mounts", "a string or an object", element, problems);
                continue;
            }
        };
        let parsed = match mount::parse_mount(&text) {
            Ok(parsed) => parsed,
            Err(reason) => {
                problems.error("mount", &element.origin, format!("`mounts`: {reason}"));
                continue;
            }
        };
        if !parsed.ignored.is_empty() && parsed.mount.kind != MountKind::Volume {
            let message = format!(
                "these options of the mount have no effect: {}",
                parsed.ignored.join(", ")
            );
            problems.warning("mount-option", &element.origin, message);
        }
        let workspace: &Path = &context.inputs.workspace;
        let mount = mount::check(
            parsed.mount,
            &element.origin,
            workspace,
            context.reader,
            problems,
        );
        mounts.extend(mount.map(|mount| with(&element.origin, mount)));
    }
    mounts
}

/// The `--mount` text of an object.
fn object_text(node: &Node, problems: &mut Problems) -> Option<String> {
    let mut fields = Vec::new();
    for member in shape::members("mounts", node, problems) {
        let value = match &member.node.value {
            Value::String(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            _ => {
                shape::wrong(
                    &format!("mounts.{}", member.name),
                    "a string",
                    &member.node,
                    problems,
                );
                return None;
            }
        };
        // `external` says that the engine has the volume already, which it looks for by itself.
        if member.name != "external" {
            fields.push(crate::units::field(&format!("{}={value}", member.name)));
        }
    }
    Some(fields.join(","))
}
