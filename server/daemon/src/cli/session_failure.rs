//! Init's refusals, in words and exit codes.

use protocol::failure::{Failure as Said, Tier};
use session::frame::Failure;

/// What init refused, to what, why. Lower case, no full stop.
pub fn message(failure: &Failure) -> String {
    match failure {
        Failure::CommandNotFound { command } => format!("{command}: not found in the container"),
        Failure::NotExecutable { command, reason } => {
            format!("{command} cannot be executed: {reason}")
        }
        Failure::BadWorkingFolder { path, reason } => {
            format!("the folder {path} cannot be used in the container: {reason}")
        }
        Failure::UnknownUser { user } => format!("the container has no user {user}"),
        Failure::CannotSwitchUser { user, running_as } => {
            format!("the container runs as {running_as}, who may not become {user}")
        }
        Failure::NoShell { tried } => {
            format!("the image has no shell (looked for {})", tried.join(", "))
        }
        Failure::NoSuchSession { session } => format!("there is no session {session}"),
        Failure::NameTaken { name } => format!("a session called {name} is running"),
        Failure::Ended { session } => format!("session {session} has ended"),
        Failure::TooMany { what, limit } => {
            format!("the container has {limit} {what} already, which is the limit")
        }
        Failure::System { doing, error } => format!("the container cannot {doing}: {error}"),
        Failure::Protocol { reason } => format!("init did not understand: {reason}"),
    }
}

/// The exit code: as a shell and docker have it.
pub fn exit_code(failure: &Failure) -> i32 {
    match failure {
        Failure::CommandNotFound { .. } => 127,
        Failure::NotExecutable { .. } => 126,
        _ => 125,
    }
}

/// As every other failure travels, for `--json`.
pub fn said(failure: &Failure) -> Said {
    let (kind, remedy): (&str, &[&str]) = match failure {
        Failure::CommandNotFound { .. } => (
            "command-not-found",
            &["is it installed in the image, and on the PATH of that user? `warpdock shell` looks"],
        ),
        Failure::NotExecutable { .. } => (
            "not-executable",
            &[
                "check its mode (chmod +x), its first line (#!), and the architecture it was built for",
            ],
        ),
        Failure::BadWorkingFolder { .. } => {
            ("bad-working-folder", &["name another one with --workdir"])
        }
        Failure::UnknownUser { .. } => (
            "unknown-user",
            &["use a user of the image, or a number: --user 1000:1000"],
        ),
        Failure::CannotSwitchUser { .. } => (
            "cannot-switch-user",
            &[
                "leave out --user; or have the container run as root (containerUser) with SETUID and SETGID",
            ],
        ),
        Failure::NoShell { .. } => (
            "no-shell",
            &["`warpdock exec -- PROGRAM` and `warpdock run` need none"],
        ),
        Failure::NoSuchSession { .. } => {
            ("no-such-session", &["`warpdock sessions --all` lists them"])
        }
        Failure::NameTaken { .. } => (
            "name-taken",
            &["choose another --name, or end the other: `warpdock kill`"],
        ),
        Failure::Ended { .. } => (
            "session-ended",
            &["`warpdock logs` shows what it has written"],
        ),
        Failure::TooMany { .. } => (
            "too-many",
            &["`warpdock sessions` lists them, `warpdock kill` ends them"],
        ),
        Failure::System { .. } => (
            "container-system",
            &["look at the container's limits of processes and memory"],
        ),
        Failure::Protocol { .. } => (
            "session-protocol",
            &["`warpdock rebuild` makes a container with this release's init"],
        ),
    };
    Said {
        kind: kind.to_owned(),
        tier: Tier::Input,
        message: message(failure),
        detail: None,
        remedy: remedy.iter().map(|line| (*line).to_owned()).collect(),
        command: None,
        problems: Vec::new(),
        actions: Vec::new(),
    }
}
