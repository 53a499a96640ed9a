//! Offsets to lines and columns, and back. `\n`, `\r\n` and a lone `\r` end a line, as in LSP;
//! the Dockerfile's own lines, which a lone `\r` does not end, are `dockerfile`'s business.

/// How the columns of a line are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    Utf16,
    /// Characters.
    Utf32,
}

/// Where the lines of a text start. It answers for the text it was made of and clamps what lies
/// outside.
#[derive(Debug, Clone)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of `text`.
    pub fn new(text: &'a str) -> LineIndex<'a> {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (offset, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(offset + 1);
            }
        }
        LineIndex { text, starts }
    }

    /// The number of lines; a text that ends with a newline has an empty last one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// A line without its newline; empty behind the last.
    pub fn line(&self, line: usize) -> &'a str {
        let Some(start) = self.starts.get(line) else {
            return "";
        };
        let end = self
            .starts
            .get(line + 1)
            .copied()
            .unwrap_or(self.text.len());
        self.text
            .get(*start..end)
            .unwrap_or("")
            .trim_end_matches(['\r', '\n'])
    }

    /// The line and the column of the byte at `offset`, both from 0. Within a character: its start;
    /// within a `\r\n`: the end of the line.
    pub fn position(&self, offset: usize, encoding: Encoding) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let content = self.line(line);
        let mut length = (offset - self.starts[line]).min(content.len());
        while !content.is_char_boundary(length) {
            length -= 1;
        }
        (line, width(&content[..length], encoding))
    }

    /// The offset of a line and a column. Behind the end of the line: that end; behind the last
    /// line: the end of the text; within a character: its start.
    pub fn offset(&self, line: usize, column: usize, encoding: Encoding) -> usize {
        let Some(start) = self.starts.get(line) else {
            return self.text.len();
        };
        let content = self.line(line);
        let mut left = column;
        for (offset, character) in content.char_indices() {
            let width = width_of(character, encoding);
            if left < width {
                return start + offset;
            }
            left -= width;
        }
        start + content.len()
    }
}

fn width(text: &str, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => text.len(),
        _ if text.is_ascii() => text.len(),
        _ => text.chars().map(|it| width_of(it, encoding)).sum(),
    }
}

fn width_of(character: char, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => character.len_utf8(),
        Encoding::Utf16 => character.len_utf16(),
        Encoding::Utf32 => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a😀b\r\né\rx\n";

    #[test]
    fn columns_are_counted_as_asked() {
        let index = LineIndex::new(TEXT);
        assert_eq!(index.lines(), 4);
        assert_eq!(index.position(5, Encoding::Utf16), (0, 3));
        assert_eq!(index.position(5, Encoding::Utf8), (0, 5));
        assert_eq!(index.position(5, Encoding::Utf32), (0, 2));
        assert_eq!(index.position(8, Encoding::Utf16), (1, 0));
        assert_eq!(index.position(11, Encoding::Utf16), (2, 0));
        assert_eq!(index.position(TEXT.len(), Encoding::Utf16), (3, 0));
    }

    #[test]
    fn there_and_back() {
        let index = LineIndex::new(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (offset, _) in TEXT.char_indices() {
                // The `\n` of `\r\n` is no place of its own.
                if offset == 7 {
                    continue;
                }
                let (line, column) = index.position(offset, encoding);
                assert_eq!(index.offset(line, column, encoding), offset, "{offset}");
            }
        }
    }

    #[test]
    fn what_lies_outside_is_clamped() {
        let index = LineIndex::new(TEXT);
        assert_eq!(index.position(usize::MAX, Encoding::Utf16), (3, 0));
        assert_eq!(index.position(3, Encoding::Utf16), (0, 1));
        assert_eq!(index.position(7, Encoding::Utf16), (0, 4));
        assert_eq!(index.offset(0, 2, Encoding::Utf16), 1);
        assert_eq!(index.offset(0, usize::MAX, Encoding::Utf16), 6);
        assert_eq!(index.offset(9, 0, Encoding::Utf16), TEXT.len());
        assert_eq!(LineIndex::new("").position(4, Encoding::Utf8), (0, 0));
    }
}
