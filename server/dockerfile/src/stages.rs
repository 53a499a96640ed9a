//! Stages: where they start, what they are built on, which of them a build needs, and which images
//! from outside these need.

use std::collections::BTreeSet;

use crate::ast::{Body, File, Flag, Instruction, Keyword, Word};
use crate::build::{Build, Builder};
use crate::image::{Reference, ReferenceError};
use crate::range::TextRange;
use crate::scope::Scope;

/// The stages of a file for one build.
#[derive(Debug, Clone)]
pub struct Stages<'a> {
    /// The file.
    pub file: &'a File,
    /// The build.
    pub build: Build<'a>,
    /// What FROM sees.
    pub global: Scope,
    /// The stages, in order.
    pub stages: Vec<Stage>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its number, from 0.
    pub index: usize,
    /// The index of its FROM in [`File::instructions`].
    pub from: usize,
    /// The index behind its last instruction.
    pub end: usize,
    /// The name behind AS.
    pub name: Option<Word>,
    /// What it is built on.
    pub base: Base,
}

/// What a stage is built on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// An earlier stage.
    Stage(usize),
    /// An image from outside.
    Image(Reference),
    /// Something that cannot be resolved.
    Unknown(Unresolved),
}

/// A name that could not be resolved to an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// The name after expansion, as far as that went.
    pub text: String,
    /// Why, as the end of a sentence.
    pub reason: String,
    /// The arguments without a value that it needs.
    pub missing_args: Vec<String>,
}

/// An image from outside that a build needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededImage {
    /// The image, or why the name is none.
    pub image: Result<Reference, Unresolved>,
    /// The name in the file.
    pub range: TextRange,
    /// The index of the instruction that needs it.
    pub instruction: usize,
    /// What for.
    pub how: How,
}

/// What an image is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// FROM.
    From,
    /// COPY --from.
    CopyFrom,
    /// RUN --mount=from=….
    MountFrom,
}

/// What COPY --from or a mount's `from` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A stage.
    Stage(usize),
    /// An image from outside.
    Image(Reference),
    /// Neither.
    Unknown(Unresolved),
}

impl<'a> Stages<'a> {
    /// Finds the stages of `file` and resolves what they are built on.
    pub fn new(file: &'a File, build: Build<'a>) -> Stages<'a> {
        let global = Scope::global(file, &build);
        let mut stages: Vec<Stage> = Vec::new();
        for (index, instruction) in file.instructions.iter().enumerate() {
            let Body::From(from) = &instruction.body else {
                continue;
            };
            if let Some(previous) = stages.last_mut() {
                previous.end = index;
            }
            let base = match &from.image {
                Some(image) => resolve_base(image, &stages, &global, file.escape),
                None => Base::Unknown(Unresolved::because("", "FROM names no image")),
            };
            stages.push(Stage {
                index: stages.len(),
                from: index,
                end: file.instructions.len(),
                name: from.alias.clone(),
                base,
            });
        }
        Stages {
            file,
            build,
            global,
            stages,
        }
    }

    /// The stage that the build is for; `None`: there is no stage of that name or number.
    pub fn target(&self) -> Option<usize> {
        match self.build.target {
            None => self.stages.len().checked_sub(1),
            Some(target) => self.find(target),
        }
    }

    /// The stage of this name (in any case), else of this number. Of two the later counts.
    pub fn find(&self, name: &str) -> Option<usize> {
        find_by_name(&self.stages, name).or_else(|| {
            let index = name.parse::<usize>().ok()?;
            (index < self.stages.len()).then_some(index)
        })
    }

    /// The instructions of a stage behind its FROM.
    pub fn instructions(&self, stage: &Stage) -> &'a [Instruction] {
        &self.file.instructions[stage.from + 1..stage.end]
    }

    /// The stages a build of the target goes through, in order: with BuildKit those that the target
    /// is built on or takes files from, with the classic builder all up to the target.
    pub fn needed_stages(&self) -> Vec<usize> {
        let Some(target) = self.target() else {
            return Vec::new();
        };
        if self.build.builder == Builder::Classic {
            return (0..=target).collect();
        }
        let mut needed = BTreeSet::new();
        let mut waiting = vec![target];
        while let Some(index) = waiting.pop() {
            if !needed.insert(index) {
                continue;
            }
            if let Base::Stage(base) = self.stages[index].base {
                waiting.push(base);
            }
            for (_, _, _, origin) in self.origins(index) {
                if let Origin::Stage(stage) = origin {
                    waiting.push(stage);
                }
            }
        }
        needed.into_iter().collect()
    }

    /// The images from outside that a build of the target needs, by place; an image that is named
    /// twice is there twice. The frontend of a `# syntax=` line is not among them.
    pub fn needed_images(&self) -> Vec<NeededImage> {
        let mut images = Vec::new();
        for index in self.needed_stages() {
            let stage = &self.stages[index];
            let image = match &stage.base {
                Base::Scratch | Base::Stage(_) => None,
                Base::Image(reference) => Some(Ok(reference.clone())),
                Base::Unknown(unresolved) => Some(Err(unresolved.clone())),
            };
            if let Some(image) = image {
                let instruction = &self.file.instructions[stage.from];
                let range = match &instruction.body {
                    Body::From(from) => from.image.as_ref().map(|image| image.range),
                    _ => None,
                };
                images.push(NeededImage {
                    image,
                    range: range.unwrap_or(instruction.name.range),
                    instruction: stage.from,
                    how: How::From,
                });
            }
            for (instruction, range, how, origin) in self.origins(index) {
                let image = match origin {
                    Origin::Stage(_) => continue,
                    Origin::Image(reference) => Ok(reference),
                    Origin::Unknown(unresolved) => Err(unresolved),
                };
                images.push(NeededImage {
                    image,
                    range,
                    instruction,
                    how,
                });
            }
        }
        images
    }

    /// Where the instructions of a stage take files from: instruction, place, kind, origin.
    pub fn origins(&self, stage: usize) -> Vec<(usize, TextRange, How, Origin)> {
        let stage = &self.stages[stage];
        let mut origins = Vec::new();
        for (offset, instruction) in self.instructions(stage).iter().enumerate() {
            let index = stage.from + 1 + offset;
            match instruction.keyword {
                Keyword::Copy => {
                    if let Some(value) = instruction.flag("from").and_then(|it| it.value.as_ref()) {
                        let origin = self.origin(&value.text);
                        origins.push((index, value.range, How::CopyFrom, origin));
                    }
                }
                Keyword::Run => {
                    for flag in instruction
                        .flags
                        .iter()
                        .filter(|it| it.name.text == "mount")
                    {
                        if let Some(from) = mount_option(flag, "from") {
                            let origin = self.origin(&from.text);
                            origins.push((index, from.range, How::MountFrom, origin));
                        }
                    }
                }
                _ => {}
            }
        }
        origins
    }

    fn origin(&self, name: &str) -> Origin {
        if let Some(index) = self.find(name) {
            return Origin::Stage(index);
        }
        // BuildKit refuses variables here; they would be taken for part of the name.
        if name.contains('$') {
            return Origin::Unknown(Unresolved::because(
                name,
                "variables are not expanded here; give the image a stage of its own",
            ));
        }
        match Reference::parse(name) {
            Ok(reference) => Origin::Image(reference),
            Err(error) => Origin::Unknown(Unresolved::because(name, &error.to_string())),
        }
    }

    /// Calls `visit` for every instruction that makes the stage, from the first stage it is built on,
    /// FROM left out, with the variables before it. ONBUILD of a stage runs in those built on it.
    /// `visit` gets the stage, the index of the instruction (of the ONBUILD where that holds it), the
    /// instruction, and the variables. Returns the variables behind the last.
    pub fn walk(
        &self,
        stage: usize,
        visit: &mut dyn FnMut(usize, usize, &'a Instruction, &Scope),
    ) -> Scope {
        let mut chain = vec![stage];
        let mut current = stage;
        while let Base::Stage(base) = self.stages[current].base {
            chain.push(base);
            current = base;
        }
        let escape = self.file.escape;
        let mut scope = Scope::stage(&self.build);
        let mut triggers: Vec<(usize, &Instruction)> = Vec::new();
        for index in chain.into_iter().rev() {
            let stage = &self.stages[index];
            for (instruction_index, instruction) in std::mem::take(&mut triggers) {
                visit(index, instruction_index, instruction, &scope);
                scope.apply(instruction, &self.global, &self.build, escape);
            }
            for (offset, instruction) in self.instructions(stage).iter().enumerate() {
                let instruction_index = stage.from + 1 + offset;
                if let Body::Onbuild(Some(inner)) = &instruction.body {
                    triggers.push((instruction_index, inner));
                }
                visit(index, instruction_index, instruction, &scope);
                scope.apply(instruction, &self.global, &self.build, escape);
            }
        }
        scope
    }
}

impl Unresolved {
    fn because(text: &str, reason: &str) -> Unresolved {
        Unresolved {
            text: text.to_owned(),
            reason: reason.to_owned(),
            missing_args: Vec::new(),
        }
    }
}

fn find_by_name(stages: &[Stage], name: &str) -> Option<usize> {
    stages.iter().rposition(|stage| {
        stage
            .name
            .as_ref()
            .is_some_and(|it| it.text.eq_ignore_ascii_case(name))
    })
}

fn resolve_base(image: &Word, stages: &[Stage], global: &Scope, escape: char) -> Base {
    let expanded = match global.expand(&image.text, escape) {
        Ok(expanded) => expanded,
        Err(error) => {
            return Base::Unknown(Unresolved::because(&image.text, &error.to_string()));
        }
    };
    let missing_args: Vec<String> = expanded
        .uses
        .iter()
        .filter(|it| !it.set && !it.modifier.contains(['-', '+']))
        .map(|it| it.name.clone())
        .collect();
    let text = expanded.text;
    // Names are kept in lower case, and FROM, unlike --from, is not: `FROM Build` finds no `AS Build`.
    let is_lower = !text.contains(|it: char| it.is_ascii_uppercase());
    if let (true, Some(index)) = (is_lower, find_by_name(stages, &text)) {
        return Base::Stage(index);
    }
    if text == "scratch" {
        return Base::Scratch;
    }
    match Reference::parse(&text) {
        Ok(reference) => Base::Image(reference),
        Err(error) => {
            let reason = match (missing_args.as_slice(), error) {
                ([], ReferenceError::Id) => {
                    "an image's id is not found by FROM; tag the image first".to_owned()
                }
                ([], error) => error.to_string(),
                (missing, _) => format!("{} has no value", missing.join(", ")),
            };
            Base::Unknown(Unresolved {
                text,
                reason,
                missing_args,
            })
        }
    }
}

/// The value of `key` in the comma-separated value of a flag, such as `from` in
/// `--mount=type=bind,from=build`.
pub fn mount_option(flag: &Flag, key: &str) -> Option<Word> {
    let value = flag.value.as_ref()?;
    let mut start = 0;
    for part in value.text.split(',') {
        if let Some((name, option)) = part.split_once('=')
            && name.trim().eq_ignore_ascii_case(key)
        {
            let from = start + name.len() + 1;
            // Quotes and continuations in a flag make the written value longer; then it is all of it.
            let plain = value.range.len() == value.text.len();
            let range = match plain {
                true => TextRange::new(
                    value.range.start + from,
                    value.range.start + from + option.len(),
                ),
                false => value.range,
            };
            return Some(Word {
                text: option.to_owned(),
                range,
            });
        }
        start += part.len() + 1;
    }
    None
}
