//! Labels whose value is not a date and time such as 2026-01-31T12:00:00Z.

use crate::facts::Facts;
use crate::levels::LabelKind;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::label_formats::is_rfc3339;
use crate::rules::labels;

declare_rule! {
    /// A label that the configuration wants to be a date and time in the form of RFC 3339 is none.
    ///
    /// ## Why
    /// `label-schema` says which labels images must have, and of which kind their values are, so that
    /// programs can read them. A value with a variable that is not known here is let pass.
    ///
    /// ```yaml
    /// label-schema: {created: rfc3339}
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL created="yesterday"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL created="2026-01-31T12:00:00Z"
    /// ```
    DL3053 "label-date" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3053", "droast/DF074"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    labels::check_values(file, report, LabelKind::Rfc3339, "a date and time such as 2026-01-31T12:00:00Z", is_rfc3339);
}
