//! A stage that ends as root.

use dockerfile::ast::Keyword;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// The last `USER` of a stage is root.
    ///
    /// ## Why
    /// What the container runs is then root in it, and root on every file of a mounted folder. Change
    /// back to a user without rights behind the steps that need root.
    ///
    /// Only the stage that is built is looked at, unless a profile asks for more: no container runs
    /// from the others.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// USER root
    /// RUN apt-get update
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// USER root
    /// RUN apt-get update
    /// USER 1000
    /// ```
    DL3002 "last-user-root" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3002", "trivy/DS-0002", "droast/DF002"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let target = file.stages.target();
    for image in &file.images {
        let mut steps = file.steps_of(image.index).rev();
        let Some(step) = steps.find(|step| step.instruction.keyword == Keyword::User) else {
            continue;
        };
        let word = &step.instruction.arguments;
        let user = unquoted(&word.text).split(':').next().unwrap_or_default();
        if matches!(user, "root" | "0") {
            report.at_if(
                target == Some(image.index),
                word.range,
                format!("the stage ends as `{}`", word.text),
            );
        }
    }
}
