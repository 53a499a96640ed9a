//! `warpdock logs`.

use crate::{
    cli::{
        Ended,
        args::{Global, OverrideArguments, sessions::LogsArguments},
        attach::list,
        call::{Call, target},
        failed::Failed,
        open,
    },
    terminal::{self, Outcome, Streams},
};

/// Prints what a session has written.
pub fn run(global: &Global, arguments: &LogsArguments) -> Ended {
    let mut call = Call::begin()?;
    let target = target(global, &OverrideArguments::default())?;
    let session = match &arguments.session {
        Some(session) => session.clone(),
        None => match list(&mut call.session(&target)?)?.last() {
            Some(session) => session.id.to_string(),
            None => {
                return Err(Failed::ours(
                    "no-such-session",
                    protocol::failure::Tier::Input,
                    "there is no session in this container".to_owned(),
                    &["`warpdock run --detach -- COMMAND` starts one"],
                ));
            }
        },
    };
    let way = call.session(&target)?;
    let container = way.endpoint.name.clone();
    drop(call);
    let outcome = terminal::logs(
        way.connection,
        &session,
        arguments.follow,
        Streams::standard(),
    )
    .map_err(|error| open::terminal_failed(&error))?;
    match outcome {
        // The session's end is the log's end, whatever its exit code.
        Outcome::Exit(_) | Outcome::Detached { .. } | Outcome::OutputClosed => {
            Ok(std::process::ExitCode::SUCCESS)
        }
        Outcome::Failed(failure) => Err(Failed::Failure(Box::new(
            crate::cli::session_failure::said(&failure),
        ))),
        other => open::end(other, &container),
    }
}
