//! FROM with a variable that is not declared.

use dockerfile::ast::{Body, Word};
use dockerfile::scope::Scope;

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::part;
use crate::similar::nearest;

declare_rule! {
    /// `FROM` uses a variable that no `ARG` before the first `FROM` declares.
    ///
    /// ## Why
    /// The variable is empty, whatever `--build-arg` says: only what is declared can be given. An
    /// `ARG` inside a stage does not count for `FROM`.
    ///
    /// ```dockerfile,bad
    /// ARG VERSION=12
    /// FROM debian:${VERSOIN}
    /// ```
    /// ```dockerfile,fixed
    /// ARG VERSION=12
    /// FROM debian:${VERSION}
    /// ```
    /// ```dockerfile,good
    /// ARG VERSION=12
    /// FROM --platform=$BUILDPLATFORM debian:${VERSION}
    /// ```
    BK005 "undefined-arg-in-from" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        aliases: ["buildkit/UndefinedArgInFrom", "droast/DF086"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for stage in &file.stages.stages {
        let instruction = &file.file.instructions[stage.from];
        let Body::From(from) = &instruction.body else {
            continue;
        };
        let platform = instruction.flag("platform").and_then(|it| it.value.as_ref());
        for word in platform.into_iter().chain(&from.image) {
            check_word(file, report, word);
        }
    }
}

fn check_word(file: &Facts<'_>, report: &mut Report<'_>, word: &Word) {
    if !word.text.contains('$') {
        return;
    }
    let scope: &Scope = &file.stages.global;
    let Ok(expanded) = scope.expand(&word.text, file.file.escape) else {
        return;
    };
    for used in expanded.uses.iter().filter(|it| scope.get(&it.name).is_none()) {
        let written = &word.text[used.range.clone()];
        let range = part(word, used.range.clone());
        let message = format!("no ARG before the first FROM declares `{}`", used.name);
        let reported = report.at(range, message);
        let names = scope.variables().map(|(name, _)| name);
        if let Some(meant) = nearest(&used.name, names) {
            let text = written.replacen(&used.name, meant, 1);
            reported.fix(format!("Change to {meant}"), vec![Edit::replace(range, text)]);
        }
    }
}
