//! `warpdock down`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::{container::DownParams, method::ContainerDown};

use crate::cli::{
    Ended,
    args::{DownArguments, Global},
    call::{Call, workspace},
    progress::Display,
    style::printable,
};

/// Stops the container, and removes it unless it is to be kept.
pub fn run(global: &Global, arguments: &DownArguments) -> Ended {
    let params = DownParams {
        workspace: workspace(global)?.display().to_string(),
        keep: arguments.keep,
        timeout_seconds: arguments.timeout,
    };
    let down = Call::begin()?.wait::<ContainerDown>(&params, &mut Display::silent())?;
    let mut out = io::stdout().lock();
    if global.json {
        writeln!(
            out,
            "{}",
            serde_json::to_string(&down).map_err(io::Error::from)?
        )?;
    } else if !global.quiet {
        for session in &down.ended {
            let command = printable(&session.command.join(" "));
            writeln!(
                out,
                "ended with it: session {} ({command})",
                printable(&session.name)
            )?;
        }
        match (down.container, arguments.keep) {
            (Some(name), true) => {
                writeln!(out, "{name} is stopped; `warpdock up` starts it again")?
            }
            (Some(name), false) => writeln!(out, "{name} is gone; the workspace is as it was")?,
            (None, _) => writeln!(out, "there was no container for this folder")?,
        }
    }
    Ok(ExitCode::SUCCESS)
}
