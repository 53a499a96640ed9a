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
        let Body::From(from) = &file.file.instructions[stage.from].body else {
            continue;
        };
        let Some(image) = &from.image else { continue };
        let name = match &stage.base {
            Base::Image(reference) if reference.tag.is_none() && reference.digest.is_none() => {
                reference.repository.clone()
            }
            Base::Unknown(unresolved) if is_untagged(&image.text) => unresolved.text.clone(),
            _ => continue,
        };
        let message = format!("`{name}` has no tag, which means latest");
        let reported = report.pedantic(image.range, message);
        // Others do not look into variables.
        if image.text.starts_with('$') {
            reported.aliases(&[]);
        }
    }
}

/// Whether a name that is no image, or not known to be one, has neither tag nor digest.
fn is_untagged(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    !name.starts_with('$') && !last.contains([':', '@'])
}
