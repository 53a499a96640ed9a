//! The cache of dnf left in the image.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::leftovers::{append, is_cleaned, is_kept, last_of_each_run};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `dnf install` whose cache stays in the image.
    ///
    /// ## Why
    /// The metadata of the repositories and the packages themselves, some 100 MB, stay in the
    /// layer, and are old when the container starts. Only the same `RUN` can take them away.
    ///
    /// ```dockerfile,bad
    /// FROM fedora:40
    /// RUN dnf install -y httpd
    /// ```
    /// ```dockerfile,fixed
    /// FROM fedora:40
    /// RUN dnf install -y httpd && dnf clean all
    /// ```
    /// ```dockerfile,good
    /// FROM fedora:40
    /// RUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y httpd
    /// ```
    DL3040 "dnf-clean" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3040"],
        check: check
    }
}

/// What cleans, and the command for it.
const CLEANERS: &[(&[Manager], &str)] = &[
    (&[Manager::Dnf], "dnf clean all"),
    (&[Manager::Microdnf], "microdnf clean all"),
];
const CACHES: &[&str] = &["/var/cache/libdnf5", "/var/cache/dnf", "/var/cache/yum"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    for (managers, clean) in CLEANERS.iter().copied() {
        for call in last_of_each_run(file, managers, |it| leaves_cache(it, profile)) {
            let step = &file.steps[call.command.step];
            let is_away = CACHES
                .iter()
                .any(|it| step.mounts_over(it) || file.removes_after(call.command, it));
            let is_kept = profile == Profile::Hadolint || is_kept(file, call);
            if is_away || !is_kept || is_cleaned(file, call, managers) {
                continue;
            }
            let name = call.command.name();
            let message = format!("{name}'s cache stays in the image: no `{clean}` in this RUN");
            let reported = report.at(call.head(), message);
            if let Some(edit) = append(file, call, clean) {
                reported.fix(format!("Run `{clean}` at the end of this RUN"), vec![edit]);
            }
        }
    }
}

fn leaves_cache(call: Call<'_>, profile: Profile) -> bool {
    let leaves = matches!(
        call.call.action,
        Action::Install | Action::InstallGroup | Action::InstallModule | Action::Upgrade
    );
    let is_unknown = matches!(call.verb().text(), "update" | "groupinstall" | "localinstall");
    leaves && (profile != Profile::Hadolint || !is_unknown)
}
