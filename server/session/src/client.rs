//! The one trusted way to connect to a container's init.
//!
//! Code in the container can write the socket's folder: it can put a link to another
//! socket there, or listen itself. So the folder and the socket are opened without
//! following links, the connection goes to what was opened, and the peer's process id
//! must be the container's first process, before a byte is sent.
//!
//! Blocking by default and usable from threads; a [`Sender`] and a [`Receiver`] can also
//! be polled and used without blocking. It does not know terminals. How bytes are queued
//! and sent is [`sender`]'s.

mod sender;

use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::net::RecvFlags;

use crate::codec::{self, Decoder, Frame};
use crate::connect;
use crate::error::ConnectError;
use crate::frame::{Hello, Reply, Request, VERSION};

/// The socket's name in its folder.
pub const SOCKET_NAME: &str = "init.sock";

const RECEIVE_BUFFER: usize = 64 << 10;

/// Where a container's init listens, and who it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The host folder that is mounted into the container.
    pub socket_folder: PathBuf,
    /// The container's first process, as the host numbers it: the engine's `State.Pid`.
    pub pid: u32,
}

/// A verified connection on which both sides have said hello.
#[derive(Debug)]
pub struct Connection {
    sender: Sender,
    receiver: Receiver,
    peer: Hello,
}

/// The half that init listens to.
#[derive(Debug)]
pub struct Sender {
    socket: Arc<UnixStream>,
    queue: Vec<u8>,
    sent: usize,
}

/// The half that init speaks on.
#[derive(Debug)]
pub struct Receiver {
    socket: Arc<UnixStream>,
    decoder: Decoder,
    scratch: Vec<u8>,
    ended: bool,
}

/// What init sends after a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// An answer or an event.
    Reply(Reply),
    /// Bytes from the terminal or standard output.
    Stdout(Vec<u8>),
    /// Bytes from standard error.
    Stderr(Vec<u8>),
}

/// What [`Receiver::try_next`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled {
    /// Something came.
    Incoming(Incoming),
    /// Nothing for now: poll the socket.
    Pending,
    /// Init has closed the connection.
    Ended,
}

impl Connection {
    /// Connects, verifies the peer, says hello and waits for init's hello, all within `timeout`.
    ///
    /// # Errors
    /// See [`ConnectError`]; nothing was sent when the peer is not who it must be.
    pub fn open(endpoint: &Endpoint, timeout: Duration) -> Result<Connection, ConnectError> {
        let deadline = Instant::now() + timeout;
        let path = endpoint.socket_folder.join(SOCKET_NAME);
        let socket = connect::to_socket(&endpoint.socket_folder, &path, timeout)?;
        connect::verify_peer(&socket, endpoint.pid, &path)?;
        let socket = Arc::new(UnixStream::from(socket));
        let mut sender = Sender {
            socket: Arc::clone(&socket),
            queue: Vec::new(),
            sent: 0,
        };
        let mut receiver = Receiver {
            socket,
            decoder: Decoder::default(),
            scratch: vec![0; RECEIVE_BUFFER],
            ended: false,
        };
        let hello = Hello {
            version: VERSION,
            release: env!("CARGO_PKG_VERSION").to_owned(),
        };
        codec::encode_hello(&hello, &mut sender.queue)
            .map_err(|source| ConnectError::TooLong { source })?;
        sender.flush()?;
        let peer = loop {
            match receiver.try_frame()? {
                Some(Frame::Hello(hello)) => break hello,
                Some(_) => return Err(ConnectError::Unexpected { what: "frame" }),
                None if receiver.ended => return Err(ConnectError::Closed),
                None => {
                    if !wait_readable(&receiver, deadline)? {
                        return Err(ConnectError::TimedOut {
                            path,
                            after: timeout,
                        });
                    }
                }
            }
        };
        if peer.version == 0 {
            return Err(ConnectError::Incompatible {
                version: peer.version,
                release: peer.release,
            });
        }
        Ok(Connection {
            sender,
            receiver,
            peer,
        })
    }

    /// What init said of itself. Both sides speak the older of the two versions.
    pub fn peer(&self) -> &Hello {
        &self.peer
    }

    /// Sends the one request that this connection is for.
    ///
    /// # Errors
    /// When it is too long or the connection has ended.
    pub fn request(&mut self, request: &Request) -> Result<(), ConnectError> {
        codec::encode_request(request, &mut self.sender.queue)
            .map_err(|source| ConnectError::TooLong { source })?;
        self.sender.flush()
    }

    /// Sends a request and waits for its first reply, [`Reply::Failed`] included: for
    /// requests that have one reply, and for the answer to `Open` and `Attach`.
    ///
    /// # Errors
    /// When the connection ends, or data comes before a reply.
    pub fn ask(&mut self, request: &Request) -> Result<Reply, ConnectError> {
        self.request(request)?;
        match self.receiver.next()? {
            Some(Incoming::Reply(reply)) => Ok(reply),
            Some(Incoming::Stdout(_) | Incoming::Stderr(_)) => {
                Err(ConnectError::Unexpected { what: "data frame" })
            }
            None => Err(ConnectError::Closed),
        }
    }

    /// As [`Connection::ask`], with a time limit.
    ///
    /// # Errors
    /// As [`Connection::ask`], and [`ConnectError::TimedOut`].
    pub fn ask_within(
        &mut self,
        request: &Request,
        timeout: Duration,
    ) -> Result<Reply, ConnectError> {
        let deadline = Instant::now() + timeout;
        self.request(request)?;
        loop {
            match self.receiver.try_next()? {
                Polled::Incoming(Incoming::Reply(reply)) => return Ok(reply),
                Polled::Incoming(_) => {
                    return Err(ConnectError::Unexpected { what: "data frame" });
                }
                Polled::Ended => return Err(ConnectError::Closed),
                Polled::Pending => {
                    if !wait_readable(&self.receiver, deadline)? {
                        return Err(ConnectError::TimedOut {
                            path: PathBuf::from(SOCKET_NAME),
                            after: timeout,
                        });
                    }
                }
            }
        }
    }

    /// What comes next; `None` when init has closed the connection.
    ///
    /// # Errors
    /// When what came is no frame, or reading failed.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results would hide the three endings"
    )]
    pub fn next(&mut self) -> Result<Option<Incoming>, ConnectError> {
        self.receiver.next()
    }

    /// The two halves, for two threads or one poll loop.
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }
}

impl Receiver {
    /// Waits for what comes next; `None` when init has closed the connection.
    ///
    /// # Errors
    /// When what came is no frame, or reading failed.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results would hide the three endings"
    )]
    pub fn next(&mut self) -> Result<Option<Incoming>, ConnectError> {
        loop {
            match self.frame(RecvFlags::empty())? {
                Some(frame) => return incoming(frame).map(Some),
                None if self.ended => return Ok(None),
                None => {}
            }
        }
    }

    /// What has come, without blocking. Call it until it says [`Polled::Pending`] before polling again.
    ///
    /// # Errors
    /// When what came is no frame, or reading failed.
    pub fn try_next(&mut self) -> Result<Polled, ConnectError> {
        match self.try_frame()? {
            Some(frame) => incoming(frame).map(Polled::Incoming),
            None if self.ended => Ok(Polled::Ended),
            None => Ok(Polled::Pending),
        }
    }

    fn try_frame(&mut self) -> Result<Option<Frame>, ConnectError> {
        self.frame(RecvFlags::DONTWAIT)
    }

    /// `None`: nothing more without waiting, or the end.
    fn frame(&mut self, flags: RecvFlags) -> Result<Option<Frame>, ConnectError> {
        loop {
            if let Some(frame) = self.decoder.next_frame()? {
                return Ok(Some(frame));
            }
            if self.ended {
                return Ok(None);
            }
            match rustix::net::recv(&self.socket, self.scratch.as_mut_slice(), flags) {
                Ok((_, 0)) => self.ended = true,
                Ok((_, length)) => self.decoder.feed(&self.scratch[..length]),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(None),
                // A killed container resets what it had not read.
                Err(Errno::CONNRESET | Errno::PIPE) => self.ended = true,
                Err(errno) => {
                    return Err(ConnectError::Io {
                        doing: "receive from the session socket",
                        source: errno.into(),
                    });
                }
            }
        }
    }
}

impl AsFd for Receiver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn incoming(frame: Frame) -> Result<Incoming, ConnectError> {
    match frame {
        Frame::Reply(reply) => Ok(Incoming::Reply(reply)),
        Frame::Stdout(bytes) => Ok(Incoming::Stdout(bytes)),
        Frame::Stderr(bytes) => Ok(Incoming::Stderr(bytes)),
        Frame::Hello(_) => Err(ConnectError::Unexpected { what: "hello" }),
        Frame::Request(_) => Err(ConnectError::Unexpected { what: "request" }),
        Frame::Control(_) => Err(ConnectError::Unexpected {
            what: "control frame",
        }),
        Frame::Stdin(_) => Err(ConnectError::Unexpected {
            what: "input frame",
        }),
    }
}

/// Whether there is something to read before the deadline.
fn wait_readable(receiver: &Receiver, deadline: Instant) -> Result<bool, ConnectError> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        let timespec = Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        let mut fds = [PollFd::new(receiver, PollFlags::IN)];
        match rustix::event::poll(&mut fds, Some(&timespec)) {
            Ok(0) => return Ok(false),
            Ok(_) => return Ok(true),
            Err(Errno::INTR) => {}
            Err(errno) => {
                return Err(ConnectError::Io {
                    doing: "wait for the session socket",
                    source: errno.into(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests;
