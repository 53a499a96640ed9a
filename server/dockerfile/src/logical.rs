//! The logical line: what is left of several physical lines once the continuations are taken out,
//! and the way back from each of its bytes to the file. Everything behind the line splitter reads
//! logical lines and answers in ranges of the file.

use std::ops::Range;

use crate::range::TextRange;

/// A text put together from pieces of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logical {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    logical: usize,
    source: usize,
}

impl Logical {
    /// A text that stands in the file as it is, at `source`.
    pub fn verbatim(text: &str, source: usize) -> Logical {
        let mut logical = Logical::default();
        logical.push(text, source);
        logical
    }

    /// Appends `text`, which stands at `source` in the file.
    pub fn push(&mut self, text: &str, source: usize) {
        let logical = self.text.len();
        match self.pieces.last_mut() {
            // An empty piece must not shadow the one before it, nor the one behind it.
            Some(last) if last.logical == logical => last.source = source,
            Some(last) if source.wrapping_sub(last.source) == logical - last.logical => {}
            _ => self.pieces.push(Piece { logical, source }),
        }
        self.text.push_str(text);
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A part of the text; empty where the range is none of this text.
    pub fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    /// Where the byte at `offset` stands in the file.
    pub fn source(&self, offset: usize) -> usize {
        let next = self.pieces.partition_point(|piece| piece.logical <= offset);
        match next.checked_sub(1).map(|index| self.pieces[index]) {
            Some(piece) => piece.source + (offset.min(self.text.len()) - piece.logical),
            None => 0,
        }
    }

    /// Where the byte at `source` in the file stands in the text, if it does.
    pub fn offset_of(&self, source: usize) -> Option<usize> {
        let next = self.pieces.partition_point(|piece| piece.source <= source);
        let piece = self.pieces.get(next.checked_sub(1)?)?;
        let offset = piece.logical + (source - piece.source);
        (offset < self.text.len() && self.source(offset) == source).then_some(offset)
    }

    /// The range of the file that holds the bytes of `range`, continuations between them included.
    pub fn range(&self, range: Range<usize>) -> TextRange {
        if range.end <= range.start {
            let offset = match range.start.checked_sub(1) {
                // At the end of the text stay behind what was read last.
                Some(before) if range.start >= self.text.len() => self.source(before) + 1,
                _ => self.source(range.start),
            };
            return TextRange::empty(offset);
        }
        TextRange::new(self.source(range.start), self.source(range.end - 1) + 1)
    }

    /// The part of this text in `range`, as a text of its own.
    pub fn part(&self, range: Range<usize>) -> Logical {
        let mut part = Logical::default();
        let mut from = range.start;
        while from < range.end {
            let next = self.pieces.partition_point(|piece| piece.logical <= from);
            let to = match self.pieces.get(next) {
                Some(piece) => piece.logical.min(range.end),
                None => range.end,
            };
            part.push(self.slice(from..to), self.source(from));
            from = to;
        }
        if part.pieces.is_empty() {
            part.push("", self.range(range.start..range.start).start);
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_go_back_through_continuations() {
        let mut logical = Logical::default();
        logical.push("RUN a ", 0);
        logical.push("  b", 9);
        assert_eq!(logical.text(), "RUN a   b");
        assert_eq!(logical.range(4..5), TextRange::new(4, 5));
        assert_eq!(logical.range(8..9), TextRange::new(11, 12));
        assert_eq!(logical.range(4..9), TextRange::new(4, 12));
        assert_eq!(logical.range(9..9), TextRange::empty(12));
        assert_eq!(logical.offset_of(11), Some(8));
        assert_eq!(logical.offset_of(7), None);
        assert_eq!(logical.offset_of(12), None);
        assert_eq!(logical.part(4..9).range(0..5), TextRange::new(4, 12));
    }
}
