//! A stage with a name that means something else.

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A stage is called `scratch` or `context`.
    ///
    /// ## Why
    /// These names have a meaning of their own: `scratch` is no image, `context` the build context.
    /// Who reads `FROM scratch` does not think of a stage.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS context
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS sources
    /// ```
    DL3063 "reserved-stage-name" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3063", "buildkit/ReservedStageName", "droast/DF084"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for stage in &file.stages.stages {
        let Some(name) = &stage.name else { continue };
        let lower = name.text.to_ascii_lowercase();
        if matches!(lower.as_str(), "scratch" | "context") {
            report.at(name.range, format!("`{lower}` has a meaning of its own; call the stage otherwise"));
        }
    }
}
