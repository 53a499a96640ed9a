//! Packages that `apt-get` installs without a version.

use crate::facts::Facts;
use crate::facts::packages::grammar::Manager;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::report_unpinned;

declare_rule! {
    /// Packages that `apt-get` installs without a version.
    ///
    /// ## Why
    /// Without a version the same Dockerfile gives another image on another day, and an image built
    /// from the cache differs from one that is built anew.
    ///
    /// It is said only to those who ask for it (`strict`, `hadolint`): Debian and Ubuntu take old
    /// versions out of their archives, so that a pinned one fails to build after the next update
    /// unless the archive is a snapshot. Pinning pays for the few packages whose version matters.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y curl
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y curl=7.88.1-10+deb12u12
    /// ```
    DL3008 "pin-apt-get" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3008"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::AptGet];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in file.calls_of(MANAGERS).filter(|it| it.installs()) {
        report_unpinned(report, call, "`NAME=VERSION`", is_fine);
    }
}

/// A version, a release, a file, or a package to be taken away.
fn is_fine(package: &str) -> bool {
    package.contains(['=', '/']) || package.ends_with(".deb")
}
