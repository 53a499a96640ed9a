//! Two stages of one name.

use dockerfile::stages::Stage;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// Two stages have the same name.
    ///
    /// ## Why
    /// The name means the later one, also for those who read the earlier. Case does not matter.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS build
    /// FROM debian:11 AS build
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS build
    /// FROM debian:11 AS test
    /// ```
    DL3024 "unique-stage-names" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL3024", "buildkit/DuplicateStageName", "dockerfile-utils/DUPLICATE_BUILD_STAGE_NAME"],
        check: check
    }
}

/// What only one other tool says of the earlier one.
const EARLIER: &[&str] = &["dockerfile-utils/DUPLICATE_BUILD_STAGE_NAME"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let stages = &file.stages.stages;
    for (index, stage) in stages.iter().enumerate() {
        let Some(name) = &stage.name else { continue };
        let same = |other: &&Stage| {
            let other = other.name.as_ref();
            other.is_some_and(|it| it.text.eq_ignore_ascii_case(&name.text))
        };
        if let Some(earlier) = stages[..index].iter().find(same) {
            let line = file.line_of(earlier.from);
            let message = format!("a stage `{}` is there already, in line {line}", name.text);
            report.at(name.range, message);
        } else if let Some(later) = stages[index + 1..].iter().find(same) {
            let line = file.line_of(later.from);
            let message = format!("a stage `{}` is there again in line {line}", name.text);
            report.pedantic(name.range, message).aliases(EARLIER);
        }
    }
}
