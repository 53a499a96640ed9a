//! Releases of torch without a wheel for the base image's Python.

use crate::facts::Facts;
use crate::gpu_compile::chain;
use crate::gpu_installs::{Origin, Tool};
use crate::gpu_tables;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A release of torch that has no wheel for the Python of the base image.
    ///
    /// ## Why
    /// torch is not built by pip: where there is no wheel, pip says `No matching distribution found`.
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// RUN pip install torch==2.1.0
    /// ```
    /// ```dockerfile,good
    /// FROM python:3.11-slim
    /// RUN pip install torch==2.1.0
    /// ```
    GPU018 "torch-python" {
        level: Warning, since: "0.1.0",
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        let package = match install.package("torch") {
            Some(package) if install.tool == Tool::Pip && package.from == Origin::Index => package,
            _ => continue,
        };
        let Some(row) = package.version.as_deref().and_then(gpu_tables::torch) else {
            continue;
        };
        // Another Python may have been installed, and called by its name or folder.
        let program = install.command.words.first().map_or("", |it| it.text());
        let is_plain = matches!(program, "pip" | "pip3" | "uv") && !install.command.has("--python");
        let stages = chain(file, install.command.stage);
        let brings_python = file
            .commands
            .iter()
            .filter(|it| stages.contains(&it.stage))
            .flat_map(|it| it.words.iter())
            .any(|it| ["conda", "pyenv", "venv", "python="].iter().any(|word| it.text().contains(word)));
        let Some(python) = file.base(install.command.stage).and_then(|it| it.python.as_deref()) else {
            continue;
        };
        let parts: Vec<&str> = python.split('.').collect();
        let [major, minor, ..] = parts.as_slice() else {
            continue;
        };
        let python = format!("{major}.{minor}");
        let has_wheel = row.python.split(' ').any(|it| it == python);
        if !has_wheel && is_plain && !brings_python {
            report.at(
                package.word.range,
                format!(
                    "torch {} has no wheel for Python {python}, which the base image has; it has them for {}",
                    row.version,
                    row.python.replace(' ', ", ")
                ),
            );
        }
    }
}
