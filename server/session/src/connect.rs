//! Connecting without following links, and asking the kernel who listens.
//!
//! It sends nothing.

use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use crate::client::SOCKET_NAME;
use crate::error::ConnectError;
use crate::peer::Peer;

/// Connects to the socket in `folder`, whatever its name comes to mean meanwhile.
pub(crate) fn to_socket(
    folder: &Path,
    path: &Path,
    timeout: Duration,
) -> Result<OwnedFd, ConnectError> {
    let io = |doing| {
        move |errno: Errno| ConnectError::Io {
            doing,
            source: errno.into(),
        }
    };
    let located = |errno: Errno, at: &Path| match errno {
        Errno::ACCESS | Errno::PERM => ConnectError::Denied {
            path: at.to_owned(),
        },
        Errno::NOENT | Errno::NOTDIR | Errno::LOOP => ConnectError::Missing {
            path: path.to_owned(),
            source: errno.into(),
        },
        errno => ConnectError::Io {
            doing: "open the session socket",
            source: errno.into(),
        },
    };
    let folder_fd = rustix::fs::open(
        folder,
        OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(|errno| located(errno, folder))?;
    let place = rustix::fs::openat(
        &folder_fd,
        SOCKET_NAME,
        OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(|errno| located(errno, path))?;
    let stat = rustix::fs::fstat(&place).map_err(io("look at the session socket"))?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Socket => {}
        other => {
            return Err(ConnectError::NotASocket {
                path: path.to_owned(),
                found: file_type_name(other),
            });
        }
    }
    let socket = rustix::net::socket_with(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )
    .map_err(io("make a socket"))?;
    // A paused container's full backlog would block connect for ever.
    set_send_timeout(&socket, Some(timeout)).map_err(io("set the socket's time limit"))?;
    // The opened socket itself, whatever its name means by now; and no limit of 108 bytes.
    let address = SocketAddrUnix::new(format!("/proc/self/fd/{}", place.as_raw_fd()))
        .map_err(io("name the session socket"))?;
    loop {
        match rustix::net::connect(&socket, &address) {
            Ok(()) => break,
            Err(Errno::INTR) => {}
            Err(Errno::CONNREFUSED) => {
                return Err(ConnectError::Refused {
                    path: path.to_owned(),
                });
            }
            Err(Errno::AGAIN) => {
                return Err(ConnectError::TimedOut {
                    path: path.to_owned(),
                    after: timeout,
                });
            }
            Err(errno) => return Err(located(errno, path)),
        }
    }
    set_send_timeout(&socket, None).map_err(io("set the socket's time limit"))?;
    Ok(socket)
}

fn set_send_timeout(socket: &OwnedFd, timeout: Option<Duration>) -> Result<(), Errno> {
    // Zero would mean no limit, and is refused.
    let timeout = timeout.map(|it| it.max(Duration::from_millis(1)));
    rustix::net::sockopt::set_socket_timeout(socket, rustix::net::sockopt::Timeout::Send, timeout)
}

/// Whether the process that listens is the expected one.
pub(crate) fn verify_peer(
    socket: &OwnedFd,
    expected: u32,
    path: &Path,
) -> Result<(), ConnectError> {
    let peer = Peer::of(socket).map_err(|source| ConnectError::Io {
        doing: "ask who listens on the session socket",
        source,
    })?;
    let found = peer.pid;
    match found == expected && expected != 0 {
        true => Ok(()),
        false => Err(ConnectError::Impostor {
            path: path.to_owned(),
            expected,
            found,
        }),
    }
}

fn file_type_name(file_type: FileType) -> &'static str {
    match file_type {
        FileType::RegularFile => "a file",
        FileType::Directory => "a folder",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a named pipe",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Socket => "a socket",
        FileType::Unknown => "something unknown",
    }
}
