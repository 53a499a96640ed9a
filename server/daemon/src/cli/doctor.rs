//! `warpdock doctor`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::{
    doctor::{DoctorParams, State},
    method::DoctorRun,
};

use crate::cli::{
    Ended,
    args::Global,
    call::{Call, workspace},
    style::Style,
};

/// Checks the machine; ends with 1 when a check failed.
pub fn run(global: &Global) -> Ended {
    let params = DoctorParams {
        workspace: workspace(global)
            .ok()
            .map(|path| path.display().to_string()),
    };
    let report = Call::begin()?.ask::<DoctorRun>(&params)?;
    let mut out = io::stdout().lock();
    if global.json {
        writeln!(
            out,
            "{}",
            serde_json::to_string(&report).map_err(io::Error::from)?
        )?;
    } else {
        let style = Style::of_stdout();
        let width = report
            .lines
            .iter()
            .map(|line| line.check.chars().count())
            .max()
            .unwrap_or(0);
        for line in &report.lines {
            let mark = match line.state {
                State::Ok => style.good("ok  "),
                State::Warning => style.warn("warn"),
                State::Failed => style.bad("FAIL"),
                State::Skipped => style.dim("-   "),
            };
            writeln!(out, "{mark}  {:<width$}  {}", line.check, line.text)?;
            if let Some(remedy) = &line.remedy {
                writeln!(out, "      {:<width$}  {} {remedy}", "", style.dim("->"))?;
            }
        }
    }
    Ok(
        match report.lines.iter().any(|line| line.state == State::Failed) {
            true => ExitCode::FAILURE,
            false => ExitCode::SUCCESS,
        },
    )
}
