//! Instructions in different case.

use dockerfile::ast::{Body, Instruction, Keyword};

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// An instruction is written in another case than most of the file.
    ///
    /// ## Why
    /// It reads better in one case, and capitals are what people know. A matter of taste: it is not
    /// said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// run true
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN true
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN true
    /// ```
    BK003 "instruction-casing" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["buildkit/ConsistentInstructionCasing", "dockerfile-utils/CASING_INSTRUCTION", "droast/DF076"],
        check: check
    }
}

const BUILDKIT_ONLY: &[&str] = &["buildkit/ConsistentInstructionCasing", "droast/DF076"];
const UTILS_ONLY: &[&str] = &["dockerfile-utils/CASING_INSTRUCTION"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let first_from = file.stages.stages.first().map_or(usize::MAX, |it| it.from);
    // ARG before the first FROM is of no stage.
    let counted = |index: usize, it: &Instruction| {
        it.keyword != Keyword::Unknown && (index >= first_from || it.keyword != Keyword::Arg)
    };
    let mut lower = 0;
    let mut upper = 0;
    for (index, instruction) in file.file.instructions.iter().enumerate() {
        if counted(index, instruction) {
            lower += usize::from(is_lower(instruction));
            upper += usize::from(is_upper(instruction));
        }
    }
    let wants_lower = lower > upper;
    for (index, instruction) in file.file.instructions.iter().enumerate() {
        let fits = match wants_lower {
            true => is_lower(instruction),
            false => is_upper(instruction),
        };
        let differs = counted(index, instruction) && !fits;
        judge(report, instruction, differs, wants_lower);
        if let Body::Onbuild(Some(inner)) = &instruction.body {
            judge(report, inner, false, wants_lower);
        }
    }
}

/// Reports an instruction that differs from the others, or that has small letters.
fn judge(report: &mut Report<'_>, instruction: &Instruction, differs: bool, wants_lower: bool) {
    let small = instruction.keyword != Keyword::Unknown && !is_upper(instruction);
    let (aliases, message) = match (differs, small) {
        (true, true) if wants_lower => (report.rule().aliases, "most instructions are in small letters"),
        (true, true) => (report.rule().aliases, "most instructions are in capitals"),
        (true, false) => (BUILDKIT_ONLY, "most instructions are in small letters"),
        (false, true) => (UTILS_ONLY, "instructions are usually in capitals"),
        (false, false) => return,
    };
    let name = &instruction.name;
    let wanted = match differs && wants_lower {
        true => name.text.to_ascii_lowercase(),
        false => name.text.to_ascii_uppercase(),
    };
    report
        .pedantic(name.range, format!("`{}`: {message}", name.text))
        .aliases(aliases)
        .fix(format!("Change to {wanted}"), vec![Edit::replace(name.range, wanted)]);
}

fn is_lower(instruction: &Instruction) -> bool {
    instruction.name.text.bytes().all(|it| it.is_ascii_lowercase())
}

fn is_upper(instruction: &Instruction) -> bool {
    instruction.name.text.bytes().all(|it| it.is_ascii_uppercase())
}
