//! Python packages without a version.

use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::Manager;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::report_unpinned;

declare_rule! {
    /// Packages that `pip` or `pipx` installs without a version.
    ///
    /// ## Why
    /// Without a version the same Dockerfile gives another image on another day, and the day a new
    /// major version comes out the build breaks, or worse, does not.
    ///
    /// Files of requirements and constraints are taken to name versions. Folders, wheels and
    /// archives have theirs; of a repository, a tag or commit behind `@` is the version.
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12
    /// RUN pip install --no-cache-dir requests
    /// ```
    /// ```dockerfile,good
    /// FROM python:3.12
    /// RUN pip install --no-cache-dir requests==2.32.3 'numpy>=1.26,<2'
    /// RUN pip install --no-cache-dir -r requirements.txt
    /// ```
    DL3013 "pin-pip" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3013"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Pip, Manager::Pipx];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in file.calls_of(MANAGERS) {
        if call.installs() && !names_versions_elsewhere(call) {
            report_unpinned(report, call, "`NAME==VERSION`", is_fine);
        }
    }
}

/// A file of requirements or constraints, or a folder that is worked on.
fn names_versions_elsewhere(call: Call<'_>) -> bool {
    let long = call.option(&[
        "--requirement",
        "--requirements",
        "--constraint",
        "--constraints",
        "--editable",
    ]);
    let mut short = call.options().map(|it| it.text());
    long.is_some() || short.any(|it| ["-r", "-c", "-e"].iter().any(|file| it.starts_with(file)))
}

fn is_fine(package: &str) -> bool {
    let address = match package.split_once('@') {
        Some((name, address)) if !name.contains(['/', ':', '+']) => address.trim(),
        _ => package,
    };
    if address.starts_with("git+") || address.starts_with("hg+") {
        return address.contains('@');
    }
    let conditions = ["==", "!=", "~=", ">", "<"];
    let has_condition = conditions.iter().any(|it| package.contains(it));
    let is_archive = package.ends_with(".whl") || package.ends_with(".tar.gz");
    has_condition || is_archive || package.contains('/') || package.starts_with('.')
}
