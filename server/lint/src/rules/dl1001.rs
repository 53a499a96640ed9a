//! Comments that silence rules.

use dockerfile::lines::LineKind;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::suppress;

declare_rule! {
    /// A comment silences rules.
    ///
    /// ## Why
    /// A team that keeps its exceptions in the configuration sees all of them in one place.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// # hadolint ignore=DL3003
    /// RUN cd /opt && make
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// # a plain comment
    /// RUN make
    /// ```
    DL1001 "no-pragmas" {
        level: Warning, since: "0.1.0", on_request: true,
        aliases: ["hadolint/DL1001", "droast/DF072"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for line in &file.file.lines {
        let is_comment = line.kind == LineKind::Comment;
        if is_comment && suppress::is_pragma(line.content.of(&file.file.text)) {
            report.at(line.content, "this comment silences rules");
        }
    }
}
