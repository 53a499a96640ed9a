//! A base image without a tag.

use dockerfile::ast::Body;
use dockerfile::stages::Base;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `FROM` with an image that has neither tag nor digest.
    ///
    /// ## Why
    /// It means `:latest`, which is another image tomorrow. A tag keeps builds comparable, a digest
    /// keeps them the same. It is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS build
    /// FROM build
    /// ```
    DL3006 "tag-base-image" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3006"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for stage in &file.stages.stages {
        let (Base::Image(reference), Body::From(from)) =
            (&stage.base, &file.file.instructions[stage.from].body)
        else {
            continue;
        };
        let Some(image) = &from.image else { continue };
        if reference.tag.is_some() || reference.digest.is_some() {
            continue;
        }
        let message = format!("`{}` has no tag, which means latest", reference.familiar().trim_end_matches(":latest"));
        let reported = report.pedantic(image.range, message);
        // Others do not look into variables.
        if image.text.starts_with('$') {
            reported.aliases(&[]);
        }
    }
}
