//! Packages that `dnf` installs without a version.

use crate::facts::Facts;
use crate::facts::packages::grammar::{Action, Manager};
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::{has_rpm_version, report_unpinned};

declare_rule! {
    /// Packages that `dnf` installs without a version.
    ///
    /// ## Why
    /// Without a version the same Dockerfile gives another image on another day.
    ///
    /// It is said only to those who ask for it (`strict`, `hadolint`): repositories drop old
    /// versions, and a pinned one then fails to build. Modules take a stream: `nodejs:20`.
    ///
    /// ```dockerfile,bad
    /// FROM fedora:40
    /// RUN dnf install -y httpd && dnf clean all
    /// ```
    /// ```dockerfile,good
    /// FROM fedora:40
    /// RUN dnf install -y httpd-2.4.6 && dnf clean all
    /// RUN dnf module install -y nodejs:20 && dnf clean all
    /// ```
    DL3041 "pin-dnf" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3041"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Dnf, Manager::Microdnf];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    for call in file.calls_of(MANAGERS) {
        let is_module = match call.call.action {
            Action::Install => false,
            Action::InstallModule => true,
            _ => continue,
        };
        report_unpinned(report, call, "`NAME-VERSION`", |it| match is_module {
            true => it.contains(':'),
            false => has_rpm_version(it, profile),
        });
    }
}
