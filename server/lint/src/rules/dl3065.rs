//! FROM --platform=$TARGETPLATFORM.

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::variable;

declare_rule! {
    /// `FROM --platform=$TARGETPLATFORM`.
    ///
    /// ## Why
    /// It is what `FROM` does without the flag. It is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM --platform=$TARGETPLATFORM debian:12
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// ```
    /// ```dockerfile,good
    /// FROM --platform=$BUILDPLATFORM debian:12
    /// ```
    DL3065 "redundant-platform" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3065", "buildkit/RedundantTargetPlatform", "droast/DF083"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for stage in &file.stages.stages {
        let Some(flag) = file.file.instructions[stage.from].flag("platform") else {
            continue;
        };
        let value = flag.value.as_ref().map_or("", |it| it.text.as_str());
        if variable(value) != Some("TARGETPLATFORM") {
            continue;
        }
        let mut range = flag.range;
        let rest = &file.file.text[range.end..];
        range.end += rest.len() - rest.trim_start_matches([' ', '\t']).len();
        report
            .pedantic(flag.range, "this is the platform without the flag")
            .fix("Delete the flag", vec![Edit::delete(range)]);
    }
}
