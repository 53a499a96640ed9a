//! The daemon of a home: found, killed, spoken to without the command line.

use std::{
    fs,
    os::unix::net::UnixStream,
    path::PathBuf,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal};

use crate::support::{home::Home, wait};

/// The daemons that run in this home.
pub(crate) fn all(home: &Home) -> Vec<Pid> {
    let mut found = home.processes();
    found.retain(|pid| {
        let line = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
        line.is_ok_and(|line| line.ends_with(b"daemon\0serve\0"))
    });
    found
}

/// The one daemon of this home.
#[track_caller]
pub(crate) fn only(home: &Home) -> Pid {
    match all(home).as_slice() {
        [only] => *only,
        other => panic!("expected one daemon, found {other:?}"),
    }
}

/// Kills the daemons of this home at once, and waits until they are gone. A client may have
/// started another by then.
#[track_caller]
pub(crate) fn kill(home: &Home) {
    let killed = all(home);
    for &pid in &killed {
        // It may have ended by itself meanwhile.
        let _ = rustix::process::kill_process(pid, Signal::KILL);
    }
    wait::until_true("the daemon's end", wait::LONG, || {
        all(home).iter().all(|pid| !killed.contains(pid))
    });
}

/// Waits until no daemon runs in this home.
#[track_caller]
pub(crate) fn wait_for_none(home: &Home) {
    wait::until("the daemon's end", wait::LONG, || match all(home) {
        none if none.is_empty() => Ok(()),
        some => Err(format!("{some:?}")),
    });
}

/// The path of one of the sockets of the home's only daemon folder.
#[track_caller]
pub(crate) fn socket(home: &Home, name: &str) -> PathBuf {
    let mut folders: Vec<_> = fs::read_dir(home.runtime_folder())
        .expect("there is a runtime folder")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("daemon-"))
        .map(|entry| entry.path())
        .collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.remove(0).join(name)
}

/// A connection to one of its sockets.
#[track_caller]
pub(crate) fn connect(home: &Home, name: &str) -> UnixStream {
    let path = socket(home, name);
    let stream =
        UnixStream::connect(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    stream
        .set_read_timeout(Some(wait::LONG))
        .expect("a socket has time limits");
    stream
}

/// The memory of a process that is its own, in bytes; 0 for one that has ended.
pub(crate) fn memory(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero()));
    let status = status.unwrap_or_default();
    let anonymous = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kibibytes = anonymous.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() << 10
}

/// Lets time pass, for what must not happen in it and for moments that are as good as random.
pub(crate) fn let_pass(time: Duration) {
    let start = Instant::now();
    wait::until_true("time to pass", time + wait::LONG, || {
        start.elapsed() >= time
    });
}
