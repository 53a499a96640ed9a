//! The cache of zypper left in the image.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::leftovers::{append, is_cleaned, is_kept, last_of_each_run};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `zypper install` whose cache stays in the image.
    ///
    /// ## Why
    /// The metadata of the repositories and the packages themselves, some 100 MB, stay in the
    /// layer, and are old when the container starts. Only the same `RUN` can take them away.
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.6
    /// RUN zypper install -y httpd
    /// ```
    /// ```dockerfile,fixed
    /// FROM opensuse/leap:15.6
    /// RUN zypper install -y httpd && zypper clean --all
    /// ```
    /// ```dockerfile,good
    /// FROM opensuse/leap:15.6
    /// RUN --mount=type=cache,target=/var/cache/zypp zypper install -y httpd
    /// ```
    DL3036 "zypper-clean" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3036"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Zypper];
const CLEANERS: &[Manager] = &[Manager::Zypper];
const CACHES: &[&str] = &["/var/cache/zypp"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    let is_hadolint = profile == Profile::Hadolint;
    for call in last_of_each_run(file, MANAGERS, |it| leaves_cache(it, profile)) {
        let step = &file.steps[call.command.step];
        let is_away = CACHES
            .iter()
            .any(|it| step.mounts_over(it) || file.removes_after(call.command, it));
        if is_away || is_cleaned(file, call, CLEANERS) || !(is_hadolint || is_kept(file, call)) {
            continue;
        }
        let reported = report.at(
            call.head(),
            "zypper\'s cache stays in the image: no `zypper clean --all` in this RUN",
        );
        if let Some(edit) = append(file, call, "zypper clean --all") {
            reported.fix("Run `zypper clean --all` at the end of this RUN", vec![edit]);
        }
    }
}

fn leaves_cache(call: Call<'_>, profile: Profile) -> bool {
    match profile {
        Profile::Hadolint => call.installs(),
        _ => matches!(call.call.action, Action::Install | Action::Upgrade | Action::Refresh),
    }
}
