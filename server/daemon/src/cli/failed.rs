//! How the command line says that something failed, and with which exit code.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::failure::{Failure, Tier};
use serde_json::json;

use crate::{
    cli::style::{Style, printable},
    paths::PathError,
    summon::SummonError,
};

/// A command that did not do what it was asked for.
#[derive(Debug)]
pub enum Failed {
    /// For a reason to be said.
    Failure(Box<Failure>),
    /// The person interrupted it.
    Interrupted,
    /// Everything was said already; only the exit code is left.
    Said(u8),
}

impl Failed {
    /// A failure of the command line's own.
    pub fn ours(kind: &str, tier: Tier, message: String, remedy: &[&str]) -> Failed {
        Failed::Failure(Box::new(Failure {
            kind: kind.to_owned(),
            tier,
            message,
            detail: None,
            remedy: remedy.iter().map(|line| (*line).to_owned()).collect(),
            command: None,
            problems: Vec::new(),
            actions: Vec::new(),
        }))
    }

    /// Something in the command line's words.
    pub fn usage(message: String, remedy: &[&str]) -> Failed {
        Failed::ours("usage", Tier::Input, message, remedy)
    }

    /// The failure's stable name, if it has one.
    pub fn kind(&self) -> &str {
        match self {
            Failed::Failure(failure) => &failure.kind,
            Failed::Interrupted => "interrupted",
            Failed::Said(_) => "",
        }
    }

    /// Says it, on standard error, or with `json` on standard output; `passes_codes`: the
    /// command passes another's exit codes through, so that our own failure is 125.
    pub fn report(&self, json: bool, passes_codes: bool) -> ExitCode {
        match self {
            Failed::Said(code) => return ExitCode::from(*code),
            Failed::Interrupted => {
                let _closed = match json {
                    true => writeln!(
                        io::stdout(),
                        "{}",
                        json!({ "error": { "kind": "interrupted" } })
                    ),
                    false => writeln!(io::stderr(), "interrupted; nothing was left behind"),
                };
                return ExitCode::from(130);
            }
            Failed::Failure(failure) => {
                let _closed = match json {
                    true => writeln!(io::stdout(), "{}", json!({ "error": failure })),
                    false => write_failure(&mut io::stderr().lock(), failure, Style::of_stderr()),
                };
            }
        }
        let code = match (self.kind(), passes_codes) {
            ("cancelled", _) => 130,
            // As a shell and docker have it.
            ("command-not-found", true) => 127,
            ("not-executable", true) => 126,
            (_, true) => 125,
            ("usage", false) => 2,
            ("not-running", false) => 3,
            (_, false) => 1,
        };
        ExitCode::from(code)
    }
}

/// Writes a failure as a person reads it.
pub fn write_failure(out: &mut dyn Write, failure: &Failure, style: Style) -> io::Result<()> {
    writeln!(
        out,
        "{} {}",
        style.bad("error:"),
        harmless(&failure.message)
    )?;
    let errors: Vec<_> = failure
        .problems
        .iter()
        .filter(|problem| problem.error)
        .collect();
    for problem in failure
        .problems
        .iter()
        .filter(|problem| errors.len() > 1 || !problem.error)
    {
        let word = match problem.error {
            true => style.bad("error"),
            false => style.warn("warning"),
        };
        let (place, message) = (harmless(&problem.place), harmless(&problem.message));
        writeln!(out, "  {place}: {word}: {message}")?;
        if let Some(remedy) = &problem.remedy {
            writeln!(out, "    {} {}", style.dim("->"), harmless(remedy))?;
        }
    }
    if let Some(detail) = &failure.detail {
        for line in detail.lines() {
            writeln!(out, "  {} {}", style.dim("|"), printable(line))?;
        }
    }
    for line in &failure.remedy {
        writeln!(out, "  {} {}", style.dim("->"), harmless(line))?;
    }
    Ok(())
}

/// Words with names of commands, files and images in them, which anybody may have given.
fn harmless(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    lines.join("\n")
}

impl From<PathError> for Failed {
    fn from(error: PathError) -> Failed {
        let error = crate::error::Error::from(error);
        Failed::Failure(Box::new(error.failure()))
    }
}

impl From<SummonError> for Failed {
    fn from(error: SummonError) -> Failed {
        match error {
            SummonError::Path(error) => error.into(),
            other => Failed::ours(
                "daemon-unreachable",
                Tier::Environment,
                other.to_string(),
                &["`warpdock daemon serve` runs it in the foreground and shows why"],
            ),
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        // A reader that has seen enough (`warpdock ps | head -1`) is not an error.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failed::Said(0);
        }
        Failed::ours("io", Tier::Environment, error.to_string(), &[])
    }
}
