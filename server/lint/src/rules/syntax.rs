//! What the rules about syntax share: each speaks of one kind of the parser's problems, which has
//! the rule's name.

use dockerfile::problem::Problem;

use crate::facts::Facts;
use crate::report::{Report, Reported};

/// Reports the problems that have the rule's name.
pub(super) fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    check_with(file, report, |_, reported| reported);
}

/// Reports the problems that have the rule's name; `more` says more about each.
pub(super) fn check_with(
    file: &Facts<'_>,
    report: &mut Report<'_>,
    more: impl for<'r> Fn(&Problem, Reported<'r>) -> Reported<'r>,
) {
    let name = report.rule().name;
    for problem in file.file.problems.iter().filter(|it| it.code() == name) {
        more(problem, report.at(problem.range, problem.message()));
    }
}
