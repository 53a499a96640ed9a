//! The lifecycle commands, and what `up` waits for.

use crate::jsonc::{Node, Value};
use crate::layer::with;
use crate::model::{Hook, Setting, UserEnvProbe, WaitFor};
use crate::problem::{Problems, nearest};
use crate::shape;

const SHAPES: &str = "a string, an array of strings, or an object of them";

/// A hook; an empty one is none.
pub(super) fn hook(name: &str, node: &Node, problems: &mut Problems) -> Option<Setting<Hook>> {
    let hook = match &node.value {
        Value::Object(members) => {
            let mut commands = Vec::new();
            for member in members {
                let name = format!("{name}.{}", member.name);
                let command = single(
                    &name,
                    &member.node,
                    "a string or an array of strings",
                    problems,
                );
                commands.extend(command.map(|hook| (member.name.clone(), hook)));
            }
            Hook::Parallel { commands }
        }
        _ => single(name, node, SHAPES, problems)?,
    };
    let is_empty = matches!(&hook, Hook::Parallel { commands } if commands.is_empty());
    match is_empty {
        true => None,
        false => Some(with(&node.origin, hook)),
    }
}

fn single(name: &str, node: &Node, expected: &str, problems: &mut Problems) -> Option<Hook> {
    match &node.value {
        Value::String(command) if command.trim().is_empty() => None,
        Value::String(command) => Some(Hook::Shell {
            command: command.clone(),
        }),
        Value::Array(elements) if elements.is_empty() => None,
        Value::Array(_) => {
            let argv = shape::strings(name, node, problems);
            Some(Hook::Argv {
                argv: argv.into_iter().map(|word| word.value).collect(),
            })
        }
        Value::Null => None,
        _ => {
            shape::wrong(name, expected, node, problems);
            None
        }
    }
}

pub(super) fn wait_for(node: &Node, problems: &mut Problems) -> Option<Setting<WaitFor>> {
    let known = [
        ("initializeCommand", WaitFor::InitializeCommand),
        ("onCreateCommand", WaitFor::OnCreateCommand),
        ("updateContentCommand", WaitFor::UpdateContentCommand),
        ("postCreateCommand", WaitFor::PostCreateCommand),
        ("postStartCommand", WaitFor::PostStartCommand),
    ];
    one_of("waitFor", &known, node, problems)
}

pub(super) fn user_env_probe(
    node: &Node,
    problems: &mut Problems,
) -> Option<Setting<UserEnvProbe>> {
    let known = [
        ("none", UserEnvProbe::None),
        ("loginShell", UserEnvProbe::LoginShell),
        ("loginInteractiveShell", UserEnvProbe::LoginInteractiveShell),
        ("interactiveShell", UserEnvProbe::InteractiveShell),
    ];
    one_of("userEnvProbe", &known, node, problems)
}

/// One of the known words.
pub(super) fn one_of<T: Copy>(
    name: &str,
    known: &[(&str, T)],
    node: &Node,
    problems: &mut Problems,
) -> Option<Setting<T>> {
    let written = shape::string(name, node, problems)?;
    if let Some((_, value)) = known.iter().find(|(word, _)| *word == written.value) {
        return Some(with(&node.origin, *value));
    }
    let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    let message = format!(
        "`{name}` is `{}`; expected one of {}",
        written.value,
        words.join(", ")
    );
    match nearest(&written.value, words) {
        Some(word) => {
            problems.error_with(
                "unknown-value",
                &node.origin,
                message,
                format!("did you mean `{word}`?"),
            );
        }
        None => problems.error("unknown-value", &node.origin, message),
    }
    None
}
