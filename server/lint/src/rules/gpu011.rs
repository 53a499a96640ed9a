//! The driver, or what the host needs for containers with GPUs, installed in an image.

use crate::facts::Facts;
use crate::finding::Edit;
use crate::gpu_installs::{Package, Tool, range_in};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// The NVIDIA driver, or the container toolkit, installed in the image.
    ///
    /// ## Why
    /// The driver belongs to the host: its kernel module is loaded there, and its libraries are put
    /// into the container when it starts. A second set in the image is of another version sooner or
    /// later (`Driver/library version mismatch`), or stands in the way of the first
    /// (`libnvidia-ml.so.1: file exists`). The packages `cuda` and `cuda-12-4` bring the driver along;
    /// `cuda-toolkit-12-4` does not.
    ///
    /// `nvidia-container-toolkit` and its kin are for the host, too.
    ///
    /// ```dockerfile,bad
    /// FROM ubuntu:22.04
    /// RUN apt-get update && apt-get install -y cuda-12-4
    /// ```
    /// ```dockerfile,fixed
    /// FROM ubuntu:22.04
    /// RUN apt-get update && apt-get install -y cuda-toolkit-12-4
    /// ```
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:12.4.1-base-ubuntu22.04
    /// RUN apt-get update && apt-get install -y nvidia-utils-550
    /// ```
    /// ```dockerfile,good
    /// FROM nvidia/cuda:12.4.1-base-ubuntu22.04
    /// RUN apt-get update && apt-get install -y cuda-nvcc-12-4 libcudnn9-cuda-12
    /// ```
    GPU011 "driver-in-image" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        if install.tool != Tool::System {
            continue;
        }
        for package in &install.packages {
            check_package(package, report);
        }
    }
    for command in file.run_commands() {
        let is_installer = |text: &str| text.contains("NVIDIA-Linux-") && text.ends_with(".run");
        let runs = is_installer(command.name())
            || (matches!(command.name(), "sh" | "bash")
                && command.arguments().first().is_some_and(|it| is_installer(it.text())));
        if runs && !command.has("--extract-only") && !command.has("-x") {
            report.at(
                command.name_range(),
                "the driver belongs to the host: in the image it is of another version sooner or later",
            );
        }
    }
}

fn check_package(package: &Package, report: &mut Report<'_>) {
    let name = package.name.as_str();
    let range = package.word.range;
    if let Some(toolkit) = toolkit(name) {
        let reported = report.at(
            range,
            format!("`{name}` brings the driver along, which belongs to the host; `{toolkit}` does not"),
        );
        if package.word.raw.contains(name) {
            reported.fix(
                format!("Install {toolkit}"),
                vec![Edit::replace(range_in(&package.word, name), toolkit)],
            );
        }
        return;
    }
    let is_driver = (is_numbered(name, "nvidia-driver-")
        || is_numbered(name, "nvidia-headless-")
        || is_numbered(name, "nvidia-utils-")
        || is_numbered(name, "nvidia-dkms-")
        || is_numbered(name, "nvidia-kernel-")
        || is_numbered(name, "libnvidia-compute-")
        || is_numbered(name, "libnvidia-gl-")
        || is_numbered(name, "libnvidia-encode-")
        || is_numbered(name, "libnvidia-decode-")
        || is_numbered(name, "libnvidia-fbc1-")
        || is_numbered(name, "nvidia-"))
        || name.starts_with("cuda-drivers")
        || matches!(name, "nvidia-driver" | "nvidia-smi" | "libcuda1" | "nvidia-utils" | "libnvidia-ml1");
    if is_driver {
        report.at(
            range,
            format!("`{name}` is of the driver, which belongs to the host and is put into the container at its start"),
        );
        return;
    }
    let is_toolkit = name.starts_with("nvidia-container-")
        || name.starts_with("libnvidia-container")
        || matches!(name, "nvidia-docker2" | "nvidia-docker");
    if is_toolkit {
        report.at(
            range,
            format!("`{name}` is for the host that starts containers, not for what is in them"),
        );
    }
}

/// The toolkit's package for those that bring the driver.
fn toolkit(name: &str) -> Option<String> {
    if name == "cuda" || name == "cuda-runtime" {
        return Some(name.replacen("cuda", "cuda-toolkit", 1).replace("toolkit-runtime", "toolkit"));
    }
    let version = name.strip_prefix("cuda-")?;
    let numbers = version.split_once('-')?;
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    (digits(numbers.0) && digits(numbers.1)).then(|| format!("cuda-toolkit-{version}"))
}

fn is_numbered(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}
