//! Names of labels that are not as Docker asks.

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::labels;

declare_rule! {
    /// A label with a name that is not as Docker asks for.
    ///
    /// ## Why
    /// Names have lower-case letters, digits, `_`, single `.` and `-` between them, and begin with a
    /// letter; `com.docker`, `io.docker` and `org.dockerproject` are Docker's own. Programs that read
    /// labels may pass over others. It is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// LABEL Vendor="Example"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// LABEL com.example.vendor="Example"
    /// ```
    DL3048 "label-name" {
        level: Hint, since: "0.1.0",
        aliases: ["hadolint/DL3048"],
        check: check
    }
}

const RESERVED: &[&str] = &["com.docker.", "io.docker.", "org.dockerproject."];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    labels::for_each(file, &mut |_, name, pair| {
        let reason = if RESERVED.iter().any(|it| name.starts_with(it)) {
            "is Docker's own"
        } else if !is_well_formed(name) {
            "should have lower-case letters, digits, and single . - _ between them"
        } else {
            return;
        };
        report.pedantic(pair.name.range, format!("label `{name}` {reason}"));
    });
}

fn is_well_formed(name: &str) -> bool {
    let is_allowed = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '.' | '-' | '_');
    name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.ends_with(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit())
        && name.chars().all(is_allowed)
        && !name.contains("..")
        && !name.contains("--")
}
