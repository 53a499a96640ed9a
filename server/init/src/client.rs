//! One connection: bytes in, bytes out, and what it is for. It never blocks.
//!
//! What a frame does to the sessions is in `requests`; what a client gets of a session's
//! output is in `deliver`.

use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use session::codec::{self, Decoder};
use session::frame::{Failure, Hello, Reply, Size, VERSION};

use crate::ring::Cursor;

/// How long a client that gets a last word has to read it.
const LINGER: Duration = Duration::from_secs(5);

/// How long a client has to say what it wants.
pub(crate) const SPEAK_WITHIN: Duration = Duration::from_secs(5);

/// A connection.
#[derive(Debug)]
pub(crate) struct Client {
    /// The socket.
    pub(crate) socket: UnixStream,
    /// Whose it is.
    pub(crate) uid: u32,
    /// When it must have said what it wants.
    pub(crate) speak_by: Instant,
    /// Frames that came.
    pub(crate) decoder: Decoder,
    /// What it is for.
    pub(crate) stage: Stage,
    /// Since when its socket takes nothing; `None`: it does, or there is nothing to send.
    pub(crate) blocked: Option<Instant>,
    /// It gets what is queued until then, and is closed.
    pub(crate) leaving: Option<Instant>,
    /// It is closed at the end of the turn.
    pub(crate) gone: bool,
    /// The session that it typed into before its last word.
    pub(crate) left: Option<u32>,
    out: Vec<u8>,
    sent: usize,
}

/// What a connection is for.
#[derive(Debug)]
pub(crate) enum Stage {
    /// It has not said hello.
    Silent,
    /// It has not said what it wants.
    Greeted,
    /// It waits for the session that it opened.
    Opening(u32),
    /// It reads a session's output.
    Attached(Attached),
    /// It gets the sessions at each change; the number of the one it got last.
    Watching(Option<u64>),
    /// It waits until nothing of a session is left.
    HangingUp(u32),
    /// It waits for what a helper sees.
    Probing(Probing),
    /// It has its answer.
    Answered,
}

/// A reader of a session.
#[derive(Debug)]
pub(crate) struct Attached {
    /// The session.
    pub(crate) session: u32,
    /// How far it has read.
    pub(crate) cursor: Cursor,
    /// The replay goes to there; `None`: it is live.
    pub(crate) replay_until: Option<u64>,
    /// Whether it may type.
    pub(crate) role: Role,
    /// Its terminal's size.
    pub(crate) size: Option<Size>,
    /// It has said that it leaves on purpose.
    pub(crate) detached: bool,
}

/// What a reader may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It types, keeps the session, and is waited for.
    Typing,
    /// It reads what comes, and is overtaken when it is slow.
    Following,
    /// It reads what is there.
    Reading,
}

/// A helper that looks at the container.
#[derive(Debug)]
pub(crate) struct Probing {
    /// The line to it.
    pub(crate) socket: UnixStream,
    /// Its process.
    pub(crate) pid: u32,
    /// What came over the line.
    pub(crate) decoder: Decoder,
    /// When it is stopped.
    pub(crate) deadline: Instant,
}

/// What [`Client::receive`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    /// Bytes, now in the decoder.
    Bytes,
    /// Nothing.
    Nothing,
    /// The end.
    Ended,
}

impl Client {
    /// A new connection, with our hello queued.
    pub(crate) fn new(socket: UnixStream, uid: u32) -> Client {
        let hello = Hello {
            version: VERSION,
            release: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let mut out = Vec::new();
        let encoded = codec::encode_hello(&hello, &mut out);
        Client {
            socket,
            uid,
            speak_by: Instant::now() + SPEAK_WITHIN,
            decoder: Decoder::default(),
            stage: Stage::Silent,
            blocked: None,
            leaving: None,
            gone: encoded.is_err(),
            left: None,
            out,
            sent: 0,
        }
    }

    /// Reads once.
    pub(crate) fn receive(&mut self, scratch: &mut [u8]) -> Received {
        loop {
            match rustix::net::recv(&self.socket, &mut *scratch, RecvFlags::DONTWAIT) {
                Ok((_, 0)) => return Received::Ended,
                Ok((_, length)) => {
                    self.decoder.feed(&scratch[..length]);
                    return Received::Bytes;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Received::Nothing,
                Err(_) => return Received::Ended,
            }
        }
    }

    /// Queues a reply.
    pub(crate) fn reply(&mut self, reply: &Reply) {
        if codec::encode_reply(reply, &mut self.out).is_err() {
            self.fail(Failure::System {
                doing: "answer".to_owned(),
                error: "the answer is longer than a frame may be".to_owned(),
            });
        }
    }

    /// Queues an answer that is the last word.
    pub(crate) fn answer(&mut self, reply: &Reply) {
        self.reply(reply);
        self.leave();
    }

    /// Queues a failure, the last word.
    pub(crate) fn fail(&mut self, failure: Failure) {
        // A failure may quote what the client sent, which may be as long as a frame.
        if codec::encode_reply(&Reply::Failed(failure), &mut self.out).is_err() {
            self.gone = true;
        }
        self.leave();
    }

    /// Closes the connection when what is queued is sent.
    pub(crate) fn leave(&mut self) {
        self.left = self.left.or(self.types_into());
        self.stage = Stage::Answered;
        self.leaving = Some(Instant::now() + LINGER);
    }

    /// The queue, for data frames.
    pub(crate) fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// Whether there is something to send.
    pub(crate) fn has_output(&self) -> bool {
        self.sent < self.out.len()
    }

    /// Sends what the socket takes; whether all is sent.
    pub(crate) fn flush(&mut self) -> bool {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        while self.sent < self.out.len() {
            match rustix::net::send(&self.socket, &self.out[self.sent..], flags) {
                Ok(length) => {
                    self.sent += length;
                    self.blocked = None;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.blocked.get_or_insert_with(Instant::now);
                    return false;
                }
                Err(_) => {
                    self.gone = true;
                    return false;
                }
            }
        }
        self.blocked = None;
        self.sent = 0;
        self.out.clear();
        true
    }

    /// Gives back memory that an idle connection does not need.
    pub(crate) fn shrink(&mut self) {
        if self.out.is_empty() && self.out.capacity() > 4096 {
            self.out = Vec::new();
        }
    }

    /// The session that it reads.
    pub(crate) fn attached(&self) -> Option<&Attached> {
        match &self.stage {
            Stage::Attached(attached) => Some(attached),
            _ => None,
        }
    }

    /// The session that it types into or is opening.
    pub(crate) fn types_into(&self) -> Option<u32> {
        match &self.stage {
            Stage::Opening(session) => Some(*session),
            Stage::Attached(attached) if attached.role == Role::Typing => Some(attached.session),
            _ => None,
        }
    }
}
