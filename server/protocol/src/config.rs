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

/// Parameters of `config/explain`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct ExplainParams {
    /// The workspace folder, absolute.
    pub workspace: String,
    /// A `docker run` line to explain, as a person wrote it. Without it, the line that is equal to
    /// the workspace's configuration is written.
    pub docker_run: Option<String>,
}

/// An explanation, for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The text.
    pub text: String,
    /// Of a given line: the devcontainer.json that says the same.
    pub devcontainer: Option<String>,
    /// Of a given line: the host folder that it mounts as the project, as far as it names one.
    pub folder: Option<String>,
}
