//! A variable used in the ENV that sets it.

use dockerfile::ast::{Body, Keyword, Pair, Word};
use dockerfile::expand::Expander;

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::{part, unquoted, variable};

declare_rule! {
    /// A value of `ENV` uses a variable that the same `ENV` sets.
    ///
    /// ## Why
    /// All values of an `ENV` are read before any of its names is set: the variable has the value
    /// from before, or none. Write two `ENV`.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ENV HOME_DIR=/srv DATA_DIR=$HOME_DIR/data
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ENV HOME_DIR=/srv
    /// ENV DATA_DIR=$HOME_DIR/data PATH=/srv/bin:$PATH
    /// ```
    DL3044 "env-uses-itself" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL3044", "droast/DF062"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let instruction = step.inner();
        let (Keyword::Env, Body::Pairs(pairs)) = (instruction.keyword, &instruction.body) else {
            continue;
        };
        if pairs.pairs.len() < 2 {
            continue;
        }
        for (index, pair) in pairs.pairs.iter().enumerate() {
            let Some(value) = pair.value.as_ref().filter(|it| it.text.contains('$')) else {
                continue;
            };
            let nothing = |_: &str| None;
            let Ok(expanded) = Expander::new(file.file.escape, &nothing).expand(&value.text) else {
                continue;
            };
            for used in expanded.uses {
                let others = pairs.pairs.iter().enumerate();
                let mut others = others.filter(|(other, _)| *other != index);
                if !others.any(|(_, other)| sets(other, &used.name)) {
                    continue;
                }
                let range = part(value, used.range);
                let name = used.name;
                if file.declares(step.stage, step.index, &name) {
                    let message = format!("`{name}` is the one from before this ENV, not the one that it sets");
                    report.pedantic(range, message).aliases(&[]);
                } else {
                    report.at(range, format!("`{name}` is not set yet: this ENV sets it"));
                }
            }
        }
    }
}

/// Whether a pair makes something else of a variable than it was: `X=$X` does not.
fn sets(pair: &Pair, name: &str) -> bool {
    let same = |value: &Word| variable(unquoted(&value.text)) == Some(name);
    pair.name.text == name && !pair.value.as_ref().is_some_and(same)
}
