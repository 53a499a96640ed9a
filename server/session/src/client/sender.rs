//! Sending: what is queued, and how much of it the socket takes. What the half is made of,
//! and its counterpart, are `client`'s.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::Errno;
use rustix::net::SendFlags;

use super::Sender;
use crate::codec::{self, Kind};
use crate::error::ConnectError;
use crate::frame::Control;

impl Sender {
    /// Sends bytes to the session's standard input; blocks while the session does not read.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn data(&mut self, bytes: &[u8]) -> Result<(), ConnectError> {
        self.queue_data(bytes);
        self.flush()
    }

    /// Sends a control frame; blocks as [`Sender::data`].
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn control(&mut self, control: &Control) -> Result<(), ConnectError> {
        self.queue_control(control)?;
        self.flush()
    }

    /// Queues bytes without sending: [`Sender::try_flush`] sends what the socket takes.
    /// Look at [`Sender::pending`] before queueing more.
    pub fn queue_data(&mut self, bytes: &[u8]) {
        codec::encode_data(Kind::Stdin, bytes, &mut self.queue);
    }

    /// Queues a control frame without sending.
    ///
    /// # Errors
    /// When it is too long.
    pub fn queue_control(&mut self, control: &Control) -> Result<(), ConnectError> {
        codec::encode_control(control, &mut self.queue)
            .map_err(|source| ConnectError::TooLong { source })
    }

    /// Bytes that are queued and not sent: poll for writing while there are some.
    pub fn pending(&self) -> usize {
        self.queue.len() - self.sent
    }

    /// Sends without blocking what the socket takes; whether all is sent.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn try_flush(&mut self) -> Result<bool, ConnectError> {
        self.send(SendFlags::NOSIGNAL | SendFlags::DONTWAIT)
    }

    /// Ends the sending direction; init takes it for leaving.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn close(&mut self) -> Result<(), ConnectError> {
        self.socket
            .shutdown(std::net::Shutdown::Both)
            .map_err(|source| ConnectError::Io {
                doing: "close the session socket",
                source,
            })
    }

    /// Sends all that is queued.
    ///
    /// # Errors
    /// When the connection has ended.
    pub(super) fn flush(&mut self) -> Result<(), ConnectError> {
        self.send(SendFlags::NOSIGNAL).map(|_| ())
    }

    fn send(&mut self, flags: SendFlags) -> Result<bool, ConnectError> {
        while self.sent < self.queue.len() {
            match rustix::net::send(&self.socket, &self.queue[self.sent..], flags) {
                Ok(length) => self.sent += length,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(false),
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(ConnectError::Closed),
                Err(errno) => {
                    return Err(ConnectError::Io {
                        doing: "send to the session socket",
                        source: errno.into(),
                    });
                }
            }
        }
        self.sent = 0;
        self.queue.clear();
        self.queue.shrink_to(2 * codec::DATA_CHUNK);
        Ok(true)
    }
}

impl Write for Sender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.data(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsFd for Sender {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
