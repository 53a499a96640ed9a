//! Leaving a session that goes on, and a terminal that it has changed.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use session::frame::Control;

use super::wait::timespec;
use super::{Relay, system_error};
use crate::terminal::output::Written;
use crate::terminal::{Outcome, TerminalError};

/// How long leaving waits for init, and for a terminal that takes nothing.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

impl Relay<'_> {
    /// Tells init that we leave on purpose.
    ///
    /// # Errors
    /// When the kernel refuses to wait.
    pub(super) fn detach(&mut self) -> Result<Outcome, TerminalError> {
        self.queue(&Control::Detach)?;
        let deadline = Instant::now() + LEAVE_WITHIN;
        while let Ok(false) = self.sender.try_flush() {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut fds = [PollFd::new(&self.sender, PollFlags::OUT)];
            match rustix::event::poll(&mut fds, Some(&timespec(left))) {
                Ok(0) => break,
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(system_error("wait for the container's init", errno)),
            }
        }
        Ok(Outcome::Detached {
            session: self.session.clone(),
        })
    }

    /// Ends what the session has switched on in the terminal, as far as the terminal takes
    /// it within a moment.
    pub(super) fn leave_screen(&mut self, leave: &[u8]) {
        let deadline = Instant::now() + LEAVE_WITHIN;
        let mut written = self.output.write(leave);
        while matches!(written, Ok(Written::Waiting)) {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut fds = [PollFd::new(&self.output, PollFlags::OUT)];
            match rustix::event::poll(&mut fds, Some(&timespec(left))) {
                Ok(0) => return,
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
            written = self.output.flush();
        }
    }
}
