//! `warpdock config`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::{config::Resolved, method::ConfigResolve};

use crate::cli::{
    Ended,
    args::{ConfigArguments, Global},
    call::{Call, target},
    style::{Style, printable},
};

/// Prints the resolved configuration; ends with 1 when the files have errors.
pub fn run(global: &Global, arguments: &ConfigArguments) -> Ended {
    let target = target(global, &arguments.overrides)?;
    let resolved = Call::begin()?.ask::<ConfigResolve>(&target)?;
    let mut out = io::stdout().lock();
    match global.json {
        true => writeln!(
            out,
            "{}",
            serde_json::to_string(&resolved).map_err(io::Error::from)?
        )?,
        false => write_config(&mut out, &resolved, arguments.explain)?,
    }
    drop(out);
    say_problems(global, &resolved)
}

/// Says what is wrong in the files; errors make the command fail.
pub fn say_problems(global: &Global, resolved: &Resolved) -> Ended {
    let style = Style::of_stderr();
    let mut errors = io::stderr().lock();
    if !global.json {
        for problem in &resolved.problems {
            let word = match problem.error {
                true => style.bad("error:"),
                false => style.warn("warning:"),
            };
            let (place, message) = (printable(&problem.place), printable(&problem.message));
            writeln!(errors, "{word} {place}: {message}")?;
            if let Some(remedy) = &problem.remedy {
                writeln!(errors, "  {} {}", style.dim("->"), printable(remedy))?;
            }
        }
    }
    Ok(
        match resolved.problems.iter().any(|problem| problem.error) {
            true => ExitCode::FAILURE,
            false => ExitCode::SUCCESS,
        },
    )
}

fn write_config(out: &mut dyn Write, resolved: &Resolved, explain: bool) -> io::Result<()> {
    let style = Style::of_stdout();
    let names = resolved
        .values
        .iter()
        .map(|value| value.name.chars().count())
        .max()
        .unwrap_or(0);
    let values = resolved
        .values
        .iter()
        .map(|value| value.value.chars().count().min(60))
        .max();
    let values = values.unwrap_or(0);
    for value in &resolved.values {
        match explain {
            true => writeln!(
                out,
                "{:<names$}  {:<values$}  {}",
                value.name,
                value.value,
                style.dim(&value.origin)
            )?,
            false => writeln!(out, "{:<names$}  {}", value.name, value.value)?,
        }
    }
    Ok(())
}
