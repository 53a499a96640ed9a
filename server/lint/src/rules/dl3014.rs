//! apt-get that asks.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::questions::report_question;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `apt-get install` without `-y`.
    ///
    /// ## Why
    /// It asks whether to go on as soon as more is to be installed than what is named. Nobody is
    /// there to answer in a build, so it aborts, and the build fails.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install curl
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y curl
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get -qq install curl
    /// ```
    DL3014 "apt-get-yes" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3014"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::AptGet, Manager::Apt, Manager::Aptitude];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    for call in file.calls_of(MANAGERS).filter(|it| asks(*it, profile)) {
        report_question(file, report, call, "nobody answers in a build");
    }
}

fn asks(call: Call<'_>, profile: Profile) -> bool {
    let acts = match (profile, call.call.manager) {
        (Profile::Hadolint, Manager::AptGet) => call.installs(),
        (Profile::Hadolint, _) => false,
        _ if call.option(&["-s", "--simulate", "--dry-run"]).is_some() => false,
        _ => matches!(
            call.call.action,
            Action::Install | Action::Upgrade | Action::Remove
        ),
    };
    acts && call
        .option(&["-y", "--yes", "--assume-yes"])
        .is_none()
        && quietness(call) < 2
        && !call.command.arguments().iter().any(|it| it.text().contains("Assume-Yes"))
}

/// How quiet it is asked to be: `-qq` means yes to everything.
fn quietness(call: Call<'_>) -> usize {
    let each = call.options().map(|it| match it.text() {
        "--quiet" => 1,
        long if long.starts_with("--quiet=") => level_of(long),
        long if long.starts_with("--") => 0,
        short if short.starts_with("-q=") => level_of(short),
        short => short.matches('q').count(),
    });
    each.sum()
}

fn level_of(option: &str) -> usize {
    let level = option.split_once('=').map(|(_, level)| level.parse());
    level.and_then(Result::ok).unwrap_or(1)
}
