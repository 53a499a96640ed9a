//! EXPOSE with a port of the host.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `EXPOSE` with an address or a port of the host.
    ///
    /// ## Why
    /// `EXPOSE` says which ports the container listens on. Where they are reached on the host is said
    /// when it starts, with `docker run -p`. Newer builders will refuse it.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// EXPOSE 8080:80
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// EXPOSE 80
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// EXPOSE 80 53/udp
    /// ```
    BK011 "expose-container-port" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["buildkit/ExposeInvalidFormat"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let (Keyword::Expose, Body::List(list)) = (step.inner().keyword, &step.inner().body) else {
            continue;
        };
        for word in &list.words {
            // A colon in `${PORT:-80}` is none of this.
            if word.text.contains('$') {
                continue;
            }
            let Some((_, port)) = word.text.rsplit_once(':') else {
                continue;
            };
            let reported = report.at(word.range, format!("`{}` names the host; EXPOSE is about the container", word.text));
            let plain = word.range.len() == word.text.len();
            if plain && port.starts_with(|it: char| it.is_ascii_digit()) {
                reported.fix(format!("Change to {port}"), vec![Edit::replace(word.range, port)]);
            }
        }
    }
}
