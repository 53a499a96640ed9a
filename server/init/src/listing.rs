//! Sessions as clients see them.

use session::frame::{ProcessInfo, SessionInfo};

use crate::hub::Hub;
use crate::processes;
use crate::session::Session;

/// All sessions must fit in one frame, however long their command lines are.
const BUDGET: usize = 900 << 10;
const MAX_COMMAND: usize = 4096;
/// What an entry costs besides its texts, generously.
const ENTRY: usize = 128;

/// One session.
pub(crate) fn info(hub: &Hub, id: u32) -> Option<SessionInfo> {
    let session = hub.sessions.get(&id)?;
    Some(describe(hub, session, BUDGET / 16))
}

/// All sessions, the oldest first.
pub(crate) fn all(hub: &Hub) -> Vec<SessionInfo> {
    let budget = BUDGET / hub.sessions.len().max(1);
    hub.sessions
        .values()
        .filter(|it| it.is_started())
        .map(|session| describe(hub, session, budget))
        .collect()
}

fn describe(hub: &Hub, session: &Session, budget: usize) -> SessionInfo {
    let fixed = ENTRY + session.name.len() + session.user.len();
    let mut left = budget.saturating_sub(fixed);
    let command = shorten(&session.command, MAX_COMMAND.min(left / 2));
    left -= left.min(command.iter().map(|it| it.len() + 4).sum());
    let mut listed = Vec::new();
    for pid in session.shown() {
        let command = processes::command(pid);
        let cost = command.len() + 16;
        if cost > left {
            break;
        }
        left -= cost;
        listed.push(ProcessInfo { pid, command });
    }
    SessionInfo {
        id: session.id,
        name: session.name.clone(),
        command,
        user: session.user.clone(),
        terminal: session.size,
        keep: session.keep,
        started: session.started,
        clients: u32::try_from(hub.reading(session.id)).unwrap_or(u32::MAX),
        pid: match session.exit {
            None => session.leader.unwrap_or(0),
            Some(_) => 0,
        },
        processes: listed,
        exit: session.exit_at.and(session.exit),
        ended: session.ended,
    }
}

/// Words up to a total length; the one that is cut ends in an ellipsis.
fn shorten(words: &[String], most: usize) -> Vec<String> {
    let mut left = most;
    let mut short = Vec::new();
    for word in words {
        if word.len() + 4 <= left {
            left -= word.len() + 4;
            short.push(word.clone());
            continue;
        }
        let mut end = left.saturating_sub(8);
        while !word.is_char_boundary(end) {
            end -= 1;
        }
        short.push(format!("{}…", &word[..end]));
        break;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_command_lines_are_cut_between_characters() {
        let words = vec!["echo".to_owned(), "äöü".repeat(30), "x".to_owned()];
        assert_eq!(shorten(&words, 400), words);
        assert_eq!(shorten(&words, 33), ["echo", "äöüäöüäö…"]);
        assert_eq!(shorten(&words, 3), ["…"]);
    }
}
