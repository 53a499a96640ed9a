//! CUDA extensions compiled where there is no compiler for them.

use crate::base::Flavour;
use crate::facts::Facts;
use crate::finding::Edit;
use crate::gpu_compile::{compiled, has_nvcc};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A package that compiles CUDA code, on an image without `nvcc`.
    ///
    /// ## Why
    /// Some packages have no wheels on PyPI, or are installed from their sources, and compile CUDA
    /// code while they are installed. Of the flavours `base`, `runtime` and `devel` only `devel` has
    /// the compiler. Without it the installation fails (`CUDA_HOME environment variable is not set`),
    /// or, worse, succeeds with the CPU's half only.
    ///
    /// Either take the `devel` flavour, perhaps in a stage of its own from which the result is
    /// copied, or a wheel for your torch, CUDA and Python from the project's own page.
    ///
    /// ```dockerfile,bad
    /// FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime
    /// RUN pip install flash-attn --no-build-isolation
    /// ```
    /// ```dockerfile,fixed
    /// FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-devel
    /// RUN pip install flash-attn --no-build-isolation
    /// ```
    /// ```dockerfile,good
    /// FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime
    /// RUN pip install https://example.com/flash_attn-2.7.0+cu12torch2.5cxx11abiFALSE-cp311-cp311-linux_x86_64.whl
    /// ```
    GPU008 "nvcc-missing" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        let base = match file.base(install.command.stage) {
            Some(base) if !install.packages.is_empty() => base,
            _ => continue,
        };
        for package in &install.packages {
            let Some(row) = compiled(file, install, package) else {
                continue;
            };
            if has_nvcc(file, base, &install.command) != Some(false) {
                continue;
            }
            let flavour = base.gpu.as_ref().and_then(|it| it.flavour);
            let image = match flavour {
                Some(flavour) => format!("the `{}` flavour of the base image has none", flavour.name()),
                None => "the base image has none".to_owned(),
            };
            let happens = match row.silent {
                true => "it is built for the CPU alone",
                false => "the installation fails",
            };
            let mut message = format!("{} is compiled with nvcc, and {image}: {happens}", row.package);
            if !row.wheels.is_empty() {
                message.push_str(&format!("; wheels are at {}", row.wheels));
            }
            let reported = report.at(package.word.range, message);
            if let Some(edit) = devel(file, install.command.stage, flavour) {
                reported.fix("Take the devel flavour", vec![edit]);
            }
        }
    }
}

/// Writes `devel` for the flavour in FROM, if it is written there.
fn devel(file: &Facts<'_>, stage: usize, flavour: Option<Flavour>) -> Option<Edit> {
    let flavour = flavour?.name();
    let mut image = file.images.get(stage)?;
    while let Some(parent) = image.parent {
        image = file.images.get(parent)?;
    }
    let text = image.from_range.of(&file.file.text);
    let tag = text.rfind(':')?;
    let words: Vec<(usize, &str)> = text[tag..].match_indices(flavour).collect();
    match words.as_slice() {
        [(offset, _)] => {
            let start = image.from_range.start + tag + offset;
            let range = dockerfile::range::TextRange::new(start, start + flavour.len());
            Some(Edit::replace(range, "devel"))
        }
        _ => None,
    }
}
