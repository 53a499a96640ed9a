//! Raw mode, and its end on every way out: the guard's drop runs on return, on an error
//! and when a panic unwinds; signals end the poll loop and so the guard.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::termios::{OptionalActions, Termios};

use super::TerminalError;

/// A terminal in raw mode.
#[derive(Debug)]
pub(super) struct RawMode {
    terminal: OwnedFd,
    before: Termios,
}

impl RawMode {
    /// Switches the terminal to raw mode. In the background the kernel stops this process
    /// here until it is brought to the foreground, as it should.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(super) fn enter(terminal: BorrowedFd<'_>) -> Result<RawMode, TerminalError> {
        let failed = |source| TerminalError::System {
            doing: "switch the terminal to raw mode",
            source,
        };
        let raw_mode = RawMode {
            terminal: terminal.try_clone_to_owned().map_err(failed)?,
            before: rustix::termios::tcgetattr(terminal).map_err(|errno| failed(errno.into()))?,
        };
        raw_mode.apply().map_err(|errno| failed(errno.into()))?;
        Ok(raw_mode)
    }

    /// Back to what it was, for as long as this process is stopped.
    pub(super) fn suspend(&self) {
        // Nothing can be done about a refusal, and the terminal may be gone.
        let _ = rustix::termios::tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }

    /// Raw again after a stop, if this process has the terminal: a background process that
    /// touches it would be stopped anew.
    pub(super) fn resume(&self) {
        let foreground = rustix::termios::tcgetpgrp(&self.terminal);
        if foreground.is_ok_and(|group| group == rustix::process::getpgrp()) {
            let _ = self.apply();
        }
    }

    fn apply(&self) -> Result<(), rustix::io::Errno> {
        let mut raw = self.before.clone();
        raw.make_raw();
        // At once: waiting for output to drain could wait for ever, and flushing would
        // lose what was typed ahead.
        rustix::termios::tcsetattr(self.terminal.as_fd(), OptionalActions::Now, &raw)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        self.suspend();
    }
}
