//! Physical lines, and what BuildKit takes for a continuation. What a line means is `parse`'s business.

use crate::range::TextRange;

/// A physical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The line without its newline (`\n`, `\r\n`).
    pub content: TextRange,
    /// Where the next line starts.
    pub next: usize,
    /// What the line is.
    pub kind: LineKind,
}

/// What a physical line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// White space only.
    Blank,
    /// A comment, alone or between the lines of an instruction.
    Comment,
    /// A parser directive.
    Directive,
    /// A line of an instruction.
    Instruction,
    /// A line of a heredoc.
    HeredocBody,
    /// The line that ends a heredoc.
    HeredocEnd,
}

/// Splits a text into its lines, all of them blank so far. A byte order mark belongs to no line.
pub(crate) fn split(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = byte_order_mark(text);
    while start < text.len() {
        let next = match text[start..].find('\n') {
            Some(length) => start + length + 1,
            None => text.len(),
        };
        let end = start + text[start..next].trim_end_matches(['\r', '\n']).len();
        lines.push(Line {
            content: TextRange::new(start, end),
            next,
            kind: LineKind::Blank,
        });
        start = next;
    }
    lines
}

/// The length of the byte order mark at the start of `text`.
pub(crate) fn byte_order_mark(text: &str) -> usize {
    match text.starts_with('\u{feff}') {
        true => '\u{feff}'.len_utf8(),
        false => 0,
    }
}

/// The length of what is left of a line without its continuation; `None`: the line is not continued.
///
/// The escape character counts when only blanks follow it and no second one stands before it
/// (BuildKit since 2021; `C:\dir\\` is not continued).
pub(crate) fn continued(line: &str, escape: char) -> Option<usize> {
    let rest = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    match rest.ends_with(escape) {
        true => None,
        false => Some(rest.len()),
    }
}

/// Whether the first visible character is `#`.
pub(crate) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}
