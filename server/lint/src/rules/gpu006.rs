//! torch without a version, which takes the newest CUDA.

use gpu::cuda::first_driver;
use gpu::version::Version;

use crate::facts::Facts;
use crate::gpu_claims;
use crate::gpu_installs::{Origin, SourceKind, Tool};
use crate::gpu_tables;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `pip install torch` without a version, on an image with an older CUDA.
    ///
    /// ## Why
    /// Without a version and an index, pip takes the newest torch from PyPI, which is built for the
    /// newest CUDA: what worked last month asks for another driver today. And nothing compiled with
    /// the image's `nvcc` fits a torch for a CUDA of another major version.
    ///
    /// Say which: `torch==2.5.1 --index-url https://download.pytorch.org/whl/cu124`.
    ///
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
    /// RUN pip install torch
    /// ```
    /// ```dockerfile,good
    /// FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
    /// RUN pip install torch --index-url https://download.pytorch.org/whl/cu124
    /// ```
    GPU006 "torch-unpinned" {
        level: Info, since: "0.1.0",
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let Some(newest) = gpu_tables::newest_torch() else {
        return;
    };
    let Some(newest_cuda) = Version::parse_whole(newest.cuda) else {
        return;
    };
    for install in file.installs() {
        let package = match install.package("torch") {
            Some(package) if install.tool == Tool::Pip => package,
            _ => continue,
        };
        let chosen = package.version.is_some()
            || package.bounded
            || package.from != Origin::Index
            || gpu_claims::torch(install).is_some()
            || install.command.has("-c")
            || install.command.has("--constraint")
            || install.sources.iter().any(|it| match it.kind {
                SourceKind::Index => !it.url.trim_end_matches('/').ends_with("/simple"),
                SourceKind::Backend => true,
                SourceKind::Extra | SourceKind::Links => it.url.contains("pytorch"),
            });
        if chosen {
            continue;
        }
        let Some(base) = file.base(install.command.stage) else {
            continue;
        };
        let has_torch = base.gpu.as_ref().is_some_and(|it| it.torch.is_some());
        let Some(cuda) = base.cuda().filter(|_| !has_torch) else {
            continue;
        };
        if cuda.major() >= newest_cuda.major() {
            continue;
        }
        let driver = first_driver(&newest_cuda);
        let driver = driver.map_or(String::new(), |it| format!(" and driver {it} or newer"));
        report.at(
            package.word.range,
            format!(
                "torch without a version is the newest, {} or later, for CUDA {newest_cuda}{driver}; the base image has CUDA {cuda}",
                newest.version
            ),
        );
    }
}
