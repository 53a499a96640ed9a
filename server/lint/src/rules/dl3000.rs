//! WORKDIR that is not absolute.

use dockerfile::ast::Keyword;

use crate::context::Profile;
use crate::facts::{Facts, Step};
use crate::finding::{Edit, Level};
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::is_absolute;

declare_rule! {
    /// `WORKDIR` with a relative path.
    ///
    /// ## Why
    /// A relative folder is below the one before it. Where no `WORKDIR` of the file comes before,
    /// that is the base image's, which another version of the image may change.
    ///
    /// A relative path behind an absolute `WORKDIR` is unambiguous and not reported, unless the
    /// profile asks for what hadolint says.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// WORKDIR src
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// WORKDIR /app
    /// WORKDIR src
    /// ```
    DL3000 "absolute-workdir" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        aliases: ["hadolint/DL3000", "buildkit/WorkdirRelativePath", "dockerfile-utils/WORKDIR_IS_NOT_ABSOLUTE"],
        check: check
    }
}

/// What others say where an absolute one comes before.
const BEHIND_ABSOLUTE: &[&str] = &["hadolint/DL3000", "dockerfile-utils/WORKDIR_IS_NOT_ABSOLUTE"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let mut absolute_in = None;
    for step in &file.steps {
        if step.instruction.keyword != Keyword::Workdir {
            continue;
        }
        let path = step.instruction.arguments.text.trim_matches(['"', '\'']);
        if is_absolute(path) {
            absolute_in = Some(step.stage);
            continue;
        }
        if path.is_empty() || path.starts_with('$') {
            continue;
        }
        let range = step.instruction.arguments.range;
        let absolute = resolved(step, path);
        let is_known = absolute_in == Some(step.stage);
        let message = match (&absolute, is_known) {
            (Some(absolute), true) => format!("relative WORKDIR `{path}`: it is {absolute}"),
            (Some(absolute), false) => format!(
                "relative WORKDIR `{path}` is below the base image's folder, {absolute} today"
            ),
            (None, _) => format!("relative WORKDIR `{path}` is below whatever folder the base image has"),
        };
        let reported = match is_known {
            true => report.pedantic(range, message).aliases(BEHIND_ABSOLUTE),
            false => report.at(range, message),
        };
        let reported = match report_level(file.context.profile) {
            Some(level) => reported.level(level),
            None => reported,
        };
        if let Some(absolute) = absolute {
            reported.fix(
                format!("Write {absolute}"),
                vec![Edit::replace(range, absolute)],
            );
        }
    }
}

fn report_level(profile: Profile) -> Option<Level> {
    (profile == Profile::Hadolint).then_some(Level::Error)
}

fn resolved(step: &Step<'_>, path: &str) -> Option<String> {
    let folder = step.workdir.as_deref()?.trim_end_matches('/');
    (!path.contains(['$', '.', ' '])).then(|| format!("{folder}/{path}"))
}
