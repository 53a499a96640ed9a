//! Syntax of one instruction: its name, its arguments.

use dockerfile::problem::{Problem, ProblemKind};

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::syntax::{check, check_with};

declare_rule! {
    /// A line that begins with none of the instructions.
    ///
    /// ## Why
    /// The build is refused. Often it is a typing mistake, or a line that lost the `\` above it.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// USRE app
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// USER app
    /// ```
    SYN010 "unknown-instruction" {
        level: Error, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL1000", "dockerfile-utils/UNKNOWN_INSTRUCTION"],
        check: check_names
    }
}

declare_rule! {
    /// An instruction without the arguments that it needs.
    ///
    /// ## Why
    /// The build is refused.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY app.py
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// COPY app.py /srv/
    /// ```
    SYN011 "missing-arguments" {
        level: Error, since: "0.1.0",
        aliases: ["dockerfile-utils/ARGUMENT_MISSING"],
        check: check_missing
    }
}

declare_rule! {
    /// Arguments that the instruction does not take.
    ///
    /// ## Why
    /// The build is refused.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 IS base
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12 AS base
    /// ```
    SYN012 "wrong-arguments" {
        level: Error, since: "0.1.0", fix: Unsafe,
        aliases: ["dockerfile-utils/ARGUMENT_EXTRA"],
        check: check_wrong
    }
}

declare_rule! {
    /// A JSON array with something in it that is no string.
    ///
    /// ## Why
    /// The build is refused: the exec form has strings only. Write `"8080"`, not `8080`.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// CMD ["sleep", 10]
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// CMD ["sleep", "10"]
    /// ```
    SYN013 "json-not-strings" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL1000"],
        check: check
    }
}

declare_rule! {
    /// `ENV` or `LABEL` with a name and no value.
    ///
    /// ## Why
    /// The build is refused. For an empty value write `NAME=`.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ENV LANG
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ENV LANG=
    /// ```
    SYN014 "missing-value" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL1000", "dockerfile-utils/ARGUMENT_REQUIRES_TWO"],
        check: check
    }
}

declare_rule! {
    /// A word without `=` among `NAME=VALUE` pairs.
    ///
    /// ## Why
    /// The build is refused. Usually a value with a blank in it is not quoted.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ENV GREETING=hello world
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ENV GREETING="hello world"
    /// ```
    SYN015 "missing-equals" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL1000", "dockerfile-utils/SYNTAX_MISSING_EQUALS"],
        check: check
    }
}

declare_rule! {
    /// `=` with nothing before it.
    ///
    /// ## Why
    /// The build is refused: a variable has a name.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ENV =value
    /// ```
    SYN016 "empty-name" {
        level: Error, since: "0.1.0",
        aliases: ["dockerfile-utils/SYNTAX_MISSING_NAMES"],
        check: check
    }
}

declare_rule! {
    /// A quote that is not closed in a line with a heredoc.
    ///
    /// ## Why
    /// The build is refused: where the words end decides where the heredoc begins.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY <<EOF "/a
    /// text
    /// EOF
    /// ```
    SYN017 "unclosed-quote" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL1000"],
        check: check
    }
}

declare_rule! {
    /// A stage name with characters that it cannot have.
    ///
    /// ## Why
    /// The build is refused. A name starts with a letter and has letters, digits, `-`, `_` and `.`.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS 1st
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS first
    /// ```
    SYN018 "invalid-stage-name" {
        level: Error, since: "0.1.0",
        aliases: ["dockerfile-utils/INVALID_BUILD_STAGE_NAME"],
        check: check
    }
}

declare_rule! {
    /// `ONBUILD` with an instruction that it cannot hold.
    ///
    /// ## Why
    /// The build is refused: `FROM`, `MAINTAINER` and another `ONBUILD` cannot be triggers.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ONBUILD FROM debian:11
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ONBUILD COPY . /srv
    /// ```
    SYN019 "onbuild-forbidden" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL3043", "dockerfile-utils/ONBUILD_TRIGGER_DISALLOWED"],
        check: check_onbuild
    }
}

fn check_names(file: &Facts<'_>, report: &mut Report<'_>) {
    check_with(file, report, |problem, reported| match problem.kind {
        ProblemKind::UnknownInstruction {
            meant: Some(meant), ..
        } => reported.fix(
            format!("Change to {meant}"),
            vec![Edit::replace(problem.range, meant)],
        ),
        _ => reported,
    });
}

fn check_missing(file: &Facts<'_>, report: &mut Report<'_>) {
    check_with(file, report, |problem, reported| match instruction_of(problem) {
        "ADD" | "COPY" => reported.aliases(&["dockerfile-utils/ARGUMENT_REQUIRES_AT_LEAST_TWO"]),
        "HEALTHCHECK" => reported.aliases(&["dockerfile-utils/ARGUMENT_REQUIRES_AT_LEAST_ONE"]),
        "SHELL" if has_arguments(file, problem) => {
            reported.aliases(&["dockerfile-utils/SHELL_JSON_FORM"])
        }
        // Half typed, or nothing to do.
        "RUN" => reported.aliases(&[]),
        _ => reported,
    });
}

fn check_wrong(file: &Facts<'_>, report: &mut Report<'_>) {
    check_with(file, report, |problem, reported| {
        let text = problem.range.of(&file.file.text);
        let words: Vec<&str> = text.split_whitespace().collect();
        match (instruction_of(problem), words.as_slice()) {
            ("FROM", [_, word, _]) if !word.eq_ignore_ascii_case("as") => {
                let start = text.find(&format!(" {word} ")).map(|it| it + 1);
                let reported = reported.aliases(&["dockerfile-utils/INVALID_AS"]);
                match start {
                    Some(start) => {
                        let start = problem.range.start + start;
                        let range = dockerfile::range::TextRange::new(start, start + word.len());
                        reported.fix("Change to AS", vec![Edit::replace(range, "AS")])
                    }
                    None => reported,
                }
            }
            ("FROM", [_, _]) => {
                reported.aliases(&["dockerfile-utils/ARGUMENT_REQUIRES_ONE_OR_THREE"])
            }
            ("HEALTHCHECK", [none, ..]) if none.eq_ignore_ascii_case("none") => {
                reported.aliases(&["dockerfile-utils/ARGUMENT_UNNECESSARY"])
            }
            ("HEALTHCHECK", [cmd]) if cmd.eq_ignore_ascii_case("cmd") => {
                reported.aliases(&["dockerfile-utils/HEALTHCHECK_CMD_ARGUMENT_MISSING"])
            }
            ("HEALTHCHECK", _) => reported.aliases(&["dockerfile-utils/UNKNOWN_TYPE"]),
            _ => reported,
        }
    });
}

fn check_onbuild(file: &Facts<'_>, report: &mut Report<'_>) {
    check_with(file, report, |problem, reported| {
        match problem.range.of(&file.file.text).to_ascii_uppercase().as_str() {
            "ONBUILD" => reported.aliases(&[
                "hadolint/DL3043",
                "dockerfile-utils/ONBUILD_CHAINING_DISALLOWED",
            ]),
            _ => reported,
        }
    });
}

fn instruction_of(problem: &Problem) -> &'static str {
    match problem.kind {
        ProblemKind::MissingArguments { instruction, .. }
        | ProblemKind::WrongArguments { instruction, .. } => instruction,
        _ => "",
    }
}

fn has_arguments(file: &Facts<'_>, problem: &Problem) -> bool {
    let instruction = file.file.instruction_at(problem.range.start);
    instruction.is_some_and(|it| !it.arguments.text.is_empty())
}
