//! The program's other modes, started as processes of their own. Without unsafe code
//! there is no fork; a process of ours is this program executed again.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::net::{AddressFamily, SocketFlags, SocketType};

/// The mode of [`crate::reaper`].
pub(crate) const REAPER: &str = "reaper";
/// The mode of [`crate::exec_child`].
pub(crate) const EXEC_CHILD: &str = "exec-child";
/// The mode of [`crate::probe`].
pub(crate) const PROBE: &str = "probe-child";

/// This program in another mode, with an empty environment.
pub(crate) fn command(mode: &str) -> Command {
    // The file that runs, also when the one of its name was replaced.
    let mut command = Command::new("/proc/self/exe");
    command.arg0("warpdock-init").arg(mode).env_clear();
    command
}

/// A line to a helper: init's end, which never blocks, and the helper's.
pub(crate) fn line() -> io::Result<(UnixStream, OwnedFd)> {
    let (own, helper) = rustix::net::socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?;
    rustix::io::ioctl_fionbio(&own, true)?;
    Ok((UnixStream::from(own), helper))
}
