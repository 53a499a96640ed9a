//! The terminal side of a session: bytes between this process's terminal and init.
//!
//! One thread, one poll loop, no daemon on the way. This file owns what callers see: how a
//! session is opened, joined and read, and how that can end. Connecting, and what to say
//! to the user about an end, are the caller's.

mod detach;
mod environment;
mod logs;
mod modes;
mod output;
mod raw;
mod relay;
mod scan;
mod screen;
mod signals;

use std::io;
use std::os::fd::BorrowedFd;

use session::client::Connection;
use session::error::ConnectError;
use session::frame::{Attach, Exit, Failure, Open, Reply, Request, SessionInfo, Size};

/// Docker's keys to leave a session, the default of `attach`: Ctrl-P Ctrl-Q.
pub const DEFAULT_DETACH_KEYS: &[u8] = detach::DEFAULT_KEYS;

/// The three streams that a session is shown on: a terminal, pipes, files, in any mixture.
#[derive(Debug, Clone, Copy)]
pub struct Streams<'a> {
    /// Where input comes from.
    pub input: BorrowedFd<'a>,
    /// Where output goes.
    pub output: BorrowedFd<'a>,
    /// Where standard error goes; a session with a terminal has none of its own.
    pub error: BorrowedFd<'a>,
}

/// How a session is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Input is passed on. Without it the session's input stays open and silent.
    pub stdin: bool,
    /// Keys that leave the session running, as [`parse_detach_keys`] gives them; empty: none.
    /// They count only where input is a terminal and the session has one.
    pub detach_keys: Vec<u8>,
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// The session's command ended, and all its output was written.
    Exit(Exit),
    /// The user left; the session goes on. Also the end of logs that are not followed.
    Detached {
        /// The session, as it was when we joined.
        session: SessionInfo,
    },
    /// Init refused.
    Failed(Failure),
    /// Init is gone: the container has stopped, was removed or killed.
    ConnectionLost {
        /// The session, if there was one yet.
        session: Option<SessionInfo>,
        /// How the loss showed.
        reason: ConnectError,
    },
    /// This process got a signal that ends it, or its terminal went away (SIGHUP). What
    /// becomes of the session is its own [`session::frame::Keep`].
    Signalled {
        /// The signal's number.
        signal: i32,
        /// The session, as it was when we joined.
        session: SessionInfo,
    },
    /// Nobody reads our output any more: `… | head -1`.
    OutputClosed,
}

impl Outcome {
    /// The exit code that a shell user expects: the command's own; 127 and 126 where it
    /// could not be found or run, 125 for other refusals and a lost container, as
    /// `docker run` has it; 128 + N for a signal; 0 after detaching.
    pub fn code(&self) -> u8 {
        let code = match self {
            Outcome::Exit(exit) => exit.code(),
            Outcome::Detached { .. } => 0,
            Outcome::Failed(Failure::CommandNotFound { .. }) => 127,
            Outcome::Failed(Failure::NotExecutable { .. }) => 126,
            Outcome::Failed(_) | Outcome::ConnectionLost { .. } => 125,
            Outcome::Signalled { signal, .. } => 128 + signal,
            Outcome::OutputClosed => 128 + signal_hook::consts::SIGPIPE,
        };
        // As exit(2) does: the lowest eight bits.
        code.to_le_bytes()[0]
    }
}

/// What goes wrong on this side.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// `--detach-keys` is not understood.
    #[error("`{part}` in the detach keys `{keys}` is not a key")]
    DetachKeys {
        /// What was given.
        keys: String,
        /// The part that is wrong.
        part: String,
    },
    /// Output cannot be written: a full disk.
    #[error("cannot write {what}: {source}")]
    Output {
        /// Which output.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Anything else of the system.
    #[error("cannot {doing}: {source}")]
    System {
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl TerminalError {
    /// What the user can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            TerminalError::DetachKeys { .. } => {
                "write keys with commas between: a character, or ctrl- with a letter or one of @ [ \\ ] ^ _; for example ctrl-p,ctrl-q"
            }
            TerminalError::Output { .. } => {
                "look at the free space and the permissions of the place that output goes to; the session's last output is in `warpdock logs`"
            }
            TerminalError::System { .. } => "see what the system says and try again",
        }
    }
}

impl Streams<'static> {
    /// Standard input, output and error of this process.
    pub fn standard() -> Streams<'static> {
        Streams {
            input: rustix::stdio::stdin(),
            output: rustix::stdio::stdout(),
            error: rustix::stdio::stderr(),
        }
    }
}

impl Streams<'_> {
    /// Whether input is typed at a terminal.
    pub fn input_is_terminal(&self) -> bool {
        rustix::termios::isatty(self.input)
    }

    /// Whether output is shown on a terminal.
    pub fn output_is_terminal(&self) -> bool {
        rustix::termios::isatty(self.output)
    }

    /// The size of the terminal that output is shown on, else of the one that input is typed at.
    pub fn size(&self) -> Option<Size> {
        [self.output, self.input, self.error]
            .into_iter()
            .find_map(|stream| match rustix::termios::tcgetwinsize(stream) {
                Ok(size) if size.ws_row > 0 && size.ws_col > 0 => Some(Size {
                    rows: size.ws_row,
                    cols: size.ws_col,
                }),
                Ok(_) | Err(_) => None,
            })
    }
}

/// Reads `--detach-keys` as Docker writes it: `ctrl-p,ctrl-q`; empty: no keys.
///
/// # Errors
/// [`TerminalError::DetachKeys`] names the part that is not a key.
pub fn parse_detach_keys(text: &str) -> Result<Vec<u8>, TerminalError> {
    detach::parse_keys(text)
}

/// What a session gets to know of the terminal it is shown in, and never more: of `env`,
/// this process's environment, the variables of the language, and with `terminal` those of
/// the terminal.
pub fn local_environment(
    env: impl IntoIterator<Item = (String, String)>,
    terminal: bool,
) -> Vec<(String, Option<String>)> {
    environment::local(env, terminal)
}

/// Starts a session and stays with it until it ends or the user leaves.
///
/// # Errors
/// When this side fails; what init and the container do is an [`Outcome`].
pub fn open(
    connection: Connection,
    open: Open,
    streams: Streams<'_>,
    options: &Options,
) -> Result<Outcome, TerminalError> {
    start(connection, &Request::Open(open), streams, options)
}

/// Joins a session: shows its screen (or the output that was kept), and goes on as [`open`].
///
/// # Errors
/// As [`open`].
pub fn attach(
    connection: Connection,
    attach: Attach,
    streams: Streams<'_>,
    options: &Options,
) -> Result<Outcome, TerminalError> {
    start(connection, &Request::Attach(attach), streams, options)
}

/// Writes the output that was kept, and with `follow` what comes. To a terminal it is made
/// harmless: colours and line movements stay, whatever else would act on it goes.
///
/// # Errors
/// When output cannot be written.
pub fn logs(
    connection: Connection,
    session: &str,
    follow: bool,
    streams: Streams<'_>,
) -> Result<Outcome, TerminalError> {
    logs::logs(connection, session, follow, streams)
}

fn start(
    mut connection: Connection,
    request: &Request,
    streams: Streams<'_>,
    options: &Options,
) -> Result<Outcome, TerminalError> {
    match connection.ask(request) {
        Ok(Reply::Opened(session)) => {
            let replays = matches!(request, Request::Attach(_));
            relay::Relay::new(connection, session, replays, streams, options)?.run()
        }
        Ok(Reply::Failed(failure)) => Ok(Outcome::Failed(failure)),
        Ok(_) => Ok(Outcome::ConnectionLost {
            session: None,
            reason: ConnectError::Unexpected { what: "reply" },
        }),
        Err(reason) => Ok(Outcome::ConnectionLost {
            session: None,
            reason,
        }),
    }
}

#[cfg(test)]
mod tests;
