//! Labels that are missing.

use dockerfile::range::TextRange;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::labels;

declare_rule! {
    /// A label is missing that the project's configuration asks for.
    ///
    /// ## Why
    /// `label-schema` says which labels images must have. A stage that another one is built on, or
    /// takes files from, need not have them if that one has.
    ///
    /// ```yaml
    /// label-schema: {vendor: text}
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS build
    /// FROM debian:12
    /// COPY --from=build /etc/hosts /srv/
    /// LABEL vendor="Example"
    /// ```
    DL3049 "label-missing" {
        level: Info, since: "0.1.0",
        aliases: ["hadolint/DL3049", "droast/DF074"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let Some(levels) = file.context.levels else {
        return;
    };
    for (label, _) in &levels.labels {
        let mut has = vec![false; file.images.len()];
        labels::for_each(file, &mut |step, name, _| has[step.stage] |= name == label);
        let good = file.passes_on(|stage| has[stage]);
        for stage in &file.stages.stages {
            if !good[stage.index] {
                let from: TextRange = file.images[stage.index].from_range;
                report.at(from, format!("label `{label}` is missing"));
            }
        }
    }
}
