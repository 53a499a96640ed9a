//! What is typed: read, searched for the keys that leave, and queued for the session.

use std::time::{Duration, Instant};

use rustix::io::Errno;
use session::frame::Control;
use signal_hook::consts::SIGHUP;

use super::{Relay, system_error};
use crate::terminal::detach::Typed;
use crate::terminal::{Outcome, TerminalError};

/// How long the first of the detach keys is held back. Long enough for two keys in a row,
/// short enough that the key alone does not seem dead.
const HOLD: Duration = Duration::from_millis(300);

/// What becomes of local input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Open,
    Ended,
    NotPassedOn,
}

impl Relay<'_> {
    /// Passes on what was typed, up to the keys that leave.
    ///
    /// # Errors
    /// When input cannot be read, or leaving fails.
    pub(super) fn on_input(&mut self) -> Result<Option<Outcome>, TerminalError> {
        let mut typed = [0; 16 << 10];
        let length = match rustix::io::read(self.streams.input, &mut typed) {
            Ok(length) => length,
            Err(Errno::INTR | Errno::AGAIN) => return Ok(None),
            // The terminal went away, or input was closed before we started.
            Err(Errno::IO | Errno::BADF) => 0,
            Err(errno) => return Err(system_error("read standard input", errno)),
        };
        match (length, &self.raw_mode) {
            // A raw terminal has no end of input: it was hung up.
            (0, Some(_)) => return Ok(Some(self.signalled_by(SIGHUP))),
            (0, None) => {
                self.input = Input::Ended;
                self.queue(&Control::Eof)?;
                return Ok(None);
            }
            _ => {}
        }
        let mut pass = Vec::new();
        let found = self.matcher.feed(&typed[..length], &mut pass);
        self.sender.queue_data(&pass);
        self.release_at = self.matcher.is_holding().then(|| Instant::now() + HOLD);
        match found {
            Typed::Pass => Ok(None),
            Typed::Detach => self.detach().map(Some),
        }
    }

    /// Passes on the first of the detach keys when no second came in time.
    pub(super) fn release_held(&mut self) {
        if self.release_at.is_some_and(|at| at <= Instant::now()) {
            let mut pass = Vec::new();
            self.matcher.release(&mut pass);
            self.sender.queue_data(&pass);
            self.release_at = None;
        }
    }
}
