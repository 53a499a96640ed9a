//! What one process of ours tells another about what to run, and how it is handed over:
//! an anonymous file, passed with the session's streams over a socket.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::MemfdFlags;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::users::Identity;

/// The file and three streams.
const MAX_PASSED: usize = 4;

/// A command of a session.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExecJob {
    /// Program and arguments; not empty.
    pub(crate) argv: Vec<Vec<u8>>,
    /// The whole environment.
    pub(crate) env: Vec<(Vec<u8>, Vec<u8>)>,
    /// The working folder; `None`: init's.
    pub(crate) cwd: Option<String>,
    /// Who it runs as.
    pub(crate) become_user: BecomeUser,
    /// The streams are one terminal, which becomes the controlling one.
    pub(crate) terminal: bool,
    /// The limit of open files that init itself was started with.
    pub(crate) open_files: (Option<u64>, Option<u64>),
}

/// A look at the container.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProbeJob {
    /// The folder where the workspace should be.
    pub(crate) workspace: String,
    /// Whose access counts.
    pub(crate) become_user: BecomeUser,
    /// The whole environment.
    pub(crate) env: Vec<(Vec<u8>, Vec<u8>)>,
    /// Seconds for `nvidia-smi -L`; 0 does not run it.
    pub(crate) nvidia_smi_seconds: u32,
    /// NVIDIA_VISIBLE_DEVICES as PID 1 got it.
    pub(crate) nvidia_visible_devices: Option<String>,
    /// The shell that the user would get.
    pub(crate) shell: Option<String>,
}

/// A change of user.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BecomeUser {
    /// Who to become.
    pub(crate) user: Identity,
    /// Who init is, for the message when it may not.
    pub(crate) running_as: String,
}

/// Hands a job over without ever blocking: the socket carries one byte and the files.
pub(crate) fn send<T: Serialize>(
    socket: BorrowedFd<'_>,
    job: &T,
    streams: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let bytes = encode(job)?;
    let mut file = File::from(rustix::fs::memfd_create("job", MemfdFlags::CLOEXEC)?);
    file.write_all(&bytes)?;
    let mut passed = vec![file.as_fd()];
    passed.extend_from_slice(streams);
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_PASSED))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(&passed)) {
        return Err(io::Error::other("more streams than a session has"));
    }
    rustix::net::sendmsg(
        socket,
        &[IoSlice::new(b"j")],
        &mut ancillary,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Takes the job and the streams that [`send`] handed over.
pub(crate) fn receive<T: DeserializeOwned>(
    socket: BorrowedFd<'_>,
) -> io::Result<(T, Vec<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_PASSED))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let message = rustix::net::recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut byte)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    if message.bytes == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut passed = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(fds) = message {
            passed.extend(fds);
        }
    }
    let mut passed = passed.into_iter();
    let mut file = match passed.next() {
        Some(file) => File::from(file),
        None => return Err(io::ErrorKind::UnexpectedEof.into()),
    };
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok((decode(&bytes)?, passed.collect()))
}

fn encode<T: Serialize>(job: &T) -> io::Result<Vec<u8>> {
    postcard::to_allocvec(job).map_err(|_| io::Error::other("a job that does not encode"))
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    postcard::from_bytes(bytes).map_err(|_| io::Error::other("a job that does not decode"))
}
