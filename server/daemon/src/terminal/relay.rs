//! The poll loop between the local streams and a session: what is typed goes there, what
//! is written comes here, and every way out passes the end of [`Relay::run`].
//!
//! This file owns signals, output and the replay; what is typed is [`input`]'s, when to look
//! at what is [`wait`]'s, and going away is [`leave`]'s.

mod input;
mod leave;
mod wait;

use std::time::Instant;

use rustix::io::Errno;
use session::client::{Connection, Incoming, Polled, Receiver, Sender};
use session::error::ConnectError;
use session::frame::{Control, Exit, Reply, SessionInfo, SignalTarget, Size};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};

use self::input::Input;
use super::detach::Matcher;
use super::modes::Modes;
use super::output::{Output, Written};
use super::raw::RawMode;
use super::screen::Replay;
use super::signals::{self, Signals};
use super::{Options, Outcome, Streams, TerminalError};

/// So many frames of output are shown before typing and signals are looked at again.
const FRAMES_A_TURN: usize = 8;

/// A client on its session.
pub(super) struct Relay<'a> {
    sender: Sender,
    receiver: Receiver,
    session: SessionInfo,
    streams: Streams<'a>,
    output: Output<'a>,
    error: Output<'a>,
    signals: Signals,
    input: Input,
    raw_mode: Option<RawMode>,
    matcher: Matcher,
    /// When what the matcher holds is given up.
    release_at: Option<Instant>,
    /// What the session has switched on in our terminal, where it has one.
    modes: Option<Modes>,
    /// The replay, until it is complete.
    replay: Option<Replay>,
    /// The size that the session was told.
    size: Option<Size>,
    /// A signal was passed on; the next one ends us.
    signalled: bool,
    /// What was received is not all looked at: polling would not tell of it.
    received_more: bool,
    /// Init still takes what we send.
    sending: bool,
    exit: Option<Exit>,
}

impl<'a> Relay<'a> {
    /// Takes over after init has opened the session. From here on the terminal is raw,
    /// where input is a terminal and the session has one.
    ///
    /// # Errors
    /// When the terminal or the signals refuse.
    pub(super) fn new(
        connection: Connection,
        session: SessionInfo,
        replays: bool,
        streams: Streams<'a>,
        options: &Options,
    ) -> Result<Relay<'a>, TerminalError> {
        // Before raw mode: a signal in between would leave the terminal raw.
        let signals = Signals::listen()?;
        let input = match (options.stdin, session.exit) {
            (true, None) => Input::Open,
            _ => Input::NotPassedOn,
        };
        let typed = session.terminal.is_some() && streams.input_is_terminal();
        let shown = session.terminal.is_some() && streams.output_is_terminal();
        let raw_mode = match typed && input == Input::Open {
            true => Some(RawMode::enter(streams.input)?),
            false => None,
        };
        let keys = match raw_mode {
            Some(_) => options.detach_keys.clone(),
            None => Vec::new(),
        };
        let (sender, receiver) = connection.split();
        let size = session.terminal;
        Ok(Relay {
            sender,
            receiver,
            output: Output::new(streams.output),
            error: Output::new(streams.error),
            signals,
            input,
            raw_mode,
            matcher: Matcher::new(keys),
            release_at: None,
            modes: shown.then(Modes::new),
            replay: size.filter(|_| shown && replays).map(Replay::new),
            size,
            session,
            streams,
            signalled: false,
            // Output may have come together with the answer.
            received_more: true,
            sending: true,
            exit: None,
        })
    }

    /// Copies until the session or the user's wish to see it ends, then puts the terminal
    /// back as it was.
    ///
    /// # Errors
    /// When this side fails; the terminal is put back then too.
    pub(super) fn run(mut self) -> Result<Outcome, TerminalError> {
        let outcome = self.relay();
        // A command that ended by itself has left the terminal as it wanted it.
        let own_end =
            matches!(outcome, Ok(Outcome::Exit(Exit::Code(_)))) && self.session.exit.is_none();
        if let Some(modes) = self.modes.take()
            && !own_end
        {
            self.leave_screen(&modes.leave());
        }
        outcome
    }

    fn relay(&mut self) -> Result<Outcome, TerminalError> {
        if self.replay.is_none() {
            self.tell_size()?;
        }
        loop {
            if let Some(exit) = self.exit
                && self.output.waiting() == 0
                && self.error.waiting() == 0
            {
                return Ok(Outcome::Exit(exit));
            }
            let ready = self.wait()?;
            if ready.signals
                && let Some(outcome) = self.on_signals()?
            {
                return Ok(outcome);
            }
            if ready.output && self.flush_output()? == Written::Closed {
                return Ok(self.output_closed());
            }
            if ready.error {
                // A reader of standard error that goes away does not end the session.
                self.error
                    .flush()
                    .map_err(|errno| output_error("standard error", errno))?;
            }
            if ready.socket
                && let Some(outcome) = self.on_socket()?
            {
                return Ok(outcome);
            }
            if ready.input
                && let Some(outcome) = self.on_input()?
            {
                return Ok(outcome);
            }
            self.release_held();
            self.send();
        }
    }

    fn on_signals(&mut self) -> Result<Option<Outcome>, TerminalError> {
        for signal in self.signals.pending() {
            match signal {
                SIGWINCH => self.tell_size()?,
                SIGTSTP => {
                    if let Some(raw_mode) = &self.raw_mode {
                        raw_mode.suspend();
                    }
                    signals::stop();
                }
                SIGCONT => {
                    if let Some(raw_mode) = &self.raw_mode {
                        raw_mode.resume();
                    }
                    self.tell_size()?;
                }
                SIGINT | SIGTERM | SIGQUIT
                    if self.raw_mode.is_none() && !self.signalled && self.exit.is_none() =>
                {
                    self.signalled = true;
                    self.queue(&Control::Signal {
                        signal,
                        to: SignalTarget::Foreground,
                    })?;
                }
                signal => return Ok(Some(self.signalled_by(signal))),
            }
        }
        Ok(None)
    }

    fn on_socket(&mut self) -> Result<Option<Outcome>, TerminalError> {
        self.received_more = true;
        // A producer that never pauses must not keep what is typed waiting.
        for _ in 0..FRAMES_A_TURN {
            if self.is_ahead() {
                return Ok(None);
            }
            let incoming = match self.receiver.try_next() {
                Ok(Polled::Incoming(incoming)) => incoming,
                Ok(Polled::Pending) => {
                    self.received_more = false;
                    return Ok(None);
                }
                Ok(Polled::Ended) => return self.lost(ConnectError::Closed).map(Some),
                Err(reason) => return self.lost(reason).map(Some),
            };
            match incoming {
                Incoming::Stdout(bytes) => match &mut self.replay {
                    Some(replay) => replay.feed(&bytes),
                    None => {
                        if self.show(&bytes)? == Written::Closed {
                            return Ok(Some(self.output_closed()));
                        }
                    }
                },
                Incoming::Stderr(bytes) => {
                    self.error
                        .write(&bytes)
                        .map_err(|errno| output_error("standard error", errno))?;
                }
                Incoming::Reply(reply) => {
                    if let Some(outcome) = self.on_reply(reply)? {
                        return Ok(Some(outcome));
                    }
                }
            }
            if self.exit.is_some() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn on_reply(&mut self, reply: Reply) -> Result<Option<Outcome>, TerminalError> {
        match (reply, &mut self.replay) {
            (Reply::ReplayTruncated { .. }, Some(replay)) => replay.begin_truncated(),
            (Reply::ReplaySize(size), Some(replay)) => {
                replay.resize(size);
                self.size = Some(size);
            }
            (Reply::ReplayEnd, _) => self.end_replay()?,
            (Reply::Exit(exit), _) => {
                self.end_replay()?;
                self.exit = Some(exit);
            }
            (Reply::Failed(failure), _) => return Ok(Some(Outcome::Failed(failure))),
            // What a later init says besides is not for this client.
            (_, _) => {}
        }
        Ok(None)
    }

    /// Shows live output.
    fn show(&mut self, bytes: &[u8]) -> Result<Written, TerminalError> {
        if let Some(modes) = &mut self.modes {
            modes.feed(bytes);
        }
        let written = self.output.write(bytes);
        self.written(written)
    }

    fn flush_output(&mut self) -> Result<Written, TerminalError> {
        let written = self.output.flush();
        self.written(written)
    }

    fn written(&self, written: Result<Written, Errno>) -> Result<Written, TerminalError> {
        match written {
            // A terminal that is hung up.
            Err(Errno::IO) if self.modes.is_some() => Ok(Written::Closed),
            written => written.map_err(|errno| output_error("standard output", errno)),
        }
    }

    fn end_replay(&mut self) -> Result<(), TerminalError> {
        let Some(mut replay) = self.replay.take() else {
            return Ok(());
        };
        let told = self.size;
        let size = self.streams.size();
        if let Some(size) = size {
            replay.resize(size);
        }
        let alternate = replay.is_alternate();
        let (screen, modes) = replay.into_screen();
        self.modes = Some(modes);
        let written = self.output.write(&screen);
        self.written(written)?;
        // A program that has the whole screen draws it anew when the size changes, which
        // mends what the model does not know. Where it does not change, it is made to.
        if let Some(size) = size
            && alternate
            && told == Some(size)
            && size.rows > 2
            && self.session.exit.is_none()
        {
            self.queue(&Control::Resize(Size {
                rows: size.rows - 1,
                ..size
            }))?;
            self.size = None;
        }
        self.tell_size()
    }

    /// Tells the session our terminal's size, if it has another.
    fn tell_size(&mut self) -> Result<(), TerminalError> {
        let size = self.streams.size();
        if self.session.terminal.is_none() || size.is_none() || size == self.size {
            return Ok(());
        }
        // A replay's end tells it.
        if self.replay.is_some() {
            return Ok(());
        }
        self.size = size;
        match size {
            Some(size) => self.queue(&Control::Resize(size)),
            None => Ok(()),
        }
    }

    fn queue(&mut self, control: &Control) -> Result<(), TerminalError> {
        // Only what is too long is refused, and these are a few bytes.
        self.sender
            .queue_control(control)
            .map_err(|error| TerminalError::System {
                doing: "speak to the container's init",
                source: std::io::Error::other(error),
            })
    }

    fn send(&mut self) {
        if self.sending && self.sender.pending() > 0 && self.sender.try_flush().is_err() {
            // What init has sent before it went is still to be read, and says why.
            self.sending = false;
        }
    }

    fn lost(&mut self, reason: ConnectError) -> Result<Outcome, TerminalError> {
        self.end_replay()?;
        Ok(Outcome::ConnectionLost {
            session: Some(self.session.clone()),
            reason,
        })
    }

    fn output_closed(&self) -> Outcome {
        match self.modes {
            Some(_) => self.signalled_by(SIGHUP),
            None => Outcome::OutputClosed,
        }
    }

    fn signalled_by(&self, signal: i32) -> Outcome {
        Outcome::Signalled {
            signal,
            session: self.session.clone(),
        }
    }
}

fn output_error(what: &'static str, errno: Errno) -> TerminalError {
    TerminalError::Output {
        what,
        source: errno.into(),
    }
}

fn system_error(doing: &'static str, errno: Errno) -> TerminalError {
    TerminalError::System {
        doing,
        source: errno.into(),
    }
}
