//! The machine, checked.

use serde::{Deserialize, Serialize};

/// What to check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct DoctorParams {
    /// The workspace whose container is looked at too.
    pub workspace: Option<String>,
}

/// The checks, in the order in which a person would make them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, ts(rename = "DoctorReport"))]
pub struct Report {
    /// One line each.
    pub lines: Vec<Line>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, ts(rename = "DoctorLine"))]
pub struct Line {
    /// What was checked.
    pub check: String,
    /// How it went.
    pub state: State,
    /// What was found.
    pub text: String,
    /// What to do, if anything.
    pub remedy: Option<String>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, ts(rename = "DoctorState"))]
pub enum State {
    /// As it should be.
    Ok,
    /// Works, but something will go wrong.
    Warning,
    /// Does not work.
    Failed,
    /// Could not be checked, or does not apply.
    Skipped,
}
