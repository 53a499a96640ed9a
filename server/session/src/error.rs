//! Why a container's init cannot be reached, and what to do about it.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::codec::CodecError;
use crate::frame::VERSION;

/// No connection, or the end of one.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No socket: the container does not run, or its init is gone.
    #[error("no session socket at {}: {source}", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// A stale socket: nobody listens on it.
    #[error("nobody listens on {}", path.display())]
    Refused {
        /// The socket.
        path: PathBuf,
    },
    /// Something that is no socket is in its place, a symbolic link for one.
    #[error("{} is not a socket but {found}: something in the container replaced it", path.display())]
    NotASocket {
        /// The place.
        path: PathBuf,
        /// What was found.
        found: &'static str,
    },
    /// Another process than the container's init listens.
    #[error("process {found} answers on {} instead of the container's init, process {expected}", path.display())]
    Impostor {
        /// The socket.
        path: PathBuf,
        /// The container's first process, as the engine names it.
        expected: u32,
        /// Who listens.
        found: u32,
    },
    /// This user may not use the socket.
    #[error("permission denied on {}", path.display())]
    Denied {
        /// The socket or its folder.
        path: PathBuf,
    },
    /// Init did not say hello in time.
    #[error("the container's init did not answer on {} within {:.1} s", path.display(), after.as_secs_f32())]
    TimedOut {
        /// The socket.
        path: PathBuf,
        /// How long we waited.
        after: Duration,
    },
    /// Init speaks a protocol that this build does not.
    #[error(
        "the container's init is of release {release} and speaks protocol {version}, this build speaks 1 to {VERSION}"
    )]
    Incompatible {
        /// Init's protocol version.
        version: u32,
        /// Init's release.
        release: String,
    },
    /// What came is no frame of the protocol.
    #[error("the container's init sent {source}")]
    Garbage {
        /// What is wrong with it.
        #[from]
        source: CodecError,
    },
    /// What we would send does not fit.
    #[error("cannot send {source}")]
    TooLong {
        /// What does not fit.
        source: CodecError,
    },
    /// Init answered with something that this request does not have.
    #[error("the container's init answered with an unexpected {what}")]
    Unexpected {
        /// What came.
        what: &'static str,
    },
    /// The connection ended while an answer was awaited.
    #[error("the container's init closed the connection")]
    Closed,
    /// Anything else that the kernel refused.
    #[error("{doing}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// What the kernel said.
        source: io::Error,
    },
}

impl ConnectError {
    /// What the user can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            ConnectError::Missing { .. } | ConnectError::Refused { .. } => {
                "the container has stopped or was started by something else: run `warpdock up`"
            }
            ConnectError::NotASocket { .. } | ConnectError::Impostor { .. } => {
                "do not trust this container: look at what runs in it, then `warpdock down` and `warpdock up`"
            }
            ConnectError::Denied { .. } => {
                "the container belongs to another user of this machine: use your own, with `warpdock up`"
            }
            ConnectError::TimedOut { .. } => {
                "the container may be paused or the machine overloaded: `docker unpause` it, or try again"
            }
            ConnectError::Incompatible { .. } => {
                "start the container anew with `warpdock rebuild`, or use the warpdock that started it"
            }
            ConnectError::Garbage { .. } | ConnectError::Unexpected { .. } => {
                "this is a fault of warpdock or of something in the container: `warpdock down` and `warpdock up`, and report it"
            }
            ConnectError::TooLong { .. } => "shorten the command line or the environment",
            ConnectError::Closed => {
                "the container has stopped or was killed: `warpdock status` says more, `warpdock up` starts it"
            }
            ConnectError::Io { .. } => "see what the system says and try again",
        }
    }
}
