//! The configuration, for people and editors.

use std::sync::Arc;

use config::{
    explain::Rendering,
    inputs::ImageMetadata,
    model::{Config, Source},
};
use protocol::{
    config::{Resolved, Value},
    container::WorkspaceParams,
};
use serde_json::json;

use crate::{
    error::Error, event::Reply, handlers::answer, labels, project, status, window::Window,
};

/// `config/resolve`. The engine adds what it knows, but is not needed.
pub fn resolve(window: &Window, params: WorkspaceParams, reply: Reply<Resolved>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, async move {
        let workspace = project::workspace(&params.workspace)?;
        let machine = hub.machine(&environment).await.ok();
        let mut overrides = params.overrides;
        if overrides == Default::default()
            && let Some(machine) = &machine
            && let Ok(Some(container)) = machine.container(&workspace).await
        {
            overrides = status::overrides(&container);
        }
        let first = project::resolve(
            workspace.clone(),
            overrides.clone(),
            environment.clone(),
            None,
        )
        .await?;
        let metadata = metadata(machine.as_deref(), &first.config).await;
        let resolved = match metadata {
            None => first,
            Some(metadata) => {
                project::resolve(workspace.clone(), overrides, environment, Some(metadata)).await?
            }
        };
        let json = |error: serde_json::Error| Error::Io {
            doing: "write the configuration down".to_owned(),
            source: error.into(),
        };
        let place = |origin: &config::model::Origin| project::place(origin, &workspace);
        Ok(Resolved {
            values: values(&resolved.config, &place),
            config: serde_json::to_value(&resolved.config).map_err(json)?,
            problems: project::problems(&resolved.problems, &workspace),
            files: resolved
                .files
                .iter()
                .map(|file| file.display().to_string())
                .collect(),
            docker_line: docker_line(&resolved.config),
        })
    });
}

async fn metadata(
    machine: Option<&crate::machine::Machine>,
    config: &Config,
) -> Option<ImageMetadata> {
    let Source::Image { name } = &config.source.as_ref()?.value else {
        return None;
    };
    let image = machine?.engine.image(name).await.ok()??;
    let label = image.labels.get(labels::METADATA)?.clone();
    Some(ImageMetadata {
        image: name.clone(),
        label,
    })
}

/// The docker run line equal to a configuration.
fn docker_line(config: &Config) -> String {
    let rendering = Rendering {
        wrapped: false,
        ..Rendering::default()
    };
    config::explain::render_docker_line(config, &rendering)
}

/// Every value for a person, in reading order: the configuration's own JSON, flattened, so that
/// a setting that is added there is shown here.
fn values(config: &Config, place: &dyn Fn(&config::model::Origin) -> String) -> Vec<Value> {
    let mut values = Vec::new();
    let tree = serde_json::to_value(config).unwrap_or_else(|_| json!({}));
    flatten("", &tree, &mut values, place);
    values
}

fn flatten(
    name: &str,
    tree: &serde_json::Value,
    values: &mut Vec<Value>,
    place: &dyn Fn(&config::model::Origin) -> String,
) {
    let below = |key: &str| match name {
        "" => key.to_owned(),
        name => format!("{name}.{key}"),
    };
    match tree {
        serde_json::Value::Object(fields) => {
            if let (Some(value), Some(origin)) = (fields.get("value"), fields.get("origin"))
                && let Ok(origin) = serde_json::from_value(origin.clone())
            {
                spread(name, value, &place(&origin), values);
                return;
            }
            fields
                .iter()
                .for_each(|(key, tree)| flatten(&below(key), tree, values, place));
        }
        // Variables and labels are pairs of a name and a setting.
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                match item.as_array().map(Vec::as_slice) {
                    Some([serde_json::Value::String(key), setting]) => {
                        flatten(&below(key), setting, values, place);
                    }
                    _ => flatten(&format!("{name}[{index}]"), item, values, place),
                }
            }
        }
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

/// A value that has parts is a line for each part that says something, all of one origin.
fn spread(name: &str, value: &serde_json::Value, origin: &str, values: &mut Vec<Value>) {
    match value {
        serde_json::Value::Object(parts) => {
            let said = parts.iter().filter(|(_, part)| !says_nothing(part));
            said.for_each(|(key, part)| spread(&format!("{name}.{key}"), part, origin, values));
        }
        _ => values.push(Value {
            name: name.to_owned(),
            value: shown(name, value),
            origin: origin.to_owned(),
        }),
    }
}

fn says_nothing(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Null => true,
        serde_json::Value::Array(items) => items.is_empty(),
        serde_json::Value::Object(parts) => parts.values().all(says_nothing),
        serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => false,
    }
}

/// A value as text. What looks like a secret is not shown.
fn shown(name: &str, value: &serde_json::Value) -> String {
    let variable = name.rsplit('.').next().unwrap_or(name).to_uppercase();
    let is_variable = name.starts_with("containerEnv.") || name.starts_with("remoteEnv.");
    const SIGNS: [&str; 7] = [
        "TOKEN",
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "CREDENTIAL",
        "API_KEY",
        "PRIVATE",
    ];
    if is_variable && SIGNS.iter().any(|sign| variable.contains(sign)) {
        return "(hidden)".to_owned();
    }
    match readable(value) {
        text if text.is_empty() => "(none)".to_owned(),
        text => text,
    }
}

/// A value without JSON's punctuation: what is not set is left out, and a kind needs no name.
fn readable(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => value.to_string(),
        serde_json::Value::Array(items) => {
            items.iter().map(readable).collect::<Vec<_>>().join(", ")
        }
        serde_json::Value::Object(fields) => {
            let named = fields
                .iter()
                .map(|(key, value)| (key.as_str(), readable(value)));
            let mut words: Vec<String> = named
                .filter(|(_, text)| !text.is_empty())
                .map(|(key, text)| match key {
                    "kind" | "need" => text,
                    key => format!("{key}={text}"),
                })
                .collect();
            // The kind says what the rest is about.
            if let Some(kind) = fields
                .get("kind")
                .or(fields.get("need"))
                .and_then(|kind| kind.as_str())
                && let Some(place) = words.iter().position(|word| word == kind)
            {
                words.swap(0, place);
            }
            words.join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_shown_without_punctuation() {
        let wish = json!({"capabilities": [], "devices": {"kind": "all"}, "memoryBytes": null, "need": "optional"});
        assert_eq!(shown("gpu", &wish), "optional devices=all");
        assert_eq!(
            shown("source", &json!({"kind": "image", "name": "x:1"})),
            "image name=x:1"
        );
        assert_eq!(shown("command", &json!(null)), "(none)");
    }

    #[test]
    fn what_looks_like_a_secret_is_hidden() {
        assert_eq!(shown("containerEnv.HF_TOKEN", &json!("x")), "(hidden)");
        assert_eq!(shown("containerEnv.SEED", &json!("7")), "7");
    }
}
