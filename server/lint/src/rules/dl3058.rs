//! Labels whose value is not an address such as ada@example.com.

use crate::facts::Facts;
use crate::levels::LabelKind;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::label_formats::is_email;
use crate::rules::labels;

declare_rule! {
    /// A label that the configuration wants to be an address for mail is none.
    ///
    /// ## Why
    /// `label-schema` says which labels images must have, and of which kind their values are, so that
    /// programs can read them. A value with a variable that is not known here is let pass.
    ///
    /// ```yaml
    /// label-schema: {contact: email}
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL contact="Ada"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL contact="ada@example.com"
    /// ```
    DL3058 "label-email" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3058", "droast/DF074"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    labels::check_values(file, report, LabelKind::Email, "an address such as ada@example.com", is_email);
}
