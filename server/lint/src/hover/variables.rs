//! Variables: which is meant, what its value is at this place, and where that comes from.

use std::ops::Range;

use dockerfile::{
    ast::{Body, Instruction, Keyword},
    build::Build,
    logical::Logical,
    range::TextRange,
    scope::{Scope, Source, Variable},
    stages::{Base, Stages},
};

use crate::{
    base,
    context::Context,
    hover::{Hover, Place},
};

/// What there is to say if the place is a variable.
pub(super) fn hover(place: &Place<'_>, instruction: &Instruction) -> Option<Hover> {
    let found = declared(place, instruction).or_else(|| used(place, instruction))?;
    let mut markdown = describe(place, instruction, &found);
    // What the whole name comes to is of interest as well.
    if let Body::From(from) = &instruction.body
        && let Some(base) = from.image.as_ref().and_then(|image| place.base(image))
    {
        markdown = format!("{markdown}\n\n---\n\n{}", base.markdown);
    }
    Some(Hover {
        range: found.range,
        markdown,
    })
}

/// The build that the context asks for.
pub(super) fn build<'a>(context: &Context<'a>) -> Build<'a> {
    let mut build = Build::with_args(context.build_args);
    build.target = context.target;
    build
}

struct Found {
    name: String,
    range: TextRange,
    /// It is declared here, so that the value is the one behind the instruction.
    declared: bool,
}

/// The name in ARG and ENV.
fn declared(place: &Place<'_>, instruction: &Instruction) -> Option<Found> {
    let Body::Pairs(pairs) = &instruction.body else {
        return None;
    };
    if !matches!(instruction.keyword, Keyword::Arg | Keyword::Env) {
        return None;
    }
    let pair = pairs
        .pairs
        .iter()
        .find(|pair| pair.name.range.touches(place.offset))?;
    let name = pair.name.text.trim_matches(['"', '\'']);
    is_name(name).then(|| Found {
        name: name.to_owned(),
        range: pair.name.range,
        declared: true,
    })
}

/// `$NAME` and `${NAME`.
fn used(place: &Place<'_>, instruction: &Instruction) -> Option<Found> {
    let escape = place.file.escape;
    if let Some((found, dollar)) = used_in(&instruction.logical, escape, place.offset) {
        let before = instruction.logical.slice(0..dollar);
        // A shell may hand what is in single quotes to another that does expand.
        let is_text = !is_shell(instruction.keyword) && in_single_quotes(before, escape);
        return (!is_text).then_some(found);
    }
    let heredoc = instruction
        .heredocs
        .iter()
        .find(|heredoc| heredoc.body.touches(place.offset))?;
    // A quoted name keeps the builder's hands off, but a RUN's shell reads it all the same.
    let expands = heredoc.expand || instruction.keyword == Keyword::Run;
    match expands {
        true => used_in(&heredoc.content, escape, place.offset).map(|(found, _)| found),
        false => None,
    }
}

/// The variable, and where its dollar sign is in the text.
fn used_in(logical: &Logical, escape: char, offset: usize) -> Option<(Found, usize)> {
    let text = logical.text();
    for (dollar, _) in text.match_indices('$') {
        if text[..dollar].ends_with(escape) {
            continue;
        }
        let Some((name, whole)) = reference(text, dollar) else {
            continue;
        };
        let range = logical.range(whole);
        if range.touches(offset) {
            let found = Found {
                name: name.to_owned(),
                range,
                declared: false,
            };
            return Some((found, dollar));
        }
        if range.start > offset {
            break;
        }
    }
    None
}

/// Whether a text ends within single quotes, where a dollar sign is one.
fn in_single_quotes(text: &str, escape: char) -> bool {
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None | Some('"'), _) if character == escape => {
                characters.next();
            }
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    quote == Some('\'')
}

/// The variable behind the dollar sign, and its extent: the closing brace where there is one.
fn reference(text: &str, dollar: usize) -> Option<(&str, Range<usize>)> {
    let behind = &text[dollar + 1..];
    let braced = behind.strip_prefix('{');
    let rest = braced.unwrap_or(behind);
    let length = rest
        .find(|it: char| !it.is_ascii_alphanumeric() && it != '_')
        .unwrap_or(rest.len());
    let name = &rest[..length];
    if !is_name(name) {
        return None;
    }
    let start = text.len() - rest.len();
    let end = match (braced, rest[length..].starts_with('}')) {
        (Some(_), true) => start + length + 1,
        _ => start + length,
    };
    Some((name, dollar..end))
}

/// A shell reads it, not the builder.
fn is_shell(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck
    )
}

fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && name
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

fn describe(place: &Place<'_>, instruction: &Instruction, found: &Found) -> String {
    let name = &found.name;
    let is_shell = is_shell(instruction.keyword);
    let is_base_variable = !is_global(place) && base_sets(place, name);
    match lookup(place, found) {
        None if is_base_variable => format!("`{name}` has the value that the base image sets"),
        Some(variable) => known(place, instruction, name, &variable),
        None if is_shell && instruction.keyword != Keyword::Run => format!(
            "`{name}` is not set by this file: the container's environment decides when it runs"
        ),
        None if is_shell => {
            format!(
                "`{name}` is not set by ARG or ENV: the shell's own, the base image's, or empty"
            )
        }
        None if is_global(place) => {
            format!(
                "`{name}` is not set: FROM sees the ARGs before the first FROM, and what the build is given"
            )
        }
        None => format!("`{name}` is not set here, unless the base image sets it: it is empty"),
    }
}

fn known(place: &Place<'_>, instruction: &Instruction, name: &str, variable: &Variable) -> String {
    let origin = origin(place, variable);
    let is_start = matches!(instruction.keyword, Keyword::Cmd | Keyword::Entrypoint);
    if is_start && matches!(variable.source, Source::Arg(_) | Source::Automatic) {
        return format!(
            "`{name}` is an ARG, which is gone when the container runs: empty\n\n{origin}"
        );
    }
    let Some(value) = &variable.value else {
        return format!("`{name}` has no value\n\n{origin}, which a build argument may give one");
    };
    let mut text = match value.is_empty() {
        true => format!("`{name}` is empty\n\n{origin}"),
        false => format!("{}\n\n{origin}", assignment(name, value)),
    };
    if !variable.unset.is_empty() {
        text.push_str(&format!(
            ". Not set here, and part of it: {}",
            variable.unset.join(", ")
        ));
    }
    text
}

/// `name=value` as code: the value may hold backquotes.
fn assignment(name: &str, value: &str) -> String {
    let shown: String = value.chars().take(400).collect();
    let longest = shown
        .split(|it| it != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}sh\n{name}={shown}\n{fence}")
}

fn origin(place: &Place<'_>, variable: &Variable) -> String {
    let line = |range: TextRange| place.file.line_at(range.start);
    match variable.source {
        Source::Arg(range) => format!("ARG, line {}", line(range)),
        Source::Env(range) => format!("ENV, line {}", line(range)),
        Source::Automatic => "The builder sets it".to_owned(),
        Source::Base => "The base image sets it".to_owned(),
    }
}

/// FROM, and what comes before the first.
fn is_global(place: &Place<'_>) -> bool {
    let instructions = &place.file.instructions;
    let is_from = |it: &Instruction| it.keyword == Keyword::From;
    let first = instructions.iter().position(is_from);
    first.is_none_or(|first| place.index <= first)
        || instructions.get(place.index).is_some_and(is_from)
}

fn stage_of(place: &Place<'_>, stages: &Stages<'_>) -> Option<usize> {
    let holds = |from: usize, end: usize| from < place.index && place.index < end;
    let stage = stages.stages.iter().find(|it| holds(it.from, it.end))?;
    Some(stage.index)
}

/// Whether the image from outside sets it, to a value that is not known.
fn base_sets(place: &Place<'_>, name: &str) -> bool {
    let stages = place.stages();
    let Some(stage) = stage_of(place, &stages) else {
        return false;
    };
    match base::of_stage(&stages, stage, place.context) {
        Some(facts) => facts.sets(name) == Some(true),
        // Every image but scratch has one.
        None => name == "PATH" && base::outer_base(&stages, stage) != Some(&Base::Scratch),
    }
}

/// The variable at the place: what FROM sees before the first stage, else what the stage has made.
fn lookup(place: &Place<'_>, found: &Found) -> Option<Variable> {
    let stages = place.stages();
    if is_global(place) {
        return stages.global.get(&found.name).cloned();
    }
    let stage = stage_of(place, &stages)?;
    let base = base::of_stage(&stages, stage, place.context).and_then(|it| it.image);
    let mut with_base = build(place.context);
    if let Some(image) = &base {
        with_base.base_env = &image.env;
    }
    let stages = Stages::new(place.file, with_base);
    let mut before: Option<Variable> = None;
    let mut passed = false;
    let take = |scope: &Scope| scope.get(&found.name).cloned();
    let end = stages.walk(stage, &mut |visited, index, _, scope| {
        let here = visited == stage && index == place.index;
        // Declared here: the scope before the next instruction has it.
        if (here && !found.declared) || (passed && before.is_none()) {
            before = before.take().or_else(|| take(scope));
        }
        passed = passed || here;
    });
    match found.declared {
        true => before.or_else(|| take(&end)),
        false => before,
    }
}
