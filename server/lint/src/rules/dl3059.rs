//! RUN behind RUN.

use dockerfile::ast::{Body, Command, Keyword};
use dockerfile::shell::kind::ShellKind;

use crate::facts::{Facts, Step};
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A `RUN` of one command right behind another.
    ///
    /// ## Why
    /// Each is a layer. What one adds and the next deletes stays in the image. Two that belong
    /// together can be one; two that change at different times are better apart, for the cache. It is
    /// not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update
    /// RUN apt-get install -y git
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update \
    ///     && apt-get install -y git
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y git
    /// ```
    DL3059 "join-runs" {
        level: Info, since: "0.1.0", fix: Unsafe,
        aliases: ["hadolint/DL3059", "droast/DF003"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let mut counts = vec![0; file.steps.len()];
    for command in file.run_commands() {
        let is_own = !command.wrapped && !command.quoted;
        // A test is part of what it decides on.
        if is_own && command.name() != "[" {
            counts[command.step] += 1;
        }
    }
    for (step, count) in file.steps.iter().zip(&mut counts) {
        // Shells that are not read here join commands with the same signs.
        let text = &step.instruction.arguments.text;
        if step.shell != ShellKind::Posix && text.contains([';', '|', '&']) {
            *count = 2;
        }
    }
    for (index, pair) in file.steps.windows(2).enumerate() {
        let [before, step] = pair else { continue };
        let is_run = |step: &Step<'_>| step.instruction.keyword == Keyword::Run;
        let adjacent = is_run(before)
            && is_run(step)
            && before.stage == step.stage
            && before.index + 1 == step.index;
        if !adjacent || counts[index] > 1 || counts[index + 1] > 1 || !same_flags(before, step) {
            continue;
        }
        let reported = report.pedantic(step.instruction.name.range, "RUN right behind another RUN");
        if let Some(edit) = joined(file, before, step) {
            reported.fix("Join the two", vec![edit]);
        }
    }
}

fn same_flags(before: &Step<'_>, step: &Step<'_>) -> bool {
    let flags = |step: &Step<'_>| {
        let flags = step.instruction.flags.iter();
        let mut flags: Vec<(String, Option<String>)> = flags
            .map(|it| (it.name.text.clone(), it.value.as_ref().map(|it| it.text.clone())))
            .collect();
        flags.sort();
        flags
    };
    flags(before) == flags(step)
}

/// Puts `&&` in the place of what lies between two shell forms, if that is white space.
fn joined(file: &Facts<'_>, before: &Step<'_>, step: &Step<'_>) -> Option<Edit> {
    let is_shell = |step: &Step<'_>| {
        matches!(step.instruction.body, Body::Command(Command::Shell(_))) && step.instruction.heredocs.is_empty()
    };
    let end = before.instruction.arguments.range.end;
    let gap = file.file.text.get(end..step.instruction.range.start)?;
    let plain = is_shell(before) && is_shell(step) && gap.trim().is_empty();
    let range = dockerfile::range::TextRange::new(end, step.instruction.arguments.range.start);
    plain.then(|| Edit::replace(range, format!(" {}\n    && ", file.file.escape)))
}
