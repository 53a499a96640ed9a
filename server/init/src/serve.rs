//! `warpdock-init serve`: the container's first process. One thread, one poll loop, no
//! wake-up when nothing happens.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{FlockOperation, Mode};
use rustix::process::{Resource, Rlimit};
use session::client::SOCKET_NAME;
use session::peer::Peer;

use crate::accounts;
use crate::birth;
use crate::client::{Client, Stage};
use crate::clock;
use crate::deliver;
use crate::hub::{self, Hub};
use crate::look;
use crate::requests;
use crate::ring::Stream;
use crate::session::Session;

/// When no file is left for a connection, they wait for so long.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// Sessions have their turn between.
const ACCEPTS_A_TURN: usize = 64;
const SIGCHLD: i32 = rustix::process::Signal::CHILD.as_raw();
const SIGTERM: i32 = rustix::process::Signal::TERM.as_raw();
const SIGINT: i32 = rustix::process::Signal::INT.as_raw();
const SIGPIPE: i32 = rustix::process::Signal::PIPE.as_raw();

/// What became ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ready {
    Signals,
    Birth(u32),
    Reaper(u32),
    Output(u32),
    Input(u32),
    Probe(u64),
    Read(u64),
    Listener,
}

struct Signals {
    stop: Arc<AtomicBool>,
    pipe: UnixStream,
}

/// Serves until the container is told to stop. `private` closes the folder around `folder` to
/// all but init's own user: an engine opens it at each start after the first.
///
/// # Errors
/// When the socket cannot be made, or not in private.
pub(crate) fn serve(folder: &Path, private: bool) -> io::Result<()> {
    if private && let Some(around) = folder.parent() {
        fs::set_permissions(around, Permissions::from_mode(0o700))?;
    }
    let signals = catch_signals()?;
    // Then everybody else in this process namespace is in the container.
    let alone = rustix::process::getpid() == rustix::process::Pid::INIT;
    if !alone {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    }
    let open_files = raise_open_files();
    let environment = std::env::vars_os()
        .map(|(name, value)| (name.into_vec(), value.into_vec()))
        .collect::<BTreeMap<_, _>>();
    let mut hub = Hub::new(environment, accounts::own_ids(), open_files);
    let (listener, path) = listen(folder)?;
    let _lock = lock(folder);
    let mut accept_again: Option<Instant> = None;
    loop {
        let now = Instant::now();
        clock::keep_time(&mut hub, now);
        let stalled = loop {
            let before = hub.revision;
            deliver::deliver_all(&mut hub);
            let stalled = deliver::send_stalled_away(&mut hub, now);
            // Who leaves changes what others may read and what a watcher sees.
            if !close_gone(&mut hub) && hub.revision == before {
                break stalled;
            }
        };
        look::stop_abandoned(&mut hub);
        clock::forget(&mut hub);
        if clock::may_exit(&hub, now) {
            break;
        }
        if accept_again.is_some_and(|it| it <= now) {
            accept_again = None;
        }
        let deadlines = [clock::next_deadline(&hub), stalled, accept_again];
        let deadline = deadlines.into_iter().flatten().min();
        let accepting = accept_again.is_none();
        for ready in wait(&hub, &listener, &signals, accepting, deadline)? {
            match ready {
                Ready::Signals => {
                    drain(&signals.pipe);
                    hub::reap(&mut hub);
                    if signals.stop.swap(false, Ordering::SeqCst) {
                        clock::stop(&mut hub);
                    }
                }
                Ready::Birth(id) => birth::spoke(&mut hub, id),
                Ready::Reaper(id) => hub::reaper_spoke(&mut hub, id),
                Ready::Output(id) => {
                    deliver::read_session(&mut hub, id);
                }
                Ready::Input(id) => {
                    if let Some(session) = hub.sessions.get_mut(&id) {
                        session.write_input();
                    }
                }
                Ready::Probe(id) => look::spoke(&mut hub, id),
                Ready::Read(id) => requests::read_client(&mut hub, id),
                Ready::Listener => {
                    if !accept(&mut hub, &listener, alone) {
                        accept_again = Some(Instant::now() + ACCEPT_AGAIN_AFTER);
                    }
                }
            }
        }
    }
    let _ = fs::remove_file(path);
    Ok(())
}

/// /dev/null, where there is one.
pub(crate) fn null() -> Option<Stdio> {
    File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
        .ok()
        .map(Stdio::from)
}

fn catch_signals() -> io::Result<Signals> {
    let (pipe, writer) = UnixStream::pair()?;
    pipe.set_nonblocking(true)?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    for signal in [SIGCHLD, SIGTERM, SIGINT] {
        signal_hook::low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    // What was ignored when we started would be ignored in every session; what is caught
    // is not inherited.
    for signal in ignored_signals() {
        let _ = signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)));
    }
    Ok(Signals { stop, pipe })
}

fn ignored_signals() -> Vec<i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|it| u64::from_str_radix(it.trim(), 16).ok())
        .unwrap_or(0);
    let own = [SIGCHLD, SIGTERM, SIGINT, SIGPIPE];
    (1..32)
        .filter(|signal| mask & (1 << (signal - 1)) != 0 && !own.contains(signal))
        .collect()
}

/// Init holds a few files for each session; a session gets the limit that init got.
fn raise_open_files() -> (Option<u64>, Option<u64>) {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let _ = rustix::process::setrlimit(Resource::Nofile, raised);
    (limit.current, limit.maximum)
}

fn listen(folder: &Path) -> io::Result<(UnixListener, PathBuf)> {
    let path = folder.join(SOCKET_NAME);
    // A killed container leaves its socket behind.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    // The folder around it says who may come in; nobody is to find it closed meanwhile.
    let mask = rustix::process::umask(Mode::empty());
    let listener = UnixListener::bind(&path);
    rustix::process::umask(mask);
    let listener = listener?;
    fs::set_permissions(&path, Permissions::from_mode(0o666))?;
    listener.set_nonblocking(true)?;
    Ok((listener, path))
}

/// Whoever clears old files away (systemd-tmpfiles) leaves a locked folder alone; for it the
/// socket is dead. Where there are no locks there is none.
fn lock(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    rustix::fs::flock(&folder, FlockOperation::NonBlockingLockShared).ok()?;
    Some(folder)
}

/// Whether more can be accepted at once. `alone`: only who is outside of our process namespace
/// is heard, because a session may become any user and nobody in the container may ask for one.
/// Where the namespace is shared, the folder that the engine mounts around the socket's says
/// who comes in.
fn accept(hub: &mut Hub, listener: &UnixListener, alone: bool) -> bool {
    for _ in 0..ACCEPTS_A_TURN {
        match listener.accept() {
            Ok((socket, _)) => match Peer::of(&socket) {
                Ok(peer) if alone && peer.pid != 0 => {}
                Ok(peer) => hub.connect(Client::new(socket, peer.uid)),
                Err(_) => {}
            },
            Err(error) => match error.kind() {
                io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                io::ErrorKind::WouldBlock => return true,
                // No file or no memory left.
                _ => return false,
            },
        }
    }
    true
}

/// Whether there was one.
fn close_gone(hub: &mut Hub) -> bool {
    let gone: Vec<u64> = hub
        .clients
        .iter()
        .filter(|(_, client)| client.gone)
        .map(|(id, _)| *id)
        .collect();
    for id in &gone {
        hub::disconnect(hub, *id);
    }
    !gone.is_empty()
}

fn drain(mut pipe: &UnixStream) {
    let mut bytes = [0; 256];
    while matches!(pipe.read(&mut bytes), Ok(length) if length > 0) {}
}

/// Waits until something is ready, in the order in which it is to be handled.
fn wait(
    hub: &Hub,
    listener: &UnixListener,
    signals: &Signals,
    accepting: bool,
    deadline: Option<Instant>,
) -> io::Result<Vec<Ready>> {
    let mut watched = Watched {
        meanings: vec![Ready::Signals],
        fds: vec![PollFd::new(&signals.pipe, PollFlags::IN)],
    };
    if accepting {
        watched.add(Ready::Listener, listener.as_fd(), PollFlags::IN);
    }
    let rooms = deliver::rooms(hub);
    for session in hub.sessions.values() {
        let has_room = rooms.get(&session.id) != Some(&0);
        watch_session(session, has_room, &mut watched);
    }
    for (id, client) in &hub.clients {
        let mut flags = PollFlags::empty();
        if requests::is_listened_to(hub, client) {
            flags |= PollFlags::IN;
        }
        if client.has_output() {
            flags |= PollFlags::OUT;
        }
        watched.add(Ready::Read(*id), client.socket.as_fd(), flags);
        if let Stage::Probing(probing) = &client.stage {
            watched.add(Ready::Probe(*id), probing.socket.as_fd(), PollFlags::IN);
        }
    }
    let timeout = deadline.map(|it| it.saturating_duration_since(Instant::now()));
    let timeout = timeout.and_then(|it| Timespec::try_from(it).ok());
    match rustix::event::poll(&mut watched.fds, timeout.as_ref()) {
        Ok(_) => {}
        Err(rustix::io::Errno::INTR) => return Ok(Vec::new()),
        Err(errno) => return Err(errno.into()),
    }
    let readable = PollFlags::IN | PollFlags::HUP | PollFlags::ERR;
    let mut ready: Vec<Ready> = watched
        .fds
        .iter()
        .zip(&watched.meanings)
        .filter(|(fd, meaning)| match meaning {
            // Writing happens at the end of every turn.
            Ready::Read(_) => fd.revents().intersects(readable),
            _ => !fd.revents().is_empty(),
        })
        .map(|(_, meaning)| *meaning)
        .collect();
    ready.sort_unstable();
    ready.dedup();
    Ok(ready)
}

struct Watched<'a> {
    meanings: Vec<Ready>,
    fds: Vec<PollFd<'a>>,
}

impl<'a> Watched<'a> {
    fn add(&mut self, meaning: Ready, fd: BorrowedFd<'a>, flags: PollFlags) {
        self.meanings.push(meaning);
        self.fds.push(PollFd::from_borrowed_fd(fd, flags));
    }
}

fn watch_session<'a>(session: &'a Session, has_room: bool, watched: &mut Watched<'a>) {
    let id = session.id;
    if let Some(birth) = &session.birth
        && !birth.executed
    {
        watched.add(Ready::Birth(id), birth.socket.as_fd(), PollFlags::IN);
    }
    if let Some(reaper) = &session.reaper
        && !reaper.has_ended()
    {
        watched.add(Ready::Reaper(id), reaper.socket.as_fd(), PollFlags::IN);
    }
    // A stream that is not read is not watched either: its end would be reported for ever.
    if session.is_started() && has_room {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Some(fd) = session.streams.output(stream) {
                watched.add(Ready::Output(id), fd, PollFlags::IN);
            }
        }
    }
    if let Some(fd) = session.streams.input()
        && !session.input.is_empty()
    {
        watched.add(Ready::Input(id), fd, PollFlags::OUT);
    }
}
