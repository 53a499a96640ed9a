//! Labels whose value is not a version such as 1.2.3.

use crate::facts::Facts;
use crate::levels::LabelKind;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::label_formats::is_semver;
use crate::rules::labels;

declare_rule! {
    /// A label that the configuration wants to be a semantic version is none.
    ///
    /// ## Why
    /// `label-schema` says which labels images must have, and of which kind their values are, so that
    /// programs can read them. A value with a variable that is not known here is let pass.
    ///
    /// ```yaml
    /// label-schema: {version: semver}
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL version="2026"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL version="1.2.3-rc.1"
    /// ```
    DL3056 "label-version" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3056", "droast/DF074"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    labels::check_values(file, report, LabelKind::Semver, "a version such as 1.2.3", is_semver);
}
