//! What the image of a stage is set to by the file, and what is left to its base image.

use crate::ast::{Body, Command, Instruction, Keyword};
use crate::image::Reference;
use crate::path::follow;
use crate::range::TextRange;
use crate::scope::{Scope, Source};
use crate::stages::{Base, Stages};

/// The settings of the image that a stage makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// CMD.
    pub cmd: Effect<Argv>,
    /// ENTRYPOINT.
    pub entrypoint: Effect<Argv>,
    /// USER.
    pub user: Effect<String>,
    /// WORKDIR. A relative one that no absolute one precedes is below the base image's.
    pub workdir: Effect<Workdir>,
    /// SHELL.
    pub shell: Effect<Vec<String>>,
    /// ENV, by name; variables of the base that are not changed are not among them.
    pub env: Vec<Env>,
    /// The image that decides what is `Inherited`; `None`: scratch, or unknown.
    pub base: Option<Reference>,
    /// There is no base image, so that nothing is inherited.
    pub from_scratch: bool,
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect<T> {
    /// The file does not set it: the base image decides.
    Inherited,
    /// The file takes away what the base image has.
    Cleared {
        /// The instruction that does.
        range: TextRange,
    },
    /// The file sets it.
    Set {
        /// The value.
        value: T,
        /// The instruction that does.
        range: TextRange,
    },
}

/// A command as the engine starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argv {
    /// The words, the shell of the shell form included.
    pub argv: Vec<String>,
    /// Whether it is in shell form.
    pub shell_form: bool,
}

/// A working folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workdir {
    /// The path, without `.` and `..`.
    pub path: String,
    /// It is below the base image's folder.
    pub below_base: bool,
}

/// A variable of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Env {
    /// The name.
    pub name: String,
    /// The value, variables expanded.
    pub value: String,
    /// Where it is set.
    pub range: TextRange,
    /// Variables without a value here that went into it: the base image may have them.
    pub unset: Vec<String>,
}

impl Effective {
    /// The settings of the target's image; `None`: there is no such target.
    pub fn of_target(stages: &Stages<'_>) -> Option<Effective> {
        Some(Effective::of_stage(stages, stages.target()?))
    }

    /// The settings of a stage's image.
    pub fn of_stage(stages: &Stages<'_>, stage: usize) -> Effective {
        let mut effective = Effective {
            cmd: Effect::Inherited,
            entrypoint: Effect::Inherited,
            user: Effect::Inherited,
            workdir: Effect::Inherited,
            shell: Effect::Inherited,
            env: Vec::new(),
            base: match outer_base(stages, stage) {
                Base::Image(reference) => Some(reference.clone()),
                _ => None,
            },
            from_scratch: *outer_base(stages, stage) == Base::Scratch,
        };
        let escape = stages.file.escape;
        let mut cmd_stage = None;
        let last = stages.walk(stage, &mut |index, _, instruction, scope| {
            match instruction.keyword {
                Keyword::Cmd => {
                    cmd_stage = Some(index);
                    effective.cmd = effective.argv(instruction);
                }
                Keyword::Entrypoint => {
                    effective.entrypoint = effective.argv(instruction);
                    // An ENTRYPOINT takes away the CMD of the stages and images before.
                    if cmd_stage != Some(index) {
                        effective.cmd = Effect::Cleared {
                            range: instruction.range,
                        };
                    }
                }
                Keyword::User => {
                    let value = expanded(instruction, scope, escape);
                    effective.user = Effect::Set {
                        value,
                        range: instruction.range,
                    };
                }
                Keyword::Workdir => {
                    let path = expanded(instruction, scope, escape);
                    effective.workdir = effective.enter(&path, instruction.range);
                }
                Keyword::Shell => {
                    if let Body::Command(Command::Exec(strings)) = &instruction.body {
                        effective.shell = Effect::Set {
                            value: strings
                                .iter()
                                .map(|it| it.value.text().to_owned())
                                .collect(),
                            range: instruction.range,
                        };
                    }
                }
                _ => {}
            }
        });
        for (name, variable) in last.variables() {
            if let (Source::Env(range), Some(value)) = (variable.source, &variable.value) {
                effective.env.push(Env {
                    name: name.to_owned(),
                    value: value.clone(),
                    range,
                    unset: variable.unset.clone(),
                });
            }
        }
        effective
    }

    fn argv(&self, instruction: &Instruction) -> Effect<Argv> {
        let range = instruction.range;
        match &instruction.body {
            Body::Command(Command::Exec(strings)) if strings.is_empty() => {
                Effect::Cleared { range }
            }
            Body::Command(Command::Exec(strings)) => Effect::Set {
                value: Argv {
                    argv: strings
                        .iter()
                        .map(|it| it.value.text().to_owned())
                        .collect(),
                    shell_form: false,
                },
                range,
            },
            Body::Command(Command::Shell(word)) => {
                let mut argv = match &self.shell {
                    Effect::Set { value, .. } => value.clone(),
                    _ => vec!["/bin/sh".to_owned(), "-c".to_owned()],
                };
                argv.push(word.text.clone());
                Effect::Set {
                    value: Argv {
                        argv,
                        shell_form: true,
                    },
                    range,
                }
            }
            _ => Effect::Cleared { range },
        }
    }

    fn enter(&self, path: &str, range: TextRange) -> Effect<Workdir> {
        let (start, below_base) = match &self.workdir {
            _ if path.starts_with('/') => ("", false),
            Effect::Set { value, .. } => (value.path.as_str(), value.below_base),
            _ => ("", !self.from_scratch),
        };
        let mut parts: Vec<&str> = start.split('/').filter(|part| !part.is_empty()).collect();
        follow(&mut parts, path);
        let path = match below_base {
            true => parts.join("/"),
            false => format!("/{}", parts.join("/")),
        };
        Effect::Set {
            value: Workdir { path, below_base },
            range,
        }
    }
}

impl<T> Effect<T> {
    /// The value that the file sets.
    pub fn value(&self) -> Option<&T> {
        match self {
            Effect::Set { value, .. } => Some(value),
            Effect::Inherited | Effect::Cleared { .. } => None,
        }
    }
}

fn expanded(instruction: &Instruction, scope: &Scope, escape: char) -> String {
    match scope.expand(&instruction.arguments.text, escape) {
        Ok(expanded) => expanded.text,
        Err(_) => instruction.arguments.text.clone(),
    }
}

/// What the first of the stages below `stage` is built on.
fn outer_base<'s>(stages: &'s Stages<'_>, stage: usize) -> &'s Base {
    let mut current = stage;
    loop {
        match &stages.stages[current].base {
            Base::Stage(base) => current = *base,
            base => return base,
        }
    }
}
