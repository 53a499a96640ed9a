//! FROM with arguments whose defaults make no image.

use dockerfile::ast::{Body, Word};
use dockerfile::build::Build;
use dockerfile::image::{Reference, ReferenceError};
use dockerfile::range::TextRange;
use dockerfile::scope::Scope;
use dockerfile::stages::Base;

use crate::context::Profile;
use crate::facts::Facts;
use crate::finding::Level;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::part;

declare_rule! {
    /// `FROM` with what is no image name, or is none with the defaults of its arguments.
    ///
    /// ## Why
    /// A build without `--build-arg` fails, and tools that build without asking cannot build the file.
    /// A default, if only the usual one, makes it build.
    ///
    /// ```dockerfile,bad
    /// ARG BASE
    /// FROM ${BASE}
    /// ```
    /// ```dockerfile,good
    /// ARG BASE=debian:12
    /// FROM ${BASE}
    /// ```
    BK007 "invalid-default-in-from" {
        level: Warning, since: "0.1.0",
        aliases: ["buildkit/InvalidDefaultArgInFrom"],
        check: check
    }
}

/// What is said of a name without variables.
const NO_IMAGE: &[&str] = &["buildkit/InvalidDefaultArgInFrom", "dockerfile-utils/INVALID_REFERENCE_FORMAT"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let mut defaults = None;
    for stage in &file.stages.stages {
        let Body::From(from) = &file.file.instructions[stage.from].body else {
            continue;
        };
        let Some(image) = &from.image else { continue };
        let defaults = defaults.get_or_insert_with(|| Scope::global(file.file, &Build::with_args(&[])));
        let Ok(expanded) = defaults.expand(&image.text, file.file.escape) else {
            continue;
        };
        let name = expanded.text;
        // Names are kept in lower case, and FROM looks for them as they are written.
        let is_lower = !name.contains(|it: char| it.is_ascii_uppercase());
        let mut earlier = file.stages.stages[..stage.index].iter();
        let is_stage = is_lower
            && earlier.any(|it| it.name.as_ref().is_some_and(|it| it.text.eq_ignore_ascii_case(&name)));
        if is_stage || Reference::parse(&name).is_ok() {
            continue;
        }
        if !image.text.contains('$') {
            let Err(error) = Reference::parse(&name) else {
                continue;
            };
            report
                .at(wrong_part(image, error), format!("`{name}` is no image: {error}"))
                .level(Level::Error)
                .aliases(NO_IMAGE);
            continue;
        }
        let message = match name.is_empty() {
            true => format!("`{}` is empty unless a --build-arg is given", image.text),
            false => format!("`{}` is `{name}` unless a --build-arg is given, which is no image", image.text),
        };
        // Who gives the argument builds.
        let is_given = !matches!(stage.base, Base::Unknown(_));
        let reported = report.at_if(!is_given, image.range, message);
        if file.context.profile == Profile::Recommended {
            reported.level(Level::Info);
        }
    }
}

/// The part of a name that is wrong: its tag, its digest, or all of it.
fn wrong_part(image: &Word, error: ReferenceError) -> TextRange {
    let sign = match error {
        ReferenceError::Tag => ':',
        ReferenceError::Digest => '@',
        _ => return image.range,
    };
    match image.text.rfind(sign) {
        Some(start) if start + 1 < image.text.len() => part(image, start + 1..image.text.len()),
        _ => image.range,
    }
}
