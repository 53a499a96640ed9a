//! Labels that are not foreseen.

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::labels;

declare_rule! {
    /// A label that the project's configuration does not list, with `strict-labels`.
    ///
    /// ## Why
    /// The configuration asks for the labels of `label-schema` and no others.
    ///
    /// ```yaml
    /// label-schema: {vendor: text}
    /// strict-labels: true
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL vendor="Example" colour="green"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL vendor="Example"
    /// ```
    DL3050 "label-unknown" {
        level: Info, since: "0.1.0",
        aliases: ["hadolint/DL3050"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let Some(levels) = file.context.levels.filter(|it| it.strict_labels) else {
        return;
    };
    labels::for_each(file, &mut |_, name, pair| {
        if !levels.labels.iter().any(|(label, _)| label == name) {
            report.at(pair.name.range, format!("label `{name}` is not in label-schema"));
        }
    });
}
