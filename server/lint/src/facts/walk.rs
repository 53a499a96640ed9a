//! The way through the stages and their instructions, on which the facts are found.

use std::ops::Range;
use std::rc::Rc;

use dockerfile::ast::{Body, Instruction, Keyword};
use dockerfile::build::Build;
use dockerfile::scope::Scope;
use dockerfile::stages::Base;

use crate::base;
use crate::context::ImageFacts;
use crate::facts::settings::Settings;
use crate::facts::variables::Variables;
use crate::facts::{Facts, Setting, StageFacts, Step, commands};

impl<'a> Facts<'a> {
    /// Goes through a stage whose earlier ones are done.
    pub(super) fn stage(&mut self, index: usize, ends: &[Settings<'a>]) -> Settings<'a> {
        let stage = self.stages.stages[index].clone();
        let from = &self.file.instructions[stage.from];
        let from_range = match &from.body {
            Body::From(body) => body.image.as_ref().map(|image| image.range),
            _ => None,
        };
        let (settings, reference, from_scratch, base) = match &stage.base {
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
            parent: match stage.base {
                Base::Stage(parent) => Some(parent),
                _ => None,
            },
            reference,
            from_scratch,
            base,
            cmd: settings.cmd,
            entrypoint: settings.entrypoint,
            workdir: None,
            user: None,
            variables: Variables::default(),
        });
        self.instructions(index, stage.from + 1..stage.end, settings)
    }

    /// What stands before the first FROM, ARG apart, while people have not typed that yet.
    pub(super) fn before_from(&mut self) {
        let instructions = &self.file.instructions;
        let end = self.stages.stages.first().map(|stage| stage.from);
        let end = end.unwrap_or(instructions.len());
        let Some(first) = instructions[..end]
            .iter()
            .find(|it| it.keyword != Keyword::Arg)
        else {
            return;
        };
        let index = self.images.len();
        self.images.push(StageFacts {
            index,
            from: first,
            from_range: first.name.range,
            parent: None,
            reference: None,
            from_scratch: false,
            base: None,
            cmd: Setting::Inherited,
            entrypoint: Setting::Inherited,
            workdir: None,
            user: None,
            variables: Variables::default(),
        });
        let settings = self.start(None);
        self.instructions(index, 0..end, settings);
    }

    /// Goes through the instructions of a stage.
    fn instructions(
        &mut self,
        stage: usize,
        range: Range<usize>,
        mut settings: Settings<'a>,
    ) -> Settings<'a> {
        settings.enter_stage();
        for (trigger, instruction) in std::mem::take(&mut settings.triggers) {
            self.take_in(&mut settings, stage, trigger, instruction);
        }
        let file = self.file;
        for index in range {
            let instruction = &file.instructions[index];
            self.steps.push(Step {
                index,
                stage,
                instruction,
                workdir: settings.workdir.clone(),
                user: settings.user.clone(),
                shell: settings.shell,
                own_shell: settings.own_shell,
                pipefail: settings.pipefail,
            });
            match &instruction.body {
                Body::Onbuild(Some(inner)) => {
                    self.run(&settings, inner);
                    settings.triggers.push((index, inner));
                }
                _ => self.run(&settings, instruction),
            }
            self.take_in(&mut settings, stage, index, instruction);
        }
        let image = &mut self.images[stage];
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

    /// Takes in the commands of a RUN, which belongs to the last step.
    fn run(&mut self, settings: &Settings<'a>, instruction: &Instruction) {
        let (Keyword::Run, Body::Command(form)) = (instruction.keyword, &instruction.body) else {
            return;
        };
        let index = self.steps.len() - 1;
        let step = &self.steps[index];
        let before = self.commands.len();
        let found = commands::of_run(step, index, instruction, form, &settings.scope);
        self.commands.extend(found.commands);
        for mut pipe in found.pipes {
            pipe.narrow(&self.file.text);
            pipe.feeding = pipe.feeding.start + before..pipe.feeding.end + before;
            self.pipes.push(pipe);
        }
    }
}
