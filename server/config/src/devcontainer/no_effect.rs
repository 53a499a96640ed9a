//! The settings of devcontainer.json that are read and do nothing in this release: each is said where it is set,
//! unless what it asks for is what happens anyway.

use crate::jsonc::{Member, Node, Value};
use crate::problem::Problems;

/// Says that a setting has no effect, and what happens in its place.
pub(super) fn say(member: &Member, problems: &mut Problems) {
    let node = &member.node;
    let instead = match member.name.as_str() {
        "waitFor" => "`up` waits for every lifecycle command",
        "userEnvProbe" if !is_text(node, "none") => {
            "no shell is asked: terminals and commands start with the container's environment and `remoteEnv`"
        }
        "updateRemoteUserUID" if matches!(node.value, Value::Bool(true)) => {
            "the user keeps the uid and gid that the image gives it"
        }
        "shutdownAction" if !is_text(node, "none") => {
            "the container stays up until `warpdock down`"
        }
        "forwardPorts" if !is_empty(node) => {
            let message =
                "`forwardPorts` has no effect yet: a port is reachable when it is published";
            let remedy = format!("\"runArgs\": [{}]", published(node).join(", "));
            problems.warning_with("no-effect", &node.origin, message, remedy);
            return;
        }
        "portsAttributes" | "otherPortsAttributes" if !is_empty(node) => "no port is forwarded",
        "secrets" if !is_empty(node) => {
            "nobody is asked for secrets; `--env NAME` passes a variable of your environment on"
        }
        "overrideFeatureInstallOrder" if !is_empty(node) => "features are not installed",
        "hostRequirements" => return requirements(node, problems),
        _ => return,
    };
    let message = format!("`{}` has no effect yet: {instead}", member.name);
    problems.warning("no-effect", &node.origin, message);
}

fn requirements(node: &Node, problems: &mut Problems) {
    if let Some(storage) = node.get("storage") {
        let message =
            "`hostRequirements.storage` has no effect yet: `warpdock doctor` shows what is free";
        problems.warning("no-effect", &storage.origin, message);
    }
    if let Some(memory) = node.get("gpu").and_then(|gpu| gpu.get("memory")) {
        let message = "`hostRequirements.gpu.memory` has no effect yet: any GPU serves";
        problems.warning("no-effect", &memory.origin, message);
    }
}

/// The flags that publish the same ports on this machine alone.
fn published(node: &Node) -> Vec<String> {
    let Value::Array(elements) = &node.value else {
        return Vec::new();
    };
    let ports = elements.iter().filter_map(|element| match &element.value {
        Value::Number(text) | Value::String(text) => text.rsplit(':').next(),
        _ => None,
    });
    ports
        .map(|port| format!("\"-p\", \"127.0.0.1:{port}:{port}\""))
        .collect()
}

fn is_text(node: &Node, text: &str) -> bool {
    matches!(&node.value, Value::String(value) if value == text)
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
