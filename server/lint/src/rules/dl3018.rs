//! Packages that `apk` installs without a version.

use crate::facts::Facts;
use crate::facts::packages::grammar::Manager;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::report_unpinned;

declare_rule! {
    /// Packages that `apk` installs without a version.
    ///
    /// ## Why
    /// Without a version the same Dockerfile gives another image on another day.
    ///
    /// It is said only to those who ask for it (`strict`, `hadolint`): Alpine keeps one version of
    /// a package a release, so that a pinned one fails to build after the next update. `~` leaves
    /// room: `curl~8.9` takes every 8.9.
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk add --no-cache curl
    /// ```
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN apk add --no-cache curl~8.9
    /// ```
    DL3018 "pin-apk" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3018"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Apk];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in file.calls_of(MANAGERS).filter(|it| it.installs()) {
        report_unpinned(report, call, "`NAME~VERSION`", is_fine);
    }
}

/// A version or a bound of one, a file, or a package that must not be there.
fn is_fine(package: &str) -> bool {
    package.contains(['=', '~', '<', '>']) || package.ends_with(".apk")
}
