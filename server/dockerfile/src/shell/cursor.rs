//! Where the parser stands: what comes next there, and taking or skipping it. It knows blanks, comments
//! and the bodies of heredocs, no commands.

use crate::shell::parse::Parser;

impl<'a> Parser<'a> {
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let eaten = self.rest().starts_with(text);
        if eaten {
            self.position += text.len();
        }
        eaten
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let eaten = self.bare_word() == word;
        if eaten {
            self.position += word.len();
        }
        eaten
    }

    /// The word here, if it has no quotes and expansions; empty otherwise.
    pub(super) fn bare_word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .find(|it: char| it.is_ascii_whitespace() || ";&|<>()'\"\\$`".contains(it))
            .unwrap_or(rest.len());
        match rest[end..].chars().next() {
            Some('\'' | '"' | '\\' | '$' | '`') => "",
            _ => &rest[..end],
        }
    }

    /// Blanks, escaped newlines and comments.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with([' ', '\t', '\r', '\u{b}', '\u{c}']) {
                self.position += 1;
            } else if rest.starts_with("\\\n") {
                self.position += 2;
            } else if rest.starts_with("\\\r\n") {
                self.position += 3;
            } else if rest.starts_with('#') && self.at_word_start() {
                self.position += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn at_word_start(&self) -> bool {
        let before = self.text[..self.position].chars().next_back();
        before.is_none_or(|it| it.is_whitespace() || ";&|()".contains(it))
    }

    /// Blanks, newlines with the heredocs behind them, and lone semicolons.
    pub(super) fn skip_lines(&mut self) {
        loop {
            self.skip_blanks();
            let rest = self.rest();
            if rest.starts_with('\n') {
                self.position += 1;
                self.skip_heredocs();
            } else if rest.starts_with(';') && !rest.starts_with(";;") && !rest.starts_with(";&") {
                self.position += 1;
            } else {
                return;
            }
        }
    }

    fn skip_heredocs(&mut self) {
        for (delimiter, strip_tabs) in std::mem::take(&mut self.heredocs) {
            while !self.rest().is_empty() {
                let rest = self.rest();
                let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
                let line = rest[..length].trim_end_matches(['\n', '\r']);
                self.position += length;
                let line = match strip_tabs {
                    true => line.trim_start_matches('\t'),
                    false => line,
                };
                if line == delimiter {
                    break;
                }
            }
        }
    }

    /// Skips `((…))`; `false`, and nothing skipped, where it does not end in two parentheses.
    pub(super) fn skip_arithmetic(&mut self) -> bool {
        let mut open = 0_usize;
        for (offset, character) in self.rest().char_indices() {
            match character {
                '(' => open += 1,
                ')' => open -= 1,
                _ => continue,
            }
            if open == 0 {
                let end = self.position + offset + 1;
                let closed = self.text[..end].ends_with("))");
                if closed {
                    self.position = end;
                }
                return closed;
            }
        }
        false
    }
}
