//! zypper dist-upgrade.

use crate::facts::Facts;
use crate::facts::packages::grammar::Manager;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `zypper dist-upgrade` in `RUN`.
    ///
    /// ## Why
    /// It moves the system to another release, with what that adds and removes, so that the image
    /// is no longer what `FROM` names. Name the release that is wanted in `FROM`; `zypper update`
    /// brings what is installed up to date.
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.5
    /// RUN zypper --non-interactive dist-upgrade
    /// ```
    /// ```dockerfile,good
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive update && zypper clean
    /// ```
    DL3035 "no-zypper-dist-upgrade" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3035"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Zypper];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in file.calls_of(MANAGERS) {
        let verb = call.verb();
        if matches!(verb.text(), "dist-upgrade" | "dup") {
            let message = format!("`zypper {}` leaves the release that FROM names", verb.text());
            report.at(verb.range, message);
        }
    }
}
