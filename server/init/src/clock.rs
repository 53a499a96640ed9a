//! What is due, and what is over.

use std::time::{Duration, Instant};

use session::frame::{Failure, Keep, Reply};

use crate::birth;
use crate::client::{SPEAK_WITHIN, Stage};
use crate::hang_up;
use crate::hub::{self, Hub};
use crate::processes::Processes;

/// Sessions that are over and can be looked at.
const MAX_OVER: usize = 32;
/// How long everything has that a stopping container runs.
const STOP_WITHIN: Duration = Duration::from_millis(2500);

/// The container was told to stop.
pub(crate) fn stop(hub: &mut Hub) {
    let now = Instant::now();
    if hub.stopping.is_none() {
        hub.stopping = Some(now + STOP_WITHIN);
        for session in hub.sessions.values_mut() {
            hang_up::begin_stop(session, now);
        }
    }
}

/// Whether a stopping container has nothing left to do.
pub(crate) fn may_exit(hub: &Hub, now: Instant) -> bool {
    let Some(latest) = hub.stopping else {
        return false;
    };
    let waiting = hub.sessions.values().any(|it| !it.is_over());
    let speaking = hub
        .clients
        .values()
        .any(|it| it.has_output() && it.blocked.is_none());
    now >= latest || !(waiting || speaking)
}

/// What is due now.
pub(crate) fn keep_time(hub: &mut Hub, now: Instant) {
    let ids: Vec<u32> = hub.sessions.keys().copied().collect();
    for id in ids {
        let Some(session) = hub.sessions.get_mut(&id) else {
            continue;
        };
        if session.birth.as_ref().is_some_and(|it| it.deadline <= now) {
            birth::give_up(hub, id);
            continue;
        }
        if session.grace.is_some_and(|it| it <= now) {
            hang_up::begin(session, now);
        }
        if hang_up::advance(session, now) {
            let left = session.live(&Processes::now()).len();
            let failure = Failure::System {
                doing: format!("hang up session {}", session.name),
                error: format!("{left} of its processes do not end, not even by SIGKILL"),
            };
            hub::answer_hang_up(hub, id, &Reply::Failed(failure));
        }
    }
    for client in hub.clients.values_mut() {
        match &client.stage {
            Stage::Probing(probing) if probing.deadline <= now => {
                client.fail(Failure::System {
                    doing: "look at the container".to_owned(),
                    error: "the time limit has passed; the workspace or a device does not answer"
                        .to_owned(),
                });
            }
            Stage::Silent | Stage::Greeted if client.speak_by <= now && !client.gone => {
                client.fail(Failure::Protocol {
                    reason: format!("no request came within {} s", SPEAK_WITHIN.as_secs()),
                });
            }
            _ => {}
        }
        if client.leaving.is_some_and(|it| it <= now) {
            client.gone = true;
        }
    }
}

/// The next moment when something is due.
pub(crate) fn next_deadline(hub: &Hub) -> Option<Instant> {
    let of_sessions = hub.sessions.values().flat_map(|it| {
        let hang_up = it.hang_up.as_ref().map(|it| it.next);
        let birth = it.birth.as_ref().map(|it| it.deadline);
        [it.grace, hang_up, birth].into_iter().flatten()
    });
    let of_clients = hub.clients.values().flat_map(|it| {
        let stage = match &it.stage {
            Stage::Probing(probing) => Some(probing.deadline),
            Stage::Silent | Stage::Greeted => Some(it.speak_by),
            _ => None,
        };
        [it.leaving, stage].into_iter().flatten()
    });
    of_sessions.chain(of_clients).chain(hub.stopping).min()
}

/// Forgets what is over and too much. Who ran for somebody who is gone is forgotten
/// before a detached run, whose output nobody may have seen.
pub(crate) fn forget(hub: &mut Hub) {
    let mut over: Vec<(u8, u32)> = hub
        .sessions
        .values()
        .filter(|it| it.is_over())
        .map(|it| {
            let worth = match it.keep {
                Keep::WhileAttached => 0,
                Keep::Grace { .. } => 1,
                Keep::Forever => 2,
            };
            (worth, it.id)
        })
        .collect();
    if over.len() <= MAX_OVER {
        return;
    }
    over.sort_unstable();
    let excess = over.len() - MAX_OVER;
    for (_, id) in over.into_iter().take(excess) {
        if hub.reading(id) == 0 {
            hub.sessions.remove(&id);
        }
    }
}
