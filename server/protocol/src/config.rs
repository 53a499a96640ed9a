//! The resolved configuration, for people and editors.

use serde::{Deserialize, Serialize};

use crate::failure::Problem;

/// A resolved configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    /// Every value that was set or has a default, in reading order.
    pub values: Vec<Value>,
    /// The whole configuration as JSON, each value with its origin.
    pub config: serde_json::Value,
    /// What is wrong in the files.
    pub problems: Vec<Problem>,
    /// The files that were read or looked for.
    pub files: Vec<String>,
    /// The `docker run` line equal to it.
    pub docker_line: String,
}

/// One value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, ts(rename = "ConfigValue"))]
pub struct Value {
    /// Its name: `image`, `containerEnv.FOO`, …
    pub name: String,
    /// The value as text. Values of the environment that look like secrets are hidden.
    pub value: String,
    /// `default`, `--image`, `.devcontainer/devcontainer.json:4:3`, …
    pub origin: String,
}
