//! FROM --platform with a fixed platform.

use dockerfile::ast::Body;

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `FROM --platform` with a platform that is written down.
    ///
    /// ## Why
    /// The stage is then of this platform whatever `docker build --platform` asks for, and runs
    /// through an emulator on other machines. `$BUILDPLATFORM` is for stages that build for another
    /// machine. It is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM --platform=linux/amd64 debian:12
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// ```
    /// ```dockerfile,good
    /// FROM --platform=$BUILDPLATFORM golang:1.22
    /// ```
    DL3029 "no-fixed-platform" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        aliases: ["hadolint/DL3029", "buildkit/FromPlatformFlagConstDisallowed", "droast/DF061"],
        check: check
    }
}

/// What is said where the name of the stage says that it is for one platform, or a variable is.
const HADOLINT_ONLY: &[&str] = &["hadolint/DL3029"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for instruction in &file.file.instructions {
        let Body::From(from) = &instruction.body else {
            continue;
        };
        let Some(flag) = instruction.flag("platform") else {
            continue;
        };
        let Some(value) = &flag.value else { continue };
        if value.text.contains("BUILDPLATFORM") || value.text.contains("TARGETPLATFORM") {
            continue;
        }
        let stage = from.alias.as_ref().map(|it| it.text.to_ascii_lowercase());
        let named = stage.is_some_and(|stage| {
            let mut parts = value.text.split('/').filter(|part| !part.is_empty());
            parts.any(|part| stage.contains(part))
        });
        let message = format!("the platform is always {}", value.text);
        let reported = report.pedantic(flag.range, message);
        let reported = match named || value.text.contains('$') {
            true => reported.aliases(HADOLINT_ONLY),
            false => reported,
        };
        let mut range = flag.range;
        let rest = &file.file.text[range.end..];
        range.end += rest.len() - rest.trim_start_matches([' ', '\t']).len();
        reported.fix("Leave the platform to the build", vec![Edit::delete(range)]);
    }
}
