//! The signals that a client acts on, as something to poll. Gives them no meaning.

use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use super::TerminalError;

/// Signals that end a process; where this one inherited them as ignored (`nohup`, a
/// background job of a script) they stay ignored.
const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// Signals of the terminal.
const OF_TERMINAL: [i32; 3] = [SIGWINCH, SIGTSTP, SIGCONT];

/// Delivers signals to a poll loop.
#[derive(Debug)]
pub(super) struct Signals {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
}

impl Signals {
    /// Listens from here on.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(super) fn listen() -> Result<Signals, TerminalError> {
        let failed = |source| TerminalError::System {
            doing: "listen to signals",
            source,
        };
        let (read, write) = UnixStream::pair().map_err(failed)?;
        let ignored = match std::fs::read_to_string("/proc/self/status") {
            Ok(status) => ignored_signals(&status),
            Err(_) => 0,
        };
        let signals = ENDING
            .into_iter()
            .filter(|signal| ignored & (1 << (signal - 1)) == 0)
            .chain(OF_TERMINAL);
        let delivery =
            SignalDelivery::with_pipe(read, write, SignalOnly, signals).map_err(failed)?;
        Ok(Signals { delivery })
    }

    /// The signals that came since the last call, each once.
    pub(super) fn pending(&mut self) -> Vec<i32> {
        self.delivery.pending().collect()
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.delivery.get_read().as_fd()
    }
}

/// Stops this process as SIGTSTP would; returns when it is continued.
pub(super) fn stop() {
    // A refusal means that we go on, which is what an unhandled stop would come to.
    let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
}

/// The mask in `/proc/PID/status`; bit 0 is signal 1.
fn ignored_signals(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored_signals(status), 1 << 12 | 1);
        assert_eq!(ignored_signals("Name:\tx\n"), 0);
    }
}
