//! What `doctor` says of the GPU chain, shared memory and disks: a line each, from facts.
//! This file owns what a line is and the lines about memory and disks, [`chain`] the GPU's.
//! The lines about the engine and its socket are the daemon's, which made the connection.

mod chain;

use serde::Serialize;

use crate::cause::Cause;
use crate::decide::EngineFacts;
use crate::facts::HostFacts;
use crate::{shm, size};

/// One check of the doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What was looked at, in a few words; stable.
    pub check: String,
    /// How it is.
    pub state: State,
    /// What was found. Lower case but for names, no full stop.
    pub text: String,
    /// What to do, where something is to be done.
    pub remedy: Option<String>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// As it should be.
    Ok,
    /// Works, with a catch.
    Warn,
    /// Does not work.
    Fail,
    /// Could not be looked at, or does not matter here.
    Skip,
}

/// How the engine is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It answers, directly or over sudo.
    Reached,
    /// It is there and refuses this user.
    Denied,
    /// It is not there.
    Absent,
}

/// Space of a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// What lies there: `images`, `state`.
    pub holds: String,
    /// The folder that was asked about.
    pub path: String,
    /// Bytes that this user may still write.
    pub free_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// Everything that was examined.
#[derive(Debug, Clone)]
pub struct Examined<'a> {
    /// The host.
    pub host: &'a HostFacts,
    /// The engine, when it answers.
    pub engine: Option<&'a EngineFacts>,
    /// How it is reached.
    pub access: Access,
    /// Size of /dev/shm that containers get, when the project or the user chose one.
    pub shm_bytes: Option<u64>,
    /// Disks that matter.
    pub disks: &'a [Disk],
}

const GIB: u64 = 1 << 30;

/// An image with CUDA and a framework takes some 8 GiB, and its build twice that.
const LITTLE_SPACE: u64 = 20 * GIB;
const NO_SPACE: u64 = GIB;

/// Examines. The order is the chain's: what is below depends on what is above.
pub fn lines(examined: &Examined<'_>) -> Vec<Line> {
    let mut lines = chain::lines(examined);
    lines.push(shm_line(examined));
    lines.extend(examined.disks.iter().map(disk_line));
    lines
}

impl Line {
    /// A line without a remedy.
    pub fn new(check: &str, state: State, text: impl Into<String>) -> Line {
        Line {
            check: check.to_owned(),
            state,
            text: text.into(),
            remedy: None,
        }
    }

    /// A line of a cause.
    pub fn of_cause(check: &str, state: State, cause: &Cause) -> Line {
        Line {
            remedy: Some(cause.remedy()),
            ..Line::new(check, state, cause.to_string())
        }
    }
}

fn shm_line(examined: &Examined<'_>) -> Line {
    let check = "shared memory";
    let chosen = examined.shm_bytes;
    let Some(bytes) = chosen.or_else(|| shm::default_bytes(examined.host.memory_bytes, None))
    else {
        return Line::new(check, State::Skip, "the machine's memory is unknown");
    };
    let text = match chosen {
        Some(_) => format!(
            "containers get a /dev/shm of {}, as chosen",
            size::for_people(bytes)
        ),
        None => format!(
            "containers get a /dev/shm of {}, of {} of memory",
            size::for_people(bytes),
            size::for_people(examined.host.memory_bytes)
        ),
    };
    match bytes <= shm::ENGINE_DEFAULT {
        true => Line {
            remedy: Some("choose more, such as --shm-size=8g, or choose none".to_owned()),
            ..Line::new(
                check,
                State::Warn,
                format!("{text}: data loaders with workers die of that"),
            )
        },
        false => Line::new(check, State::Ok, text),
    }
}

fn disk_line(disk: &Disk) -> Line {
    let check = format!("disk for {}", disk.holds);
    let text = format!(
        "{} free of {} at {}",
        size::for_people(disk.free_bytes),
        size::for_people(disk.total_bytes),
        disk.path
    );
    let state = match disk.free_bytes {
        free if free < NO_SPACE => State::Fail,
        free if free < LITTLE_SPACE && disk.holds == IMAGES => State::Warn,
        _ => State::Ok,
    };
    let remedy = match state {
        State::Ok | State::Skip => None,
        State::Warn | State::Fail if disk.holds == IMAGES => Some(
            "see what can go with `docker system df`, and remove images that nobody uses with `docker image prune`"
                .to_owned(),
        ),
        State::Warn | State::Fail => Some(format!("make room at {}", disk.path)),
    };
    Line {
        remedy,
        ..Line::new(&check, state, text)
    }
}

/// [`Disk::holds`] of the engine's data folder.
pub const IMAGES: &str = "images";

#[cfg(test)]
mod tests;
