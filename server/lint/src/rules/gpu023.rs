//! GPUs chosen or hidden in the image.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::finding::{Edit, Level};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `ENV` that chooses or hides GPUs.
    ///
    /// ## Why
    /// Which GPUs there are is a fact of the machine. `CUDA_VISIBLE_DEVICES=2` in an image hides every
    /// GPU on a machine with two, and in a container that was given one, which is number 0 there.
    /// `NVIDIA_VISIBLE_DEVICES=none` and `void` hide them from containers that are started without
    /// `--gpus`.
    ///
    /// Leave the choice to the start of the container: `--gpus '"device=2"'`, or the GPU setting of
    /// Warpdock.
    ///
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:12.4.1-base-ubuntu22.04
    /// ENV CUDA_VISIBLE_DEVICES=0
    /// ```
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:12.4.1-base-ubuntu22.04
    /// ENV NVIDIA_VISIBLE_DEVICES=void
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
    /// ```
    GPU023 "gpus-chosen-in-image" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let (Keyword::Env, Body::Pairs(pairs)) = (step.instruction.keyword, &step.instruction.body) else {
            continue;
        };
        for pair in &pairs.pairs {
            let Some(value) = &pair.value else { continue };
            // A variable in it is a choice that somebody makes later.
            let text = value.text.trim_matches(['"', '\'']);
            if text.contains('$') {
                continue;
            }
            let (message, level) = match (pair.name.text.as_str(), text) {
                ("CUDA_VISIBLE_DEVICES", "" | "-1") => ("this hides every GPU from CUDA", Level::Warning),
                ("CUDA_VISIBLE_DEVICES", _) => (
                    "which GPUs there are is a fact of the machine: elsewhere this hides them",
                    Level::Warning,
                ),
                ("NVIDIA_VISIBLE_DEVICES", "" | "none" | "void") => {
                    ("this hides the GPUs, unless the container is started with --gpus", Level::Warning)
                }
                ("NVIDIA_VISIBLE_DEVICES", "all") => continue,
                ("NVIDIA_VISIBLE_DEVICES", _) => (
                    "which GPUs there are is a fact of the machine; --gpus goes before this",
                    Level::Info,
                ),
                _ => continue,
            };
            let range = pair.name.range.cover(value.range);
            let reported = report.at(range, message).level(level);
            if let [_] = pairs.pairs.as_slice() {
                let lines = &file.file.lines;
                let line = lines.get(file.file.line_at(step.instruction.range.start) - 1);
                let whole = line.filter(|it| it.content.end >= step.instruction.range.end);
                if let Some(line) = whole {
                    let range = dockerfile::range::TextRange::new(line.content.start, line.next);
                    reported.fix("Take it out", vec![Edit::delete(range)]);
                }
            }
        }
    }
}
