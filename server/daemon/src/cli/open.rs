//! What `shell`, `exec`, `run` and `attach` share: a way to the container that is up or brought
//! up, the session's relay, and what is said at its end.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use protocol::container::WorkspaceParams;
use session::{
    error::ConnectError,
    frame::{Exit, Keep, Open, Size, Stdio},
};

use crate::{
    cli::{
        args::{FetchArguments, Global, StdioArguments},
        call::{Call, Way, up_params},
        failed::Failed,
        session_failure,
        style::Style,
        up,
    },
    terminal::{self, Options, Outcome, Streams, TerminalError},
};

/// The terminal of a session whose client has none: what a VT100 had.
const FALLBACK_SIZE: Size = Size { rows: 24, cols: 80 };

/// How a session is wanted.
#[derive(Debug)]
pub struct Wanted {
    /// What runs; empty: the user's shell.
    pub argv: Vec<Vec<u8>>,
    /// Its name.
    pub name: Option<String>,
    /// Its folder; `None`: the workspace, or the folder of the image.
    pub cwd: Option<String>,
    /// With a terminal.
    pub terminal: bool,
    /// What becomes of it without clients.
    pub keep: Keep,
}

/// The way to the container; it is brought up when it does not run.
pub fn way(
    call: &mut Call,
    global: &Global,
    target: &WorkspaceParams,
    fetch: &FetchArguments,
) -> Result<Way, Failed> {
    match call.session(target) {
        // One whose init does not answer may have ended a moment ago: `up` sees to that, or says
        // what is wrong with it.
        Err(failed) if matches!(failed.kind(), "not-running" | "paused" | "init-unreachable") => {}
        Ok(way) => {
            if !global.quiet && !global.json {
                let style = Style::of_stderr();
                up::write_changes(&mut io::stderr().lock(), &way.endpoint.changes, style)?;
            }
            return Ok(way);
        }
        Err(failed) => return Err(failed),
    }
    let params = up_params(target.clone(), fetch.pull);
    let brought = up::bring_up(call, global, params, fetch)?;
    up::say_warnings(&brought, global)?;
    if let Some(gpu) = brought
        .status
        .gpu
        .filter(|gpu| !global.quiet && !global.json && gpu.wish != "none")
    {
        writeln!(io::stderr(), "{}", up::gpu_line(&gpu, Style::of_stderr()))?;
    }
    call.session(target)
}

/// Whether the session gets a terminal: on request, else when both sides are one.
pub fn wants_terminal(arguments: &StdioArguments) -> bool {
    match (arguments.tty, arguments.no_tty) {
        (true, _) => true,
        (_, true) => false,
        (false, false) => io::stdin().is_terminal() && io::stdout().is_terminal(),
    }
}

/// The request that opens a session on this way.
pub fn request(way: &Way, wanted: Wanted) -> Open {
    let mut env: Vec<(String, Option<String>)> =
        terminal::local_environment(crate::environment::of_this_process(), wanted.terminal);
    // What the project says of a variable counts more than what this terminal is.
    env.retain(|(name, _)| !way.endpoint.env.contains_key(name));
    env.extend(way.endpoint.env.clone());
    Open {
        name: wanted.name,
        argv: wanted.argv,
        env,
        cwd: Some(folder(&way.endpoint.workspace_folder, wanted.cwd)),
        user: way.endpoint.user.clone(),
        stdio: match wanted.terminal {
            true => Stdio::Terminal(Streams::standard().size().unwrap_or(FALLBACK_SIZE)),
            false => Stdio::Pipes { stdin: true },
        },
        keep: wanted.keep,
    }
}

/// A folder in the container; a relative one is below the workspace, where sessions start.
fn folder(workspace_folder: &str, wanted: Option<String>) -> String {
    match wanted {
        None => workspace_folder.to_owned(),
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some(relative) => format!("{}/{relative}", workspace_folder.trim_end_matches('/')),
    }
}

/// How it is shown.
pub fn options(detach_keys: &str) -> Result<Options, Failed> {
    let detach_keys =
        terminal::parse_detach_keys(detach_keys).map_err(|error| terminal_failed(&error))?;
    Ok(Options {
        stdin: true,
        detach_keys,
    })
}

/// What a person is told at the end, and the exit code.
pub fn end(outcome: Outcome, container: &str) -> Result<ExitCode, Failed> {
    let code = ExitCode::from(outcome.code());
    match outcome {
        // SIGHUP: init hangs a session up, and nobody at this end has done it.
        Outcome::Exit(Exit::Signal(1)) => {
            writeln!(
                io::stderr(),
                "the session was hung up: {container} was taken down, or somebody ended the session"
            )?;
        }
        Outcome::Exit(_) | Outcome::OutputClosed => {}
        Outcome::Signalled { .. } => {}
        Outcome::Detached { session } => {
            // The cursor is somewhere behind the prompt.
            let fresh_line = if io::stderr().is_terminal() {
                "\r\n"
            } else {
                ""
            };
            writeln!(
                io::stderr(),
                "{fresh_line}left session {}; `warpdock attach {}` comes back",
                session.name,
                session.name
            )?;
        }
        Outcome::Failed(failure) => {
            return Err(Failed::Failure(Box::new(session_failure::said(&failure))));
        }
        Outcome::ConnectionLost { session, reason } => {
            let what = match session {
                Some(session) => format!("session {} has ended with it", session.name),
                None => "the session could not be opened".to_owned(),
            };
            let message = match reason {
                ConnectError::Closed => {
                    format!("container {container} has stopped or was killed; {what}")
                }
                other => format!("container {container} was lost: {other}; {what}"),
            };
            return Err(Failed::ours(
                "container-lost",
                protocol::failure::Tier::Environment,
                message,
                &["`warpdock status` says what became of it, `warpdock up` starts it again"],
            ));
        }
    }
    Ok(code)
}

/// A failure on this side of the session.
pub fn terminal_failed(error: &TerminalError) -> Failed {
    let kind = match error {
        TerminalError::DetachKeys { .. } => "usage",
        TerminalError::Output { .. } | TerminalError::System { .. } => "io",
    };
    Failed::ours(
        kind,
        protocol::failure::Tier::Environment,
        error.to_string(),
        &[error.remedy()],
    )
}
