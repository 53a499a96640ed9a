//! Several CMD in a stage.

use dockerfile::ast::Keyword;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::repeated;

declare_rule! {
    /// Several `CMD` in one stage.
    ///
    /// ## Why
    /// Only the last counts. Who reads the first one believes something else.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// CMD ["/old"]
    /// CMD ["/new"]
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// CMD ["/new"]
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS one
    /// CMD ["/old"]
    /// FROM debian:12
    /// CMD ["/new"]
    /// ```
    DL4003 "one-cmd" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL4003", "buildkit/MultipleInstructionsDisallowed", "dockerfile-utils/MULTIPLE_INSTRUCTIONS"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    repeated::check(file, report, Keyword::Cmd);
}
