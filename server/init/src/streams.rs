//! A session's standard streams: a pty, or three pipes. Init's ends never block.
//!
//! What is read goes to the caller; there is no buffer here.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::pipe::PipeFlags;
use rustix::process::{Pid, Uid};
use rustix::pty::OpenptFlags;
use rustix::termios::{InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Winsize};
use session::frame::{Size, Stdio};

use crate::ring::Stream;

/// Init's ends.
#[derive(Debug)]
pub(crate) struct Streams {
    terminal: bool,
    input: Option<OwnedFd>,
    stdout: Option<OwnedFd>,
    stderr: Option<OwnedFd>,
    /// The terminal's user side, held while the session has processes. A command that
    /// closes its streams before it ends would else look like the terminal's end, and
    /// closing our side would kill it with HUP.
    keeper: Option<OwnedFd>,
}

/// What a read gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// So many bytes.
    Bytes(usize),
    /// Nothing for now.
    Nothing,
    /// Nothing any more: nobody holds the other end.
    Ended,
}

impl Streams {
    /// Makes the streams, and the ends that the command gets: one terminal, or standard
    /// input, output and error. They belong to `owner` where init may give them away.
    ///
    /// # Errors
    /// When the container has no pty or no file left.
    pub(crate) fn make(stdio: Stdio, owner: u32) -> io::Result<(Streams, Vec<OwnedFd>)> {
        match stdio {
            Stdio::Terminal(size) => terminal(size, owner),
            Stdio::Pipes { stdin } => pipes(stdin, owner),
        }
    }

    /// Where `stream` is read, while it is open.
    pub(crate) fn output(&self, stream: Stream) -> Option<BorrowedFd<'_>> {
        match stream {
            Stream::Stdout => self.stdout.as_ref().map(AsFd::as_fd),
            Stream::Stderr => self.stderr.as_ref().map(AsFd::as_fd),
        }
    }

    /// Where input is written, while it is open.
    pub(crate) fn input(&self) -> Option<BorrowedFd<'_>> {
        self.input.as_ref().map(AsFd::as_fd)
    }

    /// Reads what is there; closes the stream at its end.
    pub(crate) fn read(&mut self, stream: Stream, buffer: &mut [u8]) -> Taken {
        let Some(fd) = self.output(stream) else {
            return Taken::Ended;
        };
        loop {
            match rustix::io::read(fd, &mut *buffer) {
                Ok(0) => break,
                Ok(length) => return Taken::Bytes(length),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Taken::Nothing,
                // IO is how a pty says that nobody holds its other side.
                Err(_) => break,
            }
        }
        match stream {
            Stream::Stdout => self.stdout = None,
            Stream::Stderr => self.stderr = None,
        }
        if self.terminal {
            self.input = None;
        }
        Taken::Ended
    }

    /// Writes what the command takes for now; `None`: it will never take anything again.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Option<usize> {
        let fd = self.input()?;
        loop {
            match rustix::io::write(fd, bytes) {
                Ok(length) => return Some(length),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Some(0),
                Err(_) => break,
            }
        }
        self.close_input();
        None
    }

    /// Ends standard input. A terminal's cannot be ended: see [`Streams::end_of_file`].
    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// What typing end of file is on this terminal, behind `last`; `None`: these are pipes.
    pub(crate) fn end_of_file(&self, last: Option<u8>) -> Option<Vec<u8>> {
        if !self.terminal {
            return None;
        }
        let termios = rustix::termios::tcgetattr(self.input()?).ok()?;
        if !termios.local_modes.contains(LocalModes::ICANON) {
            return Some(Vec::new());
        }
        let byte = termios.special_codes[SpecialCodeIndex::VEOF];
        // In the middle of a line the first one only hands the line over.
        let count = match last {
            None | Some(b'\n') => 1,
            Some(_) => 2,
        };
        Some(vec![byte; count])
    }

    /// No process of the session is left: the next reads come to the end.
    pub(crate) fn release(&mut self) {
        self.keeper = None;
    }

    /// Sets the terminal's size, which tells its foreground group.
    pub(crate) fn resize(&self, size: Size) {
        if let (true, Some(fd)) = (self.terminal, &self.stdout) {
            let _ = rustix::termios::tcsetwinsize(fd, winsize(size));
        }
    }

    /// The terminal's foreground process group.
    pub(crate) fn foreground(&self) -> Option<Pid> {
        match (self.terminal, &self.stdout) {
            (true, Some(fd)) => rustix::termios::tcgetpgrp(fd).ok(),
            _ => None,
        }
    }
}

fn terminal(size: Size, owner: u32) -> io::Result<(Streams, Vec<OwnedFd>)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let controller = rustix::pty::openpt(flags)?;
    rustix::pty::grantpt(&controller)?;
    rustix::pty::unlockpt(&controller)?;
    // Not by its name: /dev/pts may be another mount, or none.
    let user = rustix::pty::ioctl_tiocgptpeer(&controller, flags)?;
    let mut termios = rustix::termios::tcgetattr(&user)?;
    termios.input_modes |= InputModes::IUTF8;
    rustix::termios::tcsetattr(&user, OptionalActions::Now, &termios)?;
    rustix::termios::tcsetwinsize(&controller, winsize(size))?;
    give_away(&user, owner);
    rustix::io::ioctl_fionbio(&controller, true)?;
    let input = rustix::io::fcntl_dupfd_cloexec(&controller, 3)?;
    let streams = Streams {
        terminal: true,
        input: Some(input),
        stdout: Some(controller),
        stderr: None,
        keeper: Some(rustix::io::fcntl_dupfd_cloexec(&user, 3)?),
    };
    Ok((streams, vec![user]))
}

fn pipes(stdin: bool, owner: u32) -> io::Result<(Streams, Vec<OwnedFd>)> {
    let pipe = || -> io::Result<(OwnedFd, OwnedFd)> {
        let (reader, writer) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
        // Else the user cannot open /dev/stdout.
        give_away(&reader, owner);
        Ok((reader, writer))
    };
    let (stdin_reader, stdin_writer) = pipe()?;
    let (stdout_reader, stdout_writer) = pipe()?;
    let (stderr_reader, stderr_writer) = pipe()?;
    for own in [&stdin_writer, &stdout_reader, &stderr_reader] {
        rustix::io::ioctl_fionbio(own, true)?;
    }
    let streams = Streams {
        terminal: false,
        input: stdin.then_some(stdin_writer),
        stdout: Some(stdout_reader),
        stderr: Some(stderr_reader),
        keeper: None,
    };
    Ok((streams, vec![stdin_reader, stdout_writer, stderr_writer]))
}

/// Best effort: without CHOWN, or in a user namespace without that user, it stays init's.
fn give_away(fd: &OwnedFd, owner: u32) {
    if rustix::process::getuid().as_raw() != owner {
        let _ = rustix::fs::fchown(fd, Some(Uid::from_raw(owner)), None);
    }
}

fn winsize(size: Size) -> Winsize {
    Winsize {
        ws_row: size.rows,
        ws_col: size.cols,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}
