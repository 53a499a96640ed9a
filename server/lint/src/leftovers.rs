//! What the rules about caches in images share: which call of a RUN leaves one, whether the stage
//! matters, and how to take it away at the end of the RUN.

use dockerfile::ast::{Body, Command};
use dockerfile::shell::kind::ShellKind;

use crate::context::Profile;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::facts::{Facts, Step};
use crate::finding::Edit;

/// The last call of each RUN that `leaves` something behind: what comes after it decides.
pub fn last_of_each_run<'f>(
    file: &'f Facts<'_>,
    managers: &'static [Manager],
    leaves: impl Fn(Call<'_>) -> bool,
) -> Vec<Call<'f>> {
    let mut last: Vec<Call<'f>> = Vec::new();
    for call in file.calls_of(managers).filter(|it| leaves(*it)) {
        match last.last_mut() {
            Some(before) if before.command.step == call.command.step => *before = call,
            _ => last.push(call),
        }
    }
    last
}

/// Whether the stage of a call ends up in the image that is built. hadolint asks that of few rules.
pub fn is_kept(file: &Facts<'_>, call: Call<'_>) -> bool {
    let step = &file.steps[call.command.step];
    matches!(step.instruction.body, Body::Onbuild(_)) || stage_is_kept(file, step.stage)
}

fn stage_is_kept(file: &Facts<'_>, stage: usize) -> bool {
    let count = file.stages.stages.len();
    // What stands before the first FROM belongs to what is still to be typed.
    if stage + 1 >= count || file.stages.target() == Some(stage) {
        return true;
    }
    let name = file.stages.stages[stage].name.as_ref();
    let mut children = file.images.iter().filter(|it| it.parent == Some(stage));
    match file.context.profile {
        // It takes names as they are written.
        Profile::Hadolint => children.any(|it| {
            let written = it.from_range.of(&file.file.text);
            name.is_some_and(|it| it.text == written)
        }),
        _ => children.any(|it| it.index > stage && stage_is_kept(file, it.index)),
    }
}

/// Whether one of these managers takes its cache away after the call, in the same RUN.
pub fn is_cleaned(file: &Facts<'_>, call: Call<'_>, managers: &'static [Manager]) -> bool {
    let start = call.command.range.start;
    let mut later = file
        .calls_beside(call, managers)
        .filter(|it| it.command.range.start > start);
    later.any(|it| it.call.action == Action::Clean)
}

/// The edit that runs `command` at the end of a call's RUN; `None` where that is not sure to work.
pub fn append(file: &Facts<'_>, call: Call<'_>, command: &str) -> Option<Edit> {
    let step: &Step<'_> = &file.steps[call.command.step];
    let run = step.inner();
    let Body::Command(Command::Shell(script)) = &run.body else {
        return None;
    };
    // Behind `sudo` this user may not, and behind a comment or `&` nothing runs.
    let unclear = call.command.wrapped
        || step.shell != ShellKind::Posix
        || !run.heredocs.is_empty()
        || script.text.contains(" #")
        || script.text.ends_with([';', '&', '|', '\\', '#']);
    if unclear {
        return None;
    }
    let written = script.range.of(&file.file.text);
    let Some(line) = written.rfind('\n').map(|it| &written[it + 1..]) else {
        return Some(Edit::insert(script.range.end, format!(" && {command}")));
    };
    let indent = &line[..line.len() - line.trim_start().len()];
    let newline = match written.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let escape = file.file.escape;
    let text = format!(" {escape}{newline}{indent}&& {command}");
    Some(Edit::insert(script.range.end, text))
}

/// The edit that gives a call an option behind its verb.
pub fn add_option(file: &Facts<'_>, call: Call<'_>, option: &str) -> Edit {
    let run = file.steps[call.command.step].inner();
    let is_json = matches!(run.body, Body::Command(Command::Exec(_))) && !call.command.quoted;
    let text = match is_json {
        true => format!(", \"{option}\""),
        false => format!(" {option}"),
    };
    Edit::insert(call.verb().range.end, text)
}
