//! useradd with a high UID and a log file of its size.

use crate::facts::{Facts, RunCommand};
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `useradd` with a UID above 99999 and without `-l`.
    ///
    /// ## Why
    /// `useradd` writes the user into `/var/log/lastlog` and `faillog`, at a place that goes with the
    /// UID. The files have holes, which layers of an image do not keep: the image grows by as much as
    /// the UID is high, easily by gigabytes. `-l` leaves these files alone.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN useradd -u 1000700000 worker
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN useradd -l -u 1000700000 worker
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN useradd -u 1000 worker
    /// ```
    DL3046 "useradd-high-uid" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3046", "droast/DF064"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for command in file.run_commands().filter(|it| it.name() == "useradd") {
        let is_short = |word: &str| word.starts_with('-') && !word.starts_with("--");
        let quiet = command.arguments().iter().any(|word| {
            word.text() == "--no-log-init" || (is_short(word.text()) && word.text().contains('l'))
        });
        let Some(uid) = uid(command).filter(|uid| !quiet && uid.len() > 5) else {
            continue;
        };
        let message = format!("useradd with UID {uid} and without -l makes the image much larger");
        let edit = Edit::insert(command.name_range().end, " -l");
        report.at(command.range, message).fix("Add -l", vec![edit]);
    }
}

fn uid(command: &RunCommand) -> Option<&str> {
    let mut words = command.arguments().iter().map(|it| it.text());
    while let Some(word) = words.next() {
        let value = match word {
            "--uid" => words.next(),
            _ => match word.strip_prefix("--uid=") {
                Some(value) => Some(value),
                None if word.starts_with("--") || !word.starts_with('-') => None,
                // `-u 1`, `-u1`, `-mu 1`
                None => match word.split_once('u') {
                    Some((_, "")) => words.next(),
                    Some((_, value)) => Some(value),
                    None => None,
                },
            },
        };
        if let Some(value) = value
            && value.bytes().all(|it| it.is_ascii_digit())
        {
            return Some(value);
        }
    }
    None
}
