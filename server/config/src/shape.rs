//! Reads values of the right shape out of JSON, and says what was expected where it is another.

use crate::jsonc::{Member, Node, Value};
use crate::layer::with;
use crate::model::Setting;
use crate::problem::{Problems, nearest};

/// Says that `name` has the wrong shape.
pub(crate) fn wrong(name: &str, expected: &str, node: &Node, problems: &mut Problems) {
    let message = format!("`{name}`: expected {expected}, found {}", node.kind());
    match &node.value {
        Value::Number(text) if matches!(expected, "a string" | "a string or null") => {
            problems.error_with(
                "wrong-type",
                &node.origin,
                message,
                format!("write \"{text}\""),
            );
        }
        Value::Bool(value) if matches!(expected, "a string" | "a string or null") => {
            problems.error_with(
                "wrong-type",
                &node.origin,
                message,
                format!("write \"{value}\""),
            );
        }
        _ => problems.error("wrong-type", &node.origin, message),
    }
}

pub(crate) fn string(name: &str, node: &Node, problems: &mut Problems) -> Option<Setting<String>> {
    string_of(name, "a string", node, problems)
}

/// A string that has a meaning of its own, such as a path: a number in quotes would be no help.
pub(crate) fn string_of(
    name: &str,
    expected: &str,
    node: &Node,
    problems: &mut Problems,
) -> Option<Setting<String>> {
    match &node.value {
        Value::String(text) => Some(with(&node.origin, text.clone())),
        _ => {
            wrong(name, expected, node, problems);
            None
        }
    }
}

/// A string that is not empty.
pub(crate) fn text(name: &str, node: &Node, problems: &mut Problems) -> Option<Setting<String>> {
    text_of(name, "a string", node, problems)
}

/// A string that is not empty and has a meaning of its own.
pub(crate) fn text_of(
    name: &str,
    expected: &str,
    node: &Node,
    problems: &mut Problems,
) -> Option<Setting<String>> {
    let setting = string_of(name, expected, node, problems)?;
    match setting.value.trim().is_empty() {
        true => {
            problems.error("empty", &node.origin, format!("`{name}` is empty"));
            None
        }
        false => Some(setting),
    }
}

pub(crate) fn boolean(name: &str, node: &Node, problems: &mut Problems) -> Option<Setting<bool>> {
    match &node.value {
        Value::Bool(value) => Some(with(&node.origin, *value)),
        _ => {
            wrong(name, "true or false", node, problems);
            None
        }
    }
}

/// An array of strings; elements of another shape are said and left out.
pub(crate) fn strings(name: &str, node: &Node, problems: &mut Problems) -> Vec<Setting<String>> {
    match &node.value {
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .filter_map(|(index, element)| string(&format!("{name}[{index}]"), element, problems))
            .collect(),
        _ => {
            wrong(name, "an array of strings", node, problems);
            Vec::new()
        }
    }
}

/// A string, or an array of strings.
pub(crate) fn string_or_strings(
    name: &str,
    node: &Node,
    problems: &mut Problems,
) -> Vec<Setting<String>> {
    match &node.value {
        Value::String(text) => vec![with(&node.origin, text.clone())],
        Value::Array(_) => strings(name, node, problems),
        _ => {
            wrong(name, "a string or an array of strings", node, problems);
            Vec::new()
        }
    }
}

pub(crate) fn members<'a>(name: &str, node: &'a Node, problems: &mut Problems) -> &'a [Member] {
    match &node.value {
        Value::Object(members) => members,
        _ => {
            wrong(name, "an object", node, problems);
            &[]
        }
    }
}

/// An object of strings: `containerEnv`, `build.args`.
pub(crate) fn env(
    name: &str,
    node: &Node,
    problems: &mut Problems,
) -> Vec<(String, Setting<String>)> {
    members(name, node, problems)
        .iter()
        .filter(|member| is_variable(name, member, problems))
        .collect::<Vec<&Member>>()
        .into_iter()
        .filter_map(|member| {
            let value = string(&format!("{name}.{}", member.name), &member.node, problems)?;
            Some((member.name.clone(), value))
        })
        .collect()
}

/// An object of strings and nulls: `remoteEnv`.
pub(crate) fn nullable_env(
    name: &str,
    node: &Node,
    problems: &mut Problems,
) -> Vec<(String, Setting<Option<String>>)> {
    let mut entries = Vec::new();
    for member in members(name, node, problems) {
        if !is_variable(name, member, problems) {
            continue;
        }
        let value = match &member.node.value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            _ => {
                wrong(
                    &format!("{name}.{}", member.name),
                    "a string or null",
                    &member.node,
                    problems,
                );
                continue;
            }
        };
        entries.push((member.name.clone(), with(&member.node.origin, value)));
    }
    entries
}

fn is_variable(name: &str, member: &Member, problems: &mut Problems) -> bool {
    let is_good = !member.name.is_empty() && !member.name.contains(['=', '\0']);
    if !is_good {
        let message = format!(
            "`{name}`: `{}` cannot be the name of a variable",
            member.name
        );
        problems.error("variable-name", &member.origin, message);
    }
    is_good
}

/// Says that a name is not known here, and which was meant.
pub(crate) fn unknown_key<'a>(
    inside: &str,
    member: &Member,
    known: impl IntoIterator<Item = &'a str>,
    problems: &mut Problems,
) {
    let inside = match inside {
        "" => String::new(),
        inside => format!(" in `{inside}`"),
    };
    let message = format!("`{}` is not known{inside} and has no effect", member.name);
    match nearest(&member.name, known) {
        Some(name) => {
            let remedy = format!("did you mean `{name}`?");
            problems.warning_with("unknown-key", &member.origin, message, remedy);
        }
        None => problems.warning("unknown-key", &member.origin, message),
    }
}
