//! What the relay waits for, and how far input and output may run ahead.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use super::input::Input;
use super::{Relay, system_error};
use crate::terminal::TerminalError;

/// Input waits while so much of it is not yet taken by init.
const INPUT_AHEAD: usize = 64 << 10;

/// Output waits in the session while so much of it is not yet taken by our reader.
const OUTPUT_AHEAD: usize = 256 << 10;

/// What a poll found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ready {
    pub(super) signals: bool,
    pub(super) socket: bool,
    pub(super) input: bool,
    pub(super) output: bool,
    pub(super) error: bool,
}

impl Relay<'_> {
    /// Waits until something can be done.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(super) fn wait(&mut self) -> Result<Ready, TerminalError> {
        let wants_input = self.input == Input::Open
            && self.exit.is_none()
            && self.sending
            && self.sender.pending() < INPUT_AHEAD;
        let wants_socket = self.exit.is_none() && !self.is_ahead();
        let wants_send = self.sending && self.sender.pending() > 0;
        let mut socket_events = PollFlags::empty();
        socket_events.set(PollFlags::IN, wants_socket);
        socket_events.set(PollFlags::OUT, wants_send);

        // What nothing is wanted from is left out: its hang-up would be reported for ever.
        let mut places = [None; 4];
        let mut fds = Vec::with_capacity(5);
        fds.push(PollFd::new(&self.signals, PollFlags::IN));
        let mut add = |place: &mut Option<usize>, wanted: bool, fd| {
            if wanted {
                *place = Some(fds.len());
                fds.push(fd);
            }
        };
        let [socket, input, output, error] = &mut places;
        add(
            socket,
            !socket_events.is_empty(),
            PollFd::new(&self.receiver, socket_events),
        );
        add(
            input,
            wants_input,
            PollFd::new(&self.streams.input, PollFlags::IN),
        );
        add(
            output,
            self.output.waiting() > 0,
            PollFd::new(&self.output, PollFlags::OUT),
        );
        add(
            error,
            self.error.waiting() > 0,
            PollFd::new(&self.error, PollFlags::OUT),
        );

        let at_once = wants_socket && self.received_more;
        let timeout = match (at_once, self.release_at) {
            (true, _) => Some(timespec(Duration::ZERO)),
            (false, Some(at)) => Some(timespec(at.saturating_duration_since(Instant::now()))),
            (false, None) => None,
        };
        match rustix::event::poll(&mut fds, timeout.as_ref()) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(Ready::default()),
            Err(errno) => return Err(system_error("wait for the terminal", errno)),
        }
        let is_ready = |place: Option<usize>| place.is_some_and(|it| !fds[it].revents().is_empty());
        let [socket, input, output, error] = places;
        Ok(Ready {
            signals: !fds[0].revents().is_empty(),
            socket: wants_socket && (self.received_more || is_ready(socket)),
            input: is_ready(input),
            output: is_ready(output),
            error: is_ready(error),
        })
    }

    /// Whether our readers have enough to do.
    pub(super) fn is_ahead(&self) -> bool {
        self.output.waiting() >= OUTPUT_AHEAD || self.error.waiting() >= OUTPUT_AHEAD
    }
}

/// A duration as poll takes it.
pub(super) fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: duration.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}
