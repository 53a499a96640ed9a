//! What rules need to know about a file, computed once: stages with what they inherit and set,
//! steps with what holds before them, the commands of RUN with their places. If two rules need it,
//! it is a fact.

mod commands;
pub mod packages;
pub mod pipe;
pub mod products;
pub mod programs;
mod settings;
pub mod start;
mod step;
mod variables;
mod walk;

use std::cell::OnceCell;
use std::rc::Rc;

use dockerfile::ast::{File, Instruction};
use dockerfile::build::Build;
use dockerfile::expand::Expander;
use dockerfile::image::Reference;
use dockerfile::range::TextRange;
use dockerfile::shell::kind::ShellKind;
use dockerfile::stages::Stages;

use crate::base::BaseFacts;
use crate::context::{Context, ImageFacts};
use crate::facts::packages::PackageCall;
use crate::facts::pipe::Pipe;
use crate::facts::settings::Settings;
use crate::facts::variables::Variables;
use crate::gpu_installs::Installed;

/// What is known about a file.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The file.
    pub file: &'a File,
    /// What else is known.
    pub context: &'a Context<'a>,
    /// The stages as `dockerfile` resolves them.
    pub stages: Stages<'a>,
    /// What is known of each stage, in order. While FROM is missing, what stands before the first
    /// is a stage too, the last of these, which [`Facts::stages`] does not have.
    pub images: Vec<StageFacts<'a>>,
    /// The instructions of the stages, FROM left out, in the order of the file.
    pub steps: Vec<Step<'a>>,
    /// The commands of RUN, in the order of the file.
    pub commands: Vec<RunCommand>,
    pub(crate) installed: OnceCell<Installed>,
    /// Those of package managers; ask [`Facts::package_calls`].
    pub calls: Vec<PackageCall>,
    /// The pipes of RUN, in the order of the file.
    pub pipes: Vec<Pipe>,
}

/// What is known of the image that a stage makes.
#[derive(Debug)]
pub struct StageFacts<'a> {
    /// The stage's number.
    pub index: usize,
    /// Its FROM.
    pub from: &'a Instruction,
    /// The place of the image in FROM, or of the word FROM.
    pub from_range: TextRange,
    /// The stage of the file that it is built on.
    pub parent: Option<usize>,
    /// The image from outside that it is built on, perhaps through other stages; `None`: scratch,
    /// or a name that cannot be resolved.
    pub reference: Option<Reference>,
    /// It is built on scratch, perhaps through other stages.
    pub from_scratch: bool,
    /// What is known of that image; `None`: nothing, or there is none.
    pub base: Option<Rc<BaseFacts>>,
    /// CMD.
    pub cmd: Setting,
    /// ENTRYPOINT.
    pub entrypoint: Setting,
    /// The working folder at the end, absolute; `None`: not known.
    pub workdir: Option<String>,
    /// The user at the end; `None`: not known. Empty: root.
    pub user: Option<String>,
    variables: Variables,
}

/// Where a setting of an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The base image has it, or not.
    Inherited,
    /// An instruction of the file takes away what the base image has: its index in
    /// [`File::instructions`].
    Cleared(usize),
    /// An instruction of the file sets it.
    Set(usize),
}

/// An instruction of a stage, with what holds before it.
#[derive(Debug)]
pub struct Step<'a> {
    /// Its index in [`File::instructions`].
    pub index: usize,
    /// Its stage.
    pub stage: usize,
    /// The instruction; for ONBUILD the ONBUILD.
    pub instruction: &'a Instruction,
    /// The working folder, absolute; `None`: not known.
    pub workdir: Option<String>,
    /// The user; `None`: not known. Empty: root.
    pub user: Option<String>,
    /// The shell of shell forms.
    pub shell: ShellKind,
    /// The file sets that shell.
    pub own_shell: bool,
    /// That shell fails where any command of a pipe does.
    pub pipefail: bool,
}

/// A command that a RUN runs: a program and its arguments.
#[derive(Debug, Clone)]
pub struct RunCommand {
    /// The RUN: its index in [`File::instructions`].
    pub instruction: usize,
    /// The step in [`Facts::steps`].
    pub step: usize,
    /// The stage.
    pub stage: usize,
    /// The program and its arguments, never empty.
    pub words: Vec<Argument>,
    /// `NAME=value` before the program.
    pub assignments: Vec<(String, Argument)>,
    /// The files that it writes to by redirection.
    pub outputs: Vec<Argument>,
    /// From its first to its last character.
    pub range: TextRange,
    /// The folder that it runs in: WORKDIR and the `cd`s before it; `None`: not known.
    pub directory: Option<String>,
    /// Another program runs it, which is a command of its own before this: `sudo`, `env`, `python -m`.
    pub wrapped: bool,
    /// It stands in a string or heredoc that another shell reads: `sh -c '…'`.
    pub quoted: bool,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// As written, without continuations.
    pub raw: String,
    /// What it means; `None`: that takes a command, a loop, or a variable that is not known.
    pub value: Option<String>,
    /// Where it stands.
    pub range: TextRange,
}

impl<'a> Facts<'a> {
    /// Finds everything out.
    pub fn new(file: &'a File, context: &'a Context<'a>) -> Facts<'a> {
        let mut build = Build::with_args(context.build_args);
        build.target = context.target;
        let mut facts = Facts {
            file,
            context,
            stages: Stages::new(file, build),
            images: Vec::new(),
            steps: Vec::new(),
            commands: Vec::new(),
            installed: OnceCell::new(),
            calls: Vec::new(),
            pipes: Vec::new(),
        };
        let mut ends: Vec<Settings<'a>> = Vec::new();
        for index in 0..facts.stages.stages.len() {
            let end = facts.stage(index, &ends);
            ends.push(end);
        }
        facts.before_from();
        facts.calls = packages::find(&facts.commands);
        facts
    }

    /// What is known of the stage that is built.
    pub fn target(&self) -> Option<&StageFacts<'a>> {
        self.images.get(self.stages.target()?)
    }

    /// The steps of a stage. They stand together, also those of what comes before FROM.
    pub fn steps_of(&self, stage: usize) -> impl DoubleEndedIterator<Item = &Step<'a>> {
        let start = self.steps.partition_point(|step| step.stage < stage);
        let end = self.steps.partition_point(|step| step.stage <= stage);
        self.steps[start..end].iter()
    }

    /// The commands of RUN, in the order of the file.
    pub fn run_commands(&self) -> impl Iterator<Item = &RunCommand> {
        self.commands.iter()
    }

    /// The value of a variable before an instruction of a stage: ARG, ENV, and what the base image
    /// is known to set.
    pub fn variable(&self, stage: usize, instruction: usize, name: &str) -> Option<String> {
        let mut current = Some(stage);
        while let Some(index) = current {
            let image = self.images.get(index)?;
            match image.variables.before(name, instruction) {
                Some(value) => return value.clone(),
                None => current = image.parent,
            }
        }
        let bring = |image: &ImageFacts| {
            let found = image.env.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone())
        };
        self.images.get(stage)?.inherited().and_then(bring)
    }

    /// What a word means before a step; `None`: a variable in it is not known.
    pub fn expand(&self, step: &Step<'_>, word: &str) -> Option<String> {
        let lookup = |name: &str| self.variable(step.stage, step.index, name);
        let expanded = Expander::new(self.file.escape, &lookup).expand(word).ok()?;
        settings::if_known(expanded)
    }

    /// An absolute path from where a step is; `None`: that is not known.
    pub fn path_from(&self, step: &Step<'_>, path: &str) -> Option<String> {
        settings::join(step.workdir.as_deref(), path)
    }
}

impl StageFacts<'_> {
    /// What the image from outside is set to; `None`: not known, or there is none.
    pub fn inherited(&self) -> Option<&ImageFacts> {
        self.base.as_ref()?.image.as_ref()
    }
}

impl RunCommand {
    /// The program without its folder, as far as it is known; else as written.
    pub fn name(&self) -> &str {
        let program = self.words.first().map_or("", Argument::text);
        program.rsplit('/').next().unwrap_or(program)
    }

    /// Where the program stands.
    pub fn name_range(&self) -> TextRange {
        match self.words.first() {
            Some(word) => word.range,
            None => self.range,
        }
    }

    /// What stands behind the program.
    pub fn arguments(&self) -> &[Argument] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Whether `word` is among the arguments, as its meaning.
    pub fn has(&self, word: &str) -> bool {
        self.arguments().iter().any(|it| it.text() == word)
    }

    /// The first argument that is no option.
    pub fn subcommand(&self) -> Option<&str> {
        let mut texts = self.arguments().iter().map(Argument::text);
        texts.find(|it| !it.starts_with('-'))
    }
}

impl Argument {
    /// What it means, or as written where that is not known.
    pub fn text(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.raw)
    }
}
