//! How BuildKit's parser cuts the arguments of an instruction into words, by form of argument.
//! All positions are offsets into the logical line.

use std::ops::Range;

/// A flag as cut out of the line.
pub(crate) struct RawFlag {
    /// The whole flag as written.
    pub(crate) range: Range<usize>,
    /// The flag without quotes and escapes.
    pub(crate) text: String,
}

/// ASCII white space: what separates plain words. BuildKit's regular expression has no newline,
/// and a logical line has none either.
pub(crate) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{b}' | '\u{c}' | '\r')
}

/// The flags at the start of `text[from..]`, and where the arguments behind them start.
pub(crate) fn flags(text: &str, from: usize) -> (Vec<RawFlag>, usize) {
    let mut flags = Vec::new();
    let mut position = from;
    loop {
        position += text[position..].len() - text[position..].trim_start().len();
        if !text[position..].starts_with("--") {
            return (flags, position);
        }
        let (end, word) = flag_word(text, position);
        let range = position..end;
        position = end;
        if word == "--" {
            return (flags, position);
        }
        flags.push(RawFlag { range, text: word });
    }
}

/// Reads one word of the flags, in which quotes and backslashes (whatever the escape character is)
/// are taken off.
fn flag_word(text: &str, from: usize) -> (usize, String) {
    let mut word = String::new();
    let mut quote = None;
    let mut characters = text[from..].char_indices();
    while let Some((offset, character)) = characters.next() {
        match (quote, character) {
            (None, _) if character.is_whitespace() => return (from + offset, word),
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (_, '\\') => {
                if let Some((_, escaped)) = characters.next() {
                    word.push(escaped);
                }
            }
            _ => word.push(character),
        }
    }
    (text.len(), word)
}

/// The words of `text[range]` that are separated by blanks, without regard to quotes.
pub(crate) fn plain(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (offset, character) in text[range.clone()].char_indices() {
        let position = range.start + offset;
        match (is_blank(character), start) {
            (true, Some(from)) => {
                words.push(from..position);
                start = None;
            }
            (false, None) => start = Some(position),
            _ => {}
        }
    }
    if let Some(from) = start {
        words.push(from..range.end);
    }
    words
}

/// The words of `text[range]` with regard to quotes and escapes, which are kept.
pub(crate) fn quoted(text: &str, range: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut characters = text[range.clone()].char_indices();
    while let Some((offset, character)) = characters.next() {
        let position = range.start + offset;
        match quote {
            None if character.is_whitespace() => {
                if let Some(from) = start.take() {
                    words.push(from..position);
                }
                continue;
            }
            None if character == '\'' || character == '"' => quote = Some(character),
            None if character == escape => {
                characters.next();
            }
            Some('"') if character == escape => {
                characters.next();
            }
            Some(open) if open == character => quote = None,
            _ => {}
        }
        start.get_or_insert(position);
    }
    if let Some(from) = start {
        words.push(from..range.end);
    }
    words
}

/// `text[range]` without white space at either end.
pub(crate) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}
