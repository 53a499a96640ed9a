//! Ctrl-C while a call is under way: the first cancels it, the second ends the program.

use std::{
    io::{self, Read},
    os::{fd::AsFd, unix::net::UnixStream},
    process,
};

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::{
    SigId,
    consts::{SIGHUP, SIGINT, SIGTERM},
    low_level,
};

/// Listens for interrupts as long as it lives.
#[derive(Debug)]
pub struct Interrupt {
    pipe: UnixStream,
    registered: Vec<SigId>,
    seen: std::cell::Cell<u32>,
}

impl Interrupt {
    /// Starts listening for SIGINT, SIGTERM and SIGHUP.
    pub fn listen() -> io::Result<Interrupt> {
        let (pipe, write) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        let registered = [SIGINT, SIGTERM, SIGHUP]
            .into_iter()
            .map(|signal| low_level::pipe::register(signal, write.try_clone()?))
            .collect::<io::Result<_>>()?;
        Ok(Interrupt {
            pipe,
            registered,
            seen: std::cell::Cell::new(0),
        })
    }

    /// Waits until `stream` can be read; `true`: an interrupt came before.
    pub fn before_readable(&self, stream: &UnixStream) -> io::Result<bool> {
        loop {
            let mut waiting = [
                PollFd::from_borrowed_fd(self.pipe.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(stream.as_fd(), PollFlags::IN),
            ];
            match poll(&mut waiting, None) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let [pipe, stream] = waiting.map(|waiting| !waiting.revents().is_empty());
            if pipe && self.came() {
                return Ok(true);
            }
            if stream {
                return Ok(false);
            }
        }
    }

    /// An interrupt came since the start, be it while nothing was waited for.
    pub fn was_seen(&self) -> bool {
        self.seen.get() > 0 || self.came()
    }

    /// Whether another interrupt came.
    pub fn came(&self) -> bool {
        let mut bytes = [0; 64];
        let came = (&self.pipe).read(&mut bytes).is_ok_and(|count| count > 0);
        if came {
            self.seen.set(self.seen.get() + 1);
            if self.seen.get() > 1 {
                // The daemon notices that we are gone, and cancels and cleans up all the same.
                process::exit(130);
            }
        }
        came
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            low_level::unregister(id);
        }
    }
}
