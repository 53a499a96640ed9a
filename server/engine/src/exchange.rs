//! A streamed request with a streamed answer of JSON lines: what building and loading have in common.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::{Request, Response};
use tokio::sync::mpsc;

use crate::engine::Engine;
use crate::error::Error;
use crate::transport::Body;

/// The longest line that is read; the engine's are far shorter.
const LINE_LIMIT: usize = 16 << 20;

/// The sending end of a body that is produced elsewhere, such as on a thread that packs a tar.
/// Closing it ends the body; dropping the request makes every further send fail.
pub(crate) type ChunkSender = mpsc::Sender<io::Result<Bytes>>;

/// A body that is what comes out of a channel.
pub(crate) fn channel_body(depth: usize) -> (ChunkSender, Body) {
    let (sender, receiver) = mpsc::channel(depth);
    (sender, StreamBody::new(Chunks(receiver)).boxed_unsync())
}

struct Chunks(mpsc::Receiver<io::Result<Bytes>>);

impl futures_util::Stream for Chunks {
    type Item = io::Result<Frame<Bytes>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = self.0.poll_recv(context);
        chunk.map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }
}

/// Sends the request; the answer's error is the engine's words with its status.
pub(crate) async fn answer(
    engine: &Engine,
    what: &str,
    request: Request<Body>,
) -> Result<Lines, Error> {
    let response = engine.transport().send(what, request).await?;
    let status = response.status();
    if status.is_success() {
        return Ok(Lines::new(engine.clone(), what, response));
    }
    let body = response.into_body().collect().await;
    let body = body.map_err(|error| engine.transport().lost(what, error))?;
    let bytes = body.to_bytes();
    let message = match serde_json::from_slice::<ErrorBody>(&bytes) {
        Ok(body) => body.message,
        Err(_) => String::from_utf8_lossy(&bytes).trim().to_owned(),
    };
    Err(crate::engine::refused(what, status.as_u16(), message))
}

#[derive(serde::Deserialize)]
struct ErrorBody {
    message: String,
}

/// The lines of an answer.
pub(crate) struct Lines {
    engine: Engine,
    what: String,
    body: Incoming,
    buffer: BytesMut,
    searched: usize,
    ended: bool,
}

impl Lines {
    fn new(engine: Engine, what: &str, response: Response<Incoming>) -> Lines {
        Lines {
            engine,
            what: what.to_owned(),
            body: response.into_body(),
            buffer: BytesMut::new(),
            searched: 0,
            ended: false,
        }
    }

    /// The next line without its end. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let unseen = &self.buffer[self.searched..];
            if let Some(position) = unseen.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(self.searched + position);
                self.buffer.advance(1);
                self.searched = 0;
                if line.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                return Ok(Some(line.freeze()));
            }
            self.searched = self.buffer.len();
            if self.ended {
                let rest = self.buffer.split();
                self.searched = 0;
                return Ok(match rest.iter().all(u8::is_ascii_whitespace) {
                    true => None,
                    false => Some(rest.freeze()),
                });
            }
            if self.buffer.len() > LINE_LIMIT {
                let error = io::Error::other("a line of the answer is too long");
                return Err(self.engine.transport().lost(&self.what, error));
            }
            match self.body.frame().await {
                None => self.ended = true,
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => return Err(self.engine.transport().lost(&self.what, error)),
            }
        }
    }
}
