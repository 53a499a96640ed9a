//! Several ENTRYPOINT in a stage.

use dockerfile::ast::Keyword;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::repeated;

declare_rule! {
    /// Several `ENTRYPOINT` in one stage.
    ///
    /// ## Why
    /// Only the last counts. Who reads the first one believes something else.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ENTRYPOINT ["/old"]
    /// ENTRYPOINT ["/new"]
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// ENTRYPOINT ["/new"]
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS one
    /// ENTRYPOINT ["/old"]
    /// FROM debian:12
    /// ENTRYPOINT ["/new"]
    /// ```
    DL4004 "one-entrypoint" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL4004", "buildkit/MultipleInstructionsDisallowed", "dockerfile-utils/MULTIPLE_INSTRUCTIONS"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    repeated::check(file, report, Keyword::Entrypoint);
}
