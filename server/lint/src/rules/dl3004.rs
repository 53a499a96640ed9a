//! sudo in RUN.

use dockerfile::range::TextRange;

use crate::context::Profile;
use crate::facts::{Facts, RunCommand};
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `sudo` in `RUN`.
    ///
    /// ## Why
    /// `RUN` already runs as root unless `USER` says otherwise, and then `USER root` before and
    /// `USER name` behind say what is meant. `sudo` may be missing in the next version of the base
    /// image, drops the environment that `ENV` and `ARG` have set, and when it asks for a password
    /// the build fails. To become another user, use `su-exec`, `gosu` or `setpriv`.
    ///
    /// In a stage whose user is known not to be root it is reported only to those who ask for it.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN sudo -E apt-get update
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// USER app
    /// RUN sudo make install
    /// ```
    DL3004 "no-sudo" {
        level: Error, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3004"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let profile = report.profile();
    for command in file.run_commands().filter(|it| it.name() == "sudo") {
        if profile == Profile::Hadolint && (command.quoted || command.is_disguised()) {
            continue;
        }
        let user = file.steps[command.step].user.as_deref();
        let is_root = user.map(|it| matches!(it.split(':').next(), Some("" | "root" | "0")));
        let range = command.name_range();
        let reported = match is_root {
            Some(true) => report.at(range, "`sudo` in RUN, which runs as root already"),
            Some(false) => report.pedantic(range, "`sudo` in RUN: `USER root` says the same"),
            None => report.at(range, "`sudo` in RUN: `USER` says who runs it"),
        };
        let Some(removed) = removal(command) else {
            continue;
        };
        let edits = vec![Edit::delete(removed)];
        match is_root {
            Some(true) => reported.fix("Take `sudo` away", edits),
            _ => reported.unsafe_fix("Take `sudo` away", edits),
        };
    }
}

/// `sudo` and its options up to the program, where these do not change who runs it.
fn removal(command: &RunCommand) -> Option<TextRange> {
    let mut rest = command.arguments().iter();
    let harmless = |it: &str| matches!(it, "-E" | "-H" | "-n" | "-S" | "-EH" | "-HE" | "--");
    let program = rest.find(|it| !harmless(it.text()))?;
    let is_program = !program.text().starts_with('-') && !program.text().contains('=');
    let start = command.name_range().start;
    is_program.then(|| TextRange::new(start, program.range.start))
}
