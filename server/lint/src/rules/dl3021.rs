//! COPY of several files to what is no folder.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// `COPY` or `ADD` of several sources to a destination that does not end with `/`.
    ///
    /// ## Why
    /// The build is refused: several files need a folder, and only a `/` at the end says that it is
    /// one.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY app.py settings.py /srv
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// COPY app.py settings.py /srv/
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// WORKDIR /srv
    /// COPY app.py settings.py .
    /// ```
    DL3021 "folder-for-several" {
        level: Error, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3021", "dockerfile-utils/INVALID_DESTINATION", "droast/DF048"],
        check: check
    }
}

/// What only others say of ADD.
const ADD: &[&str] = &["dockerfile-utils/INVALID_DESTINATION"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let instruction = step.inner();
        let Body::Files(files) = &instruction.body else {
            continue;
        };
        let Some(destination) = &files.destination else {
            continue;
        };
        let path = unquoted(&destination.text);
        let is_folder = path.ends_with(['/', '\\']) || matches!(path, "." | "..");
        if files.sources.len() < 2 || is_folder || path.is_empty() || path.ends_with('}') || path.starts_with('$') {
            continue;
        }
        let count = files.sources.len();
        let message = format!("{count} sources need a folder: `{path}` must end with /");
        let reported = report.at(destination.range, message);
        let reported = match instruction.keyword {
            Keyword::Add => reported.aliases(ADD),
            _ => reported,
        };
        let quoted = path.len() != destination.range.len();
        let end = destination.range.end - usize::from(quoted);
        reported.fix("Add the /", vec![Edit::insert(end, "/")]);
    }
}
