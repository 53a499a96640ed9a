//! The cache of yum left in the image.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::leftovers::{append, is_cleaned, is_kept, last_of_each_run};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `yum install` whose cache stays in the image.
    ///
    /// ## Why
    /// The metadata of the repositories and the packages themselves, some 100 MB, stay in the
    /// layer, and are old when the container starts. Only the same `RUN` can take them away.
    ///
    /// ```dockerfile,bad
    /// FROM centos:7
    /// RUN yum install -y httpd
    /// ```
    /// ```dockerfile,fixed
    /// FROM centos:7
    /// RUN yum install -y httpd && yum clean all
    /// ```
    /// ```dockerfile,good
    /// FROM centos:7
    /// RUN --mount=type=cache,target=/var/cache/yum yum install -y httpd
    /// ```
    DL3032 "yum-clean" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3032"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Yum];
const CLEANERS: &[Manager] = &[Manager::Yum, Manager::Dnf];
const CACHES: &[&str] = &["/var/cache/yum", "/var/cache/dnf"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    let is_hadolint = profile == Profile::Hadolint;
    for call in last_of_each_run(file, MANAGERS, |it| leaves_cache(it, profile)) {
        let step = &file.steps[call.command.step];
        let is_away = match profile {
            // hadolint takes any `rm -rf` for this one, and no mount.
            Profile::Hadolint => {
                let beside = file.commands_beside(call.command);
                beside.iter().any(|it| it.removes_folders())
            }
            _ => CACHES
                .iter()
                .any(|it| step.mounts_over(it) || file.removes_after(call.command, it)),
        };
        if is_away || is_cleaned(file, call, CLEANERS) || !(is_hadolint || is_kept(file, call)) {
            continue;
        }
        let reported = report.at(
            call.head(),
            "yum\'s cache stays in the image: no `yum clean all` in this RUN",
        );
        if let Some(edit) = append(file, call, "yum clean all") {
            reported.fix("Run `yum clean all` at the end of this RUN", vec![edit]);
        }
    }
}

fn leaves_cache(call: Call<'_>, profile: Profile) -> bool {
    match profile {
        Profile::Hadolint => call.command.has("install"),
        _ => matches!(
            call.call.action,
            Action::Install | Action::InstallGroup | Action::InstallModule | Action::Upgrade
        ),
    }
}
