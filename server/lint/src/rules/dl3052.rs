//! Labels whose value is not an address such as https://example.com.

use crate::facts::Facts;
use crate::levels::LabelKind;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::label_formats::is_url;
use crate::rules::labels;

declare_rule! {
    /// A label that the configuration wants to be an address is none.
    ///
    /// ## Why
    /// `label-schema` says which labels images must have, and of which kind their values are, so that
    /// programs can read them. A value with a variable that is not known here is let pass.
    ///
    /// ```yaml
    /// label-schema: {link: url}
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL link="example"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL link="https://example.com"
    /// ```
    DL3052 "label-url" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3052", "droast/DF074"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    labels::check_values(file, report, LabelKind::Url, "an address such as https://example.com", is_url);
}
