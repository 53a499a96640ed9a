//! What the rules about labels share.

use dockerfile::ast::{Body, Keyword, Pair};

use crate::facts::{Facts, Step};
use crate::levels::LabelKind;
use crate::report::Report;
use crate::rules::words::unquoted;

/// Calls `visit` for every label that the file sets, ONBUILD's too.
pub(super) fn for_each<'f>(
    file: &'f Facts<'_>,
    visit: &mut dyn FnMut(&'f Step<'f>, &'f str, &'f Pair),
) {
    for step in &file.steps {
        let instruction = step.inner();
        let (Keyword::Label, Body::Pairs(pairs)) = (instruction.keyword, &instruction.body) else {
            continue;
        };
        for pair in &pairs.pairs {
            visit(step, unquoted(&pair.name.text), pair);
        }
    }
}

/// Reports the labels that must be of a kind and are not. A value that is not known, because of a
/// variable, is let pass.
pub(super) fn check_values(
    file: &Facts<'_>,
    report: &mut Report<'_>,
    kind: LabelKind,
    expected: &str,
    is_valid: fn(&str) -> bool,
) {
    let Some(levels) = file.context.levels.filter(|it| !it.labels.is_empty()) else {
        return;
    };
    for_each(file, &mut |step, name, pair| {
        let wanted = levels
            .labels
            .iter()
            .any(|(label, it)| label == name && *it == kind);
        let Some(value) = pair.value.as_ref().filter(|_| wanted) else {
            return;
        };
        let Some(meaning) = file.expand(step, &value.text) else {
            return;
        };
        if !is_valid(&meaning) {
            report.at(
                value.range,
                format!("label `{name}` must be {expected}, and is `{meaning}`"),
            );
        }
    });
}
