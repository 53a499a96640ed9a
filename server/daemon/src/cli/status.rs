//! `warpdock status`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::{
    container::{State, Status, WorkspaceParams},
    method::ContainerStatus,
};

use crate::cli::{
    Ended,
    args::Global,
    call::{Call, workspace},
    sessions,
    style::{Style, printable},
    table,
    up::{gpu_line, write_changes},
};

/// Says what the container is and does; ends with 3 when it does not run.
pub fn run(global: &Global) -> Ended {
    let params = WorkspaceParams {
        workspace: workspace(global)?.display().to_string(),
        ancestors: global.workspace.is_none(),
        ..WorkspaceParams::default()
    };
    let status = Call::begin()?.ask::<ContainerStatus>(&params)?;
    let mut out = io::stdout().lock();
    match global.json {
        true => writeln!(
            out,
            "{}",
            serde_json::to_string(&status).map_err(io::Error::from)?
        )?,
        false => write_status(&mut out, &status, Style::of_stdout())?,
    }
    Ok(match status.state {
        State::Running => ExitCode::SUCCESS,
        State::Absent | State::Starting | State::Paused | State::Stopped => ExitCode::from(3),
    })
}

/// A state as one word.
pub fn word(state: State) -> &'static str {
    match state {
        State::Absent => "absent",
        State::Starting => "starting",
        State::Running => "running",
        State::Paused => "paused",
        State::Stopped => "stopped",
    }
}

fn write_status(out: &mut dyn Write, status: &Status, style: Style) -> io::Result<()> {
    let workspace = printable(&status.workspace);
    let Some(name) = &status.name else {
        return match status.state {
            State::Starting => {
                writeln!(out, "the container for {workspace} is being made")
            }
            _ => writeln!(out, "no container for {workspace}; `warpdock up` makes one"),
        };
    };
    let state = match status.state {
        State::Running => style.good("running"),
        other => style.warn(word(other)),
    };
    let since = match status.started {
        0 => String::new(),
        started => format!(" for {}", table::ago(started)),
    };
    writeln!(out, "{} {state}{since}", style.strong(&printable(name)))?;
    if let Some(image) = &status.image {
        writeln!(out, "  image      {}", printable(image))?;
    }
    let folder = status.workspace_folder.as_deref().unwrap_or("not mounted");
    writeln!(out, "  workspace  {workspace} at {}", printable(folder))?;
    if let Some(gpu) = status
        .gpu
        .as_ref()
        .filter(|_| status.state == State::Running)
    {
        writeln!(out, "  {}", gpu_line(gpu, style))?;
        if let (Some(remedy), false) = (&gpu.remedy, gpu.visible) {
            writeln!(out, "  {} {}", style.dim("->"), printable(remedy))?;
        }
    }
    if let Some(note) = &status.note {
        writeln!(out, "  {} {}", style.warn("note:"), printable(note))?;
    }
    // What is over is `warpdock sessions --all`'s.
    let live: Vec<_> = status
        .sessions
        .iter()
        .filter(|session| session.state != "exited")
        .cloned()
        .collect();
    if !live.is_empty() {
        writeln!(out)?;
        sessions::write(out, &live)?;
    }
    write_changes(out, &status.changes, style)
}
