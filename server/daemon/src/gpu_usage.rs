//! What the GPUs of this machine are doing: one `nvidia-smi` for everybody who asks at once.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use protocol::gpu::{Load, Usage};
use tokio::sync::Mutex;

/// How long an answer is good.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// How long the driver may take: without the persistence daemon it wakes each GPU first.
const LIMIT: Duration = Duration::from_secs(10);

/// The fields, in the order in which [`read`] takes them.
const QUERY: &str = "--query-gpu=index,uuid,memory.used,memory.total,utilization.gpu,name";

/// The last answers, by program.
#[derive(Debug, Default)]
pub struct GpuUsage {
    kept: std::sync::Mutex<HashMap<PathBuf, Arc<Mutex<Option<Kept>>>>>,
}

#[derive(Debug)]
struct Kept {
    since: Instant,
    usage: Usage,
}

impl GpuUsage {
    /// What the GPUs are doing, as the `nvidia-smi` on the client's PATH says.
    pub async fn now(&self, environment: &BTreeMap<String, String>) -> Usage {
        let Some(program) = on_path(environment, "nvidia-smi") else {
            return nothing("nvidia-smi is not on PATH on this machine".to_owned());
        };
        let place = {
            let mut kept = self
                .kept
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            Arc::clone(kept.entry(program.clone()).or_default())
        };
        // Who comes while it runs waits here, and takes its answer.
        let mut kept = place.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.since.elapsed() < GOOD_FOR) {
            return kept.usage.clone();
        }
        let usage = ask(&program, environment).await;
        *kept = Some(Kept {
            since: Instant::now(),
            usage: usage.clone(),
        });
        usage
    }
}

/// Usage without a GPU.
pub fn nothing(reason: String) -> Usage {
    Usage {
        gpus: Vec::new(),
        reason: Some(reason),
    }
}

async fn ask(program: &Path, environment: &BTreeMap<String, String>) -> Usage {
    let output = tokio::process::Command::new(program)
        .args([QUERY, "--format=csv,noheader,nounits"])
        .env_clear()
        .envs(environment)
        .current_dir("/")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(LIMIT, output).await {
        Err(_) => nothing(format!(
            "nvidia-smi has not answered within {} seconds",
            LIMIT.as_secs()
        )),
        Ok(Err(error)) => nothing(format!("cannot run {}: {error}", program.display())),
        Ok(Ok(output)) => read(
            output.status.code(),
            &String::from_utf8_lossy(&output.stdout),
            &String::from_utf8_lossy(&output.stderr),
        ),
    }
}

/// Reads what it has printed: a GPU a line, or why there is none.
fn read(code: Option<i32>, output: &str, errors: &str) -> Usage {
    let gpus: Vec<Load> = output.lines().filter_map(load).collect();
    if code == Some(0) && !gpus.is_empty() {
        return Usage { gpus, reason: None };
    }
    // It complains on standard output.
    let words = output.lines().chain(errors.lines());
    let words = words.map(str::trim).find(|line| !line.is_empty());
    nothing(match (words, code) {
        (Some(words), _) => format!("nvidia-smi says: {}", words.trim_end_matches('.')),
        (None, Some(code)) => format!("nvidia-smi ended with exit code {code}"),
        (None, None) => "nvidia-smi was killed".to_owned(),
    })
}

fn load(line: &str) -> Option<Load> {
    // The name comes last: it may have commas in it.
    let mut cells = line.splitn(6, ',').map(str::trim);
    let index = cells.next()?.parse().ok()?;
    let uuid = cells.next()?.to_owned();
    // What the driver does not know is a word in brackets.
    let mut number = || cells.next().map(|cell| cell.parse::<u32>().ok());
    let (used, total, percent) = (number()?, number()?, number()?);
    Some(Load {
        index,
        uuid,
        memory_used_mib: used,
        memory_total_mib: total,
        utilization_percent: percent,
        name: cells.next()?.to_owned(),
    })
}

/// A program, as the client's shell would find it.
fn on_path(environment: &BTreeMap<String, String>, name: &str) -> Option<PathBuf> {
    let path = environment.get("PATH")?;
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| {
            file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_gpu() {
        let usage = read(
            Some(0),
            "0, GPU-1, 512, 24576, 37, NVIDIA L4\n1, GPU-2, [N/A], [N/A], [Not Supported], NVIDIA GB10, odd\n",
            "",
        );
        let rows: Vec<_> = usage
            .gpus
            .iter()
            .map(|gpu| {
                (
                    gpu.index,
                    gpu.uuid.as_str(),
                    gpu.memory_used_mib,
                    gpu.memory_total_mib,
                    gpu.utilization_percent,
                    gpu.name.as_str(),
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                (0, "GPU-1", Some(512), Some(24576), Some(37), "NVIDIA L4"),
                (1, "GPU-2", None, None, None, "NVIDIA GB10, odd"),
            ]
        );
        assert_eq!(usage.reason, None);
    }

    #[test]
    fn its_complaint_is_the_reason() {
        let reason = |code, output: &str, errors: &str| read(code, output, errors).reason;
        assert_eq!(
            reason(Some(6), "No devices were found\n", "").as_deref(),
            Some("nvidia-smi says: No devices were found")
        );
        assert_eq!(
            reason(Some(9), "", "").as_deref(),
            Some("nvidia-smi ended with exit code 9")
        );
        assert_eq!(
            reason(None, "", "").as_deref(),
            Some("nvidia-smi was killed")
        );
    }
}
