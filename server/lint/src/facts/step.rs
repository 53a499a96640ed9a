//! What can be asked about a step and the words in it.

use dockerfile::ast::{Body, Instruction};
use dockerfile::stages::Origin;

use crate::facts::{Facts, Step};

impl<'a> Step<'a> {
    /// The instruction; for ONBUILD, what that holds.
    pub fn inner(&self) -> &'a Instruction {
        match &self.instruction.body {
            Body::Onbuild(Some(inner)) => inner,
            _ => self.instruction,
        }
    }
}

impl Facts<'_> {
    /// The line of an instruction, from 1, by its index in the file.
    pub fn line_of(&self, instruction: usize) -> usize {
        let start = self
            .file
            .instructions
            .get(instruction)
            .map_or(0, |it| it.range.start);
        self.file.line_at(start)
    }

    /// Whether a variable has been declared before an instruction of a stage, with a value or not:
    /// by ARG, ENV, or the base image as far as that is known.
    pub fn declares(&self, stage: usize, instruction: usize, name: &str) -> bool {
        let mut current = Some(stage);
        while let Some(image) = current.and_then(|index| self.images.get(index)) {
            if image.variables.before(name, instruction).is_some() {
                return true;
            }
            current = image.parent;
        }
        self.variable(stage, instruction, name).is_some()
    }

    /// For each stage, whether it has something, or a stage that is built on it or copies from it
    /// does: what its own image lacks does not matter then.
    pub fn passes_on(&self, has: impl Fn(usize) -> bool) -> Vec<bool> {
        let stages = self.stages.stages.len();
        let mut good: Vec<bool> = (0..self.images.len()).map(&has).collect();
        // What a stage inherits comes from earlier ones, what is made of it is in later ones.
        for stage in 0..stages {
            let parent = self.images[stage].parent;
            good[stage] |=
                parent.is_some_and(|parent| good[parent] && inherits(self, parent, &has));
        }
        for stage in (0..stages).rev() {
            if !good[stage] {
                continue;
            }
            if let Some(parent) = self.images[stage].parent {
                good[parent] = true;
            }
            for (_, _, _, origin) in self.stages.origins(stage) {
                if let Origin::Stage(source) = origin {
                    good[source] = true;
                }
            }
        }
        good
    }
}

/// Whether a stage has something itself or from the stages below it.
fn inherits(file: &Facts<'_>, stage: usize, has: &impl Fn(usize) -> bool) -> bool {
    let mut current = Some(stage);
    while let Some(index) = current {
        if has(index) {
            return true;
        }
        current = file.images[index].parent;
    }
    false
}
