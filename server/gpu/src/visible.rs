//! Whether a GPU is really there, judged from what was seen inside the container.
//! The looking itself is init's.

use serde::Serialize;

use crate::cause::Cause;
use crate::decide::Reason;

const EPERM: i32 = 1;
const ENXIO: i32 = 6;
const EACCES: i32 = 13;
const ENODEV: i32 = 19;

/// What was seen inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// GPU device nodes and the errno of opening each; 0 opened.
    pub nodes: Vec<SeenNode>,
    /// What `nvidia-smi -L` did; `None`: the image has none, or it was not run.
    pub nvidia_smi: Option<SmiOutput>,
}

/// A device node in the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNode {
    /// Path in the container.
    pub path: String,
    /// errno of opening it; 0 opened.
    pub errno: i32,
}

/// What `nvidia-smi -L` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmiOutput {
    /// Its exit code; `None`: stopped at the time limit, or killed.
    pub code: Option<i32>,
    /// Standard output and error.
    pub text: String,
}

/// The verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// A GPU can be used in the container.
    pub visible: bool,
    /// The GPUs that nvidia-smi named; empty when only device nodes prove it.
    pub gpus: Vec<VisibleGpu>,
    /// For people, to follow `GPU:` or `no GPU:`, such as `2 x NVIDIA A100-SXM4-80GB`. Lower case but for names, no
    /// full stop.
    pub sentence: String,
    /// Why not, or what is odd although one is visible.
    pub reason: Option<Reason>,
}

/// A GPU as `nvidia-smi -L` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VisibleGpu {
    /// Index inside the container.
    pub index: u32,
    /// Model.
    pub name: String,
    /// `GPU-…`.
    pub uuid: String,
    /// MIG instances on it that the container sees, as nvidia-smi words them.
    pub mig: Vec<String>,
}

/// Judges what was seen: GPUs that `nvidia-smi -L` lists are proof, else a device that opens.
pub fn judge(seen: &Seen) -> Proof {
    let gpus = match &seen.nvidia_smi {
        Some(output) if output.code == Some(0) => listed_gpus(&output.text),
        Some(_) | None => Vec::new(),
    };
    if !gpus.is_empty() {
        return Proof {
            visible: true,
            sentence: name_gpus(&gpus),
            gpus,
            reason: None,
        };
    }

    let open: Vec<&str> = seen
        .nodes
        .iter()
        .filter(|node| node.errno == 0 && is_gpu_itself(&node.path))
        .map(|node| node.path.as_str())
        .collect();
    let complaint = seen.nvidia_smi.as_ref().and_then(complaint_of);
    if open.is_empty() {
        let cause = cause_of_nodes(&seen.nodes)
            .or(complaint)
            .unwrap_or(Cause::NothingInside);
        return Proof {
            visible: false,
            gpus,
            sentence: cause.to_string(),
            reason: Some(cause.reason()),
        };
    }
    // nvidia-smi talks to the driver and a node that opens does not: its complaint wins.
    match complaint {
        Some(cause) => Proof {
            visible: false,
            gpus,
            sentence: cause.to_string(),
            reason: Some(cause.reason()),
        },
        None => Proof {
            visible: true,
            gpus,
            sentence: match open.as_slice() {
                [one] => format!("{one} opens"),
                several => format!("{} open", several.join(", ")),
            },
            reason: None,
        },
    }
}

/// A node that stands for a GPU, not for the driver's control interface.
fn is_gpu_itself(path: &str) -> bool {
    if path == "/dev/dxg" || path == "/dev/kfd" || path.starts_with("/dev/dri/renderD") {
        return true;
    }
    match path.strip_prefix("/dev/nvidia") {
        Some(number) => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        None => false,
    }
}

fn cause_of_nodes(nodes: &[SeenNode]) -> Option<Cause> {
    // The node of a GPU says more than the control nodes beside it.
    let node = nodes
        .iter()
        .find(|node| node.errno != 0 && is_gpu_itself(&node.path))
        .or_else(|| nodes.iter().find(|node| node.errno != 0))?;
    let path = node.path.clone();
    Some(match node.errno {
        EPERM => Cause::CgroupForbids { path },
        EACCES => Cause::NodeClosedToUser { path },
        ENXIO | ENODEV => Cause::NothingBehindNode { path },
        errno => Cause::NodeBroken { path, errno },
    })
}

fn complaint_of(output: &SmiOutput) -> Option<Cause> {
    let says = output
        .text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty());
    match (output.code, says) {
        // It could not be run: an image of another libc, say. That tells nothing about the GPU.
        (Some(0), None) | (Some(126 | 127), _) => None,
        (Some(code), None) => Some(Cause::NvidiaSmiFailed {
            says: format!("nothing, and exits with {code}"),
        }),
        (Some(_), Some(line)) => Some(Cause::NvidiaSmiFailed {
            says: line.chars().take(200).collect(),
        }),
        (None, _) => Some(Cause::NvidiaSmiHangs),
    }
}

/// Reads `GPU 0: NAME (UUID: GPU-…)` and the indented MIG lines below it.
fn listed_gpus(text: &str) -> Vec<VisibleGpu> {
    let mut gpus: Vec<VisibleGpu> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(gpu) = listed_gpu(line) {
            gpus.push(gpu);
            continue;
        }
        match gpus.last_mut() {
            Some(gpu) if line.starts_with("MIG ") => gpu.mig.push(line.to_owned()),
            Some(_) | None => {}
        }
    }
    gpus
}

fn listed_gpu(line: &str) -> Option<VisibleGpu> {
    let (index, rest) = line.strip_prefix("GPU ")?.split_once(": ")?;
    let (name, uuid) = match rest.rsplit_once(" (UUID: ") {
        Some((name, uuid)) => (name, uuid.trim_end_matches(')')),
        None => (rest, ""),
    };
    Some(VisibleGpu {
        index: index.parse().ok()?,
        name: name.to_owned(),
        uuid: uuid.to_owned(),
        mig: Vec::new(),
    })
}

fn name_gpus(gpus: &[VisibleGpu]) -> String {
    let mut models: Vec<(&str, usize)> = Vec::new();
    for gpu in gpus {
        match models.iter_mut().find(|(name, _)| *name == gpu.name) {
            Some((_, count)) => *count += 1,
            None => models.push((&gpu.name, 1)),
        }
    }
    let named: Vec<String> = models
        .iter()
        .map(|(name, count)| match count {
            1 => (*name).to_owned(),
            _ => format!("{count} x {name}"),
        })
        .collect();
    let sentence = named.join(", ");
    let instances: usize = gpus.iter().map(|gpu| gpu.mig.len()).sum();
    // CUDA uses the first instance only, however many a container sees.
    match instances {
        0 => sentence,
        1 => format!("{sentence} (1 MIG instance)"),
        _ => format!("{sentence} ({instances} MIG instances, CUDA uses one a process)"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(nodes: &[(&str, i32)], nvidia_smi: Option<(Option<i32>, &str)>, expect: Expect) {
        let proof = judge(&Seen {
            nodes: nodes
                .iter()
                .map(|(path, errno)| SeenNode {
                    path: (*path).to_owned(),
                    errno: *errno,
                })
                .collect(),
            nvidia_smi: nvidia_smi.map(|(code, text)| SmiOutput {
                code,
                text: text.to_owned(),
            }),
        });
        let code = proof.reason.as_ref().map_or("", |reason| &reason.code);
        expect.assert_eq(&format!(
            "{} {code} {} | {:?}",
            proof.visible,
            proof.sentence,
            proof.gpus.iter().map(|it| &it.uuid).collect::<Vec<_>>()
        ));
    }

    #[test]
    fn what_nvidia_smi_lists_is_proof_even_with_stand_in_nodes() {
        check(
            &[("/dev/nvidia0", ENXIO), ("/dev/nvidiactl", ENXIO)],
            Some((Some(0), "GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-1)\n")),
            expect![[r#"true  NVIDIA A100-SXM4-80GB | ["GPU-1"]"#]],
        );
        check(
            &[],
            Some((
                Some(0),
                "GPU 0: NVIDIA L4 (UUID: GPU-1)\nGPU 1: NVIDIA L4 (UUID: GPU-2)\nGPU 2: Odd (tm) (UUID: GPU-3)\n  MIG 1g.5gb Device 0: (UUID: MIG-4)\n",
            )),
            expect![[
                r#"true  2 x NVIDIA L4, Odd (tm) (1 MIG instance) | ["GPU-1", "GPU-2", "GPU-3"]"#
            ]],
        );
    }

    #[test]
    fn an_image_without_nvidia_smi_is_proven_by_a_node_that_opens() {
        check(
            &[("/dev/nvidia0", 0), ("/dev/nvidiactl", 0)],
            None,
            expect!["true  /dev/nvidia0 opens | []"],
        );
        check(
            &[("/dev/kfd", 0), ("/dev/dri/renderD128", 0)],
            None,
            expect!["true  /dev/kfd, /dev/dri/renderD128 open | []"],
        );
        check(
            &[("/dev/nvidiactl", 0)],
            None,
            expect![
                "false nothing-inside the container started but there is no GPU device in it | []"
            ],
        );
    }

    #[test]
    fn the_errno_tells_why_not() {
        check(
            &[("/dev/nvidiactl", EPERM), ("/dev/nvidia0", EPERM)],
            Some((Some(255), "Failed to initialize NVML: Unknown Error\n")),
            expect![
                "false cgroup-forbids /dev/nvidia0 is in the container but its device cgroup forbids opening it | []"
            ],
        );
        check(
            &[("/dev/nvidia0", ENXIO)],
            None,
            expect![
                "false nothing-behind-node /dev/nvidia0 is in the container but no driver answers behind it | []"
            ],
        );
        check(
            &[("/dev/kfd", EACCES)],
            None,
            expect![
                "false node-closed-to-user /dev/kfd is in the container but its user may not open it | []"
            ],
        );
        check(
            &[("/dev/nvidia0", 5)],
            None,
            expect![
                "false node-broken /dev/nvidia0 is in the container but opening it fails with errno 5 | []"
            ],
        );
    }

    #[test]
    fn a_complaint_of_nvidia_smi_beats_a_node_that_opens() {
        check(
            &[("/dev/nvidia0", 0)],
            Some((
                Some(18),
                "Failed to initialize NVML: Driver/library version mismatch\n",
            )),
            expect![
                "false nvidia-smi-failed nvidia-smi in the container says: Failed to initialize NVML: Driver/library version mismatch | []"
            ],
        );
        check(
            &[("/dev/nvidia0", 0)],
            Some((None, "")),
            expect![
                "false nvidia-smi-hangs nvidia-smi in the container did not answer in time | []"
            ],
        );
        check(
            &[],
            Some((Some(6), "No devices were found\n")),
            expect![
                "false nvidia-smi-failed nvidia-smi in the container says: No devices were found | []"
            ],
        );
    }

    #[test]
    fn an_nvidia_smi_that_cannot_run_tells_nothing() {
        check(
            &[("/dev/nvidia0", 0)],
            Some((Some(127), "sh: nvidia-smi: not found\n")),
            expect!["true  /dev/nvidia0 opens | []"],
        );
    }

    #[test]
    fn nothing_inside_is_said() {
        check(
            &[],
            None,
            expect![
                "false nothing-inside the container started but there is no GPU device in it | []"
            ],
        );
    }
}
