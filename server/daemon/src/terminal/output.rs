//! Writes to a stream without ever blocking the poll loop, and without changing the
//! stream for the other processes that share it.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::SendFlags;

/// What a pipe takes without blocking once it polls writable (PIPE_BUF).
const CAREFUL: usize = 4096;

/// One output stream and what waits for it.
#[derive(Debug)]
pub(super) struct Output<'a> {
    stream: BorrowedFd<'a>,
    way: Way,
    waiting: VecDeque<u8>,
    closed: bool,
}

/// How a stream is written without blocking.
#[derive(Debug)]
enum Way {
    /// Through an own open description that is non-blocking: setting that on ours would
    /// set it for the shell too.
    Own(OwnedFd),
    /// With a flag a call.
    Socket,
    /// It does not block: a file, `/dev/null`.
    Steady,
    /// A pipe or terminal that cannot be opened anew: little at a time, when it polls writable.
    Careful,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// All of it is out.
    All,
    /// The rest waits for the stream.
    Waiting,
    /// Nobody reads it.
    Closed,
}

impl<'a> Output<'a> {
    pub(super) fn new(stream: BorrowedFd<'a>) -> Output<'a> {
        Output {
            way: way(stream),
            stream,
            waiting: VecDeque::new(),
            closed: false,
        }
    }

    /// Bytes that wait for the stream: poll it for writing while there are some.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Writes what the stream takes and keeps the rest, in order. Into a closed stream
    /// everything vanishes.
    ///
    /// # Errors
    /// What the kernel says, broken pipes excepted.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<Written, Errno> {
        if self.closed {
            return Ok(Written::Closed);
        }
        let mut rest = bytes;
        if self.waiting.is_empty() && !matches!(self.way, Way::Careful) {
            while !rest.is_empty() {
                match self.write_once(rest) {
                    Ok(0) => break,
                    Ok(length) => rest = &rest[length..],
                    Err(Errno::PIPE) => return Ok(self.close()),
                    Err(errno) => return Err(errno),
                }
            }
        }
        self.waiting.extend(rest);
        Ok(self.state())
    }

    /// Writes what waits, as far as the stream takes it; call it when it polls writable.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub(super) fn flush(&mut self) -> Result<Written, Errno> {
        while !self.waiting.is_empty() {
            let (front, _) = self.waiting.as_slices();
            match self.write_once(front) {
                Ok(0) => break,
                Ok(length) => drop(self.waiting.drain(..length)),
                Err(Errno::PIPE) => return Ok(self.close()),
                Err(errno) => return Err(errno),
            }
            if matches!(self.way, Way::Careful) {
                break;
            }
        }
        if self.waiting.is_empty() {
            self.waiting.shrink_to(1 << 16);
        }
        Ok(self.state())
    }

    /// 0: the stream takes nothing now.
    fn write_once(&self, bytes: &[u8]) -> Result<usize, Errno> {
        loop {
            let written = match &self.way {
                Way::Own(own) => rustix::io::write(own, bytes),
                Way::Socket => rustix::net::send(
                    self.stream,
                    bytes,
                    SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
                ),
                Way::Steady => rustix::io::write(self.stream, bytes),
                Way::Careful => rustix::io::write(self.stream, &bytes[..bytes.len().min(CAREFUL)]),
            };
            match written {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(0),
                written => return written,
            }
        }
    }

    fn close(&mut self) -> Written {
        self.closed = true;
        self.waiting = VecDeque::new();
        Written::Closed
    }

    fn state(&self) -> Written {
        match (self.closed, self.waiting.is_empty()) {
            (true, _) => Written::Closed,
            (false, true) => Written::All,
            (false, false) => Written::Waiting,
        }
    }
}

impl AsFd for Output<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.way {
            Way::Own(own) => own.as_fd(),
            Way::Socket | Way::Steady | Way::Careful => self.stream,
        }
    }
}

fn way(stream: BorrowedFd<'_>) -> Way {
    use std::os::fd::AsRawFd;

    let kind = match rustix::fs::fstat(stream) {
        Ok(stat) => FileType::from_raw_mode(stat.st_mode),
        Err(_) => return Way::Careful,
    };
    match kind {
        FileType::Socket => Way::Socket,
        FileType::CharacterDevice if !rustix::termios::isatty(stream) => Way::Steady,
        FileType::Fifo | FileType::CharacterDevice => {
            let path = format!("/proc/self/fd/{}", stream.as_raw_fd());
            let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
            match rustix::fs::open(path, flags, Mode::empty()) {
                Ok(own) => Way::Own(own),
                Err(_) => Way::Careful,
            }
        }
        // Opening a file anew would lose its offset and O_APPEND.
        _ => Way::Steady,
    }
}
