//! The shell of an editor's terminals: this binary under the name of a shell.
//!
//! An editor's terminal profile names it, and the editor's windows say with `WARPDOCK_TARGET`
//! whose terminals and shell tasks belong into a container. Without the variable it becomes the
//! real shell at once, with the same arguments. What the arguments ask for is [`arguments`]', which
//! folder and which line that is inside is [`place`]'s, the real shell is [`real`]'s. A session
//! ends or stays as `exec`'s and `shell`'s do.

pub mod install;

mod arguments;
mod place;
mod real;

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use protocol::{
    container::{Endpoint, State, WorkspaceParams},
    failure::{Failure as Said, Tier},
    method::ContainerStatus,
};
use session::{
    client::Connection,
    frame::{Failure, Keep, Request},
};

use crate::{
    cli::{
        call::{Call, Way},
        failed::Failed,
        interrupt::Interrupt,
        open::{self, Wanted},
        shell::GRACE_SECONDS,
        shim::{
            arguments::{Asked, Called},
            place::Place,
        },
        style::printable,
    },
    shell_integration::{self, Integrated},
    terminal::{self, Outcome, Streams},
};

/// Names the workspace folder whose container terminals go into.
const TARGET: &str = "WARPDOCK_TARGET";

/// How often a container that is on its way up is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How long a terminal that was closed waits for init to take note.
const CLOSING_LIMIT: Duration = Duration::from_secs(2);

/// The shells that we stand in for.
pub const NAMES: [&str; 4] = ["bash", "zsh", "sh", "fish"];

/// The shell that this process was called as; `None`: it was called by its own name.
pub fn called() -> Option<Called> {
    let mut words = std::env::args_os();
    let name = words.next()?;
    let name = PathBuf::from(name);
    let name = name.file_name()?.to_str()?;
    // As login(1) calls a shell.
    let login = name.strip_prefix('-');
    let shell = NAMES
        .into_iter()
        .find(|known| *known == login.unwrap_or(name))?;
    Some(Called {
        shell,
        login: login.is_some(),
        arguments: words.collect(),
    })
}

/// Becomes the real shell, or is one in the container.
pub fn main(called: &Called) -> ExitCode {
    let target = std::env::var_os(TARGET).filter(|target| !target.is_empty());
    let Some(target) = target else {
        return real::become_shell(called);
    };
    let asked = arguments::read(called);
    if asked == Asked::OfTheProgram {
        return real::become_shell(called);
    }
    match inside(called, &asked, target) {
        Ok(code) => code,
        Err(Stopped::Before(failed)) => instead(called, &asked, &failed),
        Err(Stopped::Within(failed)) => failed.report(false, true),
    }
}

/// Why there is no session, or not any more.
enum Stopped {
    /// It has not begun.
    Before(Failed),
    /// It has begun, so that nothing else may begin.
    Within(Failed),
}

impl From<Failed> for Stopped {
    fn from(failed: Failed) -> Stopped {
        Stopped::Before(failed)
    }
}

fn inside(called: &Called, asked: &Asked, target: OsString) -> Result<ExitCode, Stopped> {
    let target = workspace(target)?;
    let mut call = Call::begin()?;
    let way = way(&mut call, &target)?;
    let place = Place::of(&way.endpoint, &target.workspace);
    let streams = Streams::standard();
    let terminal = streams.input_is_terminal() && streams.output_is_terminal();
    let folder = place.current_folder();
    match asked {
        Asked::Line { .. } | Asked::Script { .. } => {
            let Some(cwd) = folder else {
                return Err(outside(&place).into());
            };
            let argv = arguments::inside(called, asked, &place).ok_or_else(|| outside(&place))?;
            line(&mut call, &target, way, argv, cwd)
        }
        Asked::Terminal => {
            if folder.is_none() {
                let note = format!(
                    "warpdock: this folder is not in the container; the shell is in {}\r\n",
                    place.inside
                );
                let _closed = io::stderr().write_all(note.as_bytes());
            }
            let cwd = folder.unwrap_or_else(|| place.inside.clone());
            shell(way, &place, terminal, cwd)
        }
        Asked::OfTheProgram => Ok(real::become_shell(called)),
    }
}

/// Runs a line, which ends with this process, as a task's shell would.
fn line(
    call: &mut Call,
    target: &WorkspaceParams,
    way: Way,
    argv: Vec<Vec<u8>>,
    cwd: String,
) -> Result<ExitCode, Stopped> {
    let streams = Streams::standard();
    let wanted = |argv| Wanted {
        argv,
        name: None,
        cwd: Some(cwd.clone()),
        terminal: streams.input_is_terminal() && streams.output_is_terminal(),
        keep: Keep::WhileAttached,
    };
    let container = way.endpoint.name.clone();
    let request = open::request(&way, wanted(argv.clone()));
    match run(way, request)? {
        // An image has another shell than this machine, or none but sh.
        Outcome::Failed(Failure::CommandNotFound { .. }) if argv[0] != b"sh" => {
            let way = call.session(target)?;
            let request = open::request(&way, wanted(arguments::for_sh(argv)));
            ended(run(way, request)?, &container)
        }
        outcome => ended(outcome, &container),
    }
}

/// Opens the shell of the container's user.
fn shell(way: Way, place: &Place, terminal: bool, cwd: String) -> Result<ExitCode, Stopped> {
    let wanted = Wanted {
        argv: Vec::new(),
        name: None,
        cwd: Some(cwd),
        terminal,
        keep: match terminal {
            true => Keep::Grace {
                seconds: GRACE_SECONDS,
            },
            false => Keep::WhileAttached,
        },
    };
    let mut request = open::request(&way, wanted);
    if let Some(integrated) = integrated(&way.endpoint, place).filter(|_| terminal) {
        request.argv = integrated
            .argv
            .into_iter()
            .map(String::into_bytes)
            .collect();
        let env = integrated.env.into_iter();
        request
            .env
            .extend(env.map(|(name, value)| (name, Some(value))));
    }
    let endpoint = session::client::Endpoint {
        socket_folder: PathBuf::from(&way.endpoint.socket_folder),
        pid: way.endpoint.pid,
    };
    let container = way.endpoint.name.clone();
    let outcome = run(way, request)?;
    if let Outcome::Signalled { signal, session } = &outcome
        && *signal == signal_hook::consts::SIGHUP
        && rustix::termios::tcgetattr(rustix::stdio::stdin()).is_ok()
    {
        // The terminal is still there: it was closed by the person, and is not to be kept for one
        // who comes back, as after a broken connection.
        hang_up(&endpoint, session.id);
    }
    ended(outcome, &container)
}

fn run(way: Way, request: session::frame::Open) -> Result<Outcome, Stopped> {
    // No keys leave: in an editor ctrl-p is the editor's or the shell's.
    let options = open::options("")?;
    terminal::open(way.connection, request, Streams::standard(), &options)
        .map_err(|error| Stopped::Within(open::terminal_failed(&error)))
}

/// What was refused has not begun; everything else has.
fn ended(outcome: Outcome, container: &str) -> Result<ExitCode, Stopped> {
    let refused = matches!(
        outcome,
        Outcome::Failed(_) | Outcome::ConnectionLost { session: None, .. }
    );
    open::end(outcome, container).map_err(|failed| match refused {
        true => Stopped::Before(failed),
        false => Stopped::Within(failed),
    })
}

fn hang_up(endpoint: &session::client::Endpoint, session: u32) {
    let Ok(mut connection) = Connection::open(endpoint, CLOSING_LIMIT) else {
        return;
    };
    let request = Request::HangUp {
        session: session.to_string(),
    };
    let _ended_by_itself = connection.ask_within(&request, CLOSING_LIMIT);
}

/// Only where VS Code has injected its own: who has switched that off has no wish for ours.
fn integrated(endpoint: &Endpoint, place: &Place) -> Option<Integrated> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    variable("VSCODE_INJECTION")?;
    let nonce = variable("VSCODE_NONCE").unwrap_or_default();
    shell_integration::integrated(endpoint, &place.named, &nonce)
}

fn workspace(target: OsString) -> Result<WorkspaceParams, Failed> {
    let wrong = |what: &str| {
        Failed::usage(
            format!("{TARGET} is {what}"),
            &["it has to be the workspace folder, absolute"],
        )
    };
    let workspace = target.into_string().map_err(|_| wrong("not UTF-8"))?;
    if !workspace.starts_with('/') {
        return Err(wrong(&format!("`{workspace}`")));
    }
    Ok(WorkspaceParams {
        workspace,
        // A window may be open on a folder in the project.
        ancestors: true,
        ..WorkspaceParams::default()
    })
}

/// The way to a container that runs, or is on its way up. None is brought up here: a terminal
/// that an editor opens by itself must not build images.
fn way(call: &mut Call, target: &WorkspaceParams) -> Result<Way, Failed> {
    let mut waiting: Option<Interrupt> = None;
    loop {
        let failed = match call.session(target) {
            Ok(way) => return Ok(way),
            Err(failed) => failed,
        };
        if !matches!(failed.kind(), "not-running" | "init-unreachable") {
            return Err(failed);
        }
        if call.ask::<ContainerStatus>(target)?.state != State::Starting {
            // It may have come up between the two questions.
            return call.session(target);
        }
        match &waiting {
            Some(interrupt) if interrupt.came() => return Err(Failed::Interrupted),
            Some(_) => {}
            None => {
                let _closed = io::stderr()
                    .write_all(b"warpdock: the container is starting; ctrl-c does not wait\r\n");
                waiting = Some(Interrupt::listen()?);
            }
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn outside(place: &Place) -> Failed {
    Failed::ours(
        "outside",
        Tier::Input,
        "what this task runs, or where, is not in the container".to_owned(),
        &[&format!(
            "run it in {} or below, or go back with Reopen Locally",
            place.named
        )],
    )
}

/// A terminal is a shell on this machine then; a task is not: what was meant for the container may
/// do harm where it was not.
fn instead(called: &Called, asked: &Asked, failed: &Failed) -> ExitCode {
    let why = match failed {
        Failed::Failure(failure) => why(failure),
        Failed::Interrupted => "not waited for the container".to_owned(),
        Failed::Said(code) => return ExitCode::from(*code),
    };
    let is_terminal = *asked == Asked::Terminal;
    let what = match is_terminal {
        true => "this is a shell on this machine",
        false => "nothing was run",
    };
    let _closed = writeln!(io::stderr(), "warpdock: {why}; {what}\r");
    match is_terminal {
        true => real::become_shell(called),
        false => ExitCode::from(125),
    }
}

fn why(failure: &Said) -> String {
    let message = failure.message.lines().next().unwrap_or_default();
    let remedy = match failure.kind.as_str() {
        "not-running" => Some("Reopen in GPU Container or `warpdock up` starts one".to_owned()),
        _ => failure.remedy.first().cloned(),
    };
    let words = match remedy {
        Some(remedy) => format!("{message} ({remedy})"),
        None => message.to_owned(),
    };
    printable(&words)
}
