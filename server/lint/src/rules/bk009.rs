//! Descriptions of arguments and stages.

use dockerfile::ast::{Body, Instruction};
use dockerfile::directive::DirectiveName;
use dockerfile::lines::LineKind;

use crate::context::Profile;
use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A comment right above `ARG` or a named stage that does not begin with its name.
    ///
    /// ## Why
    /// `docker build --call=outline` and `--call=targets` show such comments as descriptions, if they
    /// begin with the name. An experiment of BuildKit's: it is said where the file asks for it with
    /// `# check=experimental=InvalidDefinitionDescription`, or in the strict profile.
    ///
    /// ```dockerfile,bad
    /// # check=experimental=InvalidDefinitionDescription
    /// # which Debian
    /// ARG VERSION=12
    /// FROM debian:${VERSION}
    /// ```
    /// ```dockerfile,good
    /// # check=experimental=InvalidDefinitionDescription
    /// # VERSION which Debian
    /// ARG VERSION=12
    /// FROM debian:${VERSION}
    /// ```
    BK009 "definition-description" {
        level: Hint, since: "0.1.0",
        aliases: ["buildkit/InvalidDefinitionDescription"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    if !is_asked_for(file) {
        return;
    }
    for instruction in &file.file.instructions {
        let (range, names): (_, Vec<&str>) = match &instruction.body {
            Body::From(from) => match &from.alias {
                Some(alias) => (alias.range, vec![&alias.text]),
                None => continue,
            },
            Body::Pairs(pairs) if instruction.keyword == dockerfile::ast::Keyword::Arg => {
                let Some(first) = pairs.pairs.first() else {
                    continue;
                };
                let names = pairs.pairs.iter().map(|it| it.name.text.as_str());
                (first.name.range, names.collect())
            }
            _ => continue,
        };
        let comments = comments_above(file, instruction);
        let begins = |comment: &&str| {
            let word = comment.split_whitespace().next().unwrap_or_default();
            names.contains(&word)
        };
        if !comments.is_empty() && !comments.iter().any(begins) {
            report.at(range, format!("the comment above does not begin with `{}`", names.join("` or `")));
        }
    }
}

fn is_asked_for(file: &Facts<'_>) -> bool {
    let directive = file.file.directive(DirectiveName::Check);
    let options = directive.map_or("", |it| it.value.as_str());
    let named = options
        .split(';')
        .filter_map(|option| option.trim().strip_prefix("experimental="))
        .flat_map(|names| names.split(','))
        .any(|name| {
            let name = name.trim();
            name.eq_ignore_ascii_case("all") || name.eq_ignore_ascii_case("InvalidDefinitionDescription")
        });
    named || file.context.profile == Profile::Strict
}

/// The comments in the lines right above an instruction, without their `#`.
fn comments_above<'f>(file: &'f Facts<'_>, instruction: &Instruction) -> Vec<&'f str> {
    let line = file.file.line_at(instruction.range.start);
    let above = file.file.lines[..line.saturating_sub(1)].iter().rev();
    above
        .take_while(|line| line.kind == LineKind::Comment)
        .map(|line| line.content.of(&file.file.text).trim().trim_start_matches('#').trim())
        .filter(|comment| !comment.is_empty())
        .collect()
}
