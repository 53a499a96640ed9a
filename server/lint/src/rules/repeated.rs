//! What the rules share about instructions of which only the last of a stage counts.

use dockerfile::ast::{Instruction, Keyword};
use dockerfile::range::TextRange;

use crate::context::Profile;
use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;

/// Reports every instruction of this kind that a later one of its stage replaces.
pub(super) fn check(file: &Facts<'_>, report: &mut Report<'_>, keyword: Keyword) {
    let mut last: Option<(usize, &Instruction)> = None;
    for step in &file.steps {
        if step.instruction.keyword != keyword {
            continue;
        }
        if let Some((stage, earlier)) = last
            && stage == step.stage
        {
            let line = file.file.line_at(step.instruction.range.start);
            let name = keyword.name();
            let message = format!("this {name} has no effect: the one in line {line} replaces it");
            let edit = Edit::delete(lines_of(file, earlier));
            // hadolint names the later one.
            let range = match report.profile() {
                Profile::Hadolint => step.instruction.name.range,
                _ => earlier.name.range,
            };
            let message = match report.profile() {
                Profile::Hadolint => format!("this {name} replaces an earlier one"),
                _ => message,
            };
            report
                .at(range, message)
                .fix(format!("Delete the {name} without effect"), vec![edit]);
        }
        last = Some((step.stage, step.instruction));
    }
}

/// The lines of an instruction, the last newline included.
fn lines_of(file: &Facts<'_>, instruction: &Instruction) -> TextRange {
    let text = &file.file.text;
    let end = instruction.range.end;
    let end = text[end..].find('\n').map_or(text.len(), |it| end + it + 1);
    let start = text[..instruction.range.start]
        .rfind('\n')
        .map_or(0, |it| it + 1);
    TextRange::new(start, end)
}
