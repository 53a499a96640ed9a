//! How a failure travels: in the `data` of a JSON-RPC error.

use serde::{Deserialize, Serialize};

/// The JSON-RPC error code of every [`Failure`]: in the range that is free for applications.
pub const CODE: i64 = -32001;

/// A failure that says what happened, to what, why, and the next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// A stable name for scripts, kebab-case.
    pub kind: String,
    /// Who can do something about it.
    pub tier: Tier,
    /// What happened, to what, why. Lower case, no full stop.
    pub message: String,
    /// The exact words of the engine or the system, where they are not in the message.
    pub detail: Option<String>,
    /// Next steps, one a line.
    pub remedy: Vec<String>,
    /// A command of the project that wants to run on this machine and that nobody agreed to.
    pub command: Option<String>,
    /// Problems in files, when they are the reason.
    pub problems: Vec<Problem>,
    /// What an editor offers to do about it, the likeliest first.
    #[serde(default)]
    pub actions: Vec<Action>,
}

/// What an editor offers next to a failure: a button each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// The same again, fetching what is absent.
    Pull,
    /// Load an image from a file, then the same again.
    Load,
    /// Ask for an image's name, then the same again with it.
    ChooseImage,
    /// The same again with the GPU optional.
    WithoutGpu,
    /// A new container.
    Rebuild,
    /// Bring the container up.
    Up,
    /// The same again.
    Retry,
    /// Ask for sudo's password in a terminal, then the same again.
    Authenticate,
    /// Check the machine.
    Doctor,
}

/// Who can do something about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Tier {
    /// The person, by changing the input.
    Input,
    /// Whoever runs the machine or the engine.
    Environment,
    /// Us.
    Bug,
}

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// It stops `up`.
    pub error: bool,
    /// A stable name, kebab-case.
    pub code: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// Where, as a person reads it: `path:line:column`, `--flag`, …
    pub place: String,
    /// The file, for editors.
    pub file: Option<String>,
    /// Line from 1; 0 without a file.
    pub line: u32,
    /// Column from 1; 0 without a file.
    pub column: u32,
    /// What to do.
    pub remedy: Option<String>,
}
