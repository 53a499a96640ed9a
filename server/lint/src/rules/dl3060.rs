//! The cache of yarn left in the image.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::leftovers::{append, is_cleaned, is_kept, last_of_each_run};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `yarn install` whose cache stays in the image.
    ///
    /// ## Why
    /// yarn keeps a copy of each package that it has downloaded, which doubles what the packages
    /// take in the image. Only the same `RUN` can take it away; a later one hides it, but the layer
    /// keeps it.
    ///
    /// Stages that are only copied from do not matter. yarn 2 and later keep their cache in the
    /// project or share it; there a cache mount is the way.
    ///
    /// ```dockerfile,bad
    /// FROM node:22
    /// RUN yarn install
    /// ```
    /// ```dockerfile,fixed
    /// FROM node:22
    /// RUN yarn install && yarn cache clean
    /// ```
    /// ```dockerfile,good
    /// FROM node:22
    /// RUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install
    /// ```
    DL3060 "yarn-clean" {
        level: Info, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3060"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Yarn];
const CLEANERS: &[Manager] = &[Manager::Yarn];
const CACHES: &[&str] = &["/usr/local/share/.cache/yarn", "/root/.cache/yarn"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    for call in last_of_each_run(file, MANAGERS, |it| leaves_cache(it, profile)) {
        let step = &file.steps[call.command.step];
        let is_away = CACHES
            .iter()
            .any(|it| step.mounts_over(it) || file.removes_after(call.command, it));
        if is_away || is_cleaned(file, call, CLEANERS) || !is_kept(file, call) {
            continue;
        }
        let reported = report.at(
            call.head(),
            "yarn\'s cache stays in the image: no `yarn cache clean` in this RUN",
        );
        if let Some(edit) = append(file, call, "yarn cache clean") {
            reported.fix("Run `yarn cache clean` at the end of this RUN", vec![edit]);
        }
    }
}

fn leaves_cache(call: Call<'_>, profile: Profile) -> bool {
    match profile {
        Profile::Hadolint => call.command.has("install"),
        _ => matches!(call.call.action, Action::Install),
    }
}
