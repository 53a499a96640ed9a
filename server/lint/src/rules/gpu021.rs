//! The package tensorflow-gpu, which is no more.

use gpu::version::Version;

use crate::facts::Facts;
use crate::finding::Edit;
use crate::gpu_installs::{Origin, Tool, range_in};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `tensorflow-gpu`, which PyPI has as an error message.
    ///
    /// ## Why
    /// The newest release of `tensorflow-gpu` is there to fail: `The "tensorflow-gpu" package has been
    /// removed!`. `tensorflow` has been for CPU and GPU since 2.1; `tensorflow[and-cuda]` brings the
    /// CUDA libraries along.
    ///
    /// ```dockerfile,bad
    /// FROM python:3.11
    /// RUN pip install tensorflow-gpu
    /// ```
    /// ```dockerfile,fixed
    /// FROM python:3.11
    /// RUN pip install tensorflow[and-cuda]
    /// ```
    /// ```dockerfile,good
    /// FROM python:3.8
    /// RUN pip install tensorflow-gpu==2.10.0
    /// ```
    GPU021 "tensorflow-gpu-removed" {
        level: Error, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        if install.tool != Tool::Pip {
            continue;
        }
        for package in &install.packages {
            if package.name != "tensorflow-gpu" || package.from != Origin::Index {
                continue;
            }
            let version = package.version.as_deref().and_then(Version::parse);
            let is_stub = match &version {
                Some(version) => version.is_at_least(2, 12),
                None => !package.bounded && package.version.is_none(),
            };
            if !is_stub {
                continue;
            }
            let reported = report.at(
                package.word.range,
                "tensorflow-gpu is no more, its installation fails: tensorflow[and-cuda] is its successor",
            );
            if package.word.raw.matches("tensorflow-gpu").count() == 1 {
                let range = range_in(&package.word, "tensorflow-gpu");
                reported.fix("Install tensorflow[and-cuda]", vec![Edit::replace(range, "tensorflow[and-cuda]")]);
            }
        }
    }
}
