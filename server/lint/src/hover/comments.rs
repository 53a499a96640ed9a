//! Parser directives, and the comments that take findings away.

use dockerfile::{
    ast::File,
    directive::{Directive, DirectiveName},
    range::TextRange,
};

use crate::{hover::Hover, rules};

/// A directive at the top of the file.
pub(super) fn directive(file: &File, offset: usize) -> Option<Hover> {
    let directive: &Directive = file.directives.iter().find(|it| it.range.touches(offset))?;
    let text = match directive.name {
        DirectiveName::Syntax => {
            "**syntax** names the image that reads this file.\n\n\
             The builder fetches it before anything else, which takes the network. Without the line \
             the reader that the engine carries is used.\n\n\
             ```dockerfile\n# syntax=docker/dockerfile:1\n```"
        }
        DirectiveName::Escape => {
            "**escape** is the character that continues a line and escapes: a backslash, or a \
             backquote where paths have backslashes.\n\n```dockerfile\n# escape=`\n```"
        }
        DirectiveName::Check => {
            "**check** sets the builder's own checks: which are skipped, and whether a finding fails \
             the build.\n\n\
             ```dockerfile\n# check=skip=JSONArgsRecommended;error=true\n```"
        }
    };
    Some(Hover {
        range: directive.range,
        markdown: text.to_owned(),
    })
}

/// `# hadolint ignore=DL3008`: what the named rules are about.
pub(super) fn pragma(file: &File, line: TextRange, offset: usize) -> Option<Hover> {
    let text = line.of(&file.text);
    let start = text.find('#')?;
    let body = text[start + 1..].trim_start();
    let is_pragma = ["hadolint", "warpdock"].iter().any(|tool| {
        body.strip_prefix(tool)
            .is_some_and(|it| it.starts_with([' ', '\t']) && it.contains("ignore"))
    }) || body.starts_with("check=");
    if !is_pragma {
        return None;
    }
    let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '_' | '-');
    let at = offset.checked_sub(line.start)?.min(text.len());
    let at = (0..=at).rev().find(|it| text.is_char_boundary(*it))?;
    let from = text[..at].rfind(|it| !is_name(it)).map_or(0, |found| {
        found + text[found..].chars().next().map_or(1, char::len_utf8)
    });
    let to = text[at..]
        .find(|it| !is_name(it))
        .map_or(text.len(), |it| at + it);
    let rule = rules::find(text.get(from..to)?);
    match rule {
        Some(rule) => Some(Hover {
            range: TextRange::new(line.start + from, line.start + to),
            markdown: format!(
                "**{}** {}\n\n{}\n\n[About this rule]({})",
                rule.code,
                rule.name,
                rule.summary(),
                rule.url()
            ),
        }),
        None => Some(Hover {
            range: TextRange::new(line.start + start, line.end),
            markdown:
                "Takes findings away: of the next instruction, or of the file with `global`. Rules \
                       go by code, name, or another tool's name."
                    .to_owned(),
        }),
    }
}
