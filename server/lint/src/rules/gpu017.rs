//! Versions of torch and its companions that do not go together.

use crate::facts::Facts;
use crate::finding::Edit;
use crate::gpu_installs::{Origin, Tool};
use crate::gpu_tables::{self, release};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// Versions of torch, torchvision, torchaudio and the like, in one command, that do not go
    /// together.
    ///
    /// ## Why
    /// Each release of torchvision and torchaudio is built for one release of torch and says so. pip
    /// finds no way to install both and stops: `ResolutionImpossible`.
    ///
    /// ```dockerfile,bad
    /// FROM python:3.11
    /// RUN pip install torch==2.1.0 torchvision==0.17.0
    /// ```
    /// ```dockerfile,fixed
    /// FROM python:3.11
    /// RUN pip install torch==2.1.0 torchvision==0.16.0
    /// ```
    GPU017 "torch-companion-mismatch" {
        level: Error, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        if install.tool != Tool::Pip || install.no_dependencies {
            continue;
        }
        let Some(torch) = install.package("torch").and_then(|it| it.version.clone()) else {
            continue;
        };
        for package in &install.packages {
            let Some(version) = package.version.as_deref() else {
                continue;
            };
            let row = gpu_tables::companion(&package.name, Some(version));
            let Some(row) = row.filter(|_| package.from == Origin::Index) else {
                continue;
            };
            if row.goes_with(release(&torch)) != Some(false) {
                continue;
            }
            let reported = report.at(
                package.word.range,
                format!(
                    "{} {} needs torch{}, this command asks for {torch}",
                    row.package, row.version, row.torch
                ),
            );
            let word = &package.word;
            let once = word.raw.len() == word.range.len() && word.raw.matches(version).count() == 1;
            if let (true, Some(fitting)) = (
                once,
                gpu_tables::fitting(&package.name, release(&torch)),
            ) {
                let range = crate::gpu_installs::range_in(word, release(version));
                reported.fix(
                    format!("Take {} {fitting}", package.name),
                    vec![Edit::replace(range, fitting)],
                );
            }
        }
    }
}
