//! MAINTAINER.

use dockerfile::ast::Keyword;

use crate::context::Profile;
use crate::facts::Facts;
use crate::finding::{Edit, Level};
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// `MAINTAINER`.
    ///
    /// ## Why
    /// It is deprecated since 2017. A label says the same and can be asked for.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// MAINTAINER Ada Lovelace <ada@example.com>
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// LABEL org.opencontainers.image.authors="Ada Lovelace <ada@example.com>"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL maintainer="ada@example.com"
    /// ```
    DL4000 "no-maintainer" {
        level: Error, since: "0.1.0", fix: Safe,
        aliases: [
            "hadolint/DL4000", "buildkit/MaintainerDeprecated", "dockerfile-utils/DEPRECATED_MAINTAINER",
            "trivy/DS-0022", "droast/DF019",
        ],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let instruction = step.instruction;
        if instruction.keyword != Keyword::Maintainer {
            continue;
        }
        let name = instruction.name.range;
        let reported = report.at(name, "MAINTAINER is deprecated; a label says the same");
        let reported = match file.context.profile {
            Profile::Recommended => reported.level(Level::Info),
            _ => reported,
        };
        let author = unquoted(&instruction.arguments.text);
        // What needs quoting in a label, and what only a continuation could hold.
        if author.contains(['"', '\\', '`', '$', '\n']) {
            continue;
        }
        let range = name.cover(instruction.arguments.range);
        let label = format!("LABEL org.opencontainers.image.authors=\"{author}\"");
        reported.fix("Write a label", vec![Edit::replace(range, label)]);
    }
}
