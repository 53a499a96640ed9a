//! What an editor shows about a place of a Dockerfile: instructions, flags, variables with their
//! value here, images, stages, directives and pragmas. Total: every offset of any file has an
//! answer, which may be none. Text only; positions in lines are the border's business.

use dockerfile::{
    ast::{Body, File, Flag, Instruction, Keyword, Word},
    lines::LineKind,
    range::TextRange,
    stages::{Base, How, Origin, Stages},
};

use crate::context::Context;

mod comments;
mod flags;
mod images;
mod instructions;
mod markdown;
#[cfg(test)]
mod tests;
mod variables;

/// What is shown about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: TextRange,
    /// The text, Markdown.
    pub markdown: String,
}

/// What there is to say about the place at `offset`.
pub fn hover(file: &File, offset: usize, context: &Context<'_>) -> Option<Hover> {
    let line = file.lines.get(file.line_at(offset).checked_sub(1)?)?;
    match line.kind {
        LineKind::Blank => return None,
        LineKind::Comment => return comments::pragma(file, line.content, offset),
        LineKind::Directive => return comments::directive(file, offset),
        LineKind::Instruction | LineKind::HeredocBody | LineKind::HeredocEnd => {}
    }
    let index = file
        .instructions
        .iter()
        .position(|instruction| instruction.range.touches(offset))?;
    let place = Place {
        file,
        context,
        index,
        offset,
    };
    place.instruction(file.instructions.get(index)?)
}

/// A place in an instruction.
struct Place<'a> {
    file: &'a File,
    context: &'a Context<'a>,
    /// The instruction's index; for what an ONBUILD holds, the ONBUILD's.
    index: usize,
    offset: usize,
}

impl<'a> Place<'a> {
    fn instruction(&self, instruction: &Instruction) -> Option<Hover> {
        if instruction.name.range.touches(self.offset) {
            return Some(Hover {
                range: instruction.name.range,
                markdown: instructions::text(instruction.keyword)?,
            });
        }
        if let Body::Onbuild(Some(inner)) = &instruction.body
            && inner.range.touches(self.offset)
        {
            return self.instruction(inner);
        }
        if let Some(hover) = variables::hover(self, instruction) {
            return Some(hover);
        }
        let flag = instruction
            .flags
            .iter()
            .find(|flag| flag.range.touches(self.offset));
        match flag {
            Some(flag) => self.flag(instruction, flag),
            None => self.arguments(instruction),
        }
    }

    fn flag(&self, instruction: &Instruction, flag: &Flag) -> Option<Hover> {
        if let Some(hover) = self.origin(instruction) {
            return Some(hover);
        }
        Some(Hover {
            range: flag.range,
            markdown: flags::text(instruction.keyword, &flag.name.text)?,
        })
    }

    fn arguments(&self, instruction: &Instruction) -> Option<Hover> {
        match &instruction.body {
            Body::From(from) => {
                let touched = |word: &&Word| word.range.touches(self.offset);
                if let Some(image) = from.image.as_ref().filter(touched) {
                    return self.base(image);
                }
                let alias = from.alias.as_ref().filter(touched)?;
                let stages = self.stages();
                let stage = stages.stages.iter().position(|it| it.from == self.index)?;
                Some(Hover {
                    range: alias.range,
                    markdown: images::stage(&stages, stage, self.context),
                })
            }
            Body::Healthcheck(check) => {
                let kind = check.kind.as_ref()?;
                let text = match kind.range.touches(self.offset) {
                    true => instructions::healthcheck(&kind.text)?,
                    false => return None,
                };
                Some(Hover {
                    range: kind.range,
                    markdown: text.to_owned(),
                })
            }
            _ => None,
        }
    }

    /// What FROM names.
    fn base(&self, image: &Word) -> Option<Hover> {
        let stages = self.stages();
        let stage = stages.stages.iter().find(|it| it.from == self.index)?;
        let markdown = match &stage.base {
            Base::Scratch => images::SCRATCH.to_owned(),
            Base::Stage(index) => images::stage(&stages, *index, self.context),
            Base::Image(reference) => images::image(reference, self.context),
            Base::Unknown(unresolved) => images::unresolved(unresolved),
        };
        Some(Hover {
            range: image.range,
            markdown,
        })
    }

    /// What `--from=` or a mount's `from=` names.
    fn origin(&self, instruction: &Instruction) -> Option<Hover> {
        if !matches!(instruction.keyword, Keyword::Copy | Keyword::Run) {
            return None;
        }
        let stages = self.stages();
        let stage = stages
            .stages
            .iter()
            .find(|it| it.from < self.index && self.index < it.end)?;
        let origins = stages.origins(stage.index);
        let (_, range, _, origin) = origins.into_iter().find(|(index, range, how, _)| {
            *index == self.index && *how != How::From && range.touches(self.offset)
        })?;
        let markdown = match origin {
            Origin::Stage(index) => images::stage(&stages, index, self.context),
            Origin::Image(reference) => images::image(&reference, self.context),
            Origin::Unknown(unresolved) => images::unresolved(&unresolved),
        };
        Some(Hover { range, markdown })
    }

    fn stages(&self) -> Stages<'a> {
        Stages::new(self.file, variables::build(self.context))
    }
}
