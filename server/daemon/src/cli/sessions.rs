//! `warpdock sessions`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::container::Session;

use crate::cli::{
    Ended,
    args::{Global, OverrideArguments, sessions::SessionsArguments},
    attach::list,
    call::{Call, target},
    style::printable,
    table,
};

/// Lists the sessions in the container.
pub fn run(global: &Global, arguments: &SessionsArguments) -> Ended {
    let target = target(global, &OverrideArguments::default())?;
    let mut way = Call::begin()?.session(&target)?;
    let sessions: Vec<Session> = list(&mut way)?
        .iter()
        .map(crate::status::session)
        .filter(|session| arguments.all || session.state != "exited")
        .collect();
    let mut out = io::stdout().lock();
    match global.json {
        true => writeln!(
            out,
            "{}",
            serde_json::to_string(&sessions).map_err(io::Error::from)?
        )?,
        false if sessions.is_empty() => writeln!(out, "no session; `warpdock shell` opens one")?,
        false => write(&mut out, &sessions)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes sessions as a table, and below a session what its command has left behind.
pub fn write(out: &mut dyn Write, sessions: &[Session]) -> io::Result<()> {
    let mut rows = Vec::new();
    for session in sessions {
        let state = match (session.state.as_str(), session.exit_code) {
            ("running", _) => "running".to_owned(),
            ("leftover", Some(code)) => {
                let left = session.processes.len();
                let word = if left == 1 { "process" } else { "processes" };
                format!("exited {code}, {left} {word} left")
            }
            (_, Some(code)) => format!("exited {code}"),
            (other, None) => other.to_owned(),
        };
        rows.push(vec![
            session.id.to_string(),
            // One without a name is called by its number.
            Some(session.name.clone())
                .filter(|name| *name != session.id.to_string())
                .unwrap_or_default(),
            state,
            table::ago(session.started),
            session.user.clone(),
            session.clients.to_string(),
            shorten(&printable(&session.command.join(" "))),
        ]);
        if session.state == "leftover" {
            for process in &session.processes {
                let mut row = vec![String::new(); 6];
                row[1] = format!("  {}", process.pid);
                row.push(shorten(&printable(&process.command)));
                rows.push(row);
            }
        }
    }
    table::write(
        out,
        &["ID", "NAME", "STATE", "AGE", "USER", "CLIENTS", "COMMAND"],
        &rows,
    )
}

fn shorten(text: &str) -> String {
    match text.chars().count() {
        0..=60 => text.to_owned(),
        _ => text.chars().take(59).chain(['…']).collect(),
    }
}
