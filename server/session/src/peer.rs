//! Who is at the other end of a socket.

use std::io;
use std::os::fd::AsFd;

use nix::sys::socket::{getsockopt, sockopt};

/// A process as it was when it connected or began to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// As this process's own namespace numbers it; 0 for one that is outside of it.
    pub pid: u32,
    /// As this process's own namespace numbers it.
    pub uid: u32,
}

impl Peer {
    /// Asks the kernel.
    ///
    /// # Errors
    /// When it is no connected Unix socket.
    pub fn of(socket: &impl AsFd) -> io::Result<Peer> {
        // Not rustix's: its process ids cannot be 0, and an outside peer's is.
        let credentials = getsockopt(socket, sockopt::PeerCredentials)?;
        Ok(Peer {
            pid: u32::try_from(credentials.pid()).unwrap_or(0),
            uid: credentials.uid(),
        })
    }
}
