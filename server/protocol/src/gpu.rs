//! What the GPUs of this machine are doing.

use serde::{Deserialize, Serialize};

/// Parameters of `gpu/usage`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, ts(rename = "GpuUsageParams", optional_fields))]
pub struct UsageParams {
    /// The workspace whose container's GPUs are meant; without it all of this machine.
    pub workspace: Option<String>,
}

/// What the GPUs are doing, as `nvidia-smi` on this machine says. Answers are kept for a second,
/// so that ten windows ask the driver once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, ts(rename = "GpuUsage"))]
pub struct Usage {
    /// One entry a GPU, in the driver's order.
    pub gpus: Vec<Load>,
    /// Why there are none, or what `nvidia-smi` failed with; lower case, no full stop.
    pub reason: Option<String>,
}

/// What one GPU is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, ts(rename = "GpuLoad"))]
pub struct Load {
    /// Its number on this machine, which need not be its number in the container.
    pub index: u32,
    /// The product's name.
    pub name: String,
    /// Its name for good.
    pub uuid: String,
    /// Memory in use, MiB; `null`: the driver does not say, as with memory shared with the CPU.
    #[serde(rename = "memoryUsedMiB")]
    pub memory_used_mib: Option<u32>,
    /// All its memory, MiB.
    #[serde(rename = "memoryTotalMiB")]
    pub memory_total_mib: Option<u32>,
    /// How much of the last second it was at work; `null`: the driver does not say (MIG).
    pub utilization_percent: Option<u32>,
}
