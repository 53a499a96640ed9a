//! CMD and ENTRYPOINT in shell form.

use dockerfile::ast::{Body, Command as CommandForm, Instruction, Keyword};
use dockerfile::shell::ast::{CommandKind, Part, Script, Simple, Word};
use dockerfile::shell::kind::ShellKind;
use dockerfile::shell::parse::parse;

use crate::context::Profile;
use crate::facts::{Facts, Step};
use crate::finding::{Edit, Level};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `CMD` or `ENTRYPOINT` in shell form.
    ///
    /// ## Why
    /// The first process is then a shell, which need not pass signals on: `docker stop` waits ten
    /// seconds and kills. And behind an `ENTRYPOINT` in shell form, `CMD` and the arguments of
    /// `docker run` are not heard.
    ///
    /// Where the command needs a shell (variables, `&&`, redirections), `exec` before the last program
    /// lets signals through, and this is only an information.
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12
    /// CMD python -m http.server --directory '/srv/my files'
    /// ```
    /// ```dockerfile,fixed
    /// FROM python:3.12
    /// CMD ["python", "-m", "http.server", "--directory", "/srv/my files"]
    /// ```
    /// ```dockerfile,good
    /// FROM python:3.12
    /// CMD exec python -m http.server $PORT
    /// ```
    DL3025 "exec-form" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3025", "buildkit/JSONArgsRecommended"],
        check: check
    }
}

/// What others say of HEALTHCHECK, and where the file sets the shell.
const HADOLINT_ONLY: &[&str] = &["hadolint/DL3025"];

/// Words that are the shell's own, for which there is no program.
const BUILTINS: &[&str] = &[
    ".", ":", "alias", "bg", "break", "cd", "continue", "declare", "eval", "exec", "exit", "export", "fg",
    "local", "read", "readonly", "return", "set", "shift", "source", "trap", "ulimit", "umask", "unset",
    "wait",
];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let instruction = match &step.instruction.body {
            Body::Onbuild(Some(inner)) => inner,
            _ => step.instruction,
        };
        match (instruction.keyword, &instruction.body) {
            (Keyword::Cmd | Keyword::Entrypoint, Body::Command(CommandForm::Shell(_))) => {
                check_command(step, instruction, report);
            }
            (Keyword::Healthcheck, Body::Healthcheck(healthcheck)) => {
                if let CommandForm::Shell(word) = &healthcheck.command {
                    report
                        .pedantic(word.range, "HEALTHCHECK CMD in shell form")
                        .aliases(HADOLINT_ONLY);
                }
            }
            _ => {}
        }
    }
}

fn check_command(step: &Step<'_>, instruction: &Instruction, report: &mut Report<'_>) {
    let name = instruction.keyword.name();
    let range = instruction.arguments.range;
    let script = match (step.shell, instruction.heredocs.is_empty()) {
        (ShellKind::Posix, true) => parse(&instruction.logical_arguments()).script,
        _ => Script::default(),
    };
    let words = exact(&script);
    let message = match words {
        Some(_) => format!("{name} in shell form: a shell starts it, which may not pass signals on"),
        None => format!(
            "{name} in shell form: a shell stays in front; write `exec` before the last program to \
             let signals through"
        ),
    };
    let needs_shell = words.is_none();
    let profile = report.profile();
    let mut reported = match step.own_shell || ends_with_exec(&script) {
        true => report.pedantic(range, message),
        false => report.at(range, message),
    };
    if needs_shell && matches!(profile, Profile::Recommended | Profile::Strict) {
        reported = reported.level(Level::Info);
    }
    if step.own_shell {
        reported = reported.aliases(HADOLINT_ONLY);
    }
    // A comment between the lines would be lost.
    let is_one_line = range.len() == instruction.arguments.text.len();
    if let (Some(words), true) = (words, is_one_line) {
        reported.fix(
            "Write it in exec form",
            vec![Edit::replace(range, json(&words))],
        );
    }
}

/// Whether the last program takes the shell's place.
fn ends_with_exec(script: &Script) -> bool {
    let last = script.items.last();
    let command = last.and_then(|item| item.pipeline.commands.first());
    match command.map(|it| &it.kind) {
        Some(CommandKind::Simple(simple)) => {
            simple.words.first().is_some_and(|word| word.raw == "exec")
        }
        _ => false,
    }
}

/// The words of a script that is one program and nothing that needs a shell.
fn exact(script: &Script) -> Option<Vec<String>> {
    let [item] = script.items.as_slice() else {
        return None;
    };
    let [command] = item.pipeline.commands.as_slice() else {
        return None;
    };
    let CommandKind::Simple(simple) = &command.kind else {
        return None;
    };
    let plain = item.connector.is_none()
        && !item.pipeline.negated
        && command.redirects.is_empty()
        && simple.assignments.is_empty();
    match plain {
        true => words(simple),
        false => None,
    }
}

fn words(simple: &Simple) -> Option<Vec<String>> {
    let words: Vec<String> = simple
        .words
        .iter()
        .map(|word| match needs_shell(word) {
            true => None,
            false => word.literal(),
        })
        .collect::<Option<_>>()?;
    let program = words.first()?;
    (!BUILTINS.contains(&program.as_str())).then_some(words)
}

/// Patterns, `~`, braces, and everything that is expanded: a default is only one possibility.
fn needs_shell(word: &Word) -> bool {
    word.raw.starts_with('~') || word.parts.iter().any(part_needs_shell)
}

fn part_needs_shell(part: &Part) -> bool {
    match part {
        Part::Literal { text, .. } => text.contains(['*', '?', '[', '{']),
        Part::Escaped { .. } | Part::SingleQuoted { .. } => false,
        Part::DoubleQuoted { parts, .. } => {
            let is_plain = |it: &Part| matches!(it, Part::Literal { .. } | Part::Escaped { .. });
            !parts.iter().all(is_plain)
        }
        Part::Parameter { .. }
        | Part::Command { .. }
        | Part::Arithmetic { .. }
        | Part::Process { .. } => true,
    }
}

fn json(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    format!("[{}]", quoted.join(", "))
}

fn quote(word: &str) -> String {
    let mut quoted = String::from('"');
    for character in word.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            other if other.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
