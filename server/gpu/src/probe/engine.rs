//! The engine's process: its PATH, its start, and the toolkit's programs that it can see.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

use super::Host;
use crate::facts::{CDI_HOOK, CTK, EngineProcess, HOOK, Tool};

/// systemd's PATH for services, for engines whose environment is closed to us.
const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const TOOLS: &[&str] = &[HOOK, CDI_HOOK, CTK, "nvidia-container-cli", "amd-ctk"];

/// USER_HZ, the unit of times in /proc/PID/stat. 100 on every architecture that Rust's std and Docker run on.
const TICKS_PER_SECOND: u64 = 100;

impl Host<'_> {
    /// The engine's process, and the PATH to search for its tools.
    pub(super) fn engine(&self, pid: Option<u32>) -> (Option<EngineProcess>, String) {
        let Some(pid) = pid else {
            return (None, USUAL_PATH.to_owned());
        };
        let Some(stat) = self.text(format!("/proc/{pid}/stat")) else {
            return (None, USUAL_PATH.to_owned());
        };
        let path = self.environment_path(pid);
        let process = EngineProcess {
            pid,
            path_known: path.is_some(),
            started: self.started(&stat),
        };
        (Some(process), path.unwrap_or_else(|| USUAL_PATH.to_owned()))
    }

    /// `None` when the environment is closed to us. An engine without PATH finds nothing.
    fn environment_path(&self, pid: u32) -> Option<String> {
        let environment = self.bytes(format!("/proc/{pid}/environ"))?;
        // A kernel thread's or a zombie's is empty: it tells nothing.
        if environment.is_empty() {
            return None;
        }
        let path = environment
            .split(|b| *b == 0)
            .find_map(|variable| variable.strip_prefix(b"PATH="))
            .unwrap_or_default();
        Some(OsStr::from_bytes(path).to_string_lossy().into_owned())
    }

    /// Field 22 of /proc/PID/stat, in ticks since boot, and the boot's time.
    fn started(&self, stat: &str) -> Option<u64> {
        // The name in parentheses may contain anything, so count from the last one.
        let after_name = stat.rsplit_once(')')?.1;
        let ticks: u64 = after_name.split_whitespace().nth(19)?.parse().ok()?;
        let boot: u64 = self
            .text("/proc/stat")?
            .lines()
            .find_map(|line| line.strip_prefix("btime "))?
            .trim()
            .parse()
            .ok()?;
        boot.checked_add(ticks / TICKS_PER_SECOND)
    }

    pub(super) fn tools(&self, path: &str) -> Vec<Tool> {
        TOOLS
            .iter()
            .filter_map(|name| {
                path.split(':')
                    .filter(|folder| folder.starts_with('/'))
                    .find_map(|folder| {
                        let path = format!("{}/{name}", folder.trim_end_matches('/'));
                        let metadata = fs::metadata(self.at(&path)).ok()?;
                        let executable = metadata.is_file() && metadata.mode() & 0o111 != 0;
                        executable.then(|| Tool {
                            name: (*name).to_owned(),
                            path,
                            changed: u64::try_from(metadata.ctime()).unwrap_or(0),
                        })
                    })
            })
            .collect()
    }
}
