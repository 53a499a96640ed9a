//! Variables that are not set.

use dockerfile::ast::{Body, Instruction, Keyword, Word};
use dockerfile::expand::Expander;
use dockerfile::scope::Source;

use crate::facts::{Facts, Step};
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::part;
use crate::similar::nearest;

declare_rule! {
    /// An instruction uses a variable that neither `ARG` nor `ENV` sets before it.
    ///
    /// ## Why
    /// The variable is empty there. An `ARG` before `FROM` is not seen in a stage until the stage says
    /// `ARG NAME`.
    ///
    /// The base image may set it. Where it is not known what that sets, the recommended profile speaks
    /// only of names that look like a mistyped one, and of those that an `ARG` before `FROM` declares.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ENV APP_HOME=/srv
    /// WORKDIR $APP_HMOE
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// ENV APP_HOME=/srv
    /// WORKDIR $APP_HOME
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ARG APP_HOME=/srv
    /// WORKDIR $APP_HOME
    /// ```
    BK006 "undefined-variable" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        aliases: ["buildkit/UndefinedVar", "droast/DF087"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        // ONBUILD is expanded when it runs, which is elsewhere.
        let instruction = step.instruction;
        for_each_word(instruction, &mut |word| {
            if word.text.contains('$') {
                check_word(file, report, step, word);
            }
        });
    }
}

/// Calls `visit` for the words of an instruction in which the builder expands variables.
fn for_each_word<'i>(instruction: &'i Instruction, visit: &mut dyn FnMut(&'i Word)) {
    match (&instruction.body, instruction.keyword) {
        (Body::Files(files), _) => {
            for flag in &instruction.flags {
                if matches!(flag.name.text.as_str(), "chown" | "chmod" | "exclude" | "checksum") {
                    flag.value.iter().for_each(&mut *visit);
                }
            }
            files.sources.iter().chain(&files.destination).for_each(visit);
        }
        (Body::Pairs(pairs), _) => {
            for pair in &pairs.pairs {
                visit(&pair.name);
                pair.value.iter().for_each(&mut *visit);
            }
        }
        (Body::List(list), Keyword::Expose | Keyword::Volume) => list.words.iter().for_each(visit),
        (Body::Value, Keyword::Workdir | Keyword::User | Keyword::Stopsignal) => {
            visit(&instruction.arguments);
        }
        _ => {}
    }
}

fn check_word(file: &Facts<'_>, report: &mut Report<'_>, step: &Step<'_>, word: &Word) {
    let declared = |name: &str| file.declares(step.stage, step.index, name);
    let lookup = |name: &str| declared(name).then(|| "x".to_owned());
    let Ok(expanded) = Expander::new(file.file.escape, &lookup).expand(&word.text) else {
        return;
    };
    for used in expanded.uses.iter().filter(|it| !it.set) {
        let name = used.name.as_str();
        // Builders set PATH where the image does not; arguments of a shell are none of ours.
        if name == "PATH" || !name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_') {
            continue;
        }
        let range = part(word, used.range.clone());
        let image = file.images.get(step.stage);
        let is_known = image.is_some_and(|image| {
            let sets = image.base.as_ref().and_then(|base| base.sets(name));
            image.from_scratch || sets == Some(false)
        });
        let is_set_by_base = image
            .and_then(|image| image.base.as_ref()?.sets(name))
            .unwrap_or(false);
        if is_set_by_base {
            continue;
        }
        let above = file.stages.global.get(name);
        let is_automatic = above.is_some_and(|it| it.source == Source::Automatic);
        let meant = match above {
            Some(_) => None,
            None => {
                let names = names(file, step);
                nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
            }
        };
        let has_default = used.modifier.contains(['-', '+']);
        let message = match above {
            Some(_) if is_automatic => {
                format!("`{name}` is empty here; write `ARG {name}` in this stage to get it")
            }
            Some(_) => {
                format!("`{name}` is declared before FROM only; write `ARG {name}` in this stage")
            }
            None => format!("`{name}` is not set here"),
        };
        let loud = (is_known || above.is_some() || meant.is_some()) && !has_default;
        let reported = report.at_if(loud, range, message);
        if let Some(meant) = meant {
            let text = word.text[used.range.clone()].replacen(name, &meant, 1);
            reported.fix(format!("Change to {meant}"), vec![Edit::replace(range, text)]);
        }
    }
}

/// The variables that are set before a step.
fn names(file: &Facts<'_>, step: &Step<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for earlier in file.steps_of(step.stage).take_while(|it| it.index < step.index) {
        if let (Keyword::Arg | Keyword::Env, Body::Pairs(pairs)) =
            (earlier.instruction.keyword, &earlier.instruction.body)
        {
            names.extend(pairs.pairs.iter().map(|it| it.name.text.clone()));
        }
    }
    names
}
