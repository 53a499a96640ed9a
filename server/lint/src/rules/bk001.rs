//! Stage names with capitals.

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// The name of a stage has capital letters.
    ///
    /// ## Why
    /// Names are kept in lower case. `COPY --from=` does not care, but `FROM Build` finds no stage
    /// `Build`: it looks for an image. It is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS Build
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12 AS build
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS build
    /// ```
    BK001 "stage-name-casing" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["buildkit/StageNameCasing", "droast/DF085"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for stage in &file.stages.stages {
        let Some(name) = &stage.name else { continue };
        let lower = name.text.to_lowercase();
        if lower != name.text {
            report
                .pedantic(name.range, format!("stage name `{}` has capital letters", name.text))
                .fix(format!("Change to {lower}"), vec![Edit::replace(name.range, lower)]);
        }
    }
}
