//! What the rules share about words: quotes, parts, paths.

use std::ops::Range;

use dockerfile::ast::Word;
use dockerfile::range::TextRange;

/// A word without the quotes around all of it.
pub(super) fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|it| it.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

/// Where a part of a word stands; all of it where a continuation or a quote is in the way.
pub(super) fn part(word: &Word, range: Range<usize>) -> TextRange {
    match word.range.len() == word.text.len() {
        true => TextRange::new(word.range.start + range.start, word.range.start + range.end),
        false => word.range,
    }
}

/// Whether a path is absolute, on Linux or Windows.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with('/')
        || path.starts_with('\\')
        || (path.as_bytes().get(1) == Some(&b':')
            && path.starts_with(|it: char| it.is_ascii_alphabetic()))
}

/// The name of a variable where a word is that and nothing else: `$NAME`, `${NAME}`, `${NAME:-x}`.
pub(super) fn variable(word: &str) -> Option<&str> {
    let rest = word.strip_prefix('$')?;
    let name = match rest.strip_prefix('{') {
        Some(braced) => braced.strip_suffix('}')?,
        None => rest,
    };
    let end = name
        .find(|it: char| !it.is_ascii_alphanumeric() && it != '_')
        .unwrap_or(name.len());
    match rest.starts_with('{') || end == name.len() {
        true => Some(&name[..end]),
        false => None,
    }
}
