//! Colour, and keeping what containers print from driving the terminal.

use std::io::{self, IsTerminal};

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// For standard output.
    pub fn of_stdout() -> Style {
        Style {
            colour: io::stdout().is_terminal() && allowed(),
        }
    }

    /// For what is no terminal.
    pub fn plain() -> Style {
        Style { colour: false }
    }

    /// For standard error.
    pub fn of_stderr() -> Style {
        Style {
            colour: io::stderr().is_terminal() && allowed(),
        }
    }

    /// Red.
    pub fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Yellow.
    pub fn warn(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// Green.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Bold.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Faint.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

/// `NO_COLOR` (no-color.org) and a dumb terminal forbid colour.
fn allowed() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// A line from elsewhere without escape sequences and control characters: a build's output must
/// not be able to move the cursor, retitle the window or answer questions.
pub fn printable(line: &str) -> String {
    let mut printable = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\x1b' => skip_escape(&mut rest),
            '\t' => printable.push_str("    "),
            other if other.is_control() || turns(other) => {}
            other => printable.push(other),
        }
    }
    printable
}

/// Characters that change the direction of others (Unicode Standard Annex 9).
fn turns(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Characters that are not seen and change how others are: directions, marks, spaces of no width.
pub fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match rest.next() {
        Some('[') => {
            for character in rest.by_ref() {
                if ('\x40'..='\x7e').contains(&character) {
                    return;
                }
            }
        }
        Some(']' | 'P' | '_' | '^' | 'X') => {
            while let Some(character) = rest.next() {
                match character {
                    '\x07' => return,
                    '\x1b' if rest.peek() == Some(&'\\') => {
                        rest.next();
                        return;
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn escape_sequences_are_dropped_and_text_is_kept() {
        assert_eq!(printable("\x1b[91mred\x1b[0m é"), "red é");
        assert_eq!(printable("a\x1b]0;title\x07b\x1b]8;;u\x1b\\c"), "abc");
        assert_eq!(printable("a\rb\x08c\td"), "abc    d");
        assert_eq!(printable("end\x1b["), "end");
        assert_eq!(printable("a\u{202e}b\u{2066}c\u{200f}d"), "abcd");
    }
}
