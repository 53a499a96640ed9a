//! From the name of a builder's step back to the instruction: BuildKit's `[build 2/5] RUN …`, the
//! classic builder's `Step 2/5 : RUN …`, or the bare `RUN …`.

use crate::ast::{Instruction, Keyword};
use crate::stages::{Base, Stages};

/// The index of the instruction that a step's name belongs to; `None`: to none of this file
/// (`[internal] load …`, `exporting to image`).
pub fn instruction_at_step(stages: &Stages<'_>, name: &str) -> Option<usize> {
    let name = name.trim();
    match (name.strip_prefix("Step "), name.starts_with('[')) {
        (Some(rest), _) => classic(stages, rest),
        (None, true) => buildkit(stages, name),
        (None, false) => by_text(stages, 0..stages.file.instructions.len(), name),
    }
}

/// `2/5 : RUN …`: the classic builder counts every instruction from the top of the file.
fn classic(stages: &Stages<'_>, rest: &str) -> Option<usize> {
    let (counter, text) = rest.split_once(" : ")?;
    let number: usize = counter.split('/').next()?.trim().parse().ok()?;
    let index = number.checked_sub(1)?;
    let instruction = stages.file.instructions.get(index)?;
    match keyword_of(text) == instruction.keyword {
        true => Some(index),
        false => by_text(stages, 0..stages.file.instructions.len(), text),
    }
}

/// `[linux/amd64 build 2/5] RUN …`: BuildKit counts, stage by stage, FROM an image, RUN, COPY, ADD and
/// WORKDIR. The stage has its name, or `stage-N` where there are several, or nothing.
fn buildkit(stages: &Stages<'_>, name: &str) -> Option<usize> {
    let (bracket, text) = name.strip_prefix('[')?.split_once(']')?;
    let text = text.trim();
    let words: Vec<&str> = bracket.split_whitespace().collect();
    let (counter, words) = words.split_last()?;
    let number: usize = counter.split_once('/')?.0.parse().ok()?;
    let stage = match words.last() {
        Some(name) => stages.find(name).or_else(|| {
            let number = name.strip_prefix("stage-")?.parse::<usize>().ok()?;
            (number < stages.stages.len()).then_some(number)
        }),
        None => None,
    };
    let stage = match stage {
        Some(index) => &stages.stages[index],
        // A platform alone stands there for the only stage.
        None => stages.stages.get(stages.target()?)?,
    };
    let counts_from = match stage.base {
        Base::Image(_) | Base::Unknown(_) => 1,
        Base::Scratch | Base::Stage(_) => 0,
    };
    if number == 1 && counts_from == 1 {
        return Some(stage.from);
    }
    let nth = number.checked_sub(1 + counts_from)?;
    let counted = stages
        .instructions(stage)
        .iter()
        .enumerate()
        .filter(|(_, instruction)| makes_step(instruction.keyword))
        .nth(nth);
    match counted {
        Some((offset, instruction)) if instruction.keyword == keyword_of(text) => {
            Some(stage.from + 1 + offset)
        }
        _ => by_text(stages, stage.from..stage.end, text),
    }
}

fn makes_step(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir
    )
}

fn keyword_of(text: &str) -> Keyword {
    Keyword::parse(text.split_whitespace().next().unwrap_or(""))
}

/// The first instruction with this text, whatever its white space.
fn by_text(stages: &Stages<'_>, range: std::ops::Range<usize>, text: &str) -> Option<usize> {
    let same = |instruction: &Instruction| {
        instruction
            .logical
            .text()
            .split_whitespace()
            .eq(text.split_whitespace())
    };
    range
        .into_iter()
        .find(|index| same(&stages.file.instructions[*index]))
}
