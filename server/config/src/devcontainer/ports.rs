//! `forwardPorts` and `appPort`.

use crate::jsonc::{Node, Value};
use crate::layer::with;
use crate::model::Setting;
use crate::problem::Problems;
use crate::shape;
use crate::units::is_publish;

/// Ports to forward: a number, or `host:port`; `localhost:n` is `n`.
pub(super) fn forward(name: &str, node: &Node, problems: &mut Problems) -> Vec<Setting<String>> {
    let Value::Array(elements) = &node.value else {
        shape::wrong(name, "an array of ports", node, problems);
        return Vec::new();
    };
    let mut ports = Vec::new();
    for element in elements {
        let text = match &element.value {
            Value::Number(text) | Value::String(text) => text,
            _ => {
                shape::wrong(name, "a port, or \"host:port\"", element, problems);
                continue;
            }
        };
        let text = text.strip_prefix("localhost:").unwrap_or(text);
        let port = text.rsplit_once(':').map_or(text, |(_, port)| port);
        match port.parse::<u16>() {
            Ok(1..) => ports.push(with(&element.origin, text.to_owned())),
            _ => {
                let message =
                    format!("`{name}`: `{text}` is no port; expected 1 to 65535, or \"host:port\"");
                problems.error("port", &element.origin, message);
            }
        }
    }
    ports
}

/// `appPort`: a number is published on this machine only, a text is `--publish`'s.
pub(super) fn publish(node: &Node, problems: &mut Problems) -> Vec<Setting<String>> {
    let elements = match &node.value {
        Value::Array(elements) => elements.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut ports = Vec::new();
    for element in elements {
        match &element.value {
            Value::Number(port) if port.parse::<u16>().is_ok() => {
                ports.push(with(&element.origin, format!("127.0.0.1:{port}:{port}")));
            }
            Value::String(text) if is_publish(text) => {
                ports.push(with(&element.origin, text.clone()))
            }
            _ => {
                let message = "`appPort`: expected a port, or `[IP:][HOST:]CONTAINER[/tcp|udp]`";
                problems.error("port", &element.origin, message);
            }
        }
    }
    ports
}
