//! What clients get of the sessions' output.
//!
//! Each client reads the session's ring with a cursor of its own. Output is read from a
//! session only as far as no typing client is overtaken: so one that does not read holds
//! up the command. With several clients, one that does not read for a while must not
//! hold up the others and is sent away; who only follows is overtaken and told so.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use session::codec::{DATA_CHUNK, HEADER, Kind};
use session::frame::{Failure, Reply};

use crate::client::{Attached, Client, Role, Stage};
use crate::hub::{Hub, SCRATCH};
use crate::listing;
use crate::ring::{Piece, Stream};
use crate::session::Session;

const STALLED_AFTER: Duration = Duration::from_secs(1);

/// As [`room`], for all sessions at once; one that is not in it has all the room of its ring.
pub(crate) fn rooms(hub: &Hub) -> BTreeMap<u32, usize> {
    let mut rooms = BTreeMap::new();
    for attached in hub.clients.values().filter_map(Client::attached) {
        if let (Role::Typing, Some(session)) = (attached.role, hub.sessions.get(&attached.session))
        {
            let room = session.ring.room(&attached.cursor);
            let least = rooms.entry(session.id).or_insert(room);
            *least = room.min(*least);
        }
    }
    rooms
}

/// How many bytes of output may be read from a session.
fn room(hub: &Hub, session: &Session) -> usize {
    let readers = waited_for(hub, session);
    let rooms = readers.map(|(_, attached)| session.ring.room(&attached.cursor));
    rooms.min().unwrap_or_else(|| session.ring.limit())
}

/// Reads the output of a session, as far as it may be.
pub(crate) fn read_session(hub: &mut Hub, id: u32) -> bool {
    let Some(session) = hub.sessions.get(&id) else {
        return false;
    };
    if !session.is_started() {
        return false;
    }
    let room = room(hub, session);
    if hub.scratch.is_empty() {
        hub.scratch = vec![0; SCRATCH];
    }
    let Some(session) = hub.sessions.get_mut(&id) else {
        return false;
    };
    let ended_before = session.exit_at.is_some();
    let read = session.read_output(room, &mut hub.scratch);
    if session.exit_at.is_some() && !ended_before {
        hub.revision += 1;
    }
    if session.is_over() {
        session.ring.shrink();
    }
    read
}

/// Sends to all clients what they may have and take.
pub(crate) fn deliver_all(hub: &mut Hub) {
    let ids: Vec<u64> = hub.clients.keys().copied().collect();
    loop {
        for id in &ids {
            deliver(hub, *id);
        }
        // An ended command's last output does not announce itself again.
        let ending: Vec<u32> = hub
            .sessions
            .values()
            .filter(|it| it.exit.is_some() && it.exit_at.is_none())
            .map(|it| it.id)
            .collect();
        let mut progress = false;
        for id in ending {
            progress |= read_session(hub, id);
        }
        if !progress {
            return;
        }
    }
}

/// Sends away who holds up others, and says when to look again.
pub(crate) fn send_stalled_away(hub: &mut Hub, now: Instant) -> Option<Instant> {
    let mut next: Option<Instant> = None;
    let mut stalled = Vec::new();
    let full = rooms(hub).into_iter().filter(|(_, room)| *room == 0);
    for session in full.filter_map(|(id, _)| hub.sessions.get(&id)) {
        if hub.typing(session.id) < 2 {
            continue;
        }
        for (id, attached) in waited_for(hub, session) {
            let blocked = hub.clients.get(&id).and_then(|it| it.blocked);
            if let (Some(since), 0) = (blocked, session.ring.room(&attached.cursor)) {
                match since + STALLED_AFTER {
                    at if at <= now => stalled.push(id),
                    at => next = Some(next.map_or(at, |it| it.min(at))),
                }
            }
        }
    }
    for id in stalled {
        if let Some(client) = hub.clients.get_mut(&id) {
            hub.revision += 1;
            client.fail(Failure::Protocol {
                reason: "this client did not read its output while others of the session did"
                    .to_owned(),
            });
        }
    }
    next
}

/// The clients that output must not overtake.
fn waited_for<'a>(
    hub: &'a Hub,
    session: &Session,
) -> impl Iterator<Item = (u64, &'a Attached)> + use<'a> {
    let id = session.id;
    hub.clients.iter().filter_map(move |(client_id, client)| {
        let attached = client.attached()?;
        let waited_for = attached.session == id && attached.role == Role::Typing;
        waited_for.then_some((*client_id, attached))
    })
}

fn deliver(hub: &mut Hub, id: u64) {
    loop {
        let Some(client) = hub.clients.get_mut(&id) else {
            return;
        };
        if client.gone || !client.flush() {
            return;
        }
        let more = match &client.stage {
            Stage::Attached(attached) => match hub.sessions.get(&attached.session) {
                Some(session) => {
                    let more = fill(client, session);
                    hub.revision += u64::from(client.leaving.is_some());
                    more
                }
                None => {
                    client.leave();
                    false
                }
            },
            Stage::Watching(seen) if *seen != Some(hub.revision) => {
                let sessions = listing::all(hub);
                let revision = hub.revision;
                if let Some(client) = hub.clients.get_mut(&id) {
                    client.reply(&Reply::Sessions(sessions));
                    // A failure to encode has ended it.
                    if matches!(client.stage, Stage::Watching(_)) {
                        client.stage = Stage::Watching(Some(revision));
                    }
                }
                true
            }
            Stage::Answered => {
                client.gone = client.leaving.is_some();
                false
            }
            _ => false,
        };
        if !more {
            if let Some(client) = hub.clients.get_mut(&id) {
                client.shrink();
            }
            return;
        }
    }
}

/// Queues the next piece of the session's output; whether there was one.
fn fill(client: &mut Client, session: &Session) -> bool {
    let Stage::Attached(attached) = &mut client.stage else {
        return false;
    };
    let until = match (attached.replay_until, session.exit_at) {
        (Some(until), _) => until,
        (None, Some(at)) => at,
        (None, None) => u64::MAX,
    };
    let left = until.saturating_sub(attached.cursor.offset);
    let most = usize::try_from(left).unwrap_or(usize::MAX).min(DATA_CHUNK);
    match session.ring.read(&mut attached.cursor, most) {
        Some(Piece::Bytes(stream, first, second)) => {
            let kind = match stream {
                Stream::Stdout => Kind::Stdout,
                Stream::Stderr => Kind::Stderr,
            };
            let out = client.out();
            let length = first.len() + second.len();
            out.reserve(HEADER + length);
            out.push(kind as u8);
            out.extend_from_slice(&(length as u32).to_le_bytes());
            out.extend_from_slice(first);
            out.extend_from_slice(second);
        }
        Some(Piece::Size(size)) => {
            // Live, the client that typed knows; the others' screens are not ours to change.
            if attached.replay_until.is_some() {
                client.reply(&Reply::ReplaySize(size));
            }
        }
        Some(Piece::Dropped(dropped)) => client.reply(&Reply::ReplayTruncated { dropped }),
        None if attached.replay_until.is_some() => {
            attached.replay_until = None;
            let only_reading = attached.role == Role::Reading;
            client.reply(&Reply::ReplayEnd);
            if only_reading {
                if let (Some(exit), Some(_)) = (session.exit, session.exit_at) {
                    client.reply(&Reply::Exit(exit));
                }
                client.leave();
            }
        }
        None => {
            let at_end = session
                .exit_at
                .is_some_and(|it| it <= attached.cursor.offset);
            match session.exit {
                Some(exit) if at_end => client.answer(&Reply::Exit(exit)),
                _ => return false,
            }
        }
    }
    true
}
