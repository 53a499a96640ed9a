//! The engine: one value that knows the way, cheap to clone. The verbs are in the other files, one
//! a noun; dropping a verb's future cancels it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bollard::{BollardRequest, ClientVersion, Docker};
use http_body_util::BodyExt;
use tokio::sync::watch;

use crate::access::{Access, Endpoint};
use crate::error::Error;
use crate::facts::Facts;
use crate::transport::{Route, Transport};

/// Until a response's headers are there, for verbs that the engine answers at once.
const QUICK: Duration = Duration::from_secs(60);
/// The same for verbs that may take their time: start, stop, remove, pull. A user cancels earlier.
const PATIENT: Duration = Duration::from_secs(3600);

/// A container engine that answered. Clones share their connections.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<Transport>,
    docker: Docker,
    facts: Mutex<Option<Arc<Facts>>>,
    removals: watch::Sender<usize>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Engine")
            .field(self.endpoint())
            .finish()
    }
}

impl Engine {
    /// Finds the engine as the user's docker CLI would, and asks it for a sign of life; five
    /// seconds a step and no longer. Without permission on the socket the way is `sudo docker`.
    ///
    /// # Errors
    /// [`Error::EngineAbsent`], [`Error::AccessDenied`], [`Error::NeedsSudoPassword`],
    /// [`Error::EngineSilent`], and those of [`Access::endpoint`].
    pub async fn connect(access: &Access) -> Result<Engine, Error> {
        let endpoint = access.endpoint()?;
        let transport = Arc::new(Transport::new(access.clone(), endpoint));
        transport.ping().await?;
        let way = transport.clone();
        let request = move |request: BollardRequest| {
            let transport = way.clone();
            async move {
                let request = request.map(|body| body.map_err(io::Error::other).boxed_unsync());
                let answer = transport.send("a request", request).await;
                // Ours travels inside bollard's and is unpacked by `Engine::failed`.
                answer.map_err(|error| bollard::errors::Error::from(io::Error::other(error)))
            }
        };
        let (major_version, minor_version) = match transport.api() {
            Some((major, minor)) => (major as usize, minor as usize),
            None => (1, 41),
        };
        let version = ClientVersion {
            major_version,
            minor_version,
        };
        let docker = Docker::connect_with_custom_transport(
            request,
            Some("http://docker"),
            QUICK.as_secs(),
            &version,
        )
        .map_err(|error| transport.lost("connecting", error))?;
        Ok(Engine {
            inner: Arc::new(Inner {
                transport,
                docker,
                facts: Mutex::default(),
                removals: watch::Sender::new(0),
            }),
        })
    }

    /// Where it is.
    pub fn endpoint(&self) -> &Endpoint {
        self.inner.transport.endpoint()
    }

    /// Connections run over `sudo docker`, because the socket itself is not ours to use.
    pub fn over_sudo(&self) -> bool {
        self.inner.transport.route() == Some(Route::Sudo)
    }

    /// The newest API version that the engine speaks, such as (1, 41).
    pub fn api(&self) -> (u32, u32) {
        self.inner.transport.api().unwrap_or((1, 24))
    }

    /// A sign of life.
    ///
    /// # Errors
    /// Those of [`Engine::connect`].
    pub async fn ping(&self) -> Result<(), Error> {
        self.inner.transport.ping().await
    }

    /// Waits until what was half made and given up is gone: a creation that was cut off may still
    /// come through, and is removed then.
    pub async fn given_up_is_gone(&self) {
        let mut removals = self.inner.removals.subscribe();
        let _never_closed_before_us = removals.wait_for(|count| *count == 0).await;
    }

    /// Counts as a removal under way until it is dropped.
    pub(crate) fn removing(&self) -> Removing {
        self.inner.removals.send_modify(|count| *count += 1);
        Removing {
            engine: self.clone(),
        }
    }

    pub(crate) fn transport(&self) -> &Arc<Transport> {
        &self.inner.transport
    }

    pub(crate) fn docker(&self) -> &Docker {
        &self.inner.docker
    }

    pub(crate) fn patient_docker(&self) -> Docker {
        self.inner.docker.clone().with_timeout(PATIENT)
    }

    pub(crate) fn remembered_facts(&self) -> Option<Arc<Facts>> {
        self.lock_facts().clone()
    }

    pub(crate) fn remember_facts(&self, facts: Arc<Facts>) {
        *self.lock_facts() = Some(facts);
    }

    fn lock_facts(&self) -> std::sync::MutexGuard<'_, Option<Arc<Facts>>> {
        let facts = &self.inner.facts;
        facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Our error for bollard's. `what` names the verb and its object for a reader.
    pub(crate) fn failed(&self, what: &str, error: bollard::errors::Error) -> Error {
        use bollard::errors::Error as Bollard;
        match error {
            Bollard::DockerResponseServerError {
                status_code,
                message,
            } => refused(what, status_code, message),
            Bollard::DockerStreamError { error } => refused(what, 200, error),
            Bollard::RequestTimeoutError => Error::EngineSilent {
                socket: self.transport().socket(),
                what: what.to_owned(),
                seconds: QUICK.as_secs(),
            },
            Bollard::IOError { err } => {
                match err.get_ref().and_then(|inner| inner.downcast_ref()) {
                    Some(Error::EngineLost {
                        socket, message, ..
                    }) => Error::EngineLost {
                        socket: socket.clone(),
                        what: what.to_owned(),
                        message: message.clone(),
                    },
                    Some(ours) => Error::clone(ours),
                    None => self.transport().lost(what, err),
                }
            }
            other => self.transport().lost(what, other),
        }
    }
}

/// The removal of something half made.
pub(crate) struct Removing {
    engine: Engine,
}

impl Drop for Removing {
    fn drop(&mut self) {
        self.engine.inner.removals.send_modify(|count| *count -= 1);
    }
}

/// What the engine's refusal means wherever it appears.
pub(crate) fn refused(what: &str, status: u16, message: String) -> Error {
    let what = what.to_owned();
    if message.contains("no space left on device") {
        return Error::DiskFull { what, message };
    }
    match status {
        409 => Error::Conflict { what, message },
        _ => Error::Refused {
            what,
            status,
            message,
        },
    }
}
