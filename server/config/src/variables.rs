//! `${…}` in devcontainer.json: what is known before the container, and what is known after its start.
//!
//! Names and defaults are split at colons as the reference implementation does: `${localEnv:X:a:b}` has the default
//! `a`. Unknown names are left as they are.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::jsonc::{Member, Node, Value};
use crate::model::{Config, Hook, Origin, Setting};
use crate::problem::Problems;

/// What is known before there is a container.
pub(crate) struct Known<'a> {
    pub(crate) local_env: &'a BTreeMap<String, String>,
    pub(crate) workspace: &'a Path,
    /// `None` while it is being found out.
    pub(crate) container_workspace_folder: Option<&'a str>,
    pub(crate) devcontainer_id: &'a str,
}

/// Replaces what is known in every string of a tree; names of members are left alone.
pub(crate) fn substitute(node: &Node, known: &Known, problems: &mut Problems) -> Node {
    let value = match &node.value {
        Value::String(text) => Value::String(substitute_text(text, &node.origin, known, problems)),
        Value::Array(elements) => Value::Array(
            elements
                .iter()
                .map(|element| substitute(element, known, problems))
                .collect(),
        ),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|member| Member {
                    name: member.name.clone(),
                    origin: member.origin.clone(),
                    node: substitute(&member.node, known, problems),
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        value,
        origin: node.origin.clone(),
    }
}

/// Replaces what is known in one text.
pub(crate) fn substitute_text(
    text: &str,
    origin: &Origin,
    known: &Known,
    problems: &mut Problems,
) -> String {
    replace(text, |written, name, arguments| match name {
        "env" | "localEnv" => Some(environment(
            written,
            arguments,
            known.local_env,
            origin,
            problems,
        )),
        "localWorkspaceFolder" => Some(known.workspace.display().to_string()),
        "localWorkspaceFolderBasename" => Some(base_name(&known.workspace.display().to_string())),
        "containerWorkspaceFolder" => known.container_workspace_folder.map(str::to_owned),
        "containerWorkspaceFolderBasename" => known.container_workspace_folder.map(base_name),
        "devcontainerId" => Some(known.devcontainer_id.to_owned()),
        _ => None,
    })
}

fn environment(
    written: &str,
    arguments: &[&str],
    environment: &BTreeMap<String, String>,
    origin: &Origin,
    problems: &mut Problems,
) -> String {
    match arguments.first() {
        None | Some(&"") => {
            problems.error(
                "variable-without-name",
                origin,
                format!("`{written}` names no variable; expected `${{localEnv:NAME}}`"),
            );
            String::new()
        }
        Some(name) => match environment.get(*name) {
            Some(value) => value.clone(),
            None => arguments.get(1).copied().unwrap_or_default().to_owned(),
        },
    }
}

/// Replaces `${containerEnv:NAME}` (with an optional default) in the session environment and the hooks, once the
/// container runs and its environment is known.
pub fn finish_container_env(config: &mut Config, container_env: &BTreeMap<String, String>) {
    for (_, setting) in &mut config.remote_env {
        if let Some(text) = &mut setting.value {
            *text = finish_text(text, container_env);
        }
    }
    let hooks = &mut config.hooks;
    let lists = [
        &mut hooks.on_create,
        &mut hooks.update_content,
        &mut hooks.post_create,
        &mut hooks.post_start,
        &mut hooks.post_attach,
    ];
    for Setting { value, .. } in lists.into_iter().flatten() {
        finish_hook(value, container_env);
    }
}

/// Replaces `${containerEnv:NAME}` and `${containerEnv:NAME:DEFAULT}` in one text.
pub fn finish_text(text: &str, container_env: &BTreeMap<String, String>) -> String {
    replace(text, |_, name, arguments| match (name, arguments.first()) {
        ("containerEnv", Some(name)) => Some(match container_env.get(*name) {
            Some(value) => value.clone(),
            None => arguments.get(1).copied().unwrap_or_default().to_owned(),
        }),
        _ => None,
    })
}

fn finish_hook(hook: &mut Hook, container_env: &BTreeMap<String, String>) {
    match hook {
        Hook::Shell { command } => *command = finish_text(command, container_env),
        Hook::Argv { argv } => {
            for word in argv {
                *word = finish_text(word, container_env);
            }
        }
        Hook::Parallel { commands } => {
            for (_, hook) in commands {
                finish_hook(hook, container_env);
            }
        }
    }
}

/// The id that the labels of a container give: SHA-256 of their compact JSON with sorted names, as a number in base
/// 32 with the digits 0-9a-v, 52 of them.
pub fn devcontainer_id(labels: &BTreeMap<String, String>) -> String {
    let json = serde_json::to_string(labels).expect("a map of strings is JSON");
    let hash = Sha256::digest(json.as_bytes());
    // 52 digits of five bits hold 260 bits: the number is led by four zeros.
    let bit = |index: usize| match index.checked_sub(4) {
        Some(index) => (hash[index / 8] >> (7 - index % 8)) & 1,
        None => 0,
    };
    (0..52)
        .map(|digit| (0..5).fold(0u8, |value, offset| value << 1 | bit(digit * 5 + offset)))
        .map(|value| {
            char::from_digit(u32::from(value), 32).expect("five bits are a digit of base 32")
        })
        .collect()
}

fn base_name(path: &str) -> String {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// Replaces each `${name:argument:…}` by what `value` gives; `None` leaves it as it is.
fn replace(text: &str, mut value: impl FnMut(&str, &str, &[&str]) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let written = &rest[start..=start + length];
        let mut parts = written[2..written.len() - 1].split(':');
        let name = parts.next().unwrap_or_default();
        let arguments: Vec<&str> = parts.collect();
        replaced.push_str(&rest[..start]);
        match value(written, name, &arguments) {
            Some(value) => replaced.push_str(&value),
            None => replaced.push_str(written),
        }
        rest = &rest[start + length + 1..];
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
#[path = "variables_tests.rs"]
mod tests;
