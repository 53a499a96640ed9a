//! EXPOSE with a port that there is not.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::part;

declare_rule! {
    /// `EXPOSE` with a port above 65535, or with what is no number.
    ///
    /// ## Why
    /// The build is refused.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// EXPOSE 80800
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// EXPOSE 8080 9000-9010/udp
    /// ```
    DL3011 "valid-port" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL3011", "dockerfile-utils/INVALID_PORT", "droast/DF040"],
        check: check
    }
}

/// What hadolint does not look for.
const NO_NUMBER: &[&str] = &["dockerfile-utils/INVALID_PORT"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let (Keyword::Expose, Body::List(list)) = (step.inner().keyword, &step.inner().body) else {
            continue;
        };
        for word in &list.words {
            // Only what is known is judged, and escapes mean nothing in numbers.
            let Some(meaning) = file.expand(step, &word.text) else {
                continue;
            };
            let is_written = !word.text.contains('$');
            let ports = meaning.trim().split('/').next().unwrap_or_default();
            let ports = ports.rsplit(':').next().unwrap_or_default();
            if ports.is_empty() {
                continue;
            }
            for port in ports.split('-') {
                let range = match word.text.find(port) {
                    Some(start) => part(word, start..start + port.len()),
                    None => word.range,
                };
                let is_number = port.bytes().all(|it| it.is_ascii_digit());
                if is_written && is_number && !port.is_empty() && port.parse::<u16>().is_err() {
                    report.at(range, format!("there is no port {port}; they end at 65535"));
                } else if !is_number || port.parse::<u16>().is_err() {
                    let message = format!("`{ports}` is no port");
                    report.at(word.range, message).aliases(NO_NUMBER);
                    break;
                }
            }
        }
    }
}
