//! All sessions and all clients, and what happens to them. One thread owns them; a
//! function here or in `requests` and `deliver` changes them and returns.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rustix::process::WaitOptions;
use session::frame::{Exit, Failure, Keep, Reply};

use crate::birth;
use crate::client::{Client, Stage};
use crate::environment::Environment;
use crate::hang_up;
use crate::lines::Adopted;
use crate::processes::Processes;
use crate::reaper::{self, Word};
use crate::session::{Session, system};
use crate::users::Ids;

/// Sessions that are not over.
pub(crate) const MAX_SESSIONS: usize = 256;
/// Clients of one session.
pub(crate) const MAX_CLIENTS: usize = 64;
/// Connections in all.
pub(crate) const MAX_CONNECTIONS: usize = 1024;
/// Connections of one user, so that no user of the container keeps the others out.
pub(crate) const MAX_CONNECTIONS_OF_ONE: usize = 768;
/// What one read takes at most.
pub(crate) const SCRATCH: usize = 64 << 10;

/// Everything that init knows.
pub(crate) struct Hub {
    /// By id, the oldest first.
    pub(crate) sessions: BTreeMap<u32, Session>,
    /// By a number of their own.
    pub(crate) clients: BTreeMap<u64, Client>,
    /// The processes that look at the container and have not been waited for.
    pub(crate) helpers: BTreeSet<u32>,
    /// Those of them that were killed.
    pub(crate) stopped_helpers: BTreeSet<u32>,
    /// What the engine gave PID 1.
    pub(crate) environment: Environment,
    /// Init's own user.
    pub(crate) ids: Ids,
    /// The limit of open files that init was started with.
    pub(crate) open_files: (Option<u64>, Option<u64>),
    /// Counts changes that a watcher wants to see.
    pub(crate) revision: u64,
    /// When the container stops at the latest, once it was told to.
    pub(crate) stopping: Option<Instant>,
    /// Room for one read.
    pub(crate) scratch: Vec<u8>,
    next_session: u32,
    next_client: u64,
}

impl Hub {
    /// Nothing yet.
    pub(crate) fn new(
        environment: Environment,
        ids: Ids,
        open_files: (Option<u64>, Option<u64>),
    ) -> Hub {
        Hub {
            sessions: BTreeMap::new(),
            clients: BTreeMap::new(),
            helpers: BTreeSet::new(),
            stopped_helpers: BTreeSet::new(),
            environment,
            ids,
            open_files,
            revision: 0,
            stopping: None,
            scratch: Vec::new(),
            next_session: 1,
            next_client: 1,
        }
    }

    /// A number for a new session.
    pub(crate) fn session_id(&mut self) -> u32 {
        let id = self.next_session;
        self.next_session += 1;
        id
    }

    /// Takes a connection in.
    pub(crate) fn connect(&mut self, mut client: Client) {
        let of_one = self.clients.values().filter(|it| it.uid == client.uid);
        let refusal = if self.clients.len() >= MAX_CONNECTIONS {
            Some(crate::requests::too_many("connections", MAX_CONNECTIONS))
        } else if of_one.count() >= MAX_CONNECTIONS_OF_ONE {
            let what = "connections of one user";
            Some(crate::requests::too_many(what, MAX_CONNECTIONS_OF_ONE))
        } else {
            None
        };
        if let Some(failure) = refusal {
            client.fail(failure);
            // What the socket takes at once is all that it gets.
            client.flush();
            return;
        }
        let id = self.next_client;
        self.next_client += 1;
        self.clients.insert(id, client);
    }

    /// How many clients type into a session, the one that opens it included.
    pub(crate) fn typing(&self, session: u32) -> usize {
        self.clients
            .values()
            .filter(|it| it.types_into() == Some(session))
            .count()
    }

    /// How many clients read a session.
    pub(crate) fn reading(&self, session: u32) -> usize {
        self.clients
            .values()
            .filter(|it| it.attached().is_some_and(|it| it.session == session))
            .count()
    }
}

/// What a session's reaper has said.
pub(crate) fn reaper_spoke(hub: &mut Hub, id: u32) {
    let Some(session) = hub.sessions.get_mut(&id) else {
        return;
    };
    let Some(line) = &mut session.reaper else {
        return;
    };
    for word in line.listen() {
        match word {
            Word::Started(pid) => {
                session.leader = Some(pid);
                if let Some(birth) = &mut session.birth {
                    birth.let_go();
                }
            }
            Word::NotStarted(errno) => {
                let error = std::io::Error::from_raw_os_error(errno);
                return birth::not_started(hub, id, system("start a process", &error));
            }
            Word::Ended(exit) => {
                session.set_exit(exit);
                hub.revision += 1;
            }
            Word::Empty => {}
        }
    }
    let_reaper_go(hub, id);
    birth::started(hub, id);
    end_hang_up(hub, id);
}

/// A reaper that is over leaves its session without processes; one that was killed leaves
/// them to init.
fn let_reaper_go(hub: &mut Hub, id: u32) {
    let Some(session) = hub.sessions.get_mut(&id) else {
        return;
    };
    let Some(line) = session.reaper.take_if(|it| it.is_over()) else {
        return;
    };
    hub.revision += 1;
    if !line.said_empty() {
        adopt(hub, id, line.pid);
    }
}

/// The session's reaper was killed: what it kept has come to init.
fn adopt(hub: &mut Hub, id: u32, reaper: u32) {
    let of_sessions = hub.sessions.values().flat_map(|it| {
        let reaper = it.reaper.as_ref().map(|it| it.pid);
        let adopted = it.adopted.iter().flat_map(|it| it.pids.iter().copied());
        reaper.into_iter().chain(adopted)
    });
    let others: Vec<u32> = of_sessions.chain(hub.helpers.iter().copied()).collect();
    let processes = Processes::now();
    let orphans = processes
        .children(std::process::id())
        .iter()
        .copied()
        .filter(|pid| *pid != reaper && !others.contains(pid));
    let mut adopted = Adopted::default();
    adopted.pids.extend(orphans);
    adopted.look(&processes);
    let Some(session) = hub.sessions.get_mut(&id) else {
        return;
    };
    let leader = session.leader;
    session.adopted = Some(adopted);
    if session.birth.is_some() && leader.is_none() {
        return birth::not_started(hub, id, cut_short());
    }
    check_adopted(hub);
}

/// Looks whether sessions without a reaper have ended. There are none, as a rule.
fn check_adopted(hub: &mut Hub) {
    let ids: Vec<u32> = hub
        .sessions
        .values()
        .filter(|it| it.adopted.is_some())
        .map(|it| it.id)
        .collect();
    for id in ids {
        if let Some(session) = hub.sessions.get_mut(&id)
            && let Some(adopted) = &mut session.adopted
        {
            adopted.look(&Processes::now());
            if adopted.pids.is_empty() {
                session.adopted = None;
                // Killed together with its reaper, and waited for by nobody we know.
                session.set_exit(Exit::Signal(rustix::process::Signal::KILL.as_raw()));
                hub.revision += 1;
            }
        }
        end_hang_up(hub, id);
    }
}

/// Waits for every child that has ended: reapers, helpers, and orphans of the container.
pub(crate) fn reap(hub: &mut Hub) {
    while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
        let pid = pid.as_raw_nonzero().get().unsigned_abs();
        let exit = reaper::exit(status);
        hub.helpers.remove(&pid);
        hub.stopped_helpers.remove(&pid);
        // A session whose reaper was killed.
        let session = hub.sessions.values_mut().find(|it| it.leader == Some(pid));
        if let Some(session) = session {
            session.set_exit(exit);
            hub.revision += 1;
        }
        let lines = hub.sessions.values_mut();
        let line = lines.filter_map(|it| it.reaper.as_mut().map(|line| (it.id, line)));
        if let Some((id, line)) = line.into_iter().find(|(_, line)| line.pid == pid) {
            line.set_waited_for();
            let_reaper_go(hub, id);
            end_hang_up(hub, id);
        }
    }
    check_adopted(hub);
}

/// A client has left, or the connection broke.
pub(crate) fn disconnect(hub: &mut Hub, client_id: u64) {
    let Some(client) = hub.clients.remove(&client_id) else {
        return;
    };
    let detached = client.attached().is_some_and(|it| it.detached);
    hub.revision += u64::from(client.attached().is_some());
    if let Some(session) = client.types_into().or(client.left) {
        give_size_of_last(hub, session);
        if !detached {
            abandoned(hub, session);
        }
    }
}

/// Who alone is left has the terminal's size, without typing first.
fn give_size_of_last(hub: &mut Hub, id: u32) {
    let mut left = hub
        .clients
        .values()
        .filter(|it| it.types_into() == Some(id))
        .map(|it| it.attached().and_then(|it| it.size));
    if let (Some(Some(size)), None) = (left.next(), left.next())
        && let Some(session) = hub.sessions.get_mut(&id)
    {
        session.resize(size);
    }
}

/// A session that nobody may type into any more is kept, for a while, or not.
pub(crate) fn abandoned(hub: &mut Hub, id: u32) {
    if hub.typing(id) > 0 {
        return;
    }
    let now = Instant::now();
    let Some(session) = hub.sessions.get_mut(&id) else {
        return;
    };
    if session.exit.is_some() {
        return;
    }
    match session.keep {
        Keep::WhileAttached => hang_up::begin(session, now),
        Keep::Grace { seconds: 0 } => hang_up::begin(session, now),
        Keep::Grace { seconds } => {
            session.grace = now.checked_add(Duration::from_secs(seconds.into()));
        }
        Keep::Forever => {}
    }
}

/// Tells those who wait for the session's end.
fn end_hang_up(hub: &mut Hub, id: u32) {
    if hub.sessions.get(&id).is_some_and(|it| !it.is_empty()) {
        return;
    }
    if let Some(session) = hub.sessions.get_mut(&id) {
        session.hang_up = None;
        session.streams.release();
    }
    answer_hang_up(hub, id, &Reply::Done);
}

pub(crate) fn answer_hang_up(hub: &mut Hub, id: u32, reply: &Reply) {
    for client in hub.clients.values_mut() {
        if matches!(client.stage, Stage::HangingUp(session) if session == id) {
            client.answer(reply);
        }
    }
}

pub(crate) fn cut_short() -> Failure {
    Failure::System {
        doing: "start the session".to_owned(),
        error: "its first process was killed before the command began".to_owned(),
    }
}
