//! Recommended packages.

use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::Manager;
use crate::leftovers::add_option;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `apt-get install` without `--no-install-recommends`.
    ///
    /// ## Why
    /// apt also installs what the packages only recommend: documentation, fonts, a mail server.
    /// Images grow, often by more than what was asked for.
    ///
    /// It is said only to those who ask for it (`strict`, `hadolint`), and the fix is to be looked
    /// at: some programs do need what they recommend, `ca-certificates` for one.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y curl
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update && apt-get install --no-install-recommends -y curl
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get -o APT::Install-Recommends=false install -y curl
    /// ```
    DL3015 "no-install-recommends" {
        level: Info, since: "0.1.0", fix: Unsafe,
        aliases: ["hadolint/DL3015"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::AptGet];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in file.calls_of(MANAGERS).filter(|it| it.installs()) {
        if is_declined(call) {
            continue;
        }
        let edit = add_option(file, call, "--no-install-recommends");
        report
            .pedantic(call.head(), "also installs what is only recommended")
            .unsafe_fix("Add `--no-install-recommends`", vec![edit]);
    }
}

/// By its option, or the long way.
fn is_declined(call: Call<'_>) -> bool {
    if call.option(&["--no-install-recommends"]).is_some() {
        return true;
    }
    call.command.arguments().iter().any(|it| {
        let setting = it.text().split_once("APT::Install-Recommends=");
        let value = setting.map(|(_, value)| value.trim_matches(['"', '\'']));
        matches!(value, Some("false" | "0" | "no" | "off"))
    })
}
