//! yum that asks.

use crate::facts::Facts;
use crate::facts::packages::grammar::Manager;
use crate::questions::report_yum;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `yum install` without `-y`.
    ///
    /// ## Why
    /// It asks before it installs. Nobody is there to answer in a build, so it gives up, and the
    /// build fails.
    ///
    /// ```dockerfile,bad
    /// FROM centos:7
    /// RUN yum install httpd && yum clean all
    /// ```
    /// ```dockerfile,fixed
    /// FROM centos:7
    /// RUN yum install -y httpd && yum clean all
    /// ```
    /// ```dockerfile,good
    /// FROM centos:7
    /// RUN yum -y install httpd && yum clean all
    /// ```
    DL3030 "yum-yes" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3030"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Yum];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    report_yum(file, report, MANAGERS);
}
