//! EXPOSE with a protocol in capitals.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::part;

declare_rule! {
    /// The protocol of `EXPOSE` has capital letters.
    ///
    /// ## Why
    /// The engine writes `tcp`, `udp` and `sctp`. Programs that compare the text find no port. It is
    /// not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// EXPOSE 53/UDP
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// EXPOSE 53/udp
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// EXPOSE 53/udp
    /// ```
    BK010 "expose-protocol-casing" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["buildkit/ExposeProtoCasing", "droast/DF078"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let (Keyword::Expose, Body::List(list)) = (step.inner().keyword, &step.inner().body) else {
            continue;
        };
        for word in &list.words {
            let Some((port, protocol)) = word.text.split_once('/') else {
                continue;
            };
            let lower = protocol.to_ascii_lowercase();
            if lower == protocol || protocol.contains('$') {
                continue;
            }
            let range = part(word, port.len() + 1..word.text.len());
            let reported = report.pedantic(range, format!("protocol `{protocol}` has capital letters"));
            if range != word.range {
                reported.fix(format!("Change to {lower}"), vec![Edit::replace(range, lower)]);
            }
        }
    }
}
