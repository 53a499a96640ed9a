//! USER with a name.

use dockerfile::ast::{Body, Keyword};

use crate::facts::{Facts, Step};
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::{unquoted, variable};

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
        if user.is_empty() || is_number(user) {
            continue;
        }
        let is_argument = variable(user).is_some_and(|name| is_argument(file, step, name));
        let meaning = file.expand(step, user);
        let message = match &meaning {
            // An argument without a value may well be a number.
            None if is_argument => continue,
            Some(meaning) if is_argument && is_number(meaning) => continue,
            Some(meaning) if meaning != user => format!("user `{user}` is `{meaning}`, a name that only the container knows"),
            _ => format!("user `{user}` is a name, which only the container knows"),
        };
        let reported = report.pedantic(word.range, message);
        // hadolint passes over arguments.
        if is_argument {
            reported.aliases(&[]);
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// Whether ARG declares a variable in the stage before the step.
fn is_argument(file: &Facts<'_>, step: &Step<'_>, name: &str) -> bool {
    let mut earlier = file.steps_of(step.stage).take_while(|it| it.index < step.index);
    earlier.any(|it| match (it.instruction.keyword, &it.instruction.body) {
        (Keyword::Arg, Body::Pairs(pairs)) => pairs.pairs.iter().any(|pair| pair.name.text == name),
        _ => false,
    })
}
