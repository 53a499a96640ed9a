//! `warpdock ps`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::{
    container::{ListParams, Status},
    method::ContainerList,
};

use crate::cli::{
    Ended,
    args::{Global, PsArguments},
    call::Call,
    status::word,
    table,
};

/// Lists all containers of this user.
pub fn run(global: &Global, arguments: &PsArguments) -> Ended {
    let params = ListParams {
        sessions: !arguments.ids,
    };
    let all = Call::begin()?.ask::<ContainerList>(&params)?;
    let mut out = io::stdout().lock();
    if global.json {
        writeln!(
            out,
            "{}",
            serde_json::to_string(&all).map_err(io::Error::from)?
        )?;
    } else if arguments.ids {
        for status in all {
            writeln!(out, "{}", status.id.unwrap_or_default())?;
        }
    } else {
        let rows: Vec<Vec<String>> = all.iter().map(row).collect();
        table::write(
            &mut out,
            &[
                "WORKSPACE",
                "STATE",
                "UP",
                "GPU",
                "SESSIONS",
                "IMAGE",
                "CONTAINER",
            ],
            &rows,
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

fn row(status: &Status) -> Vec<String> {
    let gpu = status
        .gpu
        .as_ref()
        .map_or("", |gpu| match (gpu.visible, gpu.wish.as_str()) {
            (true, _) => "yes",
            (false, "none") => "not asked for",
            (false, _) => "no",
        });
    let live = status
        .sessions
        .iter()
        .filter(|session| session.state != "exited")
        .count();
    vec![
        status.workspace.clone(),
        word(status.state).to_owned(),
        table::ago(status.started),
        gpu.to_owned(),
        live.to_string(),
        status.image.clone().unwrap_or_default(),
        status.name.clone().unwrap_or_default(),
    ]
}
