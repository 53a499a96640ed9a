//! The tree of a shell script.

use crate::range::TextRange;

/// Commands in a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// The pipelines, in order.
    pub items: Vec<Item>,
}

/// A pipeline and what connects it with the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The pipeline.
    pub pipeline: Pipeline,
    /// What follows it; `None`: the end of the script.
    pub connector: Option<(Connector, TextRange)>,
}

/// What stands between two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connector {
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `;`.
    Semicolon,
    /// `&`.
    Background,
    /// A new line.
    Newline,
}

/// Commands joined by `|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// `!` before it.
    pub negated: bool,
    /// The commands.
    pub commands: Vec<Command>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What kind.
    pub kind: CommandKind,
    /// The redirections.
    pub redirects: Vec<Redirect>,
    /// From its first to its last character.
    pub range: TextRange,
}

/// The kinds of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandKind {
    /// A program or builtin with its arguments.
    Simple(Simple),
    /// Everything that holds other commands, and tests.
    Compound(Compound),
}

/// `NAME=value program argument…`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Simple {
    /// The assignments before the program.
    pub assignments: Vec<Assignment>,
    /// The program and its arguments; empty: assignments or redirections only.
    pub words: Vec<Word>,
}

/// `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// The value; empty parts: `NAME=`.
    pub value: Word,
    /// From the name to the end of the value.
    pub range: TextRange,
}

/// A compound command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compound {
    /// Which.
    pub kind: CompoundKind,
    /// `for`'s variable and list, `case`'s word and patterns, a function's name, the words of `[[`.
    pub words: Vec<Word>,
    /// The scripts in it, in order: conditions, branches, bodies.
    pub scripts: Vec<Script>,
}

/// The compound commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompoundKind {
    /// `( … )`.
    Subshell,
    /// `{ … }`.
    Group,
    /// `if … then … fi`.
    If,
    /// `while … do … done`.
    While,
    /// `until … do … done`.
    Until,
    /// `for NAME in … do … done`, also bash's `select` and `for ((`.
    For,
    /// `case … in … esac`.
    Case,
    /// `NAME() { … }`.
    Function,
    /// `[[ … ]]`.
    Test,
    /// `(( … ))`.
    Arithmetic,
}

/// `2>file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The operator, such as `>`, `>>`, `<<`, `2>`, `&>`.
    pub operator: String,
    /// The file, descriptor or delimiter; `None` while it is not typed yet.
    pub target: Option<Word>,
    /// From the operator to the end of the target.
    pub range: TextRange,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as written, without continuations.
    pub raw: String,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Where it stands.
    pub range: TextRange,
}

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields are the same everywhere: what it is, and where"
)]
pub enum Part {
    /// Plain characters.
    Literal { text: String, range: TextRange },
    /// A backslash and the character it escapes; empty: a continuation.
    Escaped { text: String, range: TextRange },
    /// `'…'`, also bash's `$'…'`, whose escapes are kept.
    SingleQuoted { text: String, range: TextRange },
    /// `"…"`.
    DoubleQuoted { parts: Vec<Part>, range: TextRange },
    /// `$NAME`, `${NAME…}`.
    Parameter {
        name: String,
        /// What follows the name in braces, such as `:-`.
        operator: String,
        /// What follows the operator.
        word: Vec<Part>,
        range: TextRange,
    },
    /// `$(…)`, or backquotes.
    Command {
        script: Script,
        backquotes: bool,
        range: TextRange,
    },
    /// `$((…))`.
    Arithmetic { range: TextRange },
    /// `<(…)`, `>(…)`.
    Process { script: Script, range: TextRange },
}

impl Word {
    /// What the word means, if no expansion is needed to know it.
    pub fn literal(&self) -> Option<String> {
        self.expand(&|_| None)
    }

    /// What the word means with these variables; `None` where that takes a command, an unknown
    /// variable, or more than a default. Patterns and `~` stay as they are.
    pub fn expand(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        expand_parts(&self.parts, lookup)
    }
}

fn expand_parts(parts: &[Part], lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Literal { text: it, .. }
            | Part::Escaped { text: it, .. }
            | Part::SingleQuoted { text: it, .. } => text.push_str(it),
            Part::DoubleQuoted { parts, .. } => text.push_str(&expand_parts(parts, lookup)?),
            Part::Parameter {
                name,
                operator,
                word,
                ..
            } => {
                let value = lookup(name);
                match (operator.as_str(), value) {
                    ("", value) => text.push_str(&value?),
                    ("-" | ":-", Some(value)) if !value.is_empty() => text.push_str(&value),
                    ("-", Some(_)) => {}
                    ("-" | ":-", _) => text.push_str(&expand_parts(word, lookup)?),
                    _ => return None,
                }
            }
            Part::Command { .. } | Part::Arithmetic { .. } | Part::Process { .. } => return None,
        }
    }
    Some(text)
}

impl Script {
    /// Calls `visit` for every simple command, also in compound commands and substitutions, in the
    /// order in which they are written.
    pub fn for_each_command<'a>(&'a self, visit: &mut dyn FnMut(&'a Command, &'a Simple)) {
        for item in &self.items {
            for command in &item.pipeline.commands {
                command.for_each_command(visit);
            }
        }
    }
}

impl Command {
    fn for_each_command<'a>(&'a self, visit: &mut dyn FnMut(&'a Command, &'a Simple)) {
        match &self.kind {
            CommandKind::Simple(simple) => {
                visit(self, simple);
                for assignment in &simple.assignments {
                    in_parts(&assignment.value.parts, visit);
                }
                for word in &simple.words {
                    in_parts(&word.parts, visit);
                }
            }
            CommandKind::Compound(compound) => {
                for word in &compound.words {
                    in_parts(&word.parts, visit);
                }
                for script in &compound.scripts {
                    script.for_each_command(visit);
                }
            }
        }
        for redirect in &self.redirects {
            if let Some(target) = &redirect.target {
                in_parts(&target.parts, visit);
            }
        }
    }
}

fn in_parts<'a>(parts: &'a [Part], visit: &mut dyn FnMut(&'a Command, &'a Simple)) {
    for part in parts {
        match part {
            Part::DoubleQuoted { parts, .. } | Part::Parameter { word: parts, .. } => {
                in_parts(parts, visit);
            }
            Part::Command { script, .. } | Part::Process { script, .. } => {
                script.for_each_command(visit);
            }
            Part::Literal { .. }
            | Part::Escaped { .. }
            | Part::SingleQuoted { .. }
            | Part::Arithmetic { .. } => {}
        }
    }
}
