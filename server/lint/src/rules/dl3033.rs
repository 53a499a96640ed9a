//! Packages that `yum` installs without a version.

use crate::facts::Facts;
use crate::facts::packages::grammar::{Action, Manager};
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::{has_rpm_version, report_unpinned};

declare_rule! {
    /// Packages that `yum` installs without a version.
    ///
    /// ## Why
    /// Without a version the same Dockerfile gives another image on another day.
    ///
    /// It is said only to those who ask for it (`strict`, `hadolint`): repositories drop old
    /// versions, and a pinned one then fails to build. Modules take a stream: `nodejs:20`.
    ///
    /// ```dockerfile,bad
    /// FROM centos:7
    /// RUN yum install -y httpd && yum clean all
    /// ```
    /// ```dockerfile,good
    /// FROM centos:7
    /// RUN yum install -y httpd-2.4.6 && yum clean all
    /// RUN yum module install -y nodejs:20 && yum clean all
    /// ```
    DL3033 "pin-yum" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3033"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Yum];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    for call in file.calls_of(MANAGERS) {
        let is_module = match call.call.action {
            Action::Install if call.verb().text() != "localinstall" => false,
            Action::InstallModule => true,
            _ => continue,
        };
        report_unpinned(report, call, "`NAME-VERSION`", |it| match is_module {
            true => it.contains(':'),
            false => has_rpm_version(it, profile),
        });
    }
}
