//! The tree: what a Dockerfile says, instruction by instruction, with the exact place of everything.
//! It has what was written, unexpanded; `expand`, `scope` and `stages` say what it means.

use std::ops::Range;

use crate::directive::{Directive, DirectiveName};
use crate::lines::Line;
use crate::logical::Logical;
use crate::problem::Problem;
use crate::range::TextRange;

/// A Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The text it was read from.
    pub text: String,
    /// The physical lines.
    pub lines: Vec<Line>,
    /// Parser directives, in order.
    pub directives: Vec<Directive>,
    /// The escape character: a backslash or a backtick.
    pub escape: char,
    /// The instructions, in order.
    pub instructions: Vec<Instruction>,
    /// What is wrong, by position.
    pub problems: Vec<Problem>,
}

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// From the keyword to the end of the last line, heredocs included.
    pub range: TextRange,
    /// Which instruction.
    pub keyword: Keyword,
    /// The keyword as written.
    pub name: Word,
    /// The flags between keyword and arguments.
    pub flags: Vec<Flag>,
    /// The arguments behind the flags, without the white space around them.
    pub arguments: Word,
    /// What the arguments say.
    pub body: Body,
    /// The heredocs that the arguments open.
    pub heredocs: Vec<Heredoc>,
    /// The whole instruction without continuations and heredocs.
    pub logical: Logical,
    /// The arguments within `logical`.
    pub logical_arguments: Range<usize>,
}

/// The instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the instruction of that name")]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// None of the others.
    Unknown,
}

/// A piece of text, as written apart from continuations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text, quotes and variables kept, continuations taken out.
    pub text: String,
    /// Where it stands.
    pub range: TextRange,
}

/// `--name`, `--name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The whole flag.
    pub range: TextRange,
    /// The name, without dashes.
    pub name: Word,
    /// The value, without its quotes.
    pub value: Option<Word>,
}

/// What the arguments of an instruction say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// FROM.
    From(From),
    /// RUN, CMD, ENTRYPOINT, SHELL.
    Command(Command),
    /// COPY, ADD.
    Files(Files),
    /// ENV, LABEL, ARG.
    Pairs(Pairs),
    /// EXPOSE, VOLUME.
    List(List),
    /// WORKDIR, USER, STOPSIGNAL, MAINTAINER: one value, [`Instruction::arguments`].
    Value,
    /// HEALTHCHECK.
    Healthcheck(Healthcheck),
    /// ONBUILD; `None` where nothing follows.
    Onbuild(Option<Box<Instruction>>),
    /// Not an instruction.
    Unknown,
}

/// `FROM image AS name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The image or stage; `None` while it is not typed yet.
    pub image: Option<Word>,
    /// The word `AS`.
    pub r#as: Option<Word>,
    /// The name behind it.
    pub alias: Option<Word>,
}

/// A command in shell or exec form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Nothing is there.
    Empty,
    /// The text for a shell.
    Shell(Word),
    /// A JSON array.
    Exec(Vec<JsonString>),
}

/// A string of a JSON array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonString {
    /// What it means, with the way back to the file.
    pub value: Logical,
    /// Where it stands, with its quotes.
    pub range: TextRange,
}

/// `COPY source… destination`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The sources; one that opens a heredoc is among them, as it is written.
    pub sources: Vec<Word>,
    /// The destination.
    pub destination: Option<Word>,
    /// Whether it is written as a JSON array; the words are then what the strings mean.
    pub json: bool,
}

/// `NAME=VALUE …`, or `NAME VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// `ENV NAME VALUE`: one pair, white space instead of `=`.
    pub legacy: bool,
}

/// `NAME=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name, quotes kept.
    pub name: Word,
    /// The value, quotes and variables kept; `None`: `ARG NAME`, or half typed.
    pub value: Option<Word>,
}

/// Words, or a JSON array of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The words.
    pub words: Vec<Word>,
    /// Whether it is written as a JSON array; the words are then what the strings mean.
    pub json: bool,
}

/// `HEALTHCHECK CMD command`, `HEALTHCHECK NONE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Healthcheck {
    /// `CMD`, `NONE`, or what stands there.
    pub kind: Option<Word>,
    /// The command.
    pub command: Command,
}

/// A heredoc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that opens it, such as `<<-"EOF"`.
    pub opener: TextRange,
    /// The line that ends it.
    pub name: String,
    /// `<<-`: leading tabs are taken off.
    pub strip_tabs: bool,
    /// The name is not quoted, so variables are expanded.
    pub expand: bool,
    /// The lines between, with their newlines.
    pub body: TextRange,
    /// The ending line without its newline; `None` where it is missing.
    pub terminator: Option<TextRange>,
    /// What the body means: as written, or without the leading tabs.
    pub content: Logical,
}

impl File {
    /// The number of the line that `offset` is in, from 1.
    pub fn line_at(&self, offset: usize) -> usize {
        self.lines
            .partition_point(|line| line.content.start <= offset)
            .max(1)
    }

    /// The directive of this name.
    pub fn directive(&self, name: DirectiveName) -> Option<&Directive> {
        self.directives.iter().find(|it| it.name == name)
    }

    /// The instruction that `offset` is in.
    pub fn instruction_at(&self, offset: usize) -> Option<&Instruction> {
        self.instructions
            .iter()
            .find(|instruction| instruction.range.touches(offset))
    }
}

impl Instruction {
    /// The flag of this name; the first, if there are several.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name.text == name)
    }

    /// The arguments without continuations, with the way back to the file.
    pub fn logical_arguments(&self) -> Logical {
        self.logical.part(self.logical_arguments.clone())
    }

    /// RUN whose script is one heredoc and nothing else (`RUN <<EOF`).
    pub fn script_heredoc(&self) -> Option<&Heredoc> {
        match self.heredocs.as_slice() {
            [heredoc] if heredoc.opener == self.arguments.range => Some(heredoc),
            _ => None,
        }
    }
}

impl Keyword {
    /// Every instruction there is.
    pub const ALL: [Keyword; 18] = [
        Keyword::Add,
        Keyword::Arg,
        Keyword::Cmd,
        Keyword::Copy,
        Keyword::Entrypoint,
        Keyword::Env,
        Keyword::Expose,
        Keyword::From,
        Keyword::Healthcheck,
        Keyword::Label,
        Keyword::Maintainer,
        Keyword::Onbuild,
        Keyword::Run,
        Keyword::Shell,
        Keyword::Stopsignal,
        Keyword::User,
        Keyword::Volume,
        Keyword::Workdir,
    ];

    /// The instruction of this name, in any case.
    pub fn parse(name: &str) -> Keyword {
        Keyword::ALL
            .into_iter()
            .find(|keyword| keyword.name().eq_ignore_ascii_case(name))
            .unwrap_or(Keyword::Unknown)
    }

    /// The name in capitals; empty for [`Keyword::Unknown`].
    pub fn name(self) -> &'static str {
        match self {
            Keyword::Add => "ADD",
            Keyword::Arg => "ARG",
            Keyword::Cmd => "CMD",
            Keyword::Copy => "COPY",
            Keyword::Entrypoint => "ENTRYPOINT",
            Keyword::Env => "ENV",
            Keyword::Expose => "EXPOSE",
            Keyword::From => "FROM",
            Keyword::Healthcheck => "HEALTHCHECK",
            Keyword::Label => "LABEL",
            Keyword::Maintainer => "MAINTAINER",
            Keyword::Onbuild => "ONBUILD",
            Keyword::Run => "RUN",
            Keyword::Shell => "SHELL",
            Keyword::Stopsignal => "STOPSIGNAL",
            Keyword::User => "USER",
            Keyword::Volume => "VOLUME",
            Keyword::Workdir => "WORKDIR",
            Keyword::Unknown => "",
        }
    }
}
