//! Ending a session: HUP to what has the terminal, then TERM, then KILL to all of it.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::processes::{self, Processes};
use crate::session::Session;

const TERM_AFTER: Duration = Duration::from_secs(1);
const KILL_AFTER: Duration = Duration::from_secs(2);
/// Processes that are born while others are killed are killed in the next round.
const KILL_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// What survives KILL for so long waits for a dead disk or a dead GPU.
const GIVE_UP_AFTER: Duration = Duration::from_secs(10);
/// A container that is told to stop has less time.
const KILL_AT_STOP_AFTER: Duration = Duration::from_millis(1500);

/// How far it has come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HangUp {
    stage: Stage,
    /// When to go on.
    pub(crate) next: Instant,
    give_up: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    HungUp,
    Terminated,
    Killed,
}

/// Begins, unless it has begun.
pub(crate) fn begin(session: &mut Session, now: Instant) {
    if session.is_empty() || session.hang_up.is_some() {
        return;
    }
    session.grace = None;
    say_hang_up(session);
    session.hang_up = Some(HangUp {
        stage: Stage::HungUp,
        next: now + TERM_AFTER,
        give_up: now + TERM_AFTER + KILL_AFTER + GIVE_UP_AFTER,
    });
}

/// Begins, or goes on, as a container does that is told to stop.
pub(crate) fn begin_stop(session: &mut Session, now: Instant) {
    if session.is_empty() {
        return;
    }
    say_hang_up(session);
    processes::signal_all(&session.live(&Processes::now()), Signal::TERM);
    session.hang_up = Some(HangUp {
        stage: Stage::Terminated,
        next: now + KILL_AT_STOP_AFTER,
        give_up: now + GIVE_UP_AFTER,
    });
}

/// Goes on when it is time. Whether something is left that cannot be killed.
pub(crate) fn advance(session: &mut Session, now: Instant) -> bool {
    let Some(hang_up) = session.hang_up else {
        return false;
    };
    if now < hang_up.next {
        return false;
    }
    if hang_up.stage == Stage::HungUp {
        // A shell that was about to wait for a key notes the first one and waits all the same.
        say_hang_up(session);
    }
    let pids = session.live(&Processes::now());
    let (signal, stage, wait) = match hang_up.stage {
        Stage::HungUp => (Signal::TERM, Stage::Terminated, KILL_AFTER),
        Stage::Terminated | Stage::Killed => (Signal::KILL, Stage::Killed, KILL_AGAIN_AFTER),
    };
    processes::signal_all(&pids, signal);
    // A stopped process takes TERM only when it goes on.
    processes::signal_all(&pids, Signal::CONT);
    let given_up = stage == Stage::Killed && now >= hang_up.give_up;
    session.hang_up = match given_up {
        true => None,
        false => Some(HangUp {
            stage,
            next: now + wait,
            ..hang_up
        }),
    };
    given_up
}

fn say_hang_up(session: &Session) {
    let groups = [session.streams.foreground(), session.leader_group()];
    let mut told = None;
    for group in groups.into_iter().flatten() {
        if told != Some(group) {
            let _ = rustix::process::kill_process_group(group, Signal::HUP);
            let _ = rustix::process::kill_process_group(group, Signal::CONT);
        }
        told = Some(group);
    }
    if told.is_none() {
        let pids = session.live(&Processes::now());
        processes::signal_all(&pids, Signal::HUP);
        processes::signal_all(&pids, Signal::CONT);
    }
}
