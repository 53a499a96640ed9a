//! apt in scripts.

use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `apt` in `RUN`.
    ///
    /// ## Why
    /// `apt` is for people at a terminal: its output and options may change between versions, and
    /// it says so itself in every build (`apt does not have a stable CLI interface`). `apt-get` and
    /// `apt-cache` do the same and stay as they are.
    ///
    /// It is said only to those who ask for it (`strict`, `hadolint`).
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt install -y curl
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get install -y curl
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
    /// ```
    DL3027 "no-apt" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3027"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Apt];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in file.calls_of(MANAGERS) {
        let range = call.command.name_range();
        let reported = report.pedantic(range, "`apt` is for people; scripts use `apt-get`");
        if let Some(program) = instead(call)
            && let Some(offset) = range.of(&file.file.text).rfind("apt")
        {
            let mut word = range;
            word.start += offset;
            word.end = word.start + "apt".len();
            reported.fix(format!("Use `{program}`"), vec![Edit::replace(word, program)]);
        }
    }
}

/// The program that does the same with the same words.
fn instead(call: Call<'_>) -> Option<&'static str> {
    match (call.call.action, call.verb().text()) {
        (_, "full-upgrade" | "autopurge") => None,
        (Action::Install | Action::Refresh | Action::Upgrade, _) => Some("apt-get"),
        (Action::Remove | Action::Clean, _) | (_, "autoremove") => Some("apt-get"),
        (_, "source" | "build-dep" | "download") => Some("apt-get"),
        (_, "search" | "show" | "policy" | "depends" | "rdepends") => Some("apt-cache"),
        _ => None,
    }
}
