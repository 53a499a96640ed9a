//! The client's side of the daemon's start: connect, or start it and connect.
//!
//! Blocking and without a runtime, because every `warpdock exec` passes through here.

use std::{
    fs::{File, TryLockError},
    io::{self, BufRead, BufReader, Read},
    os::unix::net::UnixStream,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::net::sockopt::socket_peercred;

use crate::paths::{PathError, Paths};

/// The name of the daemon's socket in its folder.
pub const SOCKET: &str = "daemon.sock";

/// The name of the socket that takes engine connections from a terminal's `sudo`.
pub const HAND_SOCKET: &str = "hand.sock";

/// How long a daemon may take to answer at its start: another that is at its end may hold its lock
/// for twenty seconds.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How often it is started before its silence is taken for an answer.
const START_ATTEMPTS: u32 = 3;

/// How long one that runs already may take to listen before another is started.
const START_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// How long a daemon that goes away may be in the way of the next one.
const LEAVING_LIMIT: Duration = Duration::from_secs(2);

/// The daemon cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum SummonError {
    /// A folder of ours cannot be used.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The process cannot be started.
    #[error("cannot start the daemon: {0}")]
    Start(io::Error),
    /// It ended before it was ready, and said why.
    #[error("the daemon did not start: {0}")]
    Refused(String),
    /// It ended before it was ready, and did not say why.
    #[error("the daemon did not start: it ended without a word")]
    Silently,
    /// Somebody else listens on the socket.
    #[error("the socket {path} is served by uid {uid}, not by you")]
    Stranger { path: String, uid: u32 },
    /// It started and does not answer.
    #[error("the daemon does not answer on {path}{}: {source}", held(*.holder))]
    Silent {
        path: String,
        /// The process that holds the daemon's lock.
        holder: Option<u32>,
        source: io::Error,
    },
}

/// A connection to the daemon of this build; it is started when there is none.
pub fn summon(paths: &Paths) -> Result<UnixStream, SummonError> {
    let socket = paths.daemon()?.join(SOCKET);
    if let Ok(stream) = UnixStream::connect(&socket) {
        return own(stream, &socket);
    }
    let deadline = Instant::now() + START_LIMIT;
    let mut attempts = 0;
    loop {
        attempts += 1;
        match start() {
            // Killed before it could say anything: as good a moment for that as any other.
            Err(SummonError::Silently) if attempts < START_ATTEMPTS => continue,
            result => result?,
        }
        let again = Instant::now() + START_AGAIN_AFTER;
        loop {
            match UnixStream::connect(&socket) {
                Ok(stream) => return own(stream, &socket),
                Err(source) if Instant::now() >= deadline => {
                    return Err(SummonError::Silent {
                        path: socket.display().to_string(),
                        holder: holder(&socket),
                        source,
                    });
                }
                // The one that was in the way of ours is at its end, and not at its start.
                Err(_) if Instant::now() >= again => break,
                // Another client started one at the same moment, and it is not listening yet.
                Err(_) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

/// Connects and greets, until a daemon answers. One that is about to end when we come, or that was
/// killed a moment ago, can still be connected to, and does not: the next one will be another.
pub fn greeted<T, E>(
    paths: &Paths,
    greet: impl Fn(UnixStream) -> Result<T, E>,
    is_lost: impl Fn(&E) -> bool,
) -> Result<Result<T, E>, SummonError> {
    let deadline = Instant::now() + LEAVING_LIMIT;
    loop {
        match greet(summon(paths)?) {
            Err(error) if is_lost(&error) && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(5));
            }
            result => return Ok(result),
        }
    }
}

/// A connection to a daemon that runs already.
pub fn existing(paths: &Paths, socket: &str) -> Result<Option<UnixStream>, SummonError> {
    let socket = paths.daemon()?.join(socket);
    match UnixStream::connect(&socket) {
        Ok(stream) => own(stream, &socket).map(Some),
        Err(_) => Ok(None),
    }
}

/// The folder is private, so that only root could be a stranger here; root is checked all the same.
fn own(stream: UnixStream, path: &Path) -> Result<UnixStream, SummonError> {
    let failed = |source| SummonError::Silent {
        path: path.display().to_string(),
        holder: holder(path),
        source,
    };
    let peer = socket_peercred(&stream).map_err(|error| failed(error.into()))?;
    let uid = peer.uid.as_raw();
    match uid == rustix::process::getuid().as_raw() {
        true => Ok(stream),
        false => Err(SummonError::Stranger {
            path: path.display().to_string(),
            uid,
        }),
    }
}

/// The process that holds the lock beside a socket, by its own word.
fn holder(socket: &Path) -> Option<u32> {
    let mut lock = File::open(socket.with_file_name("lock")).ok()?;
    if !matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let mut text = String::new();
    lock.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn held(holder: Option<u32>) -> String {
    match holder {
        Some(pid) => {
            format!(" (process {pid} holds its lock: end it if it does not end by itself)")
        }
        None => String::new(),
    }
}

/// Starts the daemon through a process that ends at once, so that an editor that kills its
/// process tree does not kill it.
fn start() -> Result<(), SummonError> {
    let mut starter = Command::new("/proc/self/exe")
        .args(["daemon", "start"])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(SummonError::Start)?;
    let mut line = String::new();
    if let Some(output) = starter.stdout.take() {
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(SummonError::Start)?;
    }
    starter.wait().map_err(SummonError::Start)?;
    match line.trim_end() {
        "ready" | "already running" => Ok(()),
        "" => Err(SummonError::Silently),
        reason => Err(SummonError::Refused(reason.to_owned())),
    }
}
