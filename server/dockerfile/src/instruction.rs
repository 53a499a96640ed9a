//! One logical line: keyword, flags, arguments, and what is wrong with them.

mod check;

use std::ops::Range;

use crate::ast::{
    Body, Command, Files, Flag, From, Healthcheck, Instruction, Keyword, List, Pair, Pairs, Word,
};
use crate::json::{self, Array};
use crate::logical::Logical;
use crate::problem::{Problem, ProblemKind};
use crate::words;

/// How many ONBUILDs are looked into. One in another is refused by every builder; a line of nothing
/// else must not use up the stack.
const MAX_NESTED: usize = 2;

/// Reads `range` of `logical` as an instruction.
pub(crate) fn parse(
    logical: &Logical,
    range: Range<usize>,
    escape: char,
    problems: &mut Vec<Problem>,
) -> Instruction {
    nested(logical, range, escape, problems, 0)
}

fn nested(
    logical: &Logical,
    range: Range<usize>,
    escape: char,
    problems: &mut Vec<Problem>,
    depth: usize,
) -> Instruction {
    let text = logical.text();
    let range = words::trim(text, range);
    let name_end = text[range.clone()]
        .find(words::is_blank)
        .map_or(range.end, |length| range.start + length);
    let name = word(logical, range.start..name_end);
    let keyword = Keyword::parse(&name.text);
    let (raw_flags, arguments_start) = words::flags(&text[..range.end], name_end);
    let arguments = words::trim(text, arguments_start..range.end);
    let flags = raw_flags
        .iter()
        .map(|raw| flag(logical, raw))
        .collect::<Vec<Flag>>();
    let mut reader = Reader {
        logical,
        arguments: arguments.clone(),
        keyword,
        escape,
        problems,
        depth,
    };
    let body = reader.body(&name);
    reader.check_flags(&flags);
    reader.check_arguments(&body, &name);
    Instruction {
        range: logical.range(range),
        keyword,
        name,
        flags,
        arguments: word(logical, arguments.clone()),
        body,
        heredocs: Vec::new(),
        logical: logical.clone(),
        logical_arguments: arguments,
    }
}

fn word(logical: &Logical, range: Range<usize>) -> Word {
    Word {
        text: logical.slice(range.clone()).to_owned(),
        range: logical.range(range),
    }
}

fn flag(logical: &Logical, raw: &words::RawFlag) -> Flag {
    let written = logical.slice(raw.range.clone());
    let name_start = raw.range.start + 2;
    let equals = written.find('=').map(|offset| raw.range.start + offset);
    let name_end = equals.unwrap_or(raw.range.end).max(name_start);
    let value = match (equals, raw.text.split_once('=')) {
        (Some(equals), Some((_, value))) => Some(Word {
            text: value.to_owned(),
            range: logical.range(equals + 1..raw.range.end),
        }),
        _ => None,
    };
    Flag {
        range: logical.range(raw.range.clone()),
        name: word(logical, name_start..name_end),
        value,
    }
}

struct Reader<'a> {
    logical: &'a Logical,
    arguments: Range<usize>,
    keyword: Keyword,
    escape: char,
    problems: &'a mut Vec<Problem>,
    /// How many ONBUILDs it is in.
    depth: usize,
}

impl Reader<'_> {
    fn body(&mut self, name: &Word) -> Body {
        match self.keyword {
            Keyword::From => Body::From(self.from()),
            Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell => {
                Body::Command(self.command(self.arguments.clone()))
            }
            Keyword::Copy | Keyword::Add => Body::Files(self.files()),
            Keyword::Env | Keyword::Label => Body::Pairs(self.pairs()),
            Keyword::Arg => Body::Pairs(self.arguments_or_pairs()),
            Keyword::Expose => Body::List(List {
                words: self.plain_words(),
                json: false,
            }),
            Keyword::Volume => Body::List(self.list()),
            Keyword::Workdir | Keyword::User | Keyword::Stopsignal | Keyword::Maintainer => {
                Body::Value
            }
            Keyword::Healthcheck => Body::Healthcheck(self.healthcheck()),
            Keyword::Onbuild => Body::Onbuild(self.onbuild()),
            Keyword::Unknown => {
                self.problem(
                    ProblemKind::UnknownInstruction {
                        name: name.text.clone(),
                        meant: check::meant(&name.text),
                    },
                    name.range,
                );
                Body::Unknown
            }
        }
    }

    fn from(&self) -> From {
        let mut words = self.plain_words().into_iter();
        From {
            image: words.next(),
            r#as: words.next(),
            alias: words.next(),
        }
    }

    fn command(&mut self, range: Range<usize>) -> Command {
        if range.is_empty() {
            return Command::Empty;
        }
        match json::array(self.logical, range.clone()) {
            Array::Strings(strings) => return Command::Exec(strings),
            Array::Mixed => {
                let range = self.logical.range(range.clone());
                self.problem(ProblemKind::JsonNotStrings, range);
            }
            Array::No => {}
        }
        Command::Shell(self.word(range))
    }

    fn list(&mut self) -> List {
        match json::array(self.logical, self.arguments.clone()) {
            Array::Strings(strings) => {
                let words = strings.into_iter().map(|string| Word {
                    text: string.value.text().to_owned(),
                    range: string.range,
                });
                return List {
                    words: words.collect(),
                    json: true,
                };
            }
            Array::Mixed => {
                let range = self.logical.range(self.arguments.clone());
                self.problem(ProblemKind::JsonNotStrings, range);
            }
            Array::No => {}
        }
        List {
            words: self.plain_words(),
            json: false,
        }
    }

    fn files(&mut self) -> Files {
        let List { mut words, json } = self.list();
        // A single word is a source whose destination is still to come.
        let destination = match words.len() {
            0 | 1 => None,
            _ => words.pop(),
        };
        Files {
            sources: words,
            destination,
            json,
        }
    }

    fn pairs(&mut self) -> Pairs {
        let text = self.logical.text();
        let words = words::quoted(text, self.arguments.clone(), self.escape);
        let Some(first) = words.first() else {
            return Pairs {
                pairs: Vec::new(),
                legacy: false,
            };
        };
        if !text[first.clone()].contains('=') {
            return self.legacy_pair();
        }
        let pairs = words.into_iter().map(|range| self.pair(range, true));
        Pairs {
            pairs: pairs.collect(),
            legacy: false,
        }
    }

    /// `NAME VALUE`: the name ends at the first blank, quoted or not.
    fn legacy_pair(&mut self) -> Pairs {
        let text = self.logical.text();
        let name_end = text[self.arguments.clone()]
            .find(words::is_blank)
            .map_or(self.arguments.end, |length| self.arguments.start + length);
        let name = self.word(self.arguments.start..name_end);
        let rest = &text[name_end..self.arguments.end];
        let value_start = self.arguments.end - rest.trim_start_matches(words::is_blank).len();
        let value = match value_start < self.arguments.end {
            true => Some(self.word(value_start..self.arguments.end)),
            false => {
                self.problem(
                    ProblemKind::MissingValue {
                        name: name.text.clone(),
                    },
                    name.range,
                );
                None
            }
        };
        Pairs {
            pairs: vec![Pair { name, value }],
            legacy: true,
        }
    }

    fn arguments_or_pairs(&mut self) -> Pairs {
        let words = words::quoted(self.logical.text(), self.arguments.clone(), self.escape);
        let pairs = words.into_iter().map(|range| self.pair(range, false));
        Pairs {
            pairs: pairs.collect(),
            legacy: false,
        }
    }

    fn pair(&mut self, range: Range<usize>, needs_equals: bool) -> Pair {
        let text = &self.logical.text()[range.clone()];
        let Some(length) = text.find('=') else {
            let name = self.word(range);
            if needs_equals {
                self.problem(
                    ProblemKind::MissingEquals {
                        word: name.text.clone(),
                    },
                    name.range,
                );
            }
            return Pair { name, value: None };
        };
        let equals = range.start + length;
        if length == 0 {
            let range = self.logical.range(range.clone());
            self.problem(ProblemKind::EmptyName, range);
        }
        Pair {
            name: self.word(range.start..equals),
            value: Some(self.word(equals + 1..range.end)),
        }
    }

    fn healthcheck(&mut self) -> Healthcheck {
        let text = self.logical.text();
        let kind_end = text[self.arguments.clone()]
            .find(char::is_whitespace)
            .map_or(self.arguments.end, |length| self.arguments.start + length);
        let kind = self.arguments.start..kind_end;
        let command = words::trim(text, kind_end..self.arguments.end);
        Healthcheck {
            kind: (!kind.is_empty()).then(|| self.word(kind)),
            command: self.command(command),
        }
    }

    fn onbuild(&mut self) -> Option<Box<Instruction>> {
        if self.arguments.is_empty() || self.depth == MAX_NESTED {
            return None;
        }
        let inner = nested(
            self.logical,
            self.arguments.clone(),
            self.escape,
            self.problems,
            self.depth + 1,
        );
        Some(Box::new(inner))
    }

    fn plain_words(&self) -> Vec<Word> {
        words::plain(self.logical.text(), self.arguments.clone())
            .into_iter()
            .map(|range| self.word(range))
            .collect()
    }

    fn word(&self, range: Range<usize>) -> Word {
        word(self.logical, range)
    }

    fn problem(&mut self, kind: ProblemKind, range: crate::range::TextRange) {
        self.problems.push(Problem { kind, range });
    }
}
