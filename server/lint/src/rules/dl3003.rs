//! cd in RUN.

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `cd` in a `RUN`.
    ///
    /// ## Why
    /// `WORKDIR` says the same once, where everyone sees it, and makes the folder. A `cd` is forgotten
    /// at the end of its `RUN`. A matter of taste: it is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN cd /opt && make
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// WORKDIR /opt
    /// RUN make
    /// ```
    DL3003 "workdir-not-cd" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3003", "trivy/DS-0013", "droast/DF008"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let mut last = None;
    for command in file.run_commands().filter(|it| it.name() == "cd") {
        // Once for a RUN is enough.
        if last.replace(command.instruction) == Some(command.instruction) {
            continue;
        }
        let folder = command.words.get(1).map_or("", |word| &word.raw);
        let message = format!("`cd {folder}` in RUN; WORKDIR changes the folder for all that follows");
        report.pedantic(command.range, message);
    }
}
