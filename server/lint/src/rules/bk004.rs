//! ENV NAME VALUE.

use dockerfile::ast::Body;

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// `ENV` or `LABEL` with white space where `=` belongs.
    ///
    /// ## Why
    /// The old form takes one name and the rest of the line as its value, which surprises who means to
    /// set several. It is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ENV GREETING hello world
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// ENV GREETING="hello world"
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ENV GREETING="hello world" LANG=C.UTF-8
    /// ```
    BK004 "key-equals-value" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["buildkit/LegacyKeyValueFormat", "droast/DF082"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let instruction = step.inner();
        let Body::Pairs(pairs) = &instruction.body else {
            continue;
        };
        let ([pair], true) = (pairs.pairs.as_slice(), pairs.legacy) else {
            continue;
        };
        let Some(value) = &pair.value else { continue };
        let name = &pair.name.text;
        let keyword = instruction.keyword.name();
        let message = format!("`{keyword} {name} value` is the old form of `{keyword} {name}=value`");
        let reported = report.pedantic(pair.name.range, message);
        // What spans lines may have comments between them.
        let on_one_line = value.range.len() == value.text.len();
        if let (true, Some(quoted)) = (on_one_line, quoted(&value.text)) {
            let range = pair.name.range.cover(value.range);
            reported.fix("Write =", vec![Edit::replace(range, format!("{name}={quoted}"))]);
        }
    }
}

/// A value of the old form as one of the new; `None`: with quotes or escapes that need a person.
fn quoted(value: &str) -> Option<String> {
    let is_plain = |text: &str| !text.contains(['"', '\'', '\\', '`']);
    match value.contains(char::is_whitespace) {
        false => Some(value.to_owned()),
        true if is_plain(value) => Some(format!("\"{value}\"")),
        true => (unquoted(value) != value && is_plain(unquoted(value))).then(|| value.to_owned()),
    }
}
