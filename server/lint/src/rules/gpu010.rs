//! CUDA extensions compiled where no GPU says for which.

use crate::facts::Facts;
use crate::gpu_compile::{compiled, has_nvcc, variable};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A CUDA extension of torch, compiled in a build that does not say for which GPUs.
    ///
    /// ## Why
    /// torch compiles extensions for the GPUs that it sees, and a build sees none. Then some packages
    /// leave their CUDA half out without a word, unless `FORCE_CUDA=1` is set. And without
    /// `TORCH_CUDA_ARCH_LIST` torch stops (`IndexError: list index out of range`) or, newer ones,
    /// compiles for every GPU there ever was, which takes long.
    ///
    /// 7.5 is T4 and RTX 20, 8.0 A100, 8.6 RTX 30, 8.9 RTX 40 and L4, 9.0 H100, 10.0 B200, 12.0
    /// RTX 50.
    ///
    /// ```dockerfile,bad
    /// FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel
    /// RUN pip install git+https://github.com/facebookresearch/detectron2.git
    /// ```
    /// ```dockerfile,good
    /// FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel
    /// ENV FORCE_CUDA=1 TORCH_CUDA_ARCH_LIST="8.0;8.6;9.0"
    /// RUN pip install git+https://github.com/facebookresearch/detectron2.git
    /// ```
    GPU010 "cuda-arch-list-missing" {
        level: Info, since: "0.1.0",
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        if install.packages.is_empty() {
            continue;
        }
        let Some(base) = file.base(install.command.stage) else {
            continue;
        };
        let is_set = |name: &str| {
            let value = variable(file, &install.command, name);
            // An ARG without a value is there to be given one.
            value.is_some_and(|it| !it.is_empty()) || base.sets(name) == Some(true)
        };
        let first = install.packages.iter().find_map(|package| {
            let row = compiled(file, install, package)?;
            let mut missing = Vec::new();
            if row.force && !is_set("FORCE_CUDA") {
                missing.push("FORCE_CUDA=1");
            }
            if row.arch_list && !is_set("TORCH_CUDA_ARCH_LIST") {
                missing.push("TORCH_CUDA_ARCH_LIST");
            }
            (!missing.is_empty()).then_some((package, row, missing))
        });
        let Some((package, row, missing)) = first else {
            continue;
        };
        // Without the compiler there is something else to say.
        let is_ngc = base.gpu.as_ref().is_some_and(|it| it.ngc.is_some());
        if is_ngc || has_nvcc(file, base, &install.command) != Some(true) {
            continue;
        }
        let happens = match missing.as_slice() {
            ["FORCE_CUDA=1", ..] => "it is built for the CPU alone",
            _ => "torch does not know for which GPUs",
        };
        report.at(
            package.word.range,
            format!(
                "{} is compiled where no GPU is seen: without {} {happens}",
                row.package,
                missing.join(" and ")
            ),
        );
    }
}
