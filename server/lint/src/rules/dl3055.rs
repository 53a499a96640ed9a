//! Labels whose value is not a commit of git, of 7 or 40 digits.

use crate::facts::Facts;
use crate::levels::LabelKind;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::label_formats::is_hash;
use crate::rules::labels;

declare_rule! {
    /// A label that the configuration wants to be a commit of git is none.
    ///
    /// ## Why
    /// `label-schema` says which labels images must have, and of which kind their values are, so that
    /// programs can read them. A value with a variable that is not known here is let pass.
    ///
    /// ```yaml
    /// label-schema: {revision: hash}
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL revision="newest"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL revision="2dbfae9"
    /// ```
    DL3055 "label-commit" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3055", "droast/DF074"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    labels::check_values(file, report, LabelKind::Hash, "a commit of git, of 7 or 40 digits", is_hash);
}
