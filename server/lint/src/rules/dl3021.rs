//! COPY of several files to what is no folder.

use dockerfile::ast::{Body, Keyword};
use dockerfile::range::TextRange;

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

/// Flags that are fine without a value.
const NO_VALUE: &[&str] = &["link", "parents", "keep-git-dir", "unpack"];

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
        let mut range = destination.range;
        if range.of(&file.file.text).ends_with(['"', '\'']) {
            range = TextRange::new(range.start + 1, range.end - 1);
        }
        let count = files.sources.len();
        let message = format!("{count} sources need a folder: `{path}` must end with /");
        // In `--chown 1:2 file /srv` the flag is what is wrong.
        let whole = instruction.flags.iter().all(|it| it.value.is_some() || NO_VALUE.contains(&it.name.text.as_str()));
        let reported = report.at_if(whole, range, message);
        let reported = match instruction.keyword {
            Keyword::Add => reported.aliases(ADD),
            _ => reported,
        };
        reported.fix("Add the /", vec![Edit::insert(range.end, "/")]);
    }
}
