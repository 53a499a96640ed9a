//! TensorFlow on an image with other libraries than it loads.

use gpu::version::Version;

use crate::base::{BaseFacts, Flavour};
use crate::facts::{Facts, RunCommand};
use crate::finding::Edit;
use crate::gpu_compile::chain;
use crate::gpu_installs::{Origin, Tool};
use crate::gpu_tables;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// TensorFlow on a CUDA image that lacks the CUDA or cuDNN which this release loads.
    ///
    /// ## Why
    /// `tensorflow` from PyPI looks for the libraries of the image, by their major versions. Without
    /// them it says so in its log (`Could not find cuda drivers`, `Cannot dlopen some GPU libraries`)
    /// and uses the CPU.
    ///
    /// From 2.14 on `tensorflow[and-cuda]` brings the right ones, on any image.
    ///
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04
    /// RUN pip install tensorflow==2.15.0
    /// ```
    /// ```dockerfile,fixed
    /// FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04
    /// RUN pip install tensorflow[and-cuda]==2.15.0
    /// ```
    /// ```dockerfile,good
    /// FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04
    /// RUN pip install tensorflow==2.15.0
    /// ```
    GPU016 "tensorflow-cuda" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        if install.tool != Tool::Pip {
            continue;
        }
        for package in &install.packages {
            let is_tensorflow = matches!(package.name.as_str(), "tensorflow" | "tensorflow-gpu");
            if !is_tensorflow || package.from != Origin::Index || !package.extras.is_empty() {
                continue;
            }
            let Some(row) = package.version.as_deref().and_then(gpu_tables::tensorflow) else {
                continue;
            };
            let Some(base) = file.base(install.command.stage) else {
                continue;
            };
            let Some(lacks) = lacks(file, &install.command, base, row) else {
                continue;
            };
            let reported = report.at(
                package.word.range,
                format!(
                    "TensorFlow {} loads CUDA {} and cuDNN {}, the base image has {lacks}: it uses the CPU",
                    row.version, row.cuda, row.cudnn
                ),
            );
            let has_extra = Version::parse(row.version).is_some_and(|it| it.is_at_least(2, 14));
            let name_end = package.word.range.start + "tensorflow".len();
            let plain = package.word.raw.starts_with("tensorflow==");
            if has_extra && plain {
                reported.fix("Bring the libraries along", vec![Edit::insert(name_end, "[and-cuda]")]);
            }
        }
    }
}

/// What the base image has instead; `None`: what is needed, or not known.
fn lacks(
    file: &Facts<'_>,
    command: &RunCommand,
    base: &BaseFacts,
    row: &gpu_tables::TensorFlow,
) -> Option<String> {
    let cuda = base.cuda()?;
    let gpu = base.gpu.as_ref()?;
    // With torch come libraries for it alone, with TensorFlow its own.
    if gpu.torch.is_some() || gpu.tensorflow.is_some() || gpu.ngc.is_some() {
        return None;
    }
    let wanted = Version::parse_whole(row.cuda)?;
    if wanted.major() != cuda.major() {
        return Some(format!("CUDA {cuda}"));
    }
    if gpu.flavour == Some(Flavour::Base) && !installs_libraries(file, command, "libcublas") {
        return Some("no more than the CUDA runtime".to_owned());
    }
    if installs_libraries(file, command, "cudnn") {
        return None;
    }
    let wanted = row.cudnn.split('.').next()?;
    match gpu.cudnn.as_deref() {
        None => Some("no cuDNN".to_owned()),
        // A tag without a number is of 12.4 and later, which have cuDNN 9.
        Some("") => (wanted != "9").then(|| "cuDNN 9".to_owned()),
        Some(cudnn) => {
            let differs = cudnn.split('.').next() != Some(wanted);
            differs.then(|| format!("cuDNN {cudnn}"))
        }
    }
}

fn installs_libraries(file: &Facts<'_>, command: &RunCommand, what: &str) -> bool {
    let stages = chain(file, command.stage);
    file.commands
        .iter()
        .filter(|it| stages.contains(&it.stage))
        .any(|it| it.arguments().iter().any(|word| word.text().contains(what)))
}
