//! Commands, pipelines and lists. Words are `word`'s business, commands that hold others
//! `compound`'s, and the steps through the text `cursor`'s.

use std::ops::Range;

use crate::logical::Logical;
use crate::range::TextRange;
use crate::shell::ast::{
    Assignment, Command, CommandKind, Compound, CompoundKind, Connector, Item, Part, Pipeline,
    Redirect, Script, Simple, Word,
};

/// A script and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The script, as far as it could be read.
    pub script: Script,
    /// What is wrong, by position.
    pub problems: Vec<ShellProblem>,
}

/// Something that the shell would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellProblem {
    /// What is wrong. Lower case, no full stop.
    pub message: String,
    /// Where.
    pub range: TextRange,
}

/// How deep commands may be nested. Deeper text is left unread.
pub(super) const MAX_DEPTH: usize = 48;

/// Reads a script: the arguments of a RUN, a heredoc, the string behind `sh -c`.
pub fn parse(text: &Logical) -> Parsed {
    let mut parser = Parser::new(text, 0..text.text().len(), 0);
    let script = parser.script(Stop::default());
    parser.problems.sort_by_key(|problem| problem.range.start);
    Parsed {
        script,
        problems: parser.problems,
    }
}

/// What ends a script besides the end of the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stop {
    /// A closing parenthesis.
    pub(super) parenthesis: bool,
    /// `;;` and its kin.
    pub(super) case: bool,
    /// Reserved words.
    pub(super) words: &'static [&'static str],
}

pub(super) struct Parser<'a> {
    pub(super) logical: &'a Logical,
    pub(super) text: &'a str,
    pub(super) position: usize,
    pub(super) depth: usize,
    pub(super) problems: Vec<ShellProblem>,
    /// Those whose bodies begin behind this line: the delimiter, and whether tabs are stripped.
    pub(super) heredocs: Vec<(String, bool)>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(logical: &'a Logical, range: Range<usize>, depth: usize) -> Parser<'a> {
        Parser {
            logical,
            text: &logical.text()[..range.end],
            position: range.start,
            depth,
            problems: Vec::new(),
            heredocs: Vec::new(),
        }
    }

    pub(super) fn script(&mut self, stop: Stop) -> Script {
        let mut script = Script::default();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.problem(
                "nested too deeply to be read",
                self.position..self.text.len(),
            );
            self.position = self.text.len();
        }
        loop {
            self.skip_lines();
            let rest = self.rest();
            if rest.is_empty()
                || (stop.parenthesis && rest.starts_with(')'))
                || (stop.case && rest.starts_with(";;"))
                || (stop.case && rest.starts_with(";&"))
                || stop.words.contains(&self.bare_word())
            {
                break;
            }
            let before = self.position;
            let pipeline = self.pipeline();
            if self.position == before {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                self.problem("unexpected here", before..before + length);
                self.position += length;
                continue;
            }
            let connector = self.connector();
            script.items.push(Item {
                pipeline,
                connector,
            });
        }
        self.depth -= 1;
        script
    }

    fn connector(&mut self) -> Option<(Connector, TextRange)> {
        self.skip_blanks();
        let rest = self.rest();
        let (connector, length) = match rest {
            _ if rest.starts_with("&&") => (Connector::And, 2),
            _ if rest.starts_with("||") => (Connector::Or, 2),
            _ if rest.starts_with(";;") || rest.starts_with(";&") => return None,
            _ if rest.starts_with(';') => (Connector::Semicolon, 1),
            _ if rest.starts_with('&') => (Connector::Background, 1),
            _ if rest.starts_with('\n') => (Connector::Newline, 0),
            _ => return None,
        };
        let range = self.position..self.position + length;
        self.position = range.end;
        if matches!(connector, Connector::And | Connector::Or) {
            self.skip_lines();
            if self.rest().is_empty() {
                self.problem("a command is missing behind this", range.clone());
            }
        }
        Some((connector, self.logical.range(range)))
    }

    fn pipeline(&mut self) -> Pipeline {
        let mut negated = false;
        while let word @ ("!" | "time") = self.bare_word() {
            negated ^= word == "!";
            self.position += word.len();
            self.skip_blanks();
        }
        let mut commands = Vec::new();
        loop {
            commands.extend(self.command());
            self.skip_blanks();
            let rest = self.rest();
            if !rest.starts_with('|') || rest.starts_with("||") {
                return Pipeline { negated, commands };
            }
            let length = 1 + usize::from(rest.starts_with("|&"));
            let pipe = self.position..self.position + length;
            self.position = pipe.end;
            self.skip_lines();
            if self.rest().is_empty() {
                self.problem("a command is missing behind this", pipe);
            }
        }
    }

    pub(super) fn command(&mut self) -> Option<Command> {
        let start = self.position;
        let kind = match self.compound() {
            Some(compound) => CommandKind::Compound(compound),
            None => return self.simple(),
        };
        let mut redirects = Vec::new();
        loop {
            let end = self.position;
            self.skip_blanks();
            match self.redirect() {
                Some(redirect) => redirects.push(redirect),
                None => {
                    self.position = end;
                    break;
                }
            }
        }
        Some(Command {
            kind,
            redirects,
            range: self.logical.range(start..self.position),
        })
    }

    fn simple(&mut self) -> Option<Command> {
        let start = self.position;
        let mut end = start;
        let mut simple = Simple::default();
        let mut redirects = Vec::new();
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect() {
                redirects.push(redirect);
            } else if let Some(word) = self.word() {
                match self.assignment(&word) {
                    Some(assignment) if simple.words.is_empty() => {
                        simple.assignments.push(assignment);
                    }
                    _ => simple.words.push(word),
                }
                if let Some(body) = self.function_body(&simple) {
                    return Some(Command {
                        kind: CommandKind::Compound(Compound {
                            kind: CompoundKind::Function,
                            words: simple.words,
                            scripts: vec![body],
                        }),
                        redirects,
                        range: self.logical.range(start..self.position),
                    });
                }
            } else {
                break;
            }
            end = self.position;
        }
        self.position = end;
        (end > start).then(|| Command {
            kind: CommandKind::Simple(simple),
            redirects,
            range: self.logical.range(start..end),
        })
    }

    /// `NAME=value`, `NAME+=value`, if the word that was just read is one.
    fn assignment(&self, word: &Word) -> Option<Assignment> {
        let Some(Part::Literal { text, .. }) = word.parts.first() else {
            return None;
        };
        let (name, rest) = text.split_once('=')?;
        let name = name.strip_suffix('+').unwrap_or(name);
        let is_name = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
            && name
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || it == '_');
        if !is_name {
            return None;
        }
        let start = self.position - word.raw.len();
        let literal_end = start + text.len();
        let value_start = literal_end - rest.len();
        let mut parts = word.parts.clone();
        match rest.is_empty() {
            true => drop(parts.remove(0)),
            false => {
                parts[0] = Part::Literal {
                    text: rest.to_owned(),
                    range: self.logical.range(value_start..literal_end),
                };
            }
        }
        Some(Assignment {
            name: name.to_owned(),
            value: Word {
                raw: self.text[value_start..self.position].to_owned(),
                parts,
                range: self.logical.range(value_start..self.position),
            },
            range: word.range,
        })
    }

    fn redirect(&mut self) -> Option<Redirect> {
        let start = self.position;
        let rest = self.rest();
        let digits = rest.len()
            - rest
                .trim_start_matches(|it: char| it.is_ascii_digit())
                .len();
        let operators = [
            "&>>", "&>", "<<<", "<<-", "<<", ">>", ">&", "<&", "<>", ">|", ">", "<",
        ];
        let operator = operators
            .into_iter()
            .find(|operator| rest[digits..].starts_with(operator))?;
        let process = matches!(operator, "<" | ">") && rest[digits + 1..].starts_with('(');
        if process || (digits > 0 && operator.starts_with('&')) {
            return None;
        }
        self.position += digits + operator.len();
        let end = self.position;
        self.skip_blanks();
        let target = self.word();
        match &target {
            None => {
                self.position = end;
                self.problem("a file is missing behind this", start..end);
            }
            Some(word) if matches!(operator, "<<" | "<<-") => {
                let delimiter: String = word
                    .raw
                    .chars()
                    .filter(|it| !matches!(it, '\'' | '"' | '\\'))
                    .collect();
                self.heredocs.push((delimiter, operator == "<<-"));
            }
            Some(_) => {}
        }
        Some(Redirect {
            operator: format!("{}{operator}", &rest[..digits]),
            target,
            range: self.logical.range(start..self.position),
        })
    }

    /// Takes the end of a compound command, or says that it is missing.
    pub(super) fn close(&mut self, end: &str, start: usize) {
        self.skip_lines();
        if !self.eat(end) {
            self.problem(&format!("`{end}` is missing"), start..self.position);
        }
    }

    pub(super) fn problem(&mut self, message: &str, range: Range<usize>) {
        self.problems.push(ShellProblem {
            message: message.to_owned(),
            range: self.logical.range(range),
        });
    }
}
