//! `warpdock-init reaper`: one per session, the parent of everything that the session
//! leaves behind, so that every descendant is known.
//!
//! It starts the session's first process, waits for whatever comes to it, tells init of
//! the first one's end and of the last one's, and ends. Standard input is its line to
//! init, standard output the first process's own.

use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{ExitCode, Stdio};

use rustix::io::Errno;
use rustix::process::{Signal, WaitOptions, WaitStatus};
use session::frame::Exit;

use crate::helper;

/// What a reaper says, in five bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// The first process runs and has this id.
    Started(u32),
    /// The first process could not be made: errno.
    NotStarted(i32),
    /// The first process has ended.
    Ended(Exit),
    /// Nothing of the session is left; the reaper ends too.
    Empty,
}

/// The length of a [`Word`] in bytes.
pub(crate) const WORD: usize = 5;

impl Word {
    /// The word as bytes.
    pub(crate) fn encode(self) -> [u8; WORD] {
        let (kind, number) = match self {
            Word::Started(pid) => (1, pid.cast_signed()),
            Word::NotStarted(errno) => (2, errno),
            Word::Ended(Exit::Code(code)) => (3, code),
            Word::Ended(Exit::Signal(signal)) => (4, signal),
            Word::Empty => (5, 0),
        };
        let [a, b, c, d] = number.to_le_bytes();
        [kind, a, b, c, d]
    }

    /// The word in these bytes.
    pub(crate) fn decode(bytes: [u8; WORD]) -> Option<Word> {
        let [kind, a, b, c, d] = bytes;
        let number = i32::from_le_bytes([a, b, c, d]);
        match kind {
            1 => Some(Word::Started(number.cast_unsigned())),
            2 => Some(Word::NotStarted(number)),
            3 => Some(Word::Ended(Exit::Code(number))),
            4 => Some(Word::Ended(Exit::Signal(number))),
            5 => Some(Word::Empty),
            _ => None,
        }
    }
}

/// Runs the mode.
pub(crate) fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> std::io::Result<()> {
    let mut line = UnixStream::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    // Else it is called after the link that it was executed through.
    let _ = rustix::thread::set_name(c"warpdock-init");
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    let of_the_child: OwnedFd = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    let quiet = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3)?;
    // The child's line must be the child's alone: its end is a message.
    rustix::stdio::dup2_stdout(&quiet)?;
    rustix::stdio::dup2_stdin(&quiet)?;

    let mut command = helper::command(helper::EXEC_CHILD);
    command
        .stdin(Stdio::from(of_the_child))
        .stdout(Stdio::from(quiet.as_fd().try_clone_to_owned()?))
        .stderr(Stdio::from(quiet));
    let leader = match command.spawn() {
        Ok(child) => child.id(),
        Err(error) => {
            let errno = error.raw_os_error().unwrap_or(0);
            return line.write_all(&Word::NotStarted(errno).encode());
        }
    };
    // The command holds a copy of the child's line.
    drop(command);
    line.write_all(&Word::Started(leader).encode())?;
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) => {
                if pid.as_raw_nonzero().get().unsigned_abs() == leader {
                    line.write_all(&Word::Ended(exit(status)).encode())?;
                }
            }
            Ok(None) | Err(Errno::INTR) => {}
            Err(_) => break,
        }
    }
    line.write_all(&Word::Empty.encode())
}

/// How a process ended, as waited for.
pub(crate) fn exit(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Code(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_comes_back() {
        for word in [
            Word::Started(4_000_000),
            Word::NotStarted(11),
            Word::Ended(Exit::Code(255)),
            Word::Ended(Exit::Signal(9)),
            Word::Empty,
        ] {
            assert_eq!(Word::decode(word.encode()), Some(word));
        }
        assert_eq!(Word::decode([0; WORD]), None);
    }
}
