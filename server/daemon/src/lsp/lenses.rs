//! Buttons on a Dockerfile, as code lenses. What they do are commands of the client.

use std::path::Path;

use dockerfile::{
    ast::{Body, File, Instruction, Keyword},
    range::TextRange,
};
use lint::position::{Encoding, LineIndex};
use serde_json::json;
use tower_lsp::ls_types::{CodeLens, Command};

use crate::lsp::{projects::Build, to_proto};

/// A Dockerfile that is shown.
#[derive(Debug)]
pub struct Shown<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its file.
    pub path: &'a Path,
    /// The workspace folder that it is in.
    pub folder: &'a Path,
    /// What the project builds, if it is this file.
    pub build: Option<&'a Build>,
}

/// The buttons of a Dockerfile. Each command gets the workspace folder; `warpdock.build` gets the
/// Dockerfile too where the project builds another one, or none.
pub fn of(shown: &Shown<'_>, encoding: Encoding) -> Vec<CodeLens> {
    let file = dockerfile::parse::parse(shown.text);
    let index = LineIndex::new(shown.text);
    let lens = |range: TextRange, title: &str, command: &str, arguments: &[&Path]| CodeLens {
        range: to_proto::range(&index, range, encoding),
        command: Some(Command {
            title: title.to_owned(),
            command: command.to_owned(),
            arguments: Some(arguments.iter().map(|path| json!(path)).collect()),
        }),
        data: None,
    };
    let target = shown.build.and_then(|build| build.target.as_deref());
    let Some((from, rest)) = stage(&file, target) else {
        return Vec::new();
    };
    let what_to_build: &[&Path] = match shown.build {
        Some(_) => &[shown.folder],
        None => &[shown.folder, shown.path],
    };
    let folder = &[shown.folder];
    let mut lenses = vec![
        lens(from.name.range, "Build", "warpdock.build", what_to_build),
        lens(
            from.name.range,
            "Reopen in GPU Container",
            "warpdock.reopenInContainer",
            folder,
        ),
    ];
    if let Some(command) = command(rest) {
        lenses.push(lens(
            command.name.range,
            "Run Default Command",
            "warpdock.runDefaultCommand",
            folder,
        ));
    }
    lenses
}

/// The FROM of the stage that is built, and what follows it in that stage.
fn stage<'a>(file: &'a File, target: Option<&str>) -> Option<(&'a Instruction, &'a [Instruction])> {
    let stages = file.instructions.iter().enumerate();
    let mut stages = stages.filter(|(_, it)| it.keyword == Keyword::From);
    let (at, from) = match target {
        None => stages.next_back()?,
        Some(target) => stages.find(|(_, from)| is_called(from, target))?,
    };
    let rest = &file.instructions[at + 1..];
    let end = rest.iter().position(|it| it.keyword == Keyword::From);
    Some((from, &rest[..end.unwrap_or(rest.len())]))
}

fn is_called(from: &Instruction, target: &str) -> bool {
    match &from.body {
        Body::From(body) => {
            let name = body.alias.as_ref();
            name.is_some_and(|name| name.text.eq_ignore_ascii_case(target))
        }
        _ => false,
    }
}

/// Where the default command is: the last CMD, or the last ENTRYPOINT where there is none.
fn command(stage: &[Instruction]) -> Option<&Instruction> {
    let last = |keyword| stage.iter().rev().find(|it| it.keyword == keyword);
    last(Keyword::Cmd).or_else(|| last(Keyword::Entrypoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, target: Option<&str>, expect: &[&str]) {
        let build = Build {
            dockerfile: "/w/Dockerfile".into(),
            args: Vec::new(),
            target: target.map(str::to_owned),
        };
        let shown = Shown {
            text,
            path: Path::new("/w/Dockerfile"),
            folder: Path::new("/w"),
            build: Some(&build),
        };
        let lenses = of(&shown, Encoding::Utf16);
        let lines = lenses.iter().map(|lens| {
            let command = lens.command.as_ref().expect("each does something");
            format!("{} {}", lens.range.start.line, command.title)
        });
        assert_eq!(lines.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn the_stage_that_is_built_has_the_buttons() {
        let text = "FROM a AS one\nCMD x\nFROM b\nRUN y\nCMD y\nCMD z\n";
        check(
            text,
            None,
            &[
                "2 Build",
                "2 Reopen in GPU Container",
                "5 Run Default Command",
            ],
        );
        check(
            text,
            Some("One"),
            &[
                "0 Build",
                "0 Reopen in GPU Container",
                "1 Run Default Command",
            ],
        );
        check(text, Some("other"), &[]);
    }

    #[test]
    fn a_base_may_bring_the_command() {
        check("FROM a\n", None, &["0 Build", "0 Reopen in GPU Container"]);
        check(
            "FROM a\nENTRYPOINT x\n",
            None,
            &[
                "0 Build",
                "0 Reopen in GPU Container",
                "1 Run Default Command",
            ],
        );
        check("", None, &[]);
    }
}
