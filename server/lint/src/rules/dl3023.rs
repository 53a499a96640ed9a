//! A stage that copies from itself.

use dockerfile::stages::Origin;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `COPY --from` or a mount's `from` names the stage that it stands in.
    ///
    /// ## Why
    /// The build is refused: the stage would have to be there before it is made. Without `--from`,
    /// `COPY` takes files from the build context; within the stage, `RUN cp` copies.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS app
    /// COPY --from=app /etc/hosts /srv/
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS base
    /// FROM debian:12 AS app
    /// COPY --from=base /etc/hosts /srv/
    /// ```
    DL3023 "copy-from-itself" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL3023"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for stage in 0..file.stages.stages.len() {
        for (_, range, _, origin) in file.stages.origins(stage) {
            if origin == Origin::Stage(stage) {
                let name = range.of(&file.file.text);
                report.at(range, format!("`{name}` is the stage that this stands in"));
            }
        }
    }
}
