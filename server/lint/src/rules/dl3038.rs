//! dnf that asks.

use crate::facts::Facts;
use crate::facts::packages::grammar::Manager;
use crate::questions::report_yum;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `dnf install` without `-y`.
    ///
    /// ## Why
    /// It asks before it installs. Nobody is there to answer in a build, so it gives up, and the
    /// build fails.
    ///
    /// ```dockerfile,bad
    /// FROM fedora:40
    /// RUN dnf install httpd && dnf clean all
    /// ```
    /// ```dockerfile,fixed
    /// FROM fedora:40
    /// RUN dnf install -y httpd && dnf clean all
    /// ```
    /// ```dockerfile,good
    /// FROM fedora:40
    /// RUN dnf -y install httpd && dnf clean all
    /// ```
    DL3038 "dnf-yes" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3038"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Dnf, Manager::Microdnf];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    report_yum(file, report, MANAGERS);
}
