//! The reader behind [`Expander`].

use crate::expand::{ExpandError, Expander, Use};
use crate::pattern::{Length, Pattern};

/// How deep `${X:-${Y:-…}}` may be nested.
const MAX_DEPTH: usize = 64;

/// How many bytes variables may add to a word. `ARG A=$A$A`, forty times, is a short file.
const MAX_ADDED: usize = 8 << 10;

/// How many characters may be compared for one `${X/p/r}`, `${X#p}` or `${X%p}`.
const MAX_COMPARED: usize = 4 << 20;

pub(super) struct Lexer<'a> {
    expander: &'a Expander<'a>,
    word: &'a str,
    position: usize,
    raw_escapes: bool,
    pub(super) uses: Vec<Use>,
    depth: usize,
}

#[derive(Default)]
struct Words {
    words: Vec<String>,
    word: String,
}

impl Words {
    fn push(&mut self, character: char) {
        if !character.is_whitespace() {
            self.word.push(character);
        } else if !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    fn finish(mut self) -> Vec<String> {
        if !self.word.is_empty() {
            self.words.push(self.word);
        }
        self.words
    }
}

impl<'a> Lexer<'a> {
    pub(super) fn new(expander: &'a Expander<'a>, word: &'a str) -> Lexer<'a> {
        Lexer {
            expander,
            word,
            position: 0,
            raw_escapes: expander.raw_escapes,
            uses: Vec::new(),
            depth: 0,
        }
    }

    fn peek(&self) -> Option<char> {
        self.word[self.position..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.position += character.len_utf8();
        Some(character)
    }

    pub(super) fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
    ) -> Result<(String, Vec<String>), ExpandError> {
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let result = self.until_inner(stop);
        self.raw_escapes = outer;
        result
    }

    fn until_inner(&mut self, stop: Option<char>) -> Result<(String, Vec<String>), ExpandError> {
        let mut text = String::new();
        let mut words = Words::default();
        while let Some(character) = self.peek() {
            if stop == Some(character) {
                self.next();
                return Ok((text, words.finish()));
            }
            match character {
                '$' => {
                    let value = self.dollar()?;
                    value.chars().for_each(|character| words.push(character));
                    text.push_str(&value);
                    self.bounded(&text)?;
                }
                '\'' | '"' if !self.expander.ignore_quotes => {
                    let value = match character {
                        '\'' => self.single_quote()?,
                        _ => self.double_quote()?,
                    };
                    words.word.push_str(&value);
                    text.push_str(&value);
                }
                _ if character == self.expander.escape => {
                    self.next();
                    if self.raw_escapes {
                        words.word.push(character);
                        text.push(character);
                    }
                    let Some(escaped) = self.next() else {
                        break;
                    };
                    words.word.push(escaped);
                    text.push(escaped);
                }
                _ => {
                    self.next();
                    words.push(character);
                    text.push(character);
                }
            }
        }
        match stop {
            Some('/') => Err(ExpandError::MissingSlash),
            Some(_) => Err(ExpandError::MissingBrace),
            None => Ok((text, words.finish())),
        }
    }

    fn single_quote(&mut self) -> Result<String, ExpandError> {
        let start = self.position;
        self.next();
        let Some(length) = self.word[self.position..].find('\'') else {
            return Err(ExpandError::UnclosedQuote('\''));
        };
        let inner = self.position..self.position + length;
        self.position = inner.end + 1;
        match self.expander.raw_quotes {
            true => Ok(self.word[start..self.position].to_owned()),
            false => Ok(self.word[inner].to_owned()),
        }
    }

    fn double_quote(&mut self) -> Result<String, ExpandError> {
        let mut text = String::new();
        self.next();
        if self.expander.raw_quotes {
            text.push('"');
        }
        loop {
            match self.peek() {
                None => return Err(ExpandError::UnclosedQuote('"')),
                Some('"') => {
                    self.next();
                    if self.expander.raw_quotes {
                        text.push('"');
                    }
                    return Ok(text);
                }
                Some('$') => {
                    text.push_str(&self.dollar()?);
                    self.bounded(&text)?;
                }
                Some(character) => {
                    self.next();
                    if character != self.expander.escape {
                        text.push(character);
                        continue;
                    }
                    if self.raw_escapes {
                        text.push(character);
                    }
                    match self.peek() {
                        None => {}
                        // Only these can be escaped here; before others the escape stays.
                        Some(escaped) if matches!(escaped, '"' | '$') || escaped == character => {
                            self.next();
                            text.push(escaped);
                        }
                        Some(_) => text.push(character),
                    }
                }
            }
        }
    }

    fn bounded(&self, text: &str) -> Result<(), ExpandError> {
        match text.len() > self.word.len() + MAX_ADDED {
            true => Err(ExpandError::TooLong),
            false => Ok(()),
        }
    }

    fn dollar(&mut self) -> Result<String, ExpandError> {
        self.depth += 1;
        let result = match self.depth > MAX_DEPTH {
            true => Err(ExpandError::BadSubstitution),
            false => self.dollar_inner(),
        };
        self.depth -= 1;
        result
    }

    fn dollar_inner(&mut self) -> Result<String, ExpandError> {
        let start = self.position;
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".to_owned());
            }
            let value = self.value(&name, start, "");
            return match value {
                None if self.expander.keep_unset => Ok(format!("${name}")),
                value => Ok(value.unwrap_or_default()),
            };
        }
        self.next();
        match self.peek() {
            None => return Err(ExpandError::MissingBrace),
            Some('{' | '}' | ':') => return Err(ExpandError::BadSubstitution),
            Some(_) => {}
        }
        let name = self.name();
        let Some(mut operator) = self.next() else {
            return Err(ExpandError::MissingBrace);
        };
        if operator == '}' {
            let value = self.value(&name, start, "");
            return match value {
                None if self.expander.keep_unset => Ok(format!("${{{name}}}")),
                value => Ok(value.unwrap_or_default()),
            };
        }
        if operator == '/' {
            return self.replace(&name, start);
        }
        let mut written = operator.to_string();
        let empty_is_unset = operator == ':';
        if empty_is_unset {
            let Some(next) = self.next() else {
                return Err(ExpandError::MissingBrace);
            };
            operator = next;
            written.push(next);
        }
        if !matches!(operator, '+' | '-' | '?' | '#' | '%') {
            return Err(ExpandError::UnsupportedModifier(written));
        }
        let is_pattern = matches!(operator, '#' | '%');
        let (word, _) = self.until(Some('}'), is_pattern)?;
        let longest = is_pattern && word.starts_with(operator);
        if longest {
            written.push(operator);
        }
        let value = self.value(&name, start, &written);
        if self.expander.keep_unset && value.is_none() {
            // `word` begins with the second # or % already.
            let operator = &written[..written.len() - usize::from(longest)];
            return Ok(format!("${{{name}{operator}{word}}}"));
        }
        let unset = match &value {
            None => true,
            Some(value) => empty_is_unset && value.is_empty(),
        };
        match operator {
            '-' if unset => Ok(word),
            '+' if unset => Ok(String::new()),
            '+' => Ok(word),
            '?' if unset => Err(ExpandError::Required {
                message: match (word.is_empty(), &value) {
                    (false, _) => word,
                    (true, None) => "is not allowed to be unset".to_owned(),
                    (true, Some(_)) => "is not allowed to be empty".to_owned(),
                },
                name,
            }),
            '-' | '?' => Ok(value.unwrap_or_default()),
            _ => {
                let (pattern, length) = match longest {
                    true => (&word[1..], Length::Longest),
                    false => (word.as_str(), Length::Shortest),
                };
                let Some(pattern) = Pattern::parse(pattern) else {
                    return Err(ExpandError::InvalidPattern(pattern.to_owned()));
                };
                let value = value.unwrap_or_default();
                comparable(value.len(), word.len())?;
                match operator {
                    '#' => Ok(pattern.trim_start(&value, length)),
                    _ => Ok(pattern.trim_end(&value, length)),
                }
            }
        }
    }

    /// `${X/pattern/replacement}`, `${X//pattern/replacement}`, behind the first slash.
    fn replace(&mut self, name: &str, start: usize) -> Result<String, ExpandError> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let (pattern, _) = self.until(Some('/'), true)?;
        let (replacement, _) = self.until(Some('}'), true)?;
        let modifier = match all {
            true => "//",
            false => "/",
        };
        let value = self.value(name, start, modifier);
        if self.expander.keep_unset && value.is_none() {
            return Ok(format!("${{{name}/{pattern}/{replacement}}}"));
        }
        let value = value.unwrap_or_default();
        // Every place is a beginning, and may be replaced.
        comparable(value.len().saturating_mul(value.len()), pattern.len())?;
        comparable(value.len(), replacement.len())?;
        match Pattern::parse(&pattern) {
            Some(pattern) => Ok(pattern.replace(&value, &replacement, all)),
            None => Err(ExpandError::InvalidPattern(pattern)),
        }
    }

    /// Looks the variable up and notes the use.
    fn value(&mut self, name: &str, start: usize, modifier: &str) -> Option<String> {
        let value = (self.expander.lookup)(name);
        self.uses.push(Use {
            name: name.to_owned(),
            range: start..self.position,
            set: value.is_some(),
            modifier: modifier.to_owned(),
        });
        value
    }

    /// A name, a number, or one of the shell's special parameters.
    fn name(&mut self) -> String {
        let rest = &self.word[self.position..];
        let length = match rest.chars().next() {
            Some(first) if first.is_numeric() => rest
                .find(|character: char| !character.is_numeric())
                .unwrap_or(rest.len()),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
            _ => rest
                .find(|character: char| !character.is_alphanumeric() && character != '_')
                .unwrap_or(rest.len()),
        };
        let name = rest[..length].to_owned();
        self.position += length;
        name
    }
}

fn comparable(one: usize, other: usize) -> Result<(), ExpandError> {
    match one.saturating_mul(other + 1) > MAX_COMPARED {
        true => Err(ExpandError::TooLong),
        false => Ok(()),
    }
}
