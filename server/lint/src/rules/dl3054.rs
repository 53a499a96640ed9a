//! Labels whose value is not an SPDX licence such as MIT.

use crate::facts::Facts;
use crate::levels::LabelKind;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::label_formats::is_spdx;
use crate::rules::labels;

declare_rule! {
    /// A label that the configuration wants to be an SPDX licence is none.
    ///
    /// ## Why
    /// `label-schema` says which labels images must have, and of which kind their values are, so that
    /// programs can read them. A value with a variable that is not known here is let pass.
    ///
    /// ```yaml
    /// label-schema: {licence: spdx}
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL licence="do what you want"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL licence="MIT OR Apache-2.0"
    /// ```
    DL3054 "label-licence" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3054", "droast/DF074"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    labels::check_values(file, report, LabelKind::Spdx, "an SPDX licence such as MIT", is_spdx);
}
