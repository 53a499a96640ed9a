//! Go programs without a version.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::grammar::{Action, Manager};
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::{report_first_unpinned, report_unpinned};

declare_rule! {
    /// `go install`, `go get` or `go run` of a package without a version.
    ///
    /// ## Why
    /// `@latest`, or nothing, gives another program on another day. Outside of a module `go
    /// install` without a version does not even work.
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.22
    /// RUN go install golang.org/x/tools/cmd/stringer@latest
    /// ```
    /// ```dockerfile,good
    /// FROM golang:1.22
    /// RUN go install golang.org/x/tools/cmd/stringer@v0.24.0
    /// RUN go install ./cmd/app
    /// ```
    DL3062 "pin-go" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3062"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Go];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    for call in file.calls_of(MANAGERS) {
        let pattern = "`PACKAGE@VERSION`";
        match call.call.action {
            Action::Install => report_unpinned(report, call, pattern, |it| is_fine(it, profile)),
            // What follows the package is for the program.
            Action::Run => report_first_unpinned(report, call, pattern, |it| is_fine(it, profile)),
            _ => {}
        }
    }
}

fn is_fine(package: &str, profile: Profile) -> bool {
    if package.starts_with(['.', '/']) {
        return true;
    }
    let version = package.split_once('@').map(|(_, version)| version);
    if profile == Profile::Hadolint {
        return version.is_some_and(|it| !matches!(it, "" | "latest" | "none"));
    }
    let of_go = matches!(package, "std" | "cmd" | "all") || package.starts_with("cmd/");
    let moving = ["", "latest", "upgrade", "patch", "main", "master", "HEAD"];
    let pinned = version.is_some_and(|it| !moving.contains(&it));
    pinned || of_go || package.ends_with(".go")
}
