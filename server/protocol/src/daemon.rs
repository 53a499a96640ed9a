//! The daemon itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lint::LintProfile;

/// What a client says in `initialize`, as `initializationOptions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct ClientOptions {
    /// The client's release.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub release: String,
    /// The client's environment, of which the daemon uses what a window decides:
    /// `DOCKER_*`, `PATH`, `HOME`, `XDG_*`, and what `${localEnv:…}` names.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub environment: BTreeMap<String, String>,
    /// The person trusts what the client has open; `true` unless it says otherwise. For a client
    /// that is not trusted texts are checked, and nothing is run.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub trusted: bool,
    /// Which findings the client wants; `recommended` unless it says otherwise.
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub lint_profile: LintProfile,
}

impl Default for ClientOptions {
    fn default() -> ClientOptions {
        ClientOptions {
            release: String::new(),
            environment: BTreeMap::new(),
            trusted: true,
            lint_profile: LintProfile::default(),
        }
    }
}

/// No parameters, or no result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Nothing {}

/// What the daemon is and holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DaemonStatus {
    /// Its release.
    pub release: String,
    /// Its process id.
    pub pid: u32,
    /// Seconds since it started.
    pub uptime_seconds: u32,
    /// Connected clients, this one included.
    pub clients: u32,
    /// Workspaces with an operation under way.
    pub busy: Vec<String>,
    /// Its log file.
    pub log: String,
}
