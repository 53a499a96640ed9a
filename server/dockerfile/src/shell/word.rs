//! Words: quotes, escapes, expansions.

use crate::shell::ast::{Part, Word};
use crate::shell::parse::{Parser, Stop};

/// Where parts end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// At what cannot be in a word.
    Word,
    /// At `"`.
    DoubleQuote,
    /// At `}`.
    Brace,
}

/// How deep quotes and expansions may be nested in one word. Deeper ones are plain characters.
const MAX_DEPTH: usize = 48;

impl Parser<'_> {
    /// The word here; `None`: none starts here.
    pub(super) fn word(&mut self) -> Option<Word> {
        let start = self.position;
        let parts = self.parts(Until::Word);
        (self.position > start).then(|| Word {
            raw: self.text[start..self.position].to_owned(),
            parts,
            range: self.logical.range(start..self.position),
        })
    }

    fn parts(&mut self, until: Until) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut literal_start = self.position;
        loop {
            let rest = self.rest();
            let Some(character) = rest.chars().next() else {
                break;
            };
            let start = self.position;
            let part = match character {
                '"' if until == Until::DoubleQuote => break,
                '}' if until == Until::Brace => break,
                '<' | '>' if until == Until::Word && rest[1..].starts_with('(') => {
                    self.position += 1;
                    let script = self.substitution(start);
                    let range = self.logical.range(start..self.position);
                    Part::Process { script, range }
                }
                _ if until == Until::Word && ends_word(character) => {
                    // `a=(…)` and bash's `@(…)` belong to the word.
                    let before = self.text[..start].chars().next_back();
                    let belongs = character == '('
                        && start > literal_start
                        && before.is_some_and(|it| "=@!*?+".contains(it));
                    if !belongs || !self.skip_parentheses() {
                        break;
                    }
                    continue;
                }
                '\\' => match self.escaped(until) {
                    Some(part) => part,
                    None => continue,
                },
                '\'' if until != Until::DoubleQuote => self.single_quoted(),
                '"' if self.depth < MAX_DEPTH => self.double_quoted(),
                '$' if self.depth < MAX_DEPTH => match self.dollar() {
                    Some(part) => part,
                    None => {
                        self.position += 1;
                        continue;
                    }
                },
                '`' => self.backquoted(),
                _ => {
                    self.position += character.len_utf8();
                    continue;
                }
            };
            self.literal(literal_start, start, &mut parts);
            parts.push(part);
            literal_start = self.position;
        }
        self.literal(literal_start, self.position, &mut parts);
        parts
    }

    fn literal(&self, start: usize, end: usize, parts: &mut Vec<Part>) {
        if start < end {
            parts.push(Part::Literal {
                text: self.text[start..end].to_owned(),
                range: self.logical.range(start..end),
            });
        }
    }

    /// A backslash and what it escapes; `None`: it is an ordinary character here.
    fn escaped(&mut self, until: Until) -> Option<Part> {
        let start = self.position;
        self.position += 1;
        let escaped = self.rest().chars().next();
        let in_quotes = until == Until::DoubleQuote;
        let text = match escaped {
            Some('\n') => String::new(),
            Some(character) if !in_quotes || "$`\"\\".contains(character) => character.to_string(),
            _ => return None,
        };
        self.position += escaped.map_or(0, char::len_utf8);
        Some(Part::Escaped {
            text,
            range: self.logical.range(start..self.position),
        })
    }

    fn single_quoted(&mut self) -> Part {
        let start = self.position;
        self.position += 1;
        let rest = self.rest();
        let text = match rest.find('\'') {
            Some(length) => {
                self.position += length + 1;
                &rest[..length]
            }
            None => {
                self.problem("`'` is not closed", start..start + 1);
                self.position = self.text.len();
                rest
            }
        };
        Part::SingleQuoted {
            text: text.to_owned(),
            range: self.logical.range(start..self.position),
        }
    }

    fn double_quoted(&mut self) -> Part {
        let start = self.position;
        self.position += 1;
        self.depth += 1;
        let parts = self.parts(Until::DoubleQuote);
        self.depth -= 1;
        if !self.eat("\"") {
            self.problem("`\"` is not closed", start..start + 1);
        }
        Part::DoubleQuoted {
            parts,
            range: self.logical.range(start..self.position),
        }
    }

    fn backquoted(&mut self) -> Part {
        let start = self.position;
        self.position += 1;
        let inner = self.position;
        let mut end = None;
        let mut characters = self.rest().char_indices();
        while let Some((offset, character)) = characters.next() {
            match character {
                '\\' => {
                    characters.next();
                }
                '`' => {
                    end = Some(inner + offset);
                    break;
                }
                _ => {}
            }
        }
        if end.is_none() {
            self.problem("a backquote is not closed", start..start + 1);
        }
        let inner_end = end.unwrap_or(self.text.len());
        let mut parser = Parser::new(self.logical, inner..inner_end, self.depth);
        let script = parser.script(Stop::default());
        self.problems.append(&mut parser.problems);
        self.position = end.map_or(inner_end, |end| end + 1);
        Part::Command {
            script,
            backquotes: true,
            range: self.logical.range(start..self.position),
        }
    }

    /// Everything that starts with `$`; `None`: a plain dollar.
    fn dollar(&mut self) -> Option<Part> {
        let start = self.position;
        let rest = &self.rest()[1..];
        let first = rest.chars().next()?;
        if first == '(' {
            self.position += 1;
            if rest.starts_with("((") && self.skip_arithmetic() {
                let range = self.logical.range(start..self.position);
                return Some(Part::Arithmetic { range });
            }
            let script = self.substitution(start);
            return Some(Part::Command {
                script,
                backquotes: false,
                range: self.logical.range(start..self.position),
            });
        }
        if first == '{' {
            return Some(self.braced(start));
        }
        if first == '\'' {
            self.position += 2;
            let mut characters = self.rest().char_indices();
            let mut length = None;
            while let Some((offset, character)) = characters.next() {
                match character {
                    '\\' => {
                        characters.next();
                    }
                    '\'' => {
                        length = Some(offset);
                        break;
                    }
                    _ => {}
                }
            }
            let text = &self.rest()[..length.unwrap_or(self.rest().len())];
            self.position += text.len() + usize::from(length.is_some());
            return Some(Part::SingleQuoted {
                text: text.to_owned(),
                range: self.logical.range(start..self.position),
            });
        }
        let length = parameter_length(rest);
        if length == 0 {
            return None;
        }
        self.position += 1 + length;
        Some(Part::Parameter {
            name: rest[..length].to_owned(),
            operator: String::new(),
            word: Vec::new(),
            range: self.logical.range(start..self.position),
        })
    }

    fn braced(&mut self, start: usize) -> Part {
        self.position += 2;
        let rest = self.rest();
        // `${#X}` and `${!X}` say something about X; `${#}` is a parameter of its own.
        let prefix = match rest.chars().next() {
            Some('#' | '!') if parameter_length(&rest[1..]) > 0 => 1,
            _ => 0,
        };
        let length = parameter_length(&rest[prefix..]);
        let name = rest[prefix..prefix + length].to_owned();
        self.position += prefix + length;
        let behind = &rest[prefix + length..];
        let operators = [
            ":-", ":=", ":?", ":+", "##", "#", "%%", "%", "//", "/", "-", "=", "?", "+", ":", "^^",
            "^", ",,", ",", "@", "[",
        ];
        let operator = operators
            .into_iter()
            .find(|operator| behind.starts_with(operator))
            .unwrap_or("");
        self.position += operator.len();
        self.depth += 1;
        let word = self.parts(Until::Brace);
        self.depth -= 1;
        if !self.eat("}") {
            self.problem("`${` is not closed", start..start + 2);
        }
        Part::Parameter {
            name,
            operator: format!("{}{operator}", &rest[..prefix]),
            word,
            range: self.logical.range(start..self.position),
        }
    }

    /// The script between parentheses.
    fn substitution(&mut self, start: usize) -> crate::shell::ast::Script {
        self.eat("(");
        let script = self.script(Stop {
            parenthesis: true,
            ..Stop::default()
        });
        self.close(")", start);
        script
    }

    /// Skips `(…)` with quotes in it; `false`, and nothing skipped, where it is not closed.
    fn skip_parentheses(&mut self) -> bool {
        let mut open = 0_usize;
        let mut quote = None;
        let mut characters = self.rest().char_indices();
        while let Some((offset, character)) = characters.next() {
            match (quote, character) {
                (None | Some('"'), '\\') => {
                    characters.next();
                }
                (None, '\'' | '"') => quote = Some(character),
                (Some(closing), _) if closing == character => quote = None,
                (None, '(') => open += 1,
                (None, ')') => {
                    open -= 1;
                    if open == 0 {
                        self.position += offset + 1;
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }
}

fn ends_word(character: char) -> bool {
    character.is_ascii_whitespace() || character == '\u{b}' || ";&|<>()".contains(character)
}

/// The length of the parameter's name at the start of `text`.
fn parameter_length(text: &str) -> usize {
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => text
            .find(|it: char| !it.is_ascii_alphanumeric() && it != '_')
            .unwrap_or(text.len()),
        Some('0'..='9' | '@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
        _ => 0,
    }
}
