//! npm packages without a version.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::Manager;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::report_unpinned;

declare_rule! {
    /// Packages that `npm install` installs without a version.
    ///
    /// ## Why
    /// Without a version the same Dockerfile gives another image on another day, with whatever was
    /// published in between. `npm ci` takes the versions of `package-lock.json`.
    ///
    /// Folders and archives have a version; of a repository, a tag or commit behind `#` is one.
    ///
    /// ```dockerfile,bad
    /// FROM node:22
    /// RUN npm install -g serve
    /// ```
    /// ```dockerfile,good
    /// FROM node:22
    /// RUN npm install -g serve@14.2.3 @angular/cli@18
    /// RUN npm install
    /// ```
    DL3016 "pin-npm" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3016"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Npm];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = file.context.profile;
    for call in file.calls_of(MANAGERS).filter(|it| is_meant(*it, profile)) {
        report_unpinned(report, call, "`NAME@VERSION`", |it| is_fine(it, profile));
    }
}

/// hadolint knows one of npm's words for it.
fn is_meant(call: Call<'_>, profile: Profile) -> bool {
    call.installs() && (profile != Profile::Hadolint || call.verb().text() == "install")
}

fn is_fine(package: &str, profile: Profile) -> bool {
    let is_repository = ["git+", "git:"].iter().any(|it| package.starts_with(it));
    if is_repository {
        return package.contains('#');
    }
    let is_archive = [".tar", ".tgz", ".tar.gz"].iter().any(|it| package.ends_with(it));
    let is_folder = package.starts_with(['/', '~', '.']) || package.starts_with("file:");
    // The first one of `@scope/name` is none.
    let version = package.get(1..).and_then(|it| it.split_once('@')).map(|(_, version)| version);
    let is_moving = matches!(version, Some("" | "latest" | "next")) && profile != Profile::Hadolint;
    let is_pinned = version.is_some() && !is_moving;
    is_archive || is_folder || is_pinned || package.contains('#')
}
