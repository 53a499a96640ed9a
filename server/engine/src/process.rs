//! The engine's process, where it runs on this machine: who it is and since when.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::access::{Endpoint, EndpointOrigin};

const PID_FILE: &str = "/var/run/docker.pid";
const PROGRAMS: [&str; 2] = ["dockerd", "podman"];

/// `uname -r`.
pub(crate) fn kernel_release() -> String {
    let name = rustix::system::uname();
    name.release().to_string_lossy().into_owned()
}

/// The process behind the socket. The kernel names whoever called listen: under socket activation
/// that is systemd, and then the engine's pid file is asked.
pub(crate) fn engine_pid(endpoint: &Endpoint, over_sudo: bool) -> Option<u32> {
    let listener = match over_sudo {
        true => None,
        false => listener_pid(endpoint),
    };
    match listener.filter(|pid| is_engine(*pid)) {
        Some(pid) => Some(pid),
        None if endpoint.origin == EndpointOrigin::Default => {
            let text = std::fs::read_to_string(PID_FILE).ok()?;
            let pid = text.trim().parse().ok()?;
            is_engine(pid).then_some(pid)
        }
        None => None,
    }
}

/// When a process started, from its ticks since boot.
pub(crate) fn started_at(pid: u32) -> Option<SystemTime> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let ticks = start_ticks(&stat)?;
    let kernel = std::fs::read_to_string("/proc/stat").ok()?;
    let boot = kernel
        .lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()?;
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    let since_boot = Duration::from_millis(ticks.saturating_mul(1000) / per_second);
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(boot) + since_boot)
}

/// Free and all bytes of the file system that holds a folder. The folder itself may be closed to us:
/// then its nearest open ancestor answers, which is the same file system unless something is mounted
/// in between.
pub(crate) fn space(folder: &Path) -> (Option<u64>, Option<u64>) {
    for ancestor in folder.ancestors() {
        if let Ok(found) = rustix::fs::statvfs(ancestor) {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let total = found.f_blocks.saturating_mul(found.f_frsize);
            return (Some(free), Some(total));
        }
    }
    (None, None)
}

fn listener_pid(endpoint: &Endpoint) -> Option<u32> {
    let stream = UnixStream::connect(&endpoint.socket).ok()?;
    let peer = rustix::net::sockopt::socket_peercred(&stream).ok()?;
    u32::try_from(peer.pid.as_raw_nonzero().get()).ok()
}

fn is_engine(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/comm")) {
        Ok(name) => PROGRAMS.contains(&name.trim()),
        Err(_) => false,
    }
}

/// Field 22, counted after the command's name, which may itself hold spaces and brackets.
fn start_ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_brackets_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 4711 99 1";
        assert_eq!(start_ticks(stat), Some(4711));
    }

    #[test]
    fn we_ourselves_started_before_now() {
        let started = started_at(std::process::id()).expect("our own entry in /proc");
        assert!(started <= SystemTime::now() + Duration::from_secs(1));
    }
}
