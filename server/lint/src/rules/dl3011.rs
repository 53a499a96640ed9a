//! EXPOSE with a port that there is not.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::{part, unquoted};

declare_rule! {
    /// `EXPOSE` with a port above 65535.
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

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let (Keyword::Expose, Body::List(list)) = (step.inner().keyword, &step.inner().body) else {
            continue;
        };
        for word in &list.words {
            if word.text.contains('$') {
                continue;
            }
            let ports = unquoted(&word.text).split(['/', ' ']).next().unwrap_or_default();
            let ports = ports.rsplit(':').next().unwrap_or_default();
            let is_too_high = |port: &&str| {
                !port.is_empty()
                    && port.bytes().all(|it| it.is_ascii_digit())
                    && port.parse::<u16>().is_err()
            };
            if let Some(port) = ports.split('-').find(is_too_high) {
                let start = word.text.find(port).unwrap_or(0);
                let range = part(word, start..start + port.len());
                report.at(range, format!("there is no port {port}; they end at 65535"));
            }
        }
    }
}
