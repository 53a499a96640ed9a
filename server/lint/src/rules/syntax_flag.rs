//! Syntax of the flags between an instruction's name and its arguments.

use dockerfile::problem::ProblemKind;
use dockerfile::range::TextRange;

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::syntax::{check, check_with};
use crate::similar::nearest;

declare_rule! {
    /// A flag that the instruction does not have.
    ///
    /// ## Why
    /// The build is refused. The flags stand between the instruction and its arguments; those of
    /// the program that `RUN` starts come behind its name.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY --chow=app . /srv
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// COPY --chown=app . /srv
    /// ```
    SYN020 "unknown-flag" {
        level: Error, since: "0.1.0", fix: Safe,
        aliases: ["dockerfile-utils/UNKNOWN_FLAG"],
        check: check_unknown
    }
}

declare_rule! {
    /// A flag without the value that it needs.
    ///
    /// ## Why
    /// The build is refused.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY --chown . /srv
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// COPY --chown=1000 . /srv
    /// ```
    SYN021 "flag-without-value" {
        level: Error, since: "0.1.0",
        aliases: ["dockerfile-utils/FLAG_MISSING_VALUE"],
        check: check
    }
}

declare_rule! {
    /// A flag that is given twice and may be given once.
    ///
    /// ## Why
    /// The build is refused.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY --chown=1 --chown=2 . /srv
    /// ```
    SYN022 "duplicate-flag" {
        level: Error, since: "0.1.0",
        aliases: ["dockerfile-utils/FLAG_DUPLICATE"],
        check: check
    }
}

declare_rule! {
    /// A part of `--mount` that is not `KEY=VALUE`.
    ///
    /// ## Why
    /// The build is refused. Only `ro`, `rw`, `readonly`, `readwrite` and `required` stand alone.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN --mount=type=cache,/root/.cache true
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN --mount=type=cache,target=/root/.cache true
    /// ```
    SYN023 "invalid-mount-option" {
        level: Error, since: "0.1.0",
        check: check
    }
}

/// The flags of each instruction.
const FLAGS: &[(&str, &[&str])] = &[
    (
        "ADD",
        &["checksum", "chmod", "chown", "exclude", "keep-git-dir", "link", "unpack"],
    ),
    (
        "COPY",
        &["chmod", "chown", "exclude", "from", "link", "parents"],
    ),
    ("FROM", &["platform"]),
    (
        "HEALTHCHECK",
        &["interval", "retries", "start-interval", "start-period", "timeout"],
    ),
    ("RUN", &["device", "mount", "network", "security"]),
];

fn check_unknown(file: &Facts<'_>, report: &mut Report<'_>) {
    check_with(file, report, |problem, reported| {
        let ProblemKind::UnknownFlag { instruction, flag } = &problem.kind else {
            return reported;
        };
        let start = problem.range.start;
        let written = format!("--{flag}");
        let name = TextRange::new(start, start + written.len());
        let is_plain = name.of(&file.file.text) == written;
        let reported = match *instruction {
            "ADD" => reported.aliases(&["dockerfile-utils/UNKNOWN_ADD_FLAG"]),
            "COPY" => reported.aliases(&["dockerfile-utils/UNKNOWN_COPY_FLAG"]),
            "FROM" => reported.aliases(&["dockerfile-utils/UNKNOWN_FROM_FLAG"]),
            "HEALTHCHECK" => reported.aliases(&["dockerfile-utils/UNKNOWN_HEALTHCHECK_FLAG"]),
            _ => reported,
        };
        let flags = FLAGS.iter().find(|(of, _)| of == instruction);
        let names = flags.map_or(&[][..], |(_, names)| names);
        match nearest(flag, names.iter().copied()) {
            Some(meant) if is_plain => reported.narrow(name).fix(
                format!("Change to --{meant}"),
                vec![Edit::replace(name, format!("--{meant}"))],
            ),
            _ if is_plain => reported.narrow(name),
            _ => reported,
        }
    });
}
