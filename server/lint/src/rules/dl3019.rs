//! apk's index left in the image.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::grammar::Manager;
use crate::finding::Edit;
use crate::leftovers::{add_option, is_kept};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `apk add` without `--no-cache`.
    ///
    /// ## Why
    /// The index of the repositories that `apk update` and `--update` fetch stays in
    /// `/var/cache/apk`, and is old when the container starts. `--no-cache` fetches it, uses it and
    /// keeps nothing, and does not need `apk update` before it.
    ///
    /// A cache mount on `/var/cache/apk`, or removing what is there in the same `RUN`, does as
    /// well.
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk add --update curl
    /// ```
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// RUN apk add --no-cache curl
    /// ```
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN --mount=type=cache,target=/var/cache/apk apk add --update curl
    /// ```
    DL3019 "apk-no-cache" {
        level: Info, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3019"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Apk];
const CACHE: &str = "/var/cache/apk";

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let is_hadolint = file.context.profile == Profile::Hadolint;
    for call in file.calls_of(MANAGERS).filter(|it| it.installs()) {
        let step = &file.steps[call.command.step];
        if call.option(&["--no-cache"]).is_some() || step.mounts_over(CACHE) {
            continue;
        }
        if !is_hadolint && (file.removes_after(call.command, CACHE) || !is_kept(file, call)) {
            continue;
        }
        let edit = match call.option(&["--update", "--update-cache"]) {
            Some(update) => Edit::replace(update.range, "--no-cache"),
            None => add_option(file, call, "--no-cache"),
        };
        report
            .at(call.head(), "`apk add` without `--no-cache` keeps the index in the image")
            .fix("Use `--no-cache`", vec![edit]);
    }
}
