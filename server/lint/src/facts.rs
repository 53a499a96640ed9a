//! What rules need to know about a file, computed once: stages with what they inherit and set,
//! steps with what holds before them, the commands of RUN with their places. If two rules need it,
//! it is a fact.

mod commands;
pub mod programs;
mod settings;
pub mod start;
mod variables;

use std::rc::Rc;

use dockerfile::ast::{Body, Command as CommandForm, File, Instruction, Keyword};
use dockerfile::build::Build;
use dockerfile::image::Reference;
use dockerfile::range::TextRange;
use dockerfile::scope::Scope;
use dockerfile::shell::kind::ShellKind;
use dockerfile::stages::{Base, Stages};

use crate::base::{self, BaseFacts};
use crate::context::{Context, ImageFacts};
use crate::facts::settings::Settings;
use crate::facts::variables::Variables;

/// What is known about a file.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The file.
    pub file: &'a File,
    /// What else is known.
    pub context: &'a Context<'a>,
    /// The stages as `dockerfile` resolves them.
    pub stages: Stages<'a>,
    /// What is known of each stage, in order.
    pub images: Vec<StageFacts<'a>>,
    /// The instructions of the stages, FROM left out, in the order of the file.
    pub steps: Vec<Step<'a>>,
    /// The commands of RUN, in the order of the file.
    pub commands: Vec<RunCommand>,
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
        };
        let mut ends: Vec<Settings<'a>> = Vec::new();
        for index in 0..facts.stages.stages.len() {
            let end = facts.stage(index, &ends);
            ends.push(end);
        }
        facts
    }

    /// What is known of the stage that is built.
    pub fn target(&self) -> Option<&StageFacts<'a>> {
        self.images.get(self.stages.target()?)
    }

    /// The steps of a stage.
    pub fn steps_of(&self, stage: usize) -> impl Iterator<Item = &Step<'a>> {
        self.steps.iter().filter(move |step| step.stage == stage)
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

    /// Goes through a stage whose earlier ones are done.
    fn stage(&mut self, index: usize, ends: &[Settings<'a>]) -> Settings<'a> {
        let stage = self.stages.stages[index].clone();
        let file = self.file;
        let from = &file.instructions[stage.from];
        let from_range = match &from.body {
            Body::From(body) => body.image.as_ref().map(|image| image.range),
            _ => None,
        };
        let parent = match stage.base {
            Base::Stage(parent) => Some(parent),
            _ => None,
        };
        let (mut settings, reference, from_scratch, base) = match &stage.base {
            Base::Stage(parent) => {
                let below = &self.images[*parent];
                (
                    ends[*parent].clone(),
                    below.reference.clone(),
                    below.from_scratch,
                    below.base.clone(),
                )
            }
            Base::Scratch => (self.start(Some(&ImageFacts::default())), None, true, None),
            Base::Image(reference) => {
                let base = base::known(reference, self.context).map(Rc::new);
                let image = base.as_ref().and_then(|it| it.image.as_ref());
                (self.start(image), Some(reference.clone()), false, base)
            }
            Base::Unknown(_) => (self.start(None), None, false, None),
        };
        self.images.push(StageFacts {
            index,
            from,
            from_range: from_range.unwrap_or(from.name.range),
            parent,
            reference,
            from_scratch,
            base,
            cmd: settings.cmd,
            entrypoint: settings.entrypoint,
            workdir: None,
            user: None,
            variables: Variables::default(),
        });
        settings.enter_stage();
        for (trigger, instruction) in std::mem::take(&mut settings.triggers) {
            self.take_in(&mut settings, index, trigger, instruction);
        }
        for instruction_index in stage.from + 1..stage.end {
            let instruction = &file.instructions[instruction_index];
            let step = self.steps.len();
            self.steps.push(Step {
                index: instruction_index,
                stage: index,
                instruction,
                workdir: settings.workdir.clone(),
                user: settings.user.clone(),
                shell: settings.shell,
            });
            if let (Keyword::Run, Body::Command(form)) = (instruction.keyword, &instruction.body) {
                self.run(&settings, step, form);
            }
            if let Body::Onbuild(Some(inner)) = &instruction.body {
                settings.triggers.push((instruction_index, inner));
            }
            self.take_in(&mut settings, index, instruction_index, instruction);
        }
        let image = &mut self.images[index];
        image.cmd = settings.cmd;
        image.entrypoint = settings.entrypoint;
        image.workdir = settings.workdir.clone();
        image.user = settings.user.clone();
        settings
    }

    /// The settings behind the FROM of an image.
    fn start(&self, image: Option<&ImageFacts>) -> Settings<'a> {
        let mut build = self.stages.build.clone();
        build.args = &[];
        let scope = match image {
            Some(image) => {
                let with_env = Build {
                    base_env: &image.env,
                    ..build
                };
                Scope::stage(&with_env)
            }
            None => Scope::stage(&build),
        };
        Settings::new(scope, image)
    }

    fn take_in(
        &mut self,
        settings: &mut Settings<'a>,
        stage: usize,
        index: usize,
        instruction: &'a Instruction,
    ) {
        settings.take_in(index, instruction, self.file.escape);
        if !matches!(instruction.keyword, Keyword::Arg | Keyword::Env) {
            return;
        }
        let scope = &mut settings.scope;
        scope.apply(
            instruction,
            &self.stages.global,
            &self.stages.build,
            self.file.escape,
        );
        self.images[stage]
            .variables
            .take_in(instruction, index, scope);
    }

    fn run(&mut self, settings: &Settings<'a>, step: usize, form: &CommandForm) {
        let found = commands::of_run(&self.steps[step], step, form, &settings.scope);
        self.commands.extend(found);
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
