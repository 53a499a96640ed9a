//! Packages that `zypper` installs without a version.

use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::Manager;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::report_unpinned;

declare_rule! {
    /// Packages that `zypper` installs without a version.
    ///
    /// ## Why
    /// Without a version the same Dockerfile gives another image on another day.
    ///
    /// It is said only to those who ask for it (`strict`, `hadolint`): repositories drop old
    /// versions, and a pinned one then fails to build.
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.6
    /// RUN zypper install -y curl && zypper clean
    /// ```
    /// ```dockerfile,good
    /// FROM opensuse/leap:15.6
    /// RUN zypper install -y curl=8.6.0 && zypper clean
    /// ```
    DL3037 "pin-zypper" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3037"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Zypper];

/// Not a pattern, patch or product.
fn is_package(call: Call<'_>) -> bool {
    let kind = call.option_value(&["-t", "--type"]);
    kind.is_none_or(|it| it == "package")
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in file.calls_of(MANAGERS).filter(|it| it.installs() && is_package(*it)) {
        report_unpinned(report, call, "`NAME=VERSION`", is_fine);
    }
}

/// A version or a bound of one, or a file.
fn is_fine(package: &str) -> bool {
    package.contains(['=', '<', '>']) || package.ends_with(".rpm")
}
