//! FROM with arguments whose defaults make no image.

use dockerfile::ast::Body;
use dockerfile::build::Build;
use dockerfile::image::Reference;
use dockerfile::scope::Scope;
use dockerfile::stages::Base;

use crate::context::Profile;
use crate::facts::Facts;
use crate::finding::Level;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// The defaults of the arguments in `FROM` make no image name.
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

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let mut defaults = None;
    for stage in &file.stages.stages {
        let Body::From(from) = &file.file.instructions[stage.from].body else {
            continue;
        };
        let Some(image) = from.image.as_ref().filter(|it| it.text.contains('$')) else {
            continue;
        };
        let defaults = defaults.get_or_insert_with(|| Scope::global(file.file, &Build::with_args(&[])));
        let Ok(expanded) = defaults.expand(&image.text, file.file.escape) else {
            continue;
        };
        let name = expanded.text;
        let is_stage = file.stages.stages[..stage.index]
            .iter()
            .any(|it| it.name.as_ref().is_some_and(|it| it.text.eq_ignore_ascii_case(&name)));
        if is_stage || Reference::parse(&name).is_ok() {
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
