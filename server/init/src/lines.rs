//! What a session knows of its processes: the line to the one that becomes its command,
//! the line to its reaper, and what is known without a reaper.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use session::codec::Decoder;

use crate::processes::Processes;
use crate::reaper::{WORD, Word};

/// How long a process may take to become the command.
pub(crate) const BIRTH_WITHIN: Duration = Duration::from_secs(30);

/// What a process that is to become the command has said.
#[derive(Debug)]
pub(crate) struct Birth {
    /// The line.
    pub(crate) socket: UnixStream,
    /// What came over it.
    pub(crate) decoder: Decoder,
    /// The client that waits for it.
    pub(crate) opener: u64,
    /// When it is given up.
    pub(crate) deadline: Instant,
    /// The line has ended without a failure: the command is executed.
    pub(crate) executed: bool,
}

impl Birth {
    /// Lets the process go on: init knows it now, whatever the command does to the reaper.
    pub(crate) fn let_go(&mut self) {
        // One that has ended meanwhile says so by the end of the line.
        let _ = self.socket.write(b"g");
    }
}

/// The processes of a session without a reaper, as far as they can be told: what was seen
/// below it, what descends from that, and what shares a setsid session with it.
#[derive(Debug, Default)]
pub(crate) struct Adopted {
    /// Seen last.
    pub(crate) pids: Vec<u32>,
    sessions: BTreeSet<u32>,
}

/// A line to a reaper.
#[derive(Debug)]
pub(crate) struct Line {
    /// The line.
    pub(crate) socket: UnixStream,
    /// The reaper's process id.
    pub(crate) pid: u32,
    received: Vec<u8>,
    empty: bool,
    ended: bool,
    waited_for: bool,
}

impl Adopted {
    /// Looks at what is there now, and remembers it.
    pub(crate) fn look(&mut self, processes: &Processes) {
        self.pids = self.live(processes);
        self.sessions.extend(processes.sessions_of(&self.pids));
    }

    /// The live ones.
    pub(crate) fn live(&self, processes: &Processes) -> Vec<u32> {
        let mut roots = self.pids.clone();
        roots.extend(
            self.sessions
                .iter()
                .flat_map(|it| processes.in_session(*it)),
        );
        let mut pids = processes.below(&roots);
        pids.extend(processes.alive(roots));
        pids.sort_unstable();
        pids.dedup();
        pids
    }
}

impl Line {
    /// A line to this reaper.
    pub(crate) fn new(socket: UnixStream, pid: u32) -> Line {
        Line {
            socket,
            pid,
            received: Vec::new(),
            empty: false,
            ended: false,
            waited_for: false,
        }
    }

    /// What the reaper has said.
    pub(crate) fn listen(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        let mut buffer = [0; 64];
        loop {
            match self.socket.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => self.received.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return words,
                Err(_) => break,
            }
            while let Some(bytes) = self.received.first_chunk::<WORD>() {
                if let Some(word) = Word::decode(*bytes) {
                    self.empty |= word == Word::Empty;
                    words.push(word);
                }
                self.received.drain(..WORD);
            }
        }
        self.ended = true;
        words
    }

    /// Nothing more will come over it.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Init has waited for the reaper.
    pub(crate) fn set_waited_for(&mut self) {
        self.waited_for = true;
    }

    /// The reaper is gone. One that was killed closes its line first, and only then gives
    /// what it kept to init: it is not gone before init could wait for it.
    pub(crate) fn is_over(&self) -> bool {
        self.ended && (self.empty || self.waited_for)
    }

    /// It ended because nothing was left, and was not killed.
    pub(crate) fn said_empty(&self) -> bool {
        self.empty
    }
}
