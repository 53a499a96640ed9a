//! COPY of another stage's whole file system.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// `COPY --from` of `/`.
    ///
    /// ## Why
    /// It takes everything: tools, caches, whatever the stage was built with. Name what is needed.
    /// It is not said in the recommended profile, because some people make one layer of many so.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS build
    /// FROM debian:12
    /// COPY --from=build / /
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS build
    /// FROM debian:12
    /// COPY --from=build /usr/local /usr/local
    /// ```
    DL3067 "no-whole-stage" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3067"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let instruction = step.inner();
        let (Keyword::Copy, Body::Files(files)) = (instruction.keyword, &instruction.body) else {
            continue;
        };
        let Some(from) = instruction.flag("from").and_then(|it| it.value.as_ref()) else {
            continue;
        };
        let to_root = files.destination.as_ref().is_some_and(|it| unquoted(&it.text) == "/");
        if let Some(source) = files.sources.iter().find(|it| unquoted(&it.text) == "/")
            && to_root
        {
            report.pedantic(source.range, format!("all of `{}` is copied", from.text));
        }
    }
}
