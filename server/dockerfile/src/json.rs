//! JSON arrays of strings, read as Go's encoding/json reads them: what it refuses is shell form.

use crate::ast::JsonString;
use crate::logical::Logical;

/// What a text that may be a JSON array is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Array {
    /// Not JSON, or not an array.
    No,
    /// An array of strings.
    Strings(Vec<JsonString>),
    /// An array with something else in it.
    Mixed,
}

/// How deep values may be nested; Go allows 10,000, nobody writes three.
const MAX_DEPTH: usize = 64;

/// Reads `range` of `logical` as a JSON array.
pub(crate) fn array(logical: &Logical, range: std::ops::Range<usize>) -> Array {
    let start = range.start;
    let text = logical.slice(range);
    let skipped = text.len() - text.trim_start().len();
    let mut reader = Reader {
        logical,
        start: start + skipped,
        text: &text[skipped..],
        position: 0,
    };
    match reader.top() {
        Some(array) => array,
        None => Array::No,
    }
}

struct Reader<'a> {
    logical: &'a Logical,
    start: usize,
    text: &'a str,
    position: usize,
}

impl Reader<'_> {
    fn top(&mut self) -> Option<Array> {
        let mut strings = Vec::new();
        let mut mixed = false;
        self.expect('[')?;
        self.skip_space();
        if self.eat(']') {
            self.skip_space();
            return match self.peek() {
                None => Some(Array::Strings(strings)),
                Some(_) => None,
            };
        }
        loop {
            self.skip_space();
            match self.peek()? {
                '"' => strings.push(self.string()?),
                _ => {
                    self.value(0)?;
                    mixed = true;
                }
            }
            self.skip_space();
            if self.eat(']') {
                break;
            }
            self.expect(',')?;
        }
        self.skip_space();
        match (self.peek(), mixed) {
            (Some(_), _) => None,
            (None, true) => Some(Array::Mixed),
            (None, false) => Some(Array::Strings(strings)),
        }
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            '"' => self.string().map(|_| ()),
            '[' => self.sequence('[', ']', depth, false),
            '{' => self.sequence('{', '}', depth, true),
            't' => self.word("true"),
            'f' => self.word("false"),
            'n' => self.word("null"),
            _ => self.number(),
        }
    }

    fn sequence(&mut self, open: char, close: char, depth: usize, keys: bool) -> Option<()> {
        self.expect(open)?;
        self.skip_space();
        if self.eat(close) {
            return Some(());
        }
        loop {
            self.skip_space();
            if keys {
                self.string()?;
                self.skip_space();
                self.expect(':')?;
                self.skip_space();
            }
            self.value(depth + 1)?;
            self.skip_space();
            if self.eat(close) {
                return Some(());
            }
            self.expect(',')?;
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text[self.position..].strip_prefix(word)?;
        self.position += word.len();
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        self.eat('-');
        if !self.eat('0') && self.digits() == 0 {
            return None;
        }
        if self.eat('.') && self.digits() == 0 {
            return None;
        }
        if self.eat('e') || self.eat('E') {
            let _sign = self.eat('+') || self.eat('-');
            if self.digits() == 0 {
                return None;
            }
        }
        Some(())
    }

    fn digits(&mut self) -> usize {
        let from = self.position;
        while self
            .peek()
            .is_some_and(|character| character.is_ascii_digit())
        {
            self.position += 1;
        }
        self.position - from
    }

    fn string(&mut self) -> Option<JsonString> {
        let from = self.position;
        self.expect('"')?;
        let mut value = Logical::verbatim("", self.source(self.position));
        loop {
            let at = self.position;
            let character = self.peek()?;
            self.position += character.len_utf8();
            match character {
                '"' => break,
                '\\' => {
                    let escaped = self.escape()?;
                    value.push(escaped.encode_utf8(&mut [0; 4]), self.source(at));
                }
                '\0'..='\u{1f}' => return None,
                _ => value.push(&self.text[at..self.position], self.source(at)),
            }
        }
        let range = self.start + from..self.start + self.position;
        Some(JsonString {
            value,
            range: self.logical.range(range),
        })
    }

    fn escape(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.position += character.len_utf8();
        match character {
            '"' | '\\' | '/' => Some(character),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => {
                let first = self.hex()?;
                if !(0xd800..0xe000).contains(&first) {
                    return char::from_u32(first);
                }
                // A lone surrogate becomes the replacement character, as in Go.
                let back = self.position;
                let second = match self.word("\\u") {
                    Some(()) => self.hex().unwrap_or(0),
                    None => 0,
                };
                if first < 0xdc00 && (0xdc00..0xe000).contains(&second) {
                    return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                }
                self.position = back;
                Some(char::REPLACEMENT_CHARACTER)
            }
            _ => None,
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.position..self.position + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.position += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn source(&self, position: usize) -> usize {
        self.logical.source(self.start + position)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.position..].chars().next()
    }

    fn eat(&mut self, character: char) -> bool {
        let eaten = self.peek() == Some(character);
        if eaten {
            self.position += character.len_utf8();
        }
        eaten
    }

    fn expect(&mut self, character: char) -> Option<()> {
        self.eat(character).then_some(())
    }

    fn skip_space(&mut self) {
        while let Some(' ' | '\t' | '\n' | '\r') = self.peek() {
            self.position += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&[&str]>) {
        let logical = Logical::verbatim(text, 0);
        match (array(&logical, 0..text.len()), expect) {
            (Array::Strings(strings), Some(expected)) => {
                let strings: Vec<&str> = strings.iter().map(|it| it.value.text()).collect();
                assert_eq!(strings, expected);
            }
            (Array::No | Array::Mixed, None) => {}
            (other, expected) => panic!("{other:?} is not {expected:?}"),
        }
    }

    #[test]
    fn strings_are_read_and_decoded() {
        check("[]", Some(&[]));
        check(r#"[ "a" , "b c" ] "#, Some(&["a", "b c"]));
        check(r#"["\u00e9\ud83d\ude00\/\n"]"#, Some(&["é😀/\n"]));
        check(r#"["\ud83d"]"#, Some(&["\u{fffd}"]));
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for text in [
            "",
            "[",
            "['a']",
            r#"["a""#,
            r#"["a",]"#,
            r#"["a"] x"#,
            r#"["\x"]"#,
            "[\"\t\"]",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn other_values_make_the_array_mixed() {
        for text in [
            "[1]",
            "[[\"a\"]]",
            "[null]",
            "[{\"a\":[true,-0.5e+3]}]",
            "[\"a\",false]",
        ] {
            let logical = Logical::verbatim(text, 0);
            assert_eq!(array(&logical, 0..text.len()), Array::Mixed, "{text}");
        }
    }
}
