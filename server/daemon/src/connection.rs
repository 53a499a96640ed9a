//! One client's connection: its bytes in and out of a server of its own, until it leaves, the
//! daemon ends, or the daemon cuts it off.

use std::{
    collections::BTreeMap,
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::UnixStream,
};
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};
use tower_lsp::Server;

use crate::{hub::Hub, letterbox};

/// How many requests of one client may be under way. The default of four stops for ever
/// when four handlers wait for the client.
const CONCURRENCY: usize = 1024;

/// Serves one client of the daemon until it leaves.
pub fn accept(hub: &Arc<Hub>, stream: UnixStream) {
    let own = rustix::process::getuid().as_raw();
    match stream.peer_cred() {
        Ok(peer) if peer.uid() == own => {}
        Ok(peer) => return tracing::warn!(uid = peer.uid(), "another user was turned away"),
        Err(error) => return tracing::warn!(%error, "a client left at once"),
    }
    let hub = Arc::clone(hub);
    hub.clients.fetch_add(1, Ordering::SeqCst);
    tokio::spawn(async move {
        let (input, output) = stream.into_split();
        // The daemon's own environment decides nothing.
        serve(&hub, input, output, BTreeMap::new()).await;
        hub.clients.fetch_sub(1, Ordering::SeqCst);
        hub.client_left.notify_one();
    });
}

/// Serves a client that says what it says on `input`. A client that does not name its environment
/// has `environment`.
pub async fn serve(
    hub: &Arc<Hub>,
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite,
    environment: BTreeMap<String, String>,
) {
    let (service, socket) = letterbox::service(hub, environment);
    let gone = CancellationToken::new();
    let input = UntilGone {
        input,
        _gone: gone.clone().drop_guard(),
        gone: gone.clone(),
        closing: Box::pin(hub.closing.clone().cancelled_owned()),
    };
    let server = Server::new(input, output, socket).concurrency_level(CONCURRENCY);
    // The server waits for requests under way even after the client has left; we do not,
    // and dropping it is what cancels them.
    tokio::select! {
        () = server.serve(service) => {}
        () = gone.cancelled() => {}
        () = hub.cut.cancelled() => {}
    }
}

/// The client's bytes, and a token that is cancelled at their end. At the daemon's end there are
/// no more of them, upon which the server answers what is under way, and leaves.
struct UntilGone<I> {
    input: I,
    gone: CancellationToken,
    _gone: DropGuard,
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<I: AsyncRead + Unpin> AsyncRead for UntilGone<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.closing.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.input).poll_read(context, buffer);
        match &polled {
            Poll::Ready(Ok(())) if buffer.filled().len() == before => self.gone.cancel(),
            Poll::Ready(Err(_)) => self.gone.cancel(),
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
        polled
    }
}
