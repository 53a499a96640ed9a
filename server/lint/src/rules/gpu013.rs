//! The key and the repositories of NVIDIA's packages that were replaced in 2022.

use dockerfile::ast::{Body, Keyword};
use dockerfile::range::TextRange;
use gpu::version::Version;

use crate::facts::Facts;
use crate::gpu_installs::range_in;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// NVIDIA's old signing key, or a repository that is no more.
    ///
    /// ## Why
    /// NVIDIA signs its packages with another key since April 2022. With the old one, `7fa2af80`,
    /// `apt-get update` fails: `NO_PUBKEY A4B469963BF863CC`. The repository `machine-learning`, where
    /// cuDNN and NCCL were, is not served any more; they are in the CUDA repository now. TensorFlow's
    /// GPU images up to 2.8 come with the old key.
    ///
    /// Install `cuda-keyring`, or delete the lists if nothing of them is wanted:
    /// `rm /etc/apt/sources.list.d/cuda.list /etc/apt/sources.list.d/nvidia-ml.list`.
    ///
    /// ```dockerfile,bad
    /// FROM ubuntu:20.04
    /// RUN apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/7fa2af80.pub
    /// ```
    /// ```dockerfile,bad
    /// FROM tensorflow/tensorflow:2.4.1-gpu
    /// RUN apt-get update && apt-get install -y git
    /// ```
    /// ```dockerfile,good
    /// FROM ubuntu:20.04
    /// RUN apt-key del 7fa2af80
    /// ADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/cuda-keyring_1.1-1_all.deb /tmp/
    /// RUN dpkg -i /tmp/cuda-keyring_1.1-1_all.deb
    /// ```
    /// ```dockerfile,good
    /// FROM tensorflow/tensorflow:2.4.1-gpu
    /// RUN rm -f /etc/apt/sources.list.d/cuda.list /etc/apt/sources.list.d/nvidia-ml.list
    /// RUN apt-get update && apt-get install -y git
    /// ```
    GPU013 "old-cuda-key" {
        level: Warning, since: "0.1.0",
        check: check
    }
}

const KEY: &str = "7fa2af80";
const DEAD: &str = "compute/machine-learning/repos";

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    check_tensorflow(file, report);
    if ![KEY, DEAD].iter().any(|old| contains(&file.file.text, old)) {
        return;
    }
    let mut seen: Vec<TextRange> = Vec::new();
    for command in file.run_commands() {
        let takes_away = command.has("del") || matches!(command.name(), "rm" | "sed");
        if takes_away {
            continue;
        }
        for word in &command.words {
            let Some(old) = [KEY, DEAD].into_iter().find(|it| contains(word.text(), it)) else {
                continue;
            };
            let range = range_in(word, written(&word.raw, old));
            // A wrapper's command is there twice.
            if seen.contains(&range) {
                continue;
            }
            seen.push(range);
            report.at(range, message(old));
        }
    }
    for step in &file.steps {
        if let (Keyword::Add, Body::Files(files)) = (step.instruction.keyword, &step.instruction.body) {
            for source in &files.sources {
                if let Some(old) = [KEY, DEAD].into_iter().find(|it| contains(&source.text, it)) {
                    report.at(source.range, message(old));
                }
            }
        }
    }
}

fn contains(text: &str, old: &str) -> bool {
    text.to_ascii_lowercase().contains(old)
}

fn written<'w>(raw: &'w str, old: &str) -> &'w str {
    match raw.to_ascii_lowercase().find(old) {
        Some(start) => raw.get(start..start + old.len()).unwrap_or(raw),
        None => raw,
    }
}

fn message(old: &str) -> &'static str {
    match old {
        KEY => "NVIDIA's packages are signed with another key since 2022: install cuda-keyring",
        _ => "this repository is not served any more: cuDNN and NCCL are in the CUDA repository now",
    }
}

/// TensorFlow's images up to 2.8 have lists with the old key.
fn check_tensorflow(file: &Facts<'_>, report: &mut Report<'_>) {
    for image in &file.images {
        let is_old = || {
            let base = file.base(image.index)?;
            let tensorflow = base.gpu.as_ref()?.tensorflow.as_deref()?;
            let version = Version::parse_whole(tensorflow)?;
            (!version.is_at_least(2, 9)).then_some(tensorflow)
        };
        let Some(version) = is_old().filter(|_| image.parent.is_none()) else {
            continue;
        };
        if is_mended(&file.file.text) {
            return;
        }
        let update = file
            .commands
            .iter()
            .find(|it| it.stage == image.index && it.name().starts_with("apt") && it.has("update"));
        if let Some(update) = update {
            report.at(
                update.range,
                format!("the image of TensorFlow {version} has NVIDIA's old key: this fails with NO_PUBKEY A4B469963BF863CC"),
            );
        }
    }
}

/// Whether the file does something about the lists or the key.
fn is_mended(text: &str) -> bool {
    [
        "sources.list.d/",
        "cuda.list",
        "cuda-keyring",
        "3bf863cc",
        "A4B469963BF863CC",
    ]
    .iter()
    .any(|it| text.contains(it))
}
