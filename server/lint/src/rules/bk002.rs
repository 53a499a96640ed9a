//! FROM and AS in different case.

use dockerfile::ast::Body;

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `AS` is not written in the case of `FROM`.
    ///
    /// ## Why
    /// It reads better in one case. A matter of taste: it is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 as build
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12 AS build
    /// ```
    /// ```dockerfile,good
    /// from debian:12 as build
    /// ```
    BK002 "from-as-casing" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["buildkit/FromAsCasing", "droast/DF079"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for instruction in &file.file.instructions {
        let Body::From(from) = &instruction.body else {
            continue;
        };
        let Some(word) = from.r#as.as_ref().filter(|it| it.text.eq_ignore_ascii_case("as")) else {
            continue;
        };
        let is_lower = |text: &str| text.bytes().all(|it| it.is_ascii_lowercase());
        let is_upper = |text: &str| text.bytes().all(|it| it.is_ascii_uppercase());
        let from = &instruction.name.text;
        let wanted = match (is_lower(from), is_upper(from)) {
            (true, _) => "as",
            (_, true) => "AS",
            _ => continue,
        };
        if word.text != wanted {
            report
                .pedantic(word.range, format!("`{}` behind `{from}`", word.text))
                .fix(format!("Change to {wanted}"), vec![Edit::replace(word.range, wanted)]);
        }
    }
}
