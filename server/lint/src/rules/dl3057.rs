//! No HEALTHCHECK.

use dockerfile::ast::Keyword;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A stage without `HEALTHCHECK`.
    ///
    /// ## Why
    /// For services under Docker or Swarm it says when one hangs; Kubernetes has its own and passes
    /// over this one. `HEALTHCHECK NONE` says that there is none on purpose.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS base
    /// FROM base
    /// HEALTHCHECK CMD ["curl", "-f", "http://localhost/"]
    /// ```
    DL3057 "healthcheck-missing" {
        level: Info, since: "0.1.0", on_request: true,
        aliases: ["hadolint/DL3057", "trivy/DS-0026", "droast/DF012"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let mut has = vec![false; file.images.len()];
    for step in &file.steps {
        has[step.stage] |= step.inner().keyword == Keyword::Healthcheck;
    }
    let good = file.passes_on(|stage| has[stage]);
    for stage in &file.stages.stages {
        if !good[stage.index] {
            report.at(file.images[stage.index].from_range, "the stage has no HEALTHCHECK");
        }
    }
}
