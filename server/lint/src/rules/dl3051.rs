//! Labels whose value is not a text that is not empty.

use crate::facts::Facts;
use crate::levels::LabelKind;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::labels;

declare_rule! {
    /// A label that the configuration wants to have a text is empty.
    ///
    /// ## Why
    /// `label-schema` says which labels images must have, and of which kind their values are, so that
    /// programs can read them. A value with a variable that is not known here is let pass.
    ///
    /// ```yaml
    /// label-schema: {vendor: text}
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL vendor=""
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL vendor="Example"
    /// ```
    DL3051 "label-empty" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3051", "droast/DF074"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    labels::check_values(file, report, LabelKind::Text, "a text that is not empty", is_text);
}

fn is_text(text: &str) -> bool {
    !text.is_empty()
}
