//! `warpdock attach`.

use std::{
    io::{self, Write},
    time::Duration,
};

use session::frame::{Attach, Reply, Request, SessionInfo};

use crate::{
    cli::{
        Ended,
        args::{AttachArguments, Global, OverrideArguments},
        call::{Call, Way, target},
        failed::Failed,
        open,
    },
    terminal::{self, Outcome, Streams},
};

/// How long init may take to answer what it knows.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Comes back to a session.
pub fn run(global: &Global, arguments: &AttachArguments) -> Ended {
    let options = open::options(&arguments.detach.detach_keys)?;
    let mut call = Call::begin()?;
    let target = target(global, &OverrideArguments::default())?;
    let session = match &arguments.session {
        Some(session) => session.clone(),
        None => newest(&mut call, &target)?,
    };
    let way = call.session(&target)?;
    let container = way.endpoint.name.clone();
    drop(call);
    let streams = Streams::standard();
    let name = session.clone();
    let attach = Attach {
        session,
        size: streams.size(),
    };
    let outcome = terminal::attach(way.connection, attach, streams, &options)
        .map_err(|error| open::terminal_failed(&error))?;
    if let Outcome::Exit(exit) = &outcome {
        writeln!(
            io::stderr(),
            "session {name} has ended (exit code {})",
            exit.code()
        )?;
    }
    open::end(outcome, &container)
}

/// The sessions of a container, the oldest first.
pub fn list(way: &mut Way) -> Result<Vec<SessionInfo>, Failed> {
    let reply = way.connection.ask_within(&Request::List, ANSWER_LIMIT);
    match reply {
        Ok(Reply::Sessions(sessions)) => Ok(sessions),
        Ok(other) => Err(Failed::ours(
            "session-protocol",
            protocol::failure::Tier::Bug,
            format!("init answered {other:?}"),
            &[],
        )),
        Err(source) => {
            let error = crate::error::Error::Init {
                name: way.endpoint.name.clone(),
                source,
            };
            Err(Failed::Failure(Box::new(error.failure())))
        }
    }
}

/// The newest session that runs with a terminal; one that nobody is attached to goes first.
fn newest(
    call: &mut Call,
    target: &protocol::container::WorkspaceParams,
) -> Result<String, Failed> {
    let sessions = list(&mut call.session(target)?)?;
    let running = sessions
        .iter()
        .rev()
        .filter(|session| session.exit.is_none());
    let terminals: Vec<_> = running
        .filter(|session| session.terminal.is_some())
        .collect();
    let alone = terminals.iter().find(|session| session.clients == 0);
    match alone.or(terminals.first()) {
        Some(session) => Ok(session.id.to_string()),
        None => Err(Failed::ours(
            "no-such-session",
            protocol::failure::Tier::Input,
            "no session with a terminal is running in this container".to_owned(),
            &["`warpdock sessions --all` lists what there is; `warpdock shell` opens one"],
        )),
    }
}
