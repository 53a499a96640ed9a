//! Syntax of the file as a whole: what comes first, directives, heredocs, continuations.

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::syntax::{check, check_with};

declare_rule! {
    /// A file without any instruction.
    ///
    /// ## Why
    /// The build is refused: `file with no instructions`.
    ///
    /// ```dockerfile,bad
    /// # only a comment
    /// ```
    SYN001 "no-instructions" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL1000", "dockerfile-utils/NO_SOURCE_IMAGE"],
        check: check
    }
}

declare_rule! {
    /// `# escape=` with something other than a backslash or a backtick.
    ///
    /// ## Why
    /// The build is refused. Only these two can escape.
    ///
    /// ```dockerfile,bad
    /// # escape=^
    /// FROM debian:12
    /// ```
    /// ```dockerfile,good
    /// # escape=`
    /// FROM debian:12
    /// ```
    SYN002 "invalid-escape" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL1000", "dockerfile-utils/INVALID_ESCAPE_DIRECTIVE"],
        check: check
    }
}

declare_rule! {
    /// A parser directive that comes twice.
    ///
    /// ## Why
    /// The build is refused.
    ///
    /// ```dockerfile,bad
    /// # syntax=docker/dockerfile:1
    /// # syntax=docker/dockerfile:1
    /// FROM debian:12
    /// ```
    SYN003 "duplicate-directive" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL1000", "dockerfile-utils/DUPLICATED_ESCAPE_DIRECTIVE"],
        check: check
    }
}

declare_rule! {
    /// A heredoc whose last line is missing.
    ///
    /// ## Why
    /// The build is refused, and everything below belongs to the heredoc. The last line has the
    /// name alone, without blanks around it; `<<-` allows tabs before it.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN <<EOF
    /// apt-get update
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN <<EOF
    /// apt-get update
    /// EOF
    /// ```
    SYN004 "unterminated-heredoc" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL1000"],
        check: check
    }
}

declare_rule! {
    /// A blank line inside a continued instruction.
    ///
    /// ## Why
    /// BuildKit still joins the lines and says that it will not for ever. Often the continuation
    /// above the blank line is left over from an edit.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && \
    ///
    ///     apt-get install -y git
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update && \
    ///     apt-get install -y git
    /// ```
    SYN005 "empty-continuation" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["buildkit/NoEmptyContinuation", "dockerfile-utils/EMPTY_CONTINUATION_LINE"],
        check: check_blank_lines
    }
}

declare_rule! {
    /// An instruction before the first `FROM`.
    ///
    /// ## Why
    /// The build is refused: there is no image yet that it could change. Only `ARG` may stand there.
    ///
    /// ```dockerfile,bad
    /// RUN true
    /// FROM debian:12
    /// ```
    /// ```dockerfile,good
    /// ARG VERSION=12
    /// FROM debian:${VERSION}
    /// ```
    SYN006 "before-from" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL3061", "dockerfile-utils/NO_SOURCE_IMAGE"],
        check: check
    }
}

declare_rule! {
    /// Instructions, but no `FROM`.
    ///
    /// ## Why
    /// The build is refused: it does not know what to begin with. `FROM scratch` begins with nothing.
    ///
    /// ```dockerfile,bad
    /// RUN true
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN true
    /// ```
    SYN007 "no-from" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL3061", "dockerfile-utils/NO_SOURCE_IMAGE"],
        check: check
    }
}

fn check_blank_lines(file: &Facts<'_>, report: &mut Report<'_>) {
    check_with(file, report, |problem, reported| {
        let lines = file.file.lines.iter();
        let line = lines.rev().find(|it| it.content.start <= problem.range.start);
        let end = line.map_or(problem.range.end, |it| it.next);
        let range = dockerfile::range::TextRange::new(problem.range.start, end);
        reported.fix("Delete the blank line", vec![Edit::delete(range)])
    });
}
