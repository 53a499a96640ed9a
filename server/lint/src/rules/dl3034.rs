//! zypper that asks.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::questions::report_question;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `zypper` without `-y` or `--non-interactive` where it asks.
    ///
    /// ## Why
    /// It asks before it installs or removes. Nobody is there to answer in a build, so it gives up,
    /// and the build fails.
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.6
    /// RUN zypper install curl && zypper clean
    /// ```
    /// ```dockerfile,fixed
    /// FROM opensuse/leap:15.6
    /// RUN zypper install -y curl && zypper clean
    /// ```
    /// ```dockerfile,good
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install curl && zypper clean
    /// ```
    DL3034 "zypper-yes" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3034"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Zypper];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    for call in file.calls_of(MANAGERS).filter(|it| asks(*it, profile)) {
        report_question(file, report, call, "nobody answers");
    }
}

fn asks(call: Call<'_>, profile: Profile) -> bool {
    let verb = call.verb().text();
    let acts = match call.call.action {
        Action::Install | Action::Remove => true,
        Action::Upgrade => profile != Profile::Hadolint || verb == "patch",
        _ => matches!(verb, "source-install" | "si"),
    };
    let quiet = ["-n", "--non-interactive", "-y", "--no-confirm"];
    acts && call.option(&quiet).is_none()
}
