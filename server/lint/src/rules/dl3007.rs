//! A base image with the tag latest.

use dockerfile::ast::Body;
use dockerfile::stages::Base;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::part;

declare_rule! {
    /// `FROM` with the tag `latest`.
    ///
    /// ## Why
    /// It is another image tomorrow, and nobody sees which one it was. It is not said in the
    /// recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:latest
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ```
    DL3007 "no-latest" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3007", "trivy/DS-0001", "droast/DF001"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for stage in &file.stages.stages {
        let Body::From(from) = &file.file.instructions[stage.from].body else {
            continue;
        };
        let Some(image) = &from.image else { continue };
        let is_latest = match &stage.base {
            Base::Image(reference) => {
                reference.tag.as_deref() == Some("latest") && reference.digest.is_none()
            }
            Base::Unknown(_) => image.text.ends_with(":latest"),
            Base::Stage(_) | Base::Scratch => false,
        };
        if !is_latest {
            continue;
        }
        let written = image.text.rfind(":latest");
        let range = match written {
            Some(colon) => part(image, colon + 1..image.text.len()),
            None => image.range,
        };
        let reported = report.pedantic(range, "latest is another image tomorrow");
        // Others do not look into variables.
        if written.is_none() {
            reported.aliases(&[]);
        }
    }
}
