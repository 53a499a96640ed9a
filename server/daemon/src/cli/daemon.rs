//! `warpdock daemon`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::{
    daemon::Nothing,
    method::{DaemonStatus, DaemonStop},
};
use serde_json::json;

use crate::{
    cli::{
        Ended,
        args::Global,
        client::{CallError, Daemon},
        table,
    },
    paths::Paths,
};

/// What it is and holds; ends with 3 when none runs.
pub fn status(global: &Global) -> Ended {
    let mut out = io::stdout().lock();
    let Some(mut daemon) = Daemon::existing(&Paths::open()?)? else {
        match global.json {
            true => writeln!(out, "{}", json!({ "running": false }))?,
            false => writeln!(
                out,
                "no daemon runs; the next command that needs one starts it"
            )?,
        }
        return Ok(ExitCode::from(3));
    };
    let status = daemon
        .ask::<DaemonStatus>(&Nothing {})
        .map_err(CallError::settle)?;
    if global.json {
        writeln!(
            out,
            "{}",
            serde_json::to_string(&status).map_err(io::Error::from)?
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        out,
        "warpdock {} runs as process {} for {}",
        status.release,
        status.pid,
        table::duration(u64::from(status.uptime_seconds))
    )?;
    writeln!(out, "  clients  {}", status.clients)?;
    if !status.busy.is_empty() {
        writeln!(out, "  busy     {}", status.busy.join(", "))?;
    }
    writeln!(out, "  log      {}", status.log)?;
    Ok(ExitCode::SUCCESS)
}

/// Ends it.
pub fn stop(global: &Global) -> Ended {
    let mut out = io::stdout().lock();
    let stopped = match Daemon::existing(&Paths::open()?)? {
        None => false,
        Some(mut daemon) => {
            daemon
                .ask::<DaemonStop>(&Nothing {})
                .map_err(CallError::settle)?;
            daemon.wait_for_end();
            true
        }
    };
    match (global.json, stopped) {
        (true, _) => writeln!(out, "{}", json!({ "stopped": stopped }))?,
        (false, _) if global.quiet => {}
        (false, true) => writeln!(out, "the daemon has ended; containers and sessions go on")?,
        (false, false) => writeln!(out, "no daemon was running")?,
    }
    Ok(ExitCode::SUCCESS)
}
