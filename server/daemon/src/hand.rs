//! Engine connections from a terminal: the command line runs `sudo docker system dial-stdio`
//! there, where sudo can ask, and hands the other end to the daemon over a socket of its own.
//!
//! One message a connection: the path of the engine's socket as the data, the ends as
//! `SCM_RIGHTS`. The daemon answers one byte.

use std::{
    io::{self, IoSlice, IoSliceMut, Read, Write},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use crate::hub::Hub;

/// Connections that one message may carry.
const MOST: usize = 8;

/// How long the other side may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Hands connections to the engine at `engine_socket` to the daemon that listens on `stream`.
pub fn give(mut stream: &UnixStream, engine_socket: &Path, ends: &[OwnedFd]) -> io::Result<()> {
    let ends: Vec<_> = ends.iter().take(MOST).map(AsFd::as_fd).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(&ends)) {
        return Err(io::Error::other("no room for the connections"));
    }
    let path = engine_socket.as_os_str().as_encoded_bytes();
    sendmsg(
        stream,
        &[IoSlice::new(path)],
        &mut ancillary,
        SendFlags::NOSIGNAL,
    )?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.read_exact(&mut [0])
}

/// Takes what a client hands over. It runs on a thread of its own, for at most a few seconds.
pub fn take(hub: &Arc<Hub>, stream: tokio::net::UnixStream) {
    let hub = Arc::clone(hub);
    tokio::task::spawn_blocking(move || {
        let taken = stream.into_std().and_then(|mut stream| {
            let (engine_socket, ends) = receive(&stream)?;
            tracing::info!(count = ends.len(), "engine connections were handed over");
            let handed = hub.handed(&engine_socket);
            ends.into_iter().for_each(|end| handed.push(end));
            stream.write_all(&[1])
        });
        if let Err(error) = taken {
            tracing::warn!(%error, "nothing was handed over");
        }
    });
}

fn receive(stream: &UnixStream) -> io::Result<(PathBuf, Vec<OwnedFd>)> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let peer = rustix::net::sockopt::socket_peercred(stream)?;
    if peer.uid != rustix::process::getuid() {
        return Err(io::Error::other("from another user"));
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut path = [0; 4096];
    let received = recvmsg(
        stream,
        &mut [IoSliceMut::new(&mut path)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    let mut ends = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            ends.extend(rights);
        }
    }
    let path = std::str::from_utf8(&path[..received.bytes])
        .map_err(|_| io::Error::other("the engine's address is not UTF-8"))?;
    Ok((PathBuf::from(path), ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handed_connection_arrives_and_works() {
        let (here, there) = UnixStream::pair().expect("a pair");
        let (mut near, far) = UnixStream::pair().expect("a pair");
        let giver =
            std::thread::spawn(move || give(&here, Path::new("/run/e.sock"), &[far.into()]));
        let (path, ends) = receive(&there).expect("received");
        (&there).write_all(&[1]).expect("answered");
        giver.join().expect("no panic").expect("given");
        assert_eq!((path, ends.len()), (PathBuf::from("/run/e.sock"), 1));
        near.write_all(b"x").expect("written");
        let mut byte = [0];
        UnixStream::from(ends.into_iter().next().expect("one"))
            .read_exact(&mut byte)
            .expect("read");
        assert_eq!(&byte, b"x");
    }
}
