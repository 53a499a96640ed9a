//! Variables, quotes and escapes in a word, as BuildKit's shell lexer reads them. Where the values
//! come from is `scope`'s business.

mod lexer;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::expand::lexer::Lexer;

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
    /// What it means is longer, or takes longer to find out, than anybody writes on purpose.
    TooLong,
}

impl std::fmt::Display for ExpandError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ExpandError::UnclosedQuote(quote) => write!(formatter, "{quote} is not closed"),
            ExpandError::MissingBrace => write!(formatter, "`${{` is not closed"),
            ExpandError::MissingSlash => write!(formatter, "the second `/` is missing in `${{`"),
            ExpandError::BadSubstitution => write!(formatter, "`${{` needs a name"),
            ExpandError::UnsupportedModifier(modifier) => {
                write!(
                    formatter,
                    "`{modifier}` is not known behind a variable's name"
                )
            }
            ExpandError::InvalidPattern(pattern) => {
                write!(formatter, "`{pattern}` has an escape that escapes nothing")
            }
            ExpandError::Required { name, message } => write!(formatter, "{name}: {message}"),
            ExpandError::TooLong => write!(formatter, "what it means is too long"),
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
        let mut lexer = Lexer::new(self, word);
        let (text, words) = lexer.until(None, self.raw_escapes)?;
        Ok(Expanded {
            text,
            words,
            uses: lexer.uses,
        })
    }
}
