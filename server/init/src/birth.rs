//! The beginning of a session: from the request to the command that runs, or to why it does not.

use session::frame::{Failure, Reply};

use crate::client::{Attached, Role, Stage};
use crate::hub::{Hub, abandoned, cut_short};
use crate::lines::BIRTH_WITHIN;
use crate::processes::{self, Processes};

/// What the process that becomes a session's command has said.
pub(crate) fn spoke(hub: &mut Hub, id: u32) {
    let Some(session) = hub.sessions.get_mut(&id) else {
        return;
    };
    let Some(birth) = &mut session.birth else {
        return;
    };
    let mut bytes = [0; 4096];
    let failure = loop {
        match rustix::io::read(&birth.socket, &mut bytes) {
            Ok(0) => match birth.decoder.at_boundary() {
                true => break None,
                false => break Some(cut_short()),
            },
            Ok(length) => birth.decoder.feed(&bytes[..length]),
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => return,
            Err(_) => break Some(cut_short()),
        }
        match birth.decoder.next_frame() {
            Ok(Some(session::codec::Frame::Reply(Reply::Failed(failure)))) => break Some(failure),
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => break Some(cut_short()),
        }
    };
    match failure {
        None => {
            birth.executed = true;
            started(hub, id);
        }
        Some(failure) => not_started(hub, id, failure),
    }
}

/// The command runs, once it is executed and its process known.
pub(crate) fn started(hub: &mut Hub, id: u32) {
    let Some(session) = hub.sessions.get_mut(&id) else {
        return;
    };
    let Some(birth) = &session.birth else {
        return;
    };
    if session.leader.is_none() || !birth.executed {
        return;
    }
    let opener = birth.opener;
    let size = session.size;
    session.birth = None;
    let cursor = session.ring.beginning().0;
    hub.revision += 1;
    let info = crate::listing::info(hub, id);
    match (hub.clients.get_mut(&opener), info) {
        (Some(client), Some(info)) => {
            client.reply(&Reply::Opened(info));
            client.stage = Stage::Attached(Attached {
                session: id,
                cursor,
                replay_until: None,
                role: Role::Typing,
                size,
                detached: false,
            });
            // It may have typed ahead.
            crate::requests::read_frames(hub, opener);
        }
        _ => abandoned(hub, id),
    }
}

/// What is to become the command has not come so far: a dead disk, as a rule.
pub(crate) fn give_up(hub: &mut Hub, id: u32) {
    if let Some(session) = hub.sessions.get(&id) {
        let mut pids = session.live(&Processes::now());
        pids.extend(session.reaper.as_ref().map(|it| it.pid));
        processes::signal_all(&pids, rustix::process::Signal::KILL);
    }
    let failure = Failure::System {
        doing: "start the session".to_owned(),
        error: format!(
            "its command did not begin within {} s; the working folder or the command's disk \
             does not answer",
            BIRTH_WITHIN.as_secs()
        ),
    };
    not_started(hub, id, failure);
}

/// The command does not run, for this reason; the session never was.
pub(crate) fn not_started(hub: &mut Hub, id: u32, failure: Failure) {
    let Some(session) = hub.sessions.remove(&id) else {
        return;
    };
    hub.revision += 1;
    let opener = session.birth.map(|it| it.opener);
    if let Some(client) = opener.and_then(|it| hub.clients.get_mut(&it)) {
        client.fail(failure);
    }
}
