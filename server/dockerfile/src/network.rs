//! The commands of a build that download something, so that a build that cannot work without the
//! internet can say so before it starts. A guess from the commands' names: a script of the project
//! that downloads is not seen.

use std::collections::BTreeMap;

use crate::ast::{Body, Command, Instruction, Keyword};
use crate::downloads;
use crate::logical::Logical;
use crate::range::TextRange;
use crate::scope::Scope;
use crate::shell::ast::{Simple, Word};
use crate::shell::inner::{inner_text, is_command_flag, script_argument};
use crate::shell::kind::ShellKind;
use crate::shell::parse::parse;
use crate::shell::wrapper::wrapper_length;
use crate::stages::Stages;

/// A command that downloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkCommand {
    /// The index of the instruction.
    pub instruction: usize,
    /// The command.
    pub range: TextRange,
    /// What it is: `pip install`, `apt-get update`, `curl`, `git clone`, `ADD`.
    pub what: String,
    /// The hosts it needs, as far as the file tells: those in its arguments, else its default;
    /// empty: unknown, such as the mirrors of the distribution.
    pub hosts: Vec<String>,
}

/// How deep `sh -c 'sh -c …'` is followed.
const MAX_DEPTH: usize = 4;

/// The commands that download in the stages that a build of the target needs, by place.
pub fn network_commands(stages: &Stages<'_>) -> Vec<NetworkCommand> {
    let mut commands = Vec::new();
    for wanted in stages.needed_stages() {
        let mut shell = ShellKind::Posix;
        stages.walk(wanted, &mut |stage, index, instruction, scope| {
            if let (Keyword::Shell, Body::Command(Command::Exec(strings))) =
                (instruction.keyword, &instruction.body)
            {
                shell = ShellKind::of_words(strings.iter().map(|it| it.value.text()));
            }
            if stage != wanted {
                return;
            }
            let mut finder = Finder {
                instruction: index,
                scope,
                assigned: BTreeMap::new(),
                commands: &mut commands,
            };
            match instruction.keyword {
                Keyword::Run => finder.run(instruction, shell),
                Keyword::Add => finder.add(instruction, stages.file.escape),
                _ => {}
            }
        });
    }
    commands
}

struct Finder<'a> {
    instruction: usize,
    scope: &'a Scope,
    assigned: BTreeMap<String, String>,
    commands: &'a mut Vec<NetworkCommand>,
}

/// A word of a command: what it means as far as that is known, and its place.
struct Argument {
    text: String,
    range: TextRange,
}

impl Finder<'_> {
    fn run(&mut self, instruction: &Instruction, shell: ShellKind) {
        let offline = instruction
            .flag("network")
            .and_then(|flag| flag.value.as_ref())
            .is_some_and(|value| value.text == "none");
        if offline {
            return;
        }
        match &instruction.body {
            Body::Command(Command::Exec(strings)) => {
                let arguments: Vec<Argument> = strings
                    .iter()
                    .map(|string| Argument {
                        text: string.value.text().to_owned(),
                        range: string.range,
                    })
                    .collect();
                let range = match (arguments.first(), arguments.last()) {
                    (Some(first), Some(last)) => first.range.cover(last.range),
                    _ => instruction.arguments.range,
                };
                let script = strings.get(2).map(|string| &string.value);
                self.command(&arguments, range, script, &[], 0);
            }
            Body::Command(Command::Shell(_)) if shell == ShellKind::Posix => {
                if let Some(heredoc) = instruction.script_heredoc() {
                    let interpreter = ShellKind::of_script(heredoc.content.text());
                    if interpreter.unwrap_or(shell) == ShellKind::Posix {
                        self.script(&heredoc.content, 0);
                    }
                    return;
                }
                self.script(&instruction.logical_arguments(), 0);
                // `RUN bash <<EOF`: the heredoc is the script.
                let feeds_shell = instruction
                    .arguments
                    .text
                    .split_whitespace()
                    .next()
                    .is_some_and(|program| ShellKind::of(program) == ShellKind::Posix);
                if let (true, Some(heredoc)) = (feeds_shell, instruction.heredocs.first()) {
                    self.script(&heredoc.content, 0);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, instruction: &Instruction, escape: char) {
        let Body::Files(files) = &instruction.body else {
            return;
        };
        for source in &files.sources {
            let text = match self.scope.expand(&source.text, escape) {
                Ok(expanded) => expanded.text,
                Err(_) => source.text.clone(),
            };
            if text.contains("://") || text.starts_with("git@") {
                self.commands.push(NetworkCommand {
                    instruction: self.instruction,
                    range: source.range,
                    what: "ADD".to_owned(),
                    hosts: downloads::host(&text).into_iter().collect(),
                });
            }
        }
    }

    fn script(&mut self, text: &Logical, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let parsed = parse(text);
        parsed.script.for_each_command(&mut |command, simple| {
            self.simple(simple, command.range, text, depth);
        });
    }

    fn simple(&mut self, simple: &Simple, range: TextRange, text: &Logical, depth: usize) {
        let arguments: Vec<Argument> = simple
            .words
            .iter()
            .map(|word| Argument {
                text: self.meaning(word),
                range: word.range,
            })
            .collect();
        let variables: Vec<(String, String)> = simple
            .assignments
            .iter()
            .map(|it| (it.name.clone(), self.meaning(&it.value)))
            .collect();
        if arguments.is_empty() {
            self.assigned.extend(variables);
            return;
        }
        let script = script_argument(&simple.words).map(|word| inner_text(word, text));
        self.command(&arguments, range, script.as_ref(), &variables, depth);
    }

    fn command(
        &mut self,
        arguments: &[Argument],
        range: TextRange,
        script: Option<&Logical>,
        variables: &[(String, String)],
        depth: usize,
    ) {
        let words: Vec<&str> = arguments.iter().map(|it| it.text.as_str()).collect();
        let skipped = wrapper_length(&words);
        let Some(program) = words.get(skipped) else {
            return;
        };
        if ShellKind::of(program) == ShellKind::Posix {
            let runs_string = words[skipped + 1..]
                .iter()
                .any(|word| is_command_flag(word));
            if let (true, Some(script)) = (runs_string, script) {
                self.script(script, depth + 1);
            }
            return;
        }
        let Some(download) = downloads::of(&words[skipped..]) else {
            return;
        };
        let in_variables = variables
            .iter()
            .filter(|(name, _)| name.contains("INDEX") || name.contains("MIRROR"))
            .filter_map(|(_, value)| downloads::host(value));
        let mut hosts = download.hosts;
        hosts.extend(in_variables);
        hosts.sort();
        hosts.dedup();
        let start = arguments
            .get(skipped)
            .map_or(range.start, |it| it.range.start);
        self.commands.push(NetworkCommand {
            instruction: self.instruction,
            range: TextRange::new(start, range.end),
            what: download.what,
            hosts,
        });
    }

    /// What a word means here, or the word as written.
    fn meaning(&self, word: &Word) -> String {
        let lookup = |name: &str| match self.assigned.get(name) {
            Some(value) => Some(value.clone()),
            None => self.scope.value(name),
        };
        word.expand(&lookup).unwrap_or_else(|| word.raw.clone())
    }
}
