//! Connections that somebody else opened for us: a client on a terminal runs `sudo docker system
//! dial-stdio` itself, where sudo can ask, and hands the other end over.

use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};

/// A pool of handed connections, fed by the daemon, drained by the transport. Once taken, a
/// connection stays with its [`crate::engine::Engine`] and is used for one request after another.
#[derive(Debug, Default)]
pub struct Handed {
    streams: Mutex<Vec<OwnedFd>>,
}

impl Handed {
    /// Adds one end of a connected stream socket whose other end is an engine.
    pub fn push(&self, stream: OwnedFd) {
        self.lock().push(stream);
    }

    /// How many wait to be used.
    pub fn waiting(&self) -> usize {
        self.lock().len()
    }

    pub(crate) fn take(&self) -> Option<OwnedFd> {
        self.lock().pop()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<OwnedFd>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
