//! Variables, quotes and escapes in a word, as BuildKit's shell lexer reads them. Where the values
//! come from is `scope`'s business.

use std::ops::Range;

use crate::pattern::{Length, Pattern};

/// How a word is expanded.
#[derive(Clone, Copy)]
pub struct Expander<'a> {
    /// The escape character of the file.
    pub escape: char,
    /// Quotes are kept.
    pub raw_quotes: bool,
    /// Escapes are kept.
    pub raw_escapes: bool,
    /// Quotes are ordinary characters.
    pub ignore_quotes: bool,
    /// A variable without a value stays as it is written.
    pub keep_unset: bool,
    /// The values.
    pub lookup: &'a dyn Fn(&str) -> Option<String>,
}

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expanded {
    /// The text.
    pub text: String,
    /// The text cut at unquoted white space, also where a variable brought it.
    pub words: Vec<String>,
    /// The variables, in order.
    pub uses: Vec<Use>,
}

/// A variable in a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The name.
    pub name: String,
    /// From `$` to the end of the name or to `}`, as offsets into the word.
    pub range: Range<usize>,
    /// Whether it had a value.
    pub set: bool,
    /// What follows the name in braces, such as `:-`, `+`, `##`, `//`; empty: nothing.
    pub modifier: String,
}

/// Why a word cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpandError {
    /// `'` or `"` is not closed.
    UnclosedQuote(char),
    /// `${` is not closed.
    MissingBrace,
    /// `${X/p` without the second slash.
    MissingSlash,
    /// `${}`, `${:…`.
    BadSubstitution,
    /// Something BuildKit does not know behind the name.
    UnsupportedModifier(String),
    /// A pattern with an escape that escapes nothing.
    InvalidPattern(String),
    /// `${X?message}` and X is not set, or empty.
    Required {
        /// The variable.
        name: String,
        /// What it says.
        message: String,
    },
}

impl std::fmt::Display for ExpandError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ExpandError::UnclosedQuote(quote) => write!(formatter, "{quote} is not closed"),
            ExpandError::MissingBrace => write!(formatter, "`${{` is not closed"),
            ExpandError::MissingSlash => write!(formatter, "the second `/` is missing in `${{`"),
            ExpandError::BadSubstitution => write!(formatter, "`${{` needs a name"),
            ExpandError::UnsupportedModifier(modifier) => {
                write!(formatter, "`{modifier}` is not known behind a variable's name")
            }
            ExpandError::InvalidPattern(pattern) => {
                write!(formatter, "`{pattern}` has an escape that escapes nothing")
            }
            ExpandError::Required { name, message } => write!(formatter, "{name}: {message}"),
        }
    }
}

impl std::error::Error for ExpandError {}

impl<'a> Expander<'a> {
    /// The ordinary way: quotes and escapes are taken off, variables without a value are empty.
    pub fn new(escape: char, lookup: &'a dyn Fn(&str) -> Option<String>) -> Expander<'a> {
        Expander {
            escape,
            raw_quotes: false,
            raw_escapes: false,
            ignore_quotes: false,
            keep_unset: false,
            lookup,
        }
    }

    /// Expands `word`.
    pub fn expand(&self, word: &str) -> Result<Expanded, ExpandError> {
        let mut lexer = Lexer {
            expander: self,
            word,
            position: 0,
            raw_escapes: self.raw_escapes,
            uses: Vec::new(),
            depth: 0,
        };
        let (text, words) = lexer.until(None, self.raw_escapes)?;
        Ok(Expanded {
            text,
            words,
            uses: lexer.uses,
        })
    }
}

/// How deep `${X:-${Y:-…}}` may be nested.
const MAX_DEPTH: usize = 64;

struct Lexer<'a> {
    expander: &'a Expander<'a>,
    word: &'a str,
    position: usize,
    raw_escapes: bool,
    uses: Vec<Use>,
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

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.word[self.position..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.position += character.len_utf8();
        Some(character)
    }

    fn until(
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
                Some('$') => text.push_str(&self.dollar()?),
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
                        Some(escaped)
                            if matches!(escaped, '"' | '$') || escaped == character =>
                        {
                            self.next();
                            text.push(escaped);
                        }
                        Some(_) => text.push(character),
                    }
                }
            }
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
        match Pattern::parse(&pattern) {
            Some(pattern) => Ok(pattern.replace(&value.unwrap_or_default(), &replacement, all)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "HOME" => Some("/home".to_owned()),
            "EMPTY" => Some(String::new()),
            "TAG" => Some("12.4.1-cudnn-devel".to_owned()),
            "PATHS" => Some("/a/b/c".to_owned()),
            "SPACED" => Some("one two".to_owned()),
            _ => None,
        }
    }

    #[track_caller]
    fn check(word: &str, expect: &str) {
        let expanded = match Expander::new('\\', &lookup).expand(word) {
            Ok(expanded) => expanded.text,
            Err(error) => format!("error: {error}"),
        };
        assert_eq!(expanded, expect, "{word}");
    }

    #[test]
    fn quotes_and_escapes_are_taken_off() {
        check(r#"a'b c'"d e""#, "ab cd e");
        check(r"he\llo \$HOME", "hello $HOME");
        check(r#""he\llo \$HOME \" \\""#, r#"he\llo $HOME " \"#);
        check("'$HOME'", "$HOME");
        check(r"end\", "end");
        check("'open", "error: ' is not closed");
        check("\"open", "error: \" is not closed");
    }

    #[test]
    fn variables_are_replaced() {
        check("$HOME/x ${HOME}x $NONE.", "/home/x /homex .");
        check("$", "$");
        check("$1x", "x");
        check("${", "error: `${` is not closed");
        check("${}", "error: `${` needs a name");
        check("${HOME", "error: `${` is not closed");
    }

    #[test]
    fn defaults_and_alternatives() {
        check("${NONE:-d} ${EMPTY:-d} ${EMPTY-d} ${HOME:-d}", "d d  /home");
        check("${NONE:+a} ${EMPTY:+a} ${EMPTY+a} ${HOME:+a}", "  a a");
        check("${NONE:-${HOME}/x}", "/home/x");
        check("${NONE?gone}", "error: NONE: gone");
        check("${EMPTY:?}", "error: EMPTY: is not allowed to be empty");
        check("${EMPTY?}", "");
        check("${HOME:=x}", "error: `:=` is not known behind a variable's name");
    }

    #[test]
    fn patterns_cut_and_replace() {
        check("${TAG%%-*} ${TAG%-*}", "12.4.1 12.4.1-cudnn");
        check("${PATHS#*/} ${PATHS##*/}", "a/b/c c");
        check("${TAG%%.*}", "12");
        check(r"${TAG/./} ${TAG//./_} ${PATHS//\//-}", "124.1-cudnn-devel 12_4_1-cudnn-devel -a-b-c");
        check("${TAG#x} ${TAG/?4/n}", "12.4.1-cudnn-devel 12n.1-cudnn-devel");
        check(r"${TAG#\x}", r"error: `\x` has an escape that escapes nothing");
        check("${TAG/a}", "error: the second `/` is missing in `${`");
    }

    #[test]
    fn words_are_cut_behind_the_expansion() {
        let expanded = Expander::new('\\', &lookup)
            .expand("$SPACED \"$SPACED\" a\\ b")
            .expect("it is a plain word");
        assert_eq!(expanded.words, ["one", "two", "one two", "a b"]);
    }

    #[test]
    fn uses_have_their_place() {
        let expanded = Expander::new('\\', &lookup)
            .expand("a$HOME-${NONE:-${TAG##x}}")
            .expect("it is a plain word");
        let uses: Vec<(&str, Range<usize>, bool, &str)> = expanded
            .uses
            .iter()
            .map(|it| (it.name.as_str(), it.range.clone(), it.set, it.modifier.as_str()))
            .collect();
        assert_eq!(
            uses,
            [
                ("HOME", 1..6, true, ""),
                ("TAG", 15..24, true, "##"),
                ("NONE", 7..25, false, ":-")
            ]
        );
    }
}
