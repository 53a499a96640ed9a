//! One session: its streams, its output's ring, its processes, and how it ends.
//!
//! It does not know its clients; `hub` does.

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio as ChildStdio;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, Signal};
use session::codec::Decoder;
use session::frame::{Exit, Failure, Keep, SignalTarget, Size, Stdio};

use crate::hang_up::HangUp;
use crate::helper;
use crate::job::{self, ExecJob};
use crate::lines::{Adopted, BIRTH_WITHIN, Birth, Line};
use crate::lookup;
use crate::processes::{self, Processes};
use crate::ring::{Ring, Stream};
use crate::streams::{Streams, Taken};

/// The ring of a session that somebody looks at, in bytes.
const RING: usize = 256 << 10;
/// The ring of a detached run.
const FOREVER_RING: usize = 1 << 20;
/// Reads of one session before others have their turn.
const READS_A_TURN: usize = 4;

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    /// Unique in init's life.
    pub(crate) id: u32,
    /// The given name, or the id.
    pub(crate) name: String,
    /// What runs, for people.
    pub(crate) command: Vec<String>,
    /// The user's name.
    pub(crate) user: String,
    /// What becomes of it without clients.
    pub(crate) keep: Keep,
    /// Seconds since 1970.
    pub(crate) started: u64,
    /// Seconds since 1970; 0 while it runs.
    pub(crate) ended: u64,
    /// The terminal's size.
    pub(crate) size: Option<Size>,
    /// How the command ended.
    pub(crate) exit: Option<Exit>,
    /// Where in the output the command had ended; known when what it wrote is read.
    pub(crate) exit_at: Option<u64>,
    /// What it has written lately.
    pub(crate) ring: Ring,
    /// Its streams.
    pub(crate) streams: Streams,
    /// Bytes that it has not taken yet.
    pub(crate) input: VecDeque<u8>,
    /// The client that typed last.
    pub(crate) typist: Option<u64>,
    /// The first process, known before the session counts as started.
    pub(crate) leader: Option<u32>,
    /// The line to what becomes the command, until it has.
    pub(crate) birth: Option<Birth>,
    /// The line to the reaper, while it lives.
    pub(crate) reaper: Option<Line>,
    /// What came to init when the reaper was killed.
    pub(crate) adopted: Option<Adopted>,
    /// It is being hung up.
    pub(crate) hang_up: Option<HangUp>,
    /// When it will be hung up unless somebody comes back.
    pub(crate) grace: Option<Instant>,
    input_ended: bool,
    last_input: Option<u8>,
}

/// What a session is made of.
pub(crate) struct Start {
    /// Its id.
    pub(crate) id: u32,
    /// Its name.
    pub(crate) name: String,
    /// What becomes of it without clients.
    pub(crate) keep: Keep,
    /// Terminal or pipes.
    pub(crate) stdio: Stdio,
    /// The command.
    pub(crate) job: ExecJob,
    /// The client that asked.
    pub(crate) opener: u64,
}

impl Session {
    /// Starts the processes. Whether the command could be executed comes over [`Birth`].
    ///
    /// # Errors
    /// When the container has no process, pty or file left.
    pub(crate) fn start(start: Start) -> Result<Session, Failure> {
        let (streams, given) = Streams::make(start.stdio, start.job.become_user.user.uid)
            .map_err(|it| system("make the session's streams", &it))?;
        let launch = || -> io::Result<(UnixStream, UnixStream, u32)> {
            let (birth, for_child) = helper::line()?;
            let (reaper, for_reaper) = helper::line()?;
            let quiet = for_reaper.try_clone()?;
            let given: Vec<_> = given.iter().map(AsFd::as_fd).collect();
            // Sent first: the child finds it when it comes to life.
            job::send(birth.as_fd(), &start.job, &given)?;
            let child = std::os::unix::process::CommandExt::process_group(
                &mut helper::command(helper::REAPER),
                0,
            )
            .stdin(ChildStdio::from(for_reaper))
            .stdout(ChildStdio::from(for_child))
            .stderr(crate::serve::null().unwrap_or_else(|| ChildStdio::from(quiet)))
            .spawn()?;
            Ok((birth, reaper, child.id()))
        };
        let (birth, reaper, pid) = launch().map_err(|it| system("start the session", &it))?;
        let size = match start.stdio {
            Stdio::Terminal(size) => Some(size),
            Stdio::Pipes { .. } => None,
        };
        let mut ring = Ring::new(match start.keep {
            Keep::Forever => FOREVER_RING,
            Keep::WhileAttached | Keep::Grace { .. } => RING,
        });
        if let Some(size) = size {
            ring.resize(size);
        }
        Ok(Session {
            id: start.id,
            name: start.name,
            command: start.job.argv.iter().map(|it| lookup::lossy(it)).collect(),
            user: start.job.become_user.user.name,
            keep: start.keep,
            started: seconds_since_1970(),
            ended: 0,
            size,
            exit: None,
            exit_at: None,
            ring,
            streams,
            input: VecDeque::new(),
            typist: Some(start.opener),
            leader: None,
            birth: Some(Birth {
                socket: birth,
                decoder: Decoder::default(),
                opener: start.opener,
                deadline: Instant::now() + BIRTH_WITHIN,
                executed: false,
            }),
            reaper: Some(Line::new(reaper, pid)),
            adopted: None,
            hang_up: None,
            grace: None,
            input_ended: false,
            last_input: None,
        })
    }

    /// The command has been executed.
    pub(crate) fn is_started(&self) -> bool {
        self.birth.is_none()
    }

    /// No process of it is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.reaper.is_none() && self.adopted.is_none()
    }

    /// Nothing will ever happen to it again.
    pub(crate) fn is_over(&self) -> bool {
        self.is_empty() && self.exit_at.is_some()
    }

    /// Reads output into the ring, at most `room` bytes. Whether anything was read.
    pub(crate) fn read_output(&mut self, room: usize, scratch: &mut [u8]) -> bool {
        let before = self.ring.end();
        let mut quiet = true;
        for stream in [Stream::Stdout, Stream::Stderr] {
            quiet &= self.read_stream(stream, room, before, scratch);
        }
        if quiet && self.exit.is_some() && self.exit_at.is_none() {
            // What the command wrote is here. Others may still hold its streams.
            self.exit_at = Some(self.ring.end());
            self.ended = seconds_since_1970();
            self.input.clear();
            return true;
        }
        self.ring.end() != before
    }

    /// Whether nothing more is there for now.
    fn read_stream(
        &mut self,
        stream: Stream,
        room: usize,
        before: u64,
        scratch: &mut [u8],
    ) -> bool {
        for _ in 0..READS_A_TURN {
            let used = usize::try_from(self.ring.end() - before).unwrap_or(usize::MAX);
            let length = room.saturating_sub(used).min(scratch.len());
            if length == 0 {
                // An ended stream is quiet; an open one may hold more.
                return self.streams.output(stream).is_none();
            }
            match self.streams.read(stream, &mut scratch[..length]) {
                Taken::Bytes(length) => self.ring.push(stream, &scratch[..length]),
                Taken::Nothing | Taken::Ended => return true,
            }
        }
        false
    }

    /// Adds input of a client.
    pub(crate) fn type_in(&mut self, bytes: &[u8]) {
        let takes_input = self.streams.input().is_some() && !self.input_ended;
        if !takes_input || self.exit.is_some() {
            return;
        }
        self.last_input = bytes.last().copied();
        self.input.extend(bytes);
        self.write_input();
    }

    /// Ends the input behind what was typed in.
    pub(crate) fn end_input(&mut self) {
        match self.streams.end_of_file(self.last_input) {
            Some(bytes) => self.type_in(&bytes),
            None => {
                self.input_ended = true;
                self.write_input();
            }
        }
    }

    /// Writes input that the command takes for now.
    pub(crate) fn write_input(&mut self) {
        while !self.input.is_empty() {
            let (front, _) = self.input.as_slices();
            match self.streams.write(front) {
                Some(0) => return,
                Some(length) => {
                    self.input.drain(..length);
                }
                None => self.input.clear(),
            }
        }
        self.input.shrink_to(4096);
        if self.input_ended {
            self.streams.close_input();
        }
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, size: Size) {
        if self.size.is_some_and(|it| it != size) {
            self.size = Some(size);
            self.streams.resize(size);
            self.ring.resize(size);
        }
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// When nothing is there to get it, or init may not send it.
    pub(crate) fn signal(&self, signal: i32, to: SignalTarget) -> Result<(), Failure> {
        let Some(signal) = Signal::from_named_raw(signal) else {
            return Err(Failure::Protocol {
                reason: format!("there is no signal {signal}"),
            });
        };
        let ended = || Failure::Ended {
            session: self.name.clone(),
        };
        match to {
            SignalTarget::Foreground => {
                if self.exit.is_some() {
                    return Err(ended());
                }
                let group = self.streams.foreground().or_else(|| self.leader_group());
                let group = group.ok_or_else(ended)?;
                match rustix::process::kill_process_group(group, signal) {
                    Ok(()) => Ok(()),
                    Err(rustix::io::Errno::SRCH) => Err(ended()),
                    Err(errno) => Err(system("send the signal", &errno.into())),
                }
            }
            SignalTarget::Everything => {
                let pids = self.live(&Processes::now());
                if pids.is_empty() {
                    return Err(ended());
                }
                processes::signal_all(&pids, signal);
                Ok(())
            }
        }
    }

    /// The live processes of the session.
    pub(crate) fn live(&self, processes: &Processes) -> Vec<u32> {
        if let Some(reaper) = &self.reaper {
            return processes.below(&[reaper.pid]);
        }
        match &self.adopted {
            Some(adopted) => adopted.live(processes),
            None => Vec::new(),
        }
    }

    /// The live processes of the session, to be shown.
    pub(crate) fn shown(&self) -> Vec<u32> {
        match self
            .reaper
            .as_ref()
            .map(|it| processes::descendants(it.pid))
        {
            Some(Some(pids)) => pids,
            Some(None) => self.live(&Processes::now()),
            None if self.adopted.is_some() => self.live(&Processes::now()),
            None => Vec::new(),
        }
    }

    /// The leader's process group: it is the leader of one since it was born.
    pub(crate) fn leader_group(&self) -> Option<Pid> {
        match self.exit {
            None => self.leader.and_then(|it| Pid::from_raw(it.cast_signed())),
            Some(_) => None,
        }
    }

    /// The command has ended.
    pub(crate) fn set_exit(&mut self, exit: Exit) {
        if self.exit.is_none() {
            self.exit = Some(exit);
            self.grace = None;
        }
    }
}

/// Seconds since 1970.
pub(crate) fn seconds_since_1970() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |it| it.as_secs())
}

/// A refusal of the system.
pub(crate) fn system(doing: &str, error: &io::Error) -> Failure {
    Failure::System {
        doing: doing.to_owned(),
        error: lookup::words(error),
    }
}
