//! Both wget and curl.

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// Both `wget` and `curl` are used.
    ///
    /// ## Why
    /// Each has to be in the image, and one would do. It is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN wget -nv https://example.com/a
    /// RUN curl -fO https://example.com/b
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN curl -fO https://example.com/a
    /// RUN curl -fO https://example.com/b
    /// ```
    DL4001 "wget-or-curl" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL4001", "trivy/DS-0014", "droast/DF058"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let mut seen = [false, false];
    let mut stage = None;
    let mut last = None;
    for command in file.run_commands() {
        if stage.replace(command.stage) != Some(command.stage) {
            seen = [false, false];
        }
        let which = match command.name() {
            "wget" => 0,
            "curl" => 1,
            _ => continue,
        };
        seen[which] = true;
        // Once for a RUN is enough.
        if seen == [true, true] && last != Some(command.instruction) {
            last = Some(command.instruction);
            report.pedantic(command.name_range(), "both wget and curl are used; one would do");
        }
    }
}
