//! Gems that are installed without a version.

use crate::facts::Facts;
use crate::facts::packages::grammar::Manager;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::unpinned::report_unpinned;

declare_rule! {
    /// Gems that are installed without a version.
    ///
    /// ## Why
    /// Without a version the same Dockerfile gives another image on another day, and a new major
    /// version breaks it. `gem install NAME:VERSION` takes one; a `Gemfile.lock` fixes all.
    ///
    /// ```dockerfile,bad
    /// FROM ruby:3.3
    /// RUN gem install bundler
    /// ```
    /// ```dockerfile,good
    /// FROM ruby:3.3
    /// RUN gem install bundler:2.5.11
    /// RUN gem install rake --version 13.2.1
    /// ```
    DL3028 "pin-gem" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3028"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Gem];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let version = ["-v", "--version"];
    let calls = file.calls_of(MANAGERS).filter(|it| it.installs());
    for call in calls.filter(|it| it.option(&version).is_none()) {
        report_unpinned(report, call, "`NAME:VERSION`", is_fine);
    }
}

/// A version, or a file.
fn is_fine(gem: &str) -> bool {
    gem.contains(':') || gem.ends_with(".gem")
}
