//! USER with a name.

use dockerfile::ast::Keyword;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// `USER` with a name, not a number.
    ///
    /// ## Why
    /// Outside the container nobody knows the name. Kubernetes refuses to start an image with
    /// `runAsNonRoot` when it cannot see that the user is not root. It is not said in the recommended
    /// profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// USER worker
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// USER 1000:1000
    /// ```
    DL3066 "numeric-user" {
        level: Info, since: "0.1.0",
        aliases: ["hadolint/DL3066"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        if step.instruction.keyword != Keyword::User {
            continue;
        }
        let word = &step.instruction.arguments;
        let user = unquoted(&word.text).split(':').next().unwrap_or_default();
        let is_number = !user.is_empty() && user.bytes().all(|it| it.is_ascii_digit());
        if !is_number && !user.is_empty() {
            report.pedantic(word.range, format!("user `{user}` is a name, which only the container knows"));
        }
    }
}
