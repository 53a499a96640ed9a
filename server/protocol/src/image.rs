//! Images: what they run, and how they come here.

use serde::{Deserialize, Serialize};

/// What the image runs by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DefaultCommand {
    /// ENTRYPOINT and CMD as Docker would run them; empty: the image has neither.
    pub argv: Vec<String>,
    /// ENTRYPOINT's share of it.
    pub entrypoint: Vec<String>,
    /// CMD's share of it.
    pub cmd: Vec<String>,
    /// The image's working folder, where Docker would run it.
    pub working_folder: Option<String>,
    /// The image's user.
    pub user: Option<String>,
    /// The image.
    pub image: String,
}

/// Parameters of `image/load`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(optional_fields))]
pub struct LoadParams {
    /// The archive, absolute.
    pub archive: String,
}

/// Loaded images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Loaded {
    /// Their names, as the engine reported them.
    pub images: Vec<String>,
}
