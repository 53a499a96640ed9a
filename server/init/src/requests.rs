//! What clients ask for.

use std::time::Instant;

use session::codec::Frame;
use session::frame::{Attach, Control, Failure, Open, Reply, Request, Stdio};

use crate::accounts;
use crate::client::{Attached, Client, Received, Role, Stage};
use crate::environment::{Origin, environment};
use crate::hang_up;
use crate::hub::{Hub, MAX_CLIENTS, MAX_SESSIONS, SCRATCH};
use crate::job::{BecomeUser, ExecJob};
use crate::listing;
use crate::look;
use crate::lookup;
use crate::session::{Session, Start};
use crate::users::Identity;

/// Input that a session has not taken, before its clients are not read any more.
pub(crate) const MAX_INPUT: usize = 64 << 10;
const MAX_NAME: usize = 128;

/// Whether a client's frames are taken now.
pub(crate) fn is_listened_to(hub: &Hub, client: &Client) -> bool {
    match &client.stage {
        Stage::Silent | Stage::Greeted => true,
        Stage::Opening(_) => false,
        Stage::Attached(attached) => hub
            .sessions
            .get(&attached.session)
            .is_none_or(|it| it.input.len() < MAX_INPUT),
        // Read for its end only.
        Stage::Watching(_) | Stage::HangingUp(_) | Stage::Probing(_) | Stage::Answered => true,
    }
}

/// Reads from a client and does what it says.
pub(crate) fn read_client(hub: &mut Hub, id: u64) {
    if hub.scratch.is_empty() {
        hub.scratch = vec![0; SCRATCH];
    }
    let Some(client) = hub.clients.get_mut(&id) else {
        return;
    };
    match client.receive(&mut hub.scratch) {
        Received::Bytes => read_frames(hub, id),
        Received::Nothing => {}
        Received::Ended => client.gone = true,
    }
}

/// Does what a client has said already.
pub(crate) fn read_frames(hub: &mut Hub, id: u64) {
    loop {
        let Some(client) = hub.clients.get_mut(&id) else {
            return;
        };
        if client.gone || matches!(client.stage, Stage::Opening(_)) {
            return;
        }
        if client.leaving.is_some() {
            // What a client says after its last word does not matter, nor fill memory.
            client.decoder = Default::default();
            return;
        }
        match client.decoder.next_frame() {
            Ok(None) => return,
            Ok(Some(frame)) => take(hub, id, frame),
            Err(error) => client.fail(broken(&error.to_string())),
        }
    }
}

fn take(hub: &mut Hub, id: u64, frame: Frame) {
    let Some(client) = hub.clients.get_mut(&id) else {
        return;
    };
    match (&mut client.stage, frame) {
        (Stage::Silent, Frame::Hello(hello)) => match hello.version {
            0 => client.fail(broken("there is no protocol version 0")),
            _ => client.stage = Stage::Greeted,
        },
        (Stage::Silent, _) => client.fail(broken("the first frame was no hello")),
        (Stage::Greeted, Frame::Request(request)) => {
            if let Err(failure) = handle(hub, id, request)
                && let Some(client) = hub.clients.get_mut(&id)
            {
                client.fail(failure);
            }
        }
        (Stage::Attached(attached), Frame::Stdin(bytes)) if attached.role == Role::Typing => {
            let (session, size) = (attached.session, attached.size);
            if let Some(session) = hub.sessions.get_mut(&session) {
                session.typist = Some(id);
                if let Some(size) = size {
                    session.resize(size);
                }
                session.type_in(&bytes);
            }
        }
        (Stage::Attached(_), Frame::Control(control)) => self::control(hub, id, control),
        _ => client.fail(broken("a frame that does not belong there")),
    }
}

fn control(hub: &mut Hub, id: u64, control: Control) {
    let Some(client) = hub.clients.get_mut(&id) else {
        return;
    };
    let Stage::Attached(attached) = &mut client.stage else {
        return;
    };
    let session_id = attached.session;
    match control {
        Control::Detach => {
            attached.detached = true;
            client.gone = true;
            return;
        }
        Control::Resize(size) => attached.size = Some(size),
        Control::Eof | Control::Signal { .. } => {}
    }
    if attached.role != Role::Typing {
        return client.fail(broken("this client may only read"));
    }
    let alone = hub.typing(session_id) == 1;
    let Some(session) = hub.sessions.get_mut(&session_id) else {
        return;
    };
    match control {
        Control::Resize(size) => {
            if alone || session.typist == Some(id) {
                session.resize(size);
            }
        }
        Control::Eof => {
            session.typist = Some(id);
            session.end_input();
        }
        Control::Signal { signal, to } => {
            // It may have ended on the way: that is no fault, and the exit code follows.
            let _ = session.signal(signal, to);
        }
        Control::Detach => {}
    }
}

fn handle(hub: &mut Hub, id: u64, request: Request) -> Result<(), Failure> {
    match request {
        Request::Open(request) => open(hub, id, request),
        Request::Attach(request) => attach(hub, id, &request),
        Request::Logs { session, follow } => {
            let role = match follow {
                true => Role::Following,
                false => Role::Reading,
            };
            let session = find(hub, &session)?;
            join(hub, id, session, role, None)
        }
        Request::List => {
            let sessions = listing::all(hub);
            answer(hub, id, &Reply::Sessions(sessions))
        }
        Request::Watch => {
            if let Some(client) = hub.clients.get_mut(&id) {
                client.stage = Stage::Watching(None);
            }
            Ok(())
        }
        Request::Signal {
            session,
            signal,
            to,
        } => {
            let session = find(hub, &session)?;
            if let Some(session) = hub.sessions.get(&session) {
                session.signal(signal, to)?;
            }
            answer(hub, id, &Reply::Done)
        }
        Request::HangUp { session } => {
            let session = find(hub, &session)?;
            match hub.sessions.get_mut(&session) {
                Some(session) if !session.is_empty() => hang_up::begin(session, Instant::now()),
                _ => return answer(hub, id, &Reply::Done),
            }
            if let Some(client) = hub.clients.get_mut(&id) {
                client.stage = Stage::HangingUp(session);
            }
            Ok(())
        }
        Request::Probe(request) => look::begin(hub, id, request),
    }
}

fn answer(hub: &mut Hub, id: u64, reply: &Reply) -> Result<(), Failure> {
    if let Some(client) = hub.clients.get_mut(&id) {
        client.answer(reply);
    }
    Ok(())
}

fn open(hub: &mut Hub, id: u64, request: Open) -> Result<(), Failure> {
    if hub.stopping.is_some() {
        return Err(Failure::System {
            doing: "open a session".to_owned(),
            error: "the container is stopping".to_owned(),
        });
    }
    let running = hub.sessions.values().filter(|it| !it.is_over()).count();
    if running >= MAX_SESSIONS {
        return Err(too_many("sessions", MAX_SESSIONS));
    }
    if let Some(name) = &request.name {
        check_name(hub, name)?;
    }
    let (own, user) = users(hub, request.user.as_deref())?;
    let shell = lookup::shell(user.shell.as_deref());
    let shell_path = shell
        .as_ref()
        .ok()
        .and_then(|it| it.first())
        .map(|it| lookup::lossy(it));
    let environment = environment(&Origin {
        inherited: &hub.environment,
        own: &own,
        user: &user,
        shell: shell_path.as_deref(),
        terminal: matches!(request.stdio, Stdio::Terminal(_)),
        changes: &request.env,
    });
    let argv = match request.argv.is_empty() {
        true => shell?,
        false => request.argv,
    };
    let session_id = hub.session_id();
    let session = Session::start(Start {
        id: session_id,
        name: request.name.unwrap_or_else(|| session_id.to_string()),
        keep: request.keep,
        stdio: request.stdio,
        job: ExecJob {
            argv,
            env: environment.into_iter().collect(),
            cwd: request.cwd,
            become_user: BecomeUser {
                user,
                running_as: own.name,
            },
            terminal: matches!(request.stdio, Stdio::Terminal(_)),
            open_files: hub.open_files,
        },
        opener: id,
    })?;
    hub.sessions.insert(session_id, session);
    if let Some(client) = hub.clients.get_mut(&id) {
        client.stage = Stage::Opening(session_id);
    }
    Ok(())
}

fn attach(hub: &mut Hub, id: u64, request: &Attach) -> Result<(), Failure> {
    let session_id = find(hub, &request.session)?;
    join(hub, id, session_id, Role::Typing, request.size)?;
    let alone = hub.typing(session_id) == 1;
    if let Some(session) = hub.sessions.get_mut(&session_id) {
        session.grace = None;
        if let (true, Some(size)) = (alone, request.size) {
            session.resize(size);
        }
    }
    Ok(())
}

fn join(
    hub: &mut Hub,
    id: u64,
    session_id: u32,
    role: Role,
    size: Option<session::frame::Size>,
) -> Result<(), Failure> {
    if hub.reading(session_id) >= MAX_CLIENTS {
        return Err(too_many("clients of this session", MAX_CLIENTS));
    }
    let Some(session) = hub.sessions.get(&session_id) else {
        return Ok(());
    };
    let (cursor, old_size) = session.ring.beginning();
    let dropped = session.ring.dropped();
    let attached = Attached {
        session: session_id,
        cursor,
        replay_until: Some(session.ring.end()),
        role,
        size,
        detached: false,
    };
    if let Some(client) = hub.clients.get_mut(&id) {
        client.stage = Stage::Attached(attached);
    }
    hub.revision += 1;
    let info = listing::info(hub, session_id);
    if let (Some(client), Some(info)) = (hub.clients.get_mut(&id), info) {
        client.reply(&Reply::Opened(info));
        if dropped > 0 {
            client.reply(&Reply::ReplayTruncated { dropped });
        }
        if let Some(size) = old_size {
            client.reply(&Reply::ReplaySize(size));
        }
    }
    Ok(())
}

/// Init's own user and the one that is meant.
pub(crate) fn users(hub: &Hub, spec: Option<&str>) -> Result<(Identity, Identity), Failure> {
    let accounts = accounts::read();
    let own = accounts.describe(&hub.ids);
    let user = match spec {
        None => own.clone(),
        Some(spec) => accounts.resolve(spec, &hub.ids)?,
    };
    Ok((own, user))
}

/// The session of that name, the running one first, or of that id.
fn find(hub: &Hub, session: &str) -> Result<u32, Failure> {
    let started = || hub.sessions.values().rev().filter(|it| it.is_started());
    let id = session.parse::<u32>().ok();
    let found = started()
        .find(|it| it.name == session && it.exit.is_none())
        .or_else(|| started().find(|it| it.name == session))
        .or_else(|| started().find(|it| Some(it.id) == id));
    match found {
        Some(session) => Ok(session.id),
        None => Err(Failure::NoSuchSession {
            session: session.to_owned(),
        }),
    }
}

fn check_name(hub: &Hub, name: &str) -> Result<(), Failure> {
    let fits = !name.is_empty() && name.len() <= MAX_NAME && !name.chars().any(char::is_control);
    if !fits {
        return Err(broken(&format!(
            "a session's name has 1 to {MAX_NAME} bytes and no control characters"
        )));
    }
    // Leftovers of an ended command do not hold its name.
    match hub
        .sessions
        .values()
        .any(|it| it.name == name && it.exit.is_none())
    {
        true => Err(Failure::NameTaken {
            name: name.to_owned(),
        }),
        false => Ok(()),
    }
}

pub(crate) fn too_many(what: &str, limit: usize) -> Failure {
    Failure::TooMany {
        what: what.to_owned(),
        limit: u32::try_from(limit).unwrap_or(u32::MAX),
    }
}

fn broken(reason: &str) -> Failure {
    Failure::Protocol {
        reason: reason.to_owned(),
    }
}
