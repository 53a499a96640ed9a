//! ln for another shell.

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `ln` in a `RUN` puts another shell in the place of `/bin/sh`.
    ///
    /// ## Why
    /// Everything in the image that asks for `sh` gets it then, also scripts of packages that were
    /// never tried with it. `SHELL` changes what reads the `RUN`s. It is not said in the recommended
    /// profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN ln -sf /bin/bash /bin/sh
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// SHELL ["/bin/bash", "-c"]
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN ln -s /opt/app/bin/app /usr/local/bin/app
    /// ```
    DL4005 "shell-not-ln" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        aliases: ["hadolint/DL4005"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for command in file.run_commands() {
        if command.name() != "ln" || !command.has("/bin/sh") {
            continue;
        }
        let reported = report.pedantic(command.range, "ln replaces /bin/sh for all of the image; SHELL is for RUN");
        let instruction = &file.file.instructions[command.instruction];
        let alone = instruction.arguments.range == command.range;
        let shells = ["/bin/bash", "/usr/bin/bash", "/bin/zsh", "/bin/ash", "/bin/dash"];
        let shell = shells.iter().find(|shell| command.has(shell));
        if let (true, Some(shell)) = (alone && instruction.heredocs.is_empty(), shell) {
            let line = format!("SHELL [\"{shell}\", \"-c\"]");
            reported.fix("Write SHELL", vec![Edit::replace(instruction.range, line)]);
        }
    }
}
