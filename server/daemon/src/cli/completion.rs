//! `warpdock completion`.

use std::{io, process::ExitCode};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::{Ended, args::Arguments};

/// Prints the completion script of a shell.
pub fn run(shell: Shell) -> Ended {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "warpdock", &mut script);
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(ExitCode::SUCCESS)
}
