//! The commands that a RUN runs, through lists, compound commands, substitutions, wrappers and
//! `sh -c`.

use std::collections::HashMap;

use dockerfile::ast::{Command as CommandForm, Instruction};
use dockerfile::logical::Logical;
use dockerfile::range::TextRange;
use dockerfile::scope::Scope;
use dockerfile::shell::ast::{
    Command, CommandKind, CompoundKind, Connector, Part, Script, Simple, Word,
};
use dockerfile::shell::inner::{inner_text, is_command_flag, script_argument};
use dockerfile::shell::kind::ShellKind;
use dockerfile::shell::parse::parse;
use dockerfile::shell::wrapper::wrapper_length;

use crate::facts::pipe::{self, Pipe};
use crate::facts::settings::join;
use crate::facts::{Argument, RunCommand, Step};

/// How deep `sh -c 'sh -c …'` is followed.
const MAX_DEPTH: usize = 4;

/// The commands of a RUN, in the order in which they are written.
pub(super) fn of_run(
    step: &Step<'_>,
    step_index: usize,
    instruction: &Instruction,
    form: &CommandForm,
    scope: &Scope,
) -> Found {
    let mut finder = Finder {
        instruction: step.index,
        step: step_index,
        stage: step.stage,
        scope,
        assigned: HashMap::new(),
        directory: step.workdir.clone(),
        found: Vec::new(),
        pipes: Vec::new(),
        pipefail: false,
        depth: 0,
        quoted: false,
    };
    finder.run(step, instruction, form);
    Found {
        commands: finder.found,
        pipes: finder.pipes,
    }
}

/// What is found in a RUN.
pub(super) struct Found {
    pub(super) commands: Vec<RunCommand>,
    /// With what lies between the commands for the `|`, and counted from the first command.
    pub(super) pipes: Vec<Pipe>,
}

struct Finder<'s> {
    instruction: usize,
    step: usize,
    stage: usize,
    scope: &'s Scope,
    assigned: HashMap<String, Option<String>>,
    directory: Option<String>,
    found: Vec<RunCommand>,
    pipes: Vec<Pipe>,
    /// `set -o pipefail` was seen.
    pipefail: bool,
    depth: usize,
    quoted: bool,
}

impl Finder<'_> {
    fn run(&mut self, step: &Step<'_>, instruction: &Instruction, form: &CommandForm) {
        match form {
            CommandForm::Empty => {}
            CommandForm::Exec(strings) => {
                let words: Vec<Argument> = strings
                    .iter()
                    .map(|string| Argument {
                        raw: string.value.text().to_owned(),
                        value: Some(string.value.text().to_owned()),
                        range: string.range,
                    })
                    .collect();
                let script = script_index(&words)
                    .and_then(|index| strings.get(index))
                    .map(|string| &string.value);
                let (Some(first), Some(last)) = (words.first(), words.last()) else {
                    return;
                };
                let range = first.range.cover(last.range);
                self.command(words, Vec::new(), Vec::new(), range, script);
            }
            CommandForm::Shell(_) if step.shell != ShellKind::Posix => {}
            CommandForm::Shell(_) => {
                if let Some(heredoc) = instruction.script_heredoc() {
                    let interpreter = ShellKind::of_script(heredoc.content.text());
                    if interpreter.unwrap_or(step.shell) == ShellKind::Posix {
                        self.script_text(&heredoc.content);
                    }
                    return;
                }
                let text = instruction.logical_arguments();
                self.script_text(&text);
                // `RUN bash <<EOF`, `RUN <<EOF bash`: the heredoc is the script.
                let mut programs = instruction
                    .arguments
                    .text
                    .split_whitespace()
                    .skip_while(|word| word.starts_with("<<"));
                let feeds_shell = programs
                    .next()
                    .is_some_and(|program| ShellKind::of(program) == ShellKind::Posix);
                if let (true, Some(heredoc)) = (feeds_shell, instruction.heredocs.first()) {
                    self.quoted = !instruction.arguments.text.starts_with("<<");
                    self.script_text(&heredoc.content);
                }
            }
        }
    }

    fn script_text(&mut self, text: &Logical) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        self.script(&parse(text).script, text);
        self.depth -= 1;
    }

    fn script(&mut self, script: &Script, text: &Logical) {
        for item in &script.items {
            let in_pipeline = item.pipeline.commands.len() > 1;
            let in_background = matches!(item.connector, Some((Connector::Background, _)));
            let mut commands = item.pipeline.commands.iter().peekable();
            while let Some(command) = commands.next() {
                let before = self.directory.clone();
                let first = self.found.len();
                self.one(command, text);
                if let (false, Some(next)) = (self.quoted, commands.peek()) {
                    self.pipes.push(Pipe {
                        step: self.step,
                        range: pipe::between(command, next),
                        feeding: first..self.found.len(),
                        guarded: self.pipefail,
                    });
                }
                // A pipeline's commands run in shells of their own.
                if in_pipeline || in_background {
                    self.directory = before;
                }
            }
        }
    }

    fn one(&mut self, command: &Command, text: &Logical) {
        match &command.kind {
            CommandKind::Simple(simple) => self.simple(simple, command, text),
            CommandKind::Compound(compound) => {
                for word in &compound.words {
                    self.parts(&word.parts, text);
                }
                if compound.kind == CompoundKind::For
                    && let Some(variable) = compound.words.first()
                {
                    self.assigned.insert(variable.raw.clone(), None);
                }
                let before = self.directory.clone();
                for script in &compound.scripts {
                    self.script(script, text);
                }
                let certain = matches!(compound.kind, CompoundKind::Group);
                if compound.kind == CompoundKind::Subshell {
                    self.directory = before;
                } else if !certain && self.directory != before {
                    self.directory = None;
                }
            }
        }
        for redirect in &command.redirects {
            if let Some(target) = &redirect.target {
                self.parts(&target.parts, text);
            }
        }
    }

    fn simple(&mut self, simple: &Simple, command: &Command, text: &Logical) {
        for assignment in &simple.assignments {
            self.parts(&assignment.value.parts, text);
        }
        let assignments: Vec<(String, Argument)> = simple
            .assignments
            .iter()
            .map(|it| (it.name.clone(), self.argument(&it.value)))
            .collect();
        let words: Vec<Argument> = simple.words.iter().map(|it| self.argument(it)).collect();
        if words.is_empty() {
            for (name, value) in assignments {
                self.assigned.insert(name, value.value);
            }
            return;
        }
        let script = script_argument(&simple.words).map(|word| inner_text(word, text));
        let range = match (simple.assignments.first(), words.last()) {
            (Some(first), Some(last)) => first.range.cover(last.range),
            _ => command.range,
        };
        let outputs: Vec<Argument> = command
            .redirects
            .iter()
            .filter(|it| it.operator.ends_with('>') || it.operator.ends_with(">|"))
            .filter_map(|it| it.target.as_ref())
            .map(|target| self.argument(target))
            .collect();
        self.command(words, assignments, outputs, range, script.as_ref());
        for word in &simple.words {
            self.parts(&word.parts, text);
        }
    }

    /// Notes a command, and the one that it runs.
    fn command(
        &mut self,
        words: Vec<Argument>,
        assignments: Vec<(String, Argument)>,
        outputs: Vec<Argument>,
        range: TextRange,
        script: Option<&Logical>,
    ) {
        let texts: Vec<&str> = words.iter().map(Argument::text).collect();
        match texts.as_slice() {
            // Where `~` and `-` are is the user's business.
            ["cd" | "pushd", folder, ..]
                if words[1].value.is_some() && !folder.starts_with(['~', '-']) =>
            {
                self.directory = join(self.directory.as_deref(), folder);
            }
            ["cd" | "pushd" | "popd", ..] => self.directory = None,
            ["set", options @ ..] if !self.quoted => {
                self.pipefail |= options.contains(&"pipefail");
            }
            ["export", pairs @ ..] => {
                for (pair, word) in pairs.iter().zip(&words[1..]) {
                    if let Some((name, value)) = pair.split_once('=') {
                        let known = word.value.is_some();
                        let value = known.then(|| value.to_owned());
                        self.assigned.insert(name.to_owned(), value);
                    }
                }
            }
            _ => {}
        }
        let skipped = wrapper_length(&texts);
        let inner: Vec<Argument> = match skipped {
            0 => Vec::new(),
            _ => words[skipped..].to_vec(),
        };
        let program = texts.get(skipped).copied().unwrap_or("");
        let runs_string = ShellKind::of(program) == ShellKind::Posix
            && texts[skipped.min(texts.len())..]
                .iter()
                .any(|word| is_command_flag(word));
        let command = RunCommand {
            instruction: self.instruction,
            step: self.step,
            stage: self.stage,
            words,
            assignments,
            outputs,
            range,
            directory: self.directory.clone(),
            wrapped: false,
            quoted: self.quoted,
        };
        let wrapped = inner.first().map(|first| RunCommand {
            range: TextRange::new(first.range.start, range.end),
            words: inner.clone(),
            outputs: Vec::new(),
            wrapped: true,
            ..command.clone()
        });
        self.found.push(command);
        self.found.extend(wrapped);
        if let (true, Some(script)) = (runs_string, script) {
            let before = (self.directory.clone(), self.quoted);
            self.quoted = true;
            self.script_text(script);
            (self.directory, self.quoted) = before;
        }
    }

    /// The commands in the substitutions of a word.
    fn parts(&mut self, parts: &[Part], text: &Logical) {
        for part in parts {
            match part {
                Part::DoubleQuoted { parts, .. } | Part::Parameter { word: parts, .. } => {
                    self.parts(parts, text);
                }
                Part::Command { script, .. } | Part::Process { script, .. } => {
                    let before = self.directory.clone();
                    self.script(script, text);
                    self.directory = before;
                }
                Part::Literal { .. }
                | Part::Escaped { .. }
                | Part::SingleQuoted { .. }
                | Part::Arithmetic { .. } => {}
            }
        }
    }

    fn argument(&self, word: &Word) -> Argument {
        let lookup = |name: &str| match self.assigned.get(name) {
            Some(value) => value.clone(),
            None => self.scope.value(name),
        };
        Argument {
            raw: word.raw.clone(),
            value: word.expand(&lookup),
            range: word.range,
        }
    }
}

/// The word behind the first `-c`, `-lc`, ….
fn script_index(words: &[Argument]) -> Option<usize> {
    let flag = words.iter().position(|word| is_command_flag(&word.raw))?;
    Some(flag + 1)
}
