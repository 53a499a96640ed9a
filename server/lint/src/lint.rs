//! The trip from a tree to its findings.

use dockerfile::{ast::File, problem::Verdict};

use crate::{
    context::Context,
    finding::{Finding, Level},
};

/// What is to be said about a file, in the order of the text.
pub fn lint(file: &File, _context: &Context<'_>) -> Vec<Finding> {
    let problems = file.problems.iter().map(|problem| Finding {
        code: problem.code(),
        name: problem.code(),
        level: match problem.verdict() {
            Verdict::Accepted => Level::Warning,
            _ => Level::Error,
        },
        message: problem.message(),
        range: problem.range,
        aliases: &[],
        fixes: Vec::new(),
    });
    let mut findings: Vec<Finding> = problems.collect();
    findings.sort_by_key(|finding| finding.range);
    findings
}
