//! HTTP connections to the engine: direct, handed in, or over `sudo docker system dial-stdio`.
//!
//! Owns the pool of idle connections. One request uses one connection at a time; a finished
//! response gives its connection back, a dropped one closes it, which is how the engine learns that
//! nobody waits any more.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::access::{Access, Endpoint};
use crate::error::Error;
use crate::sudo::{self, SudoChild};

/// A request's body.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// How long a connection may take to be there and to answer its first question.
pub(crate) const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long a request waits for a busy connection where no further one can be made.
const BUSY_LIMIT: Duration = Duration::from_secs(5);
const IDLE_KEPT: usize = 8;
/// The newest API that this client was written for; a newer engine is asked to speak this one.
const NEWEST_API: (u32, u32) = (1, 53);

/// The way to one engine.
pub(crate) struct Transport {
    endpoint: Endpoint,
    access: Access,
    idle: Mutex<Vec<Connection>>,
    given_back: Notify,
    /// Connections that are idle or in use.
    live: Arc<AtomicUsize>,
    api: OnceLock<(u32, u32)>,
    route: OnceLock<Route>,
}

/// How this engine is reached; decided by the first connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// The socket, by ourselves.
    Direct,
    /// `sudo docker system dial-stdio`, ours or a handed one.
    Sudo,
}

/// One HTTP/1.1 connection. Dropped with its driver: the stream is closed.
struct Connection {
    sender: SendRequest<Body>,
    _driver: Driver,
}

/// The task that moves a connection's bytes; ends with this value.
struct Driver {
    task: JoinHandle<()>,
    live: Arc<AtomicUsize>,
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.task.abort();
        self.live.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) fn empty_body() -> Body {
    full_body(Bytes::new())
}

pub(crate) fn full_body(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

impl Transport {
    pub(crate) fn new(access: Access, endpoint: Endpoint) -> Transport {
        Transport {
            endpoint,
            access,
            idle: Mutex::default(),
            given_back: Notify::new(),
            live: Arc::default(),
            api: OnceLock::new(),
            route: OnceLock::new(),
        }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// Decided once a first connection was made.
    pub(crate) fn route(&self) -> Option<Route> {
        self.route.get().copied()
    }

    /// The engine's newest API version, once [`Transport::ping`] was answered.
    pub(crate) fn api(&self) -> Option<(u32, u32)> {
        self.api.get().copied()
    }

    pub(crate) fn socket(&self) -> String {
        self.endpoint.socket.display().to_string()
    }

    /// A round trip. Making a connection has its limits, the answer has [`CONNECT_LIMIT`].
    pub(crate) async fn ping(self: &Arc<Self>) -> Result<(), Error> {
        let (connection, _) = self.connection().await?;
        self.lock_idle().push(connection);
        let answer = tokio::time::timeout(CONNECT_LIMIT, self.ask_api());
        let api = answer.await.map_err(|_| self.silent())??;
        if let Some(api) = api {
            let _ = self.api.set(api);
        }
        Ok(())
    }

    async fn ask_api(self: &Arc<Self>) -> Result<Option<(u32, u32)>, Error> {
        let request = Request::get("/_ping")
            .body(empty_body())
            .map_err(|error| self.lost("connecting", error))?;
        let response = self.send("connecting", request).await?;
        let api = response.headers().get("Api-Version").cloned();
        let body = response.into_body().collect().await;
        body.map_err(|error| self.lost("connecting", error))?;
        Ok(api.and_then(|value| parse_api(value.to_str().ok()?)))
    }

    /// Sends a request and returns when the response's headers are there.
    pub(crate) async fn send(
        self: &Arc<Self>,
        what: &str,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, Error> {
        *request.uri_mut() = self.origin_form(request.uri());
        request
            .headers_mut()
            .insert(HOST, HeaderValue::from_static("docker"));
        loop {
            let (mut connection, fresh) = self.connection().await?;
            match connection.sender.try_send_request(request).await {
                Ok(response) => {
                    self.give_back_when_read(connection);
                    return Ok(response);
                }
                Err(mut error) => match error.take_message() {
                    // The engine had closed an idle connection: the request was not seen.
                    Some(unsent) if !fresh => request = unsent,
                    _ => return Err(self.lost(what, error.into_error())),
                },
            }
        }
    }

    fn origin_form(&self, uri: &Uri) -> Uri {
        let path = uri
            .path_and_query()
            .map_or("/", |path_and_query| path_and_query.as_str());
        let text = match self.api() {
            Some(api) if api > NEWEST_API => format!("/v{}.{}{path}", NEWEST_API.0, NEWEST_API.1),
            _ => path.to_owned(),
        };
        text.parse().unwrap_or_else(|_| uri.clone())
    }

    /// An idle connection, or a new one (`true`).
    async fn connection(self: &Arc<Self>) -> Result<(Connection, bool), Error> {
        loop {
            // Popped in a statement of its own: the lock must not live across the await.
            let popped = self.lock_idle().pop();
            let Some(mut connection) = popped else {
                return Ok((self.dial().await?, true));
            };
            if connection.sender.ready().await.is_ok() {
                return Ok((connection, false));
            }
        }
    }

    fn lock_idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back_when_read(self: &Arc<Self>, mut connection: Connection) {
        let transport = Arc::downgrade(self);
        tokio::spawn(async move {
            // Ready again once the response's body has been read; an error if it was dropped.
            let usable = connection.sender.ready().await.is_ok();
            let Some(transport) = transport.upgrade() else {
                return;
            };
            if usable {
                let mut idle = transport.lock_idle();
                if idle.len() < IDLE_KEPT {
                    idle.push(connection);
                }
            } else {
                // Before anybody is woken: it does not count any more.
                drop(connection);
            }
            transport.given_back.notify_waiters();
        });
    }

    async fn dial(self: &Arc<Self>) -> Result<Connection, Error> {
        if self.route() != Some(Route::Sudo) {
            match tokio::time::timeout(CONNECT_LIMIT, UnixStream::connect(&self.endpoint.socket))
                .await
            {
                Ok(Ok(stream)) => {
                    let _ = self.route.set(Route::Direct);
                    return self.handshake(stream).await;
                }
                Ok(Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => {}
                Ok(Err(error)) => return Err(self.unreachable(&error)),
                Err(_) => return Err(self.silent()),
            }
        }
        let connection = self.dial_privileged().await?;
        let _ = self.route.set(Route::Sudo);
        Ok(connection)
    }

    /// Handed connections first, then a child of ours that may not ask, then whatever handed
    /// connection becomes free.
    async fn dial_privileged(self: &Arc<Self>) -> Result<Connection, Error> {
        while let Some(descriptor) = self.access.handed.take() {
            let stream =
                adopt(descriptor).map_err(|error| self.lost("a handed connection", error))?;
            // One whose sudo has ended meanwhile is as if it had never been.
            if let Ok(connection) = self.first_answer(stream).await {
                return Ok(connection);
            }
        }
        let refusal = match self.dial_sudo().await {
            Ok(connection) => return Ok(connection),
            Err(refusal) => refusal,
        };
        match self.next_given_back().await {
            Some(connection) => Ok(connection),
            None => Err(refusal),
        }
    }

    async fn dial_sudo(&self) -> Result<Connection, Error> {
        let mut child = SudoChild::start(&self.access, &self.endpoint)?;
        let stream = child.take_stream();
        match self.first_answer(stream).await {
            Ok(connection) => {
                child.reap();
                Ok(connection)
            }
            Err(error) => Err(sudo::refusal(&self.endpoint, child.said().await, error)),
        }
    }

    /// Where no further connection can be made, one that is busy now has to do.
    async fn next_given_back(&self) -> Option<Connection> {
        let deadline = Instant::now() + BUSY_LIMIT;
        while self.live.load(Ordering::Relaxed) > 0 {
            // Made before the look: what is given back in between wakes it.
            let given_back = self.given_back.notified();
            let popped = self.lock_idle().pop();
            if let Some(mut connection) = popped
                && connection.sender.ready().await.is_ok()
            {
                return Some(connection);
            }
            if tokio::time::timeout_at(deadline, given_back).await.is_err() {
                return None;
            }
        }
        None
    }

    /// A connection over a stream that may lead nowhere: it counts once it has answered.
    async fn first_answer<S>(&self, stream: S) -> Result<Connection, Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let answer = async {
            let mut connection = self.handshake(stream).await?;
            let request = Request::get("/_ping")
                .header(HOST, "docker")
                .body(empty_body())
                .map_err(|error| self.lost("connecting", error))?;
            let response = connection.sender.send_request(request).await;
            let response = response.map_err(|error| self.lost("connecting", error))?;
            let body = response.into_body().collect().await;
            body.map_err(|error| self.lost("connecting", error))?;
            let ready = connection.sender.ready().await;
            ready.map_err(|error| self.lost("connecting", error))?;
            Ok(connection)
        };
        tokio::time::timeout(CONNECT_LIMIT, answer)
            .await
            .map_err(|_| self.silent())?
    }

    async fn handshake<S>(&self, stream: S) -> Result<Connection, Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.lost("connecting", error))?;
        self.live.fetch_add(1, Ordering::Relaxed);
        let driver = Driver {
            task: tokio::spawn(async move {
                // Its errors reach whoever waits for a response.
                let _ = connection.await;
            }),
            live: self.live.clone(),
        };
        Ok(Connection {
            sender,
            _driver: driver,
        })
    }

    fn unreachable(&self, error: &io::Error) -> Error {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "there is no such socket".to_owned(),
            io::ErrorKind::ConnectionRefused => "nothing listens on that socket".to_owned(),
            // A listener whose queue is full.
            io::ErrorKind::WouldBlock => return self.silent(),
            _ => error.to_string(),
        };
        Error::EngineAbsent {
            socket: self.socket(),
            origin: self.endpoint.origin.to_string(),
            reason,
        }
    }

    pub(crate) fn silent(&self) -> Error {
        Error::EngineSilent {
            socket: self.socket(),
            what: "connecting".to_owned(),
            seconds: CONNECT_LIMIT.as_secs(),
        }
    }

    pub(crate) fn lost(&self, what: &str, error: impl std::error::Error) -> Error {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            let text = inner.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            source = inner.source();
        }
        Error::EngineLost {
            socket: self.socket(),
            what: what.to_owned(),
            message,
        }
    }
}

fn adopt(descriptor: OwnedFd) -> io::Result<UnixStream> {
    let stream = std::os::unix::net::UnixStream::from(descriptor);
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

/// `1.41` of a header.
fn parse_api(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
