//! What pip does to the torch of a base image.

use gpu::version::Version;

use crate::base::{BaseFacts, GpuFacts};
use crate::facts::Facts;
use crate::gpu_claims;
use crate::gpu_compile::variable;
use crate::gpu_installs::{Install, Origin, Package, SourceKind, Tool};
use crate::gpu_tables::{self, release, same};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// An installation that replaces the torch of the base image.
    ///
    /// ## Why
    /// Images such as `pytorch/pytorch` and `nvcr.io/nvidia/pytorch` are taken for the torch that is
    /// in them, which was built and tested with the CUDA of the image. Another version of it, or a
    /// package that goes with another version (torchvision, torchaudio, xformers, vllm), makes pip
    /// take it out and install the wheel from PyPI with CUDA libraries of its own: gigabytes more, a
    /// driver that may be too old for it, and extensions built against the old one that break.
    ///
    /// NVIDIA's images from 25.03 on also hold pip to their torch (`/etc/pip/constraint.txt`), so that
    /// there the installation fails.
    ///
    /// Take the base image with the version that you need, or the version of the package that goes
    /// with the torch that is there.
    ///
    /// ```dockerfile,bad
    /// FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
    /// RUN pip install torchvision==0.17.0
    /// ```
    /// ```dockerfile,bad
    /// FROM pytorch/pytorch:1.13.0-cuda11.6-cudnn8-devel
    /// RUN pip install torch==1.13.1+cu117 --extra-index-url https://download.pytorch.org/whl/cu117
    /// ```
    /// ```dockerfile,good
    /// FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
    /// RUN pip install torchvision==0.16.0 transformers
    /// ```
    GPU002 "torch-replaced" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        if install.tool != Tool::Pip || install.packages.is_empty() {
            continue;
        }
        let Some(base) = file.base(install.command.stage) else {
            continue;
        };
        let Some(gpu) = &base.gpu else { continue };
        let Some(torch) = gpu.torch.as_deref() else {
            continue;
        };
        // Into a folder or an environment of its own, it replaces nothing.
        let elsewhere = ["-t", "--target", "--prefix", "--python", "-p", "--root"];
        if elsewhere.iter().any(|it| install.command.has(it)) || in_environment(install) {
            continue;
        }
        if let Some(package) = install.package("torch") {
            let constraint = variable(file, &install.command, "PIP_CONSTRAINT");
            let constrained = constraint.is_none_or(|it| it.contains("/etc/pip/"));
            check_torch(install, package, gpu, base, constrained, report);
            continue;
        }
        if install.no_dependencies {
            continue;
        }
        for package in &install.packages {
            check_companion(install, package, torch, report);
        }
    }
}

/// `/opt/venv/bin/pip install …`
fn in_environment(install: &Install) -> bool {
    let program = install.command.words.first().map_or("", |it| it.text());
    program.contains('/') && !program.starts_with("/opt/conda/") && !program.starts_with("/usr/")
}

fn check_torch(
    install: &Install,
    package: &Package,
    gpu: &GpuFacts,
    base: &BaseFacts,
    constrained: bool,
    report: &mut Report<'_>,
) {
    let torch = gpu.torch.as_deref().unwrap_or("");
    let claim = gpu_claims::torch(install);
    let wheel_cuda = claim.map(|it| it.cuda);
    let base_cuda = base.cuda();
    let Some(version) = package.version.as_deref() else {
        let newest = install.upgrade && !package.bounded && package.from == Origin::Index;
        if newest {
            report.at(
                package.word.range,
                format!("this replaces the torch {torch} of the base image with the newest"),
            );
        }
        return;
    };
    let other_version = !same(release(version), release(torch));
    let other_cuda = match (&wheel_cuda, base_cuda) {
        (Some(wheel), Some(base)) => minor(wheel) != minor(base),
        _ => false,
    };
    // The same release without a word about CUDA is there already, as pip sees it.
    let replaced = other_version || (other_cuda && version.contains('+'));
    if !replaced {
        return;
    }
    let cuda = |it: Option<String>| it.map(|it| format!(" (CUDA {it})")).unwrap_or_default();
    let mut message = format!(
        "this replaces the torch {torch}{} of the base image with {version}{}",
        cuda(base_cuda.map(ToString::to_string)),
        cuda(wheel_cuda.map(|it| it.to_string())),
    );
    match gpu.ngc.as_deref() {
        Some(month) if month >= "25.03" && constrained => {
            message = format!(
                "pip is held to the torch {torch} of the base image (/etc/pip/constraint.txt): {version} is refused"
            );
        }
        _ => {}
    }
    report.at(package.word.range, message);
}

/// `12.1` of `12.1.0`.
fn minor(version: &Version) -> String {
    let text = version.to_string();
    text.split('.').take(2).collect::<Vec<_>>().join(".")
}

fn check_companion(
    install: &Install,
    package: &Package,
    torch: &str,
    report: &mut Report<'_>,
) {
    if package.from != Origin::Index || package.bounded {
        return;
    }
    let has_index = install
        .sources
        .iter()
        .any(|it| matches!(it.kind, SourceKind::Index | SourceKind::Backend));
    // What is there already stays, unless it is upgraded.
    let comes_with_image = matches!(package.name.as_str(), "torchvision" | "torchaudio");
    let unpinned = package.version.is_none();
    if unpinned && (has_index || (comes_with_image && !install.upgrade)) {
        return;
    }
    let Some(row) = gpu_tables::companion(&package.name, package.version.as_deref()) else {
        return;
    };
    if row.goes_with(release(torch)) != Some(false) {
        return;
    }
    let which = match unpinned {
        true => format!("the newest {} (at least {})", row.package, row.version),
        false => format!("{} {}", row.package, row.version),
    };
    let reported = report.at(
        package.word.range,
        format!(
            "{which} needs torch{}: pip replaces the torch {torch} of the base image",
            row.torch
        ),
    );
    if let Some(fitting) = gpu_tables::fitting(&package.name, release(torch)) {
        let plain = package.word.raw.len() == package.word.range.len() && package.extras.is_empty();
        if plain && !package.word.raw.contains(['$', ';']) {
            reported.fix(
                format!("Take {} {fitting}", package.name),
                vec![crate::finding::Edit::replace(
                    package.word.range,
                    format!("{}=={fitting}", package.name),
                )],
            );
        }
    }
}
