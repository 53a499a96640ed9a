//! The command line: one file a command. What is printed is here, what is done is the daemon's
//! and, for sessions, init's.

mod args;
mod attach;
mod call;
mod client;
mod completion;
mod config;
mod daemon;
mod doctor;
mod down;
mod exec;
pub mod explain;
mod failed;
mod interrupt;
mod kill;
mod lint;
mod load;
mod logs;
mod open;
mod progress;
mod ps;
mod run;
pub mod session_failure;
mod sessions;
mod shell;
mod shim;
mod status;
mod stdio;
pub mod style;
mod sudo;
mod table;
mod trust;
mod up;

use std::process::ExitCode;

use clap::{Parser, error::ErrorKind};

use crate::{
    cli::{
        args::{Arguments, Command, DaemonCommand, ShellArguments},
        failed::Failed,
    },
    listener,
};

/// What a command ends with.
type Ended = Result<ExitCode, Failed>;

/// Runs the program.
pub fn main() -> ExitCode {
    if let Some(called) = shim::called() {
        return shim::main(&called);
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let asked = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            let _closed = error.print();
            return if asked {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    let json = arguments.global.json;
    let passes_codes = matches!(
        arguments.command,
        None | Some(Command::Exec(_) | Command::Run(_) | Command::Shell(_) | Command::Attach(_))
    );
    match dispatch(arguments) {
        Ok(code) => code,
        Err(failed) => failed.report(json, passes_codes),
    }
}

fn dispatch(arguments: Arguments) -> Ended {
    let global = arguments.global;
    let outer = arguments.overrides;
    if arguments.command.is_some() && outer != Default::default() {
        return Err(Failed::usage(
            "a flag that decides something instead of the project's files stands before the command".to_owned(),
            &["write it behind: warpdock up --image NAME"],
        ));
    }
    match arguments.command {
        None => shell::run(&global, ShellArguments::of_bare_command(outer)),
        Some(Command::Up(arguments)) => up::run(&global, arguments),
        Some(Command::Down(arguments)) => down::run(&global, &arguments),
        Some(Command::Rebuild(arguments)) => up::rebuild(&global, arguments),
        Some(Command::Status) => status::run(&global),
        Some(Command::Ps(arguments)) => ps::run(&global, &arguments),
        Some(Command::Shell(arguments)) => shell::run(&global, arguments),
        Some(Command::Exec(arguments)) => exec::run(&global, arguments),
        Some(Command::Attach(arguments)) => attach::run(&global, &arguments),
        Some(Command::Run(arguments)) => run::run(&global, arguments),
        Some(Command::Sessions(arguments)) => sessions::run(&global, &arguments),
        Some(Command::Logs(arguments)) => logs::run(&global, &arguments),
        Some(Command::Kill(arguments)) => kill::run(&global, &arguments),
        Some(Command::Config(arguments)) => config::run(&global, &arguments),
        Some(Command::Explain(arguments)) => explain::run(&global, &arguments),
        Some(Command::Lint(arguments)) => lint::run(&global, &arguments),
        Some(Command::Doctor) => doctor::run(&global),
        Some(Command::Load(arguments)) => load::run(&global, &arguments),
        Some(Command::Stdio(arguments)) => stdio::run(&arguments),
        Some(Command::Completion { shell }) => completion::run(shell),
        Some(Command::Shim { command }) => shim::install::run(&global, &command),
        Some(Command::Daemon { command }) => match command {
            DaemonCommand::Status => daemon::status(&global),
            DaemonCommand::Stop => daemon::stop(&global),
            DaemonCommand::Start => Ok(listener::start()),
            DaemonCommand::Serve => Ok(listener::serve()),
        },
    }
}
