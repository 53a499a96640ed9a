//! What all windows share: engines, operations under way, records. A cache: the engine's labels
//! are the truth about containers and init about sessions, so that losing this loses nothing.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use engine::{access::Access, handed::Handed};
use protocol::container::{Progress, UpParams};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::{
    environment,
    error::Error,
    gpu_usage::GpuUsage,
    images::Images,
    machine::Machine,
    operation::{Operation, Ticket},
    paths::Paths,
    record::Records,
    up,
    watching::{Changed, MOST_CHANGES},
};

/// What cancels an `up` when the daemon is told to end.
const THE_END: &str = "the daemon's end";

/// How long what was asked for may take to be answered at the daemon's end.
const TELLING_LIMIT: Duration = Duration::from_millis(500);

/// After waiting so long for another operation the person is told.
const PATIENCE: Duration = Duration::from_secs(1);

/// What all windows share.
#[derive(Debug)]
pub struct Hub {
    /// Where things live.
    pub paths: Paths,
    /// Connected clients.
    pub clients: AtomicUsize,
    /// A client has left.
    pub client_left: Notify,
    /// Cancelled to end the daemon.
    pub stop: CancellationToken,
    /// Cancelled to close each connection as soon as what was asked for on it is answered.
    pub closing: CancellationToken,
    /// Cancelled to close all connections at once.
    pub cut: CancellationToken,
    /// When the daemon started.
    pub started: Instant,
    /// What is remembered about containers.
    pub records: Records,
    /// What the GPUs were doing a moment ago.
    pub gpu_usage: GpuUsage,
    /// Whose container may have another state.
    pub changes: broadcast::Sender<Changed>,
    /// What is remembered about images.
    pub images: Images,
    machines: Mutex<HashMap<PathBuf, Arc<Place>>>,
    handed: Mutex<HashMap<PathBuf, Arc<Handed>>>,
    operations: Mutex<HashMap<OperationKey, Arc<Operation>>>,
    working: AtomicUsize,
}

/// Where the connection to an engine is kept; locked while it is made.
type Place = tokio::sync::Mutex<Option<Arc<Machine>>>;

/// An engine's socket and a workspace folder.
type OperationKey = (PathBuf, PathBuf);

impl Hub {
    /// A hub without anything in it.
    pub fn new(paths: Paths) -> Arc<Hub> {
        Arc::new(Hub {
            records: Records::new(paths.state.join("containers")),
            gpu_usage: GpuUsage::default(),
            changes: broadcast::Sender::new(MOST_CHANGES),
            images: Images::default(),
            paths,
            clients: AtomicUsize::new(0),
            client_left: Notify::new(),
            stop: CancellationToken::new(),
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
            started: Instant::now(),
            machines: Mutex::default(),
            handed: Mutex::default(),
            operations: Mutex::default(),
            working: AtomicUsize::new(0),
        })
    }

    /// How a client with this environment reaches its engine.
    pub fn access(&self, environment: &BTreeMap<String, String>) -> Result<Access, Error> {
        let mut access = environment::access(environment, Arc::default());
        access.handed = self.handed(&access.endpoint()?.socket);
        Ok(access)
    }

    /// The connections that were handed over for an engine.
    pub fn handed(&self, engine_socket: &Path) -> Arc<Handed> {
        let mut handed = lock(&self.handed);
        Arc::clone(handed.entry(engine_socket.to_owned()).or_default())
    }

    /// The engine of a client, connected to once and kept as long as it answers.
    pub async fn machine(
        self: &Arc<Hub>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Arc<Machine>, Error> {
        let access = self.access(environment)?;
        let place = {
            let mut machines = lock(&self.machines);
            Arc::clone(machines.entry(access.endpoint()?.socket).or_default())
        };
        let mut machine = place.lock().await;
        if let Some(machine) = machine.as_ref().filter(|machine| machine.is_watched()) {
            return Ok(Arc::clone(machine));
        }
        let connected = Machine::connect(&access, &self.paths, self.changes.clone()).await?;
        *machine = Some(Arc::clone(&connected));
        Ok(connected)
    }

    /// Starts an `up`, or joins one that was asked for in the same words.
    pub async fn up(
        self: &Arc<Hub>,
        params: UpParams,
        environment: &BTreeMap<String, String>,
        say: impl Fn(Progress),
    ) -> Result<Ticket, Error> {
        let socket = self.access(environment)?.endpoint()?.socket;
        let key = (socket, PathBuf::from(&params.target.workspace));
        loop {
            if self.stop.is_cancelled() {
                return Err(Error::Cancelled {
                    by: THE_END.to_owned(),
                });
            }
            let under_way = {
                let mut operations = lock(&self.operations);
                match operations.get(&key) {
                    Some(operation) if operation.params == params => {
                        if let Some(ticket) = operation.ticket() {
                            return Ok(ticket);
                        }
                        Arc::clone(operation)
                    }
                    Some(operation) => Arc::clone(operation),
                    None => {
                        let operation = Operation::new(params);
                        let Some(ticket) = operation.ticket() else {
                            return Err(Error::AnswerLost);
                        };
                        operations.insert(key.clone(), Arc::clone(&operation));
                        drop(operations);
                        self.start(key, operation, environment.clone());
                        return Ok(ticket);
                    }
                }
            };
            let ended = under_way.ended();
            tokio::pin!(ended);
            if tokio::time::timeout(PATIENCE, &mut ended).await.is_err() {
                say(Progress::Phase {
                    phase: "wait".to_owned(),
                    text: "Waiting for another operation on this workspace".to_owned(),
                });
                ended.await;
            }
        }
    }

    /// Waits for the end of a workspace's `up` that was cancelled; one that goes on is left alone.
    pub async fn cleaned_up(
        &self,
        environment: &BTreeMap<String, String>,
        workspace: &Path,
    ) -> Result<(), Error> {
        let socket = self.access(environment)?.endpoint()?.socket;
        let key = (socket, workspace.to_owned());
        let operation = lock(&self.operations).get(&key).cloned();
        if let Some(operation) = operation.filter(|operation| operation.token.is_cancelled()) {
            operation.ended().await;
        }
        Ok(())
    }

    /// Cancels the `up` of a workspace, if there is one, and waits for its end.
    pub async fn cancel_up(&self, engine_socket: &Path, workspace: &Path, by: &'static str) {
        let key = (engine_socket.to_owned(), workspace.to_owned());
        let operation = lock(&self.operations).get(&key).cloned();
        if let Some(operation) = operation {
            operation.cancel(by);
            operation.ended().await;
        }
    }

    /// The workspaces with an `up` under way.
    pub fn busy(&self) -> Vec<PathBuf> {
        lock(&self.operations)
            .keys()
            .map(|(_, workspace)| workspace.clone())
            .collect()
    }

    /// Something is under way that the daemon must not end in.
    pub fn is_busy(&self) -> bool {
        !lock(&self.operations).is_empty() || self.working.load(Ordering::SeqCst) > 0
    }

    /// Counts as work until the guard is dropped.
    pub fn working(self: &Arc<Hub>) -> Working {
        self.working.fetch_add(1, Ordering::SeqCst);
        Working {
            hub: Arc::downgrade(self),
        }
    }

    /// Cancels what is under way, and waits until it has cleaned up and who asked was told.
    /// `false`: it has not ended within `limit`.
    pub async fn end(&self, limit: Duration) -> bool {
        self.stop.cancel();
        let operations: Vec<_> = lock(&self.operations).values().cloned().collect();
        for operation in &operations {
            operation.cancel(THE_END);
        }
        let all_ended = async {
            for operation in &operations {
                operation.ended().await;
            }
        };
        if tokio::time::timeout(limit, all_ended).await.is_err() {
            return false;
        }
        // What is under way is answered yet. What takes longer must not fail with what the runtime's
        // end does to it: its client sees the connection closed, and asks the next daemon.
        self.closing.cancel();
        if !self.all_leave_within(TELLING_LIMIT).await {
            self.cut.cancel();
            self.all_leave_within(TELLING_LIMIT).await;
        }
        true
    }

    async fn all_leave_within(&self, limit: Duration) -> bool {
        let left = async {
            while self.clients.load(Ordering::SeqCst) > 0 {
                self.client_left.notified().await;
            }
        };
        tokio::time::timeout(limit, left).await.is_ok()
    }

    fn start(
        self: &Arc<Hub>,
        key: OperationKey,
        operation: Arc<Operation>,
        environment: BTreeMap<String, String>,
    ) {
        let hub = Arc::clone(self);
        let changed = Changed::Workspace(key.1.clone());
        let _nobody_watches = self.changes.send(changed.clone());
        tokio::spawn(async move {
            // A panic inside must not leave the workspace locked for ever.
            let trip = up::run(Arc::clone(&hub), Arc::clone(&operation), environment);
            let result = tokio::spawn(trip).await.unwrap_or_else(|error| {
                tracing::error!(%error, "an up panicked");
                Err(Error::AnswerLost)
            });
            if let Err(error) = &result {
                tracing::info!(workspace = %key.1.display(), kind = error.kind(), "up failed");
            }
            lock(&hub.operations).remove(&key);
            operation.finish(result);
            let _nobody_watches = hub.changes.send(changed);
            hub.client_left.notify_one();
        });
    }
}

/// Work that the daemon must not end in.
#[derive(Debug)]
pub struct Working {
    hub: Weak<Hub>,
}

impl Drop for Working {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            hub.working.fetch_sub(1, Ordering::SeqCst);
            hub.client_left.notify_one();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_does_not_wait_for_ever() {
        let hub = Hub::new(Paths {
            runtime: PathBuf::from("/nowhere"),
            state: PathBuf::from("/nowhere"),
        });
        let key = (PathBuf::from("/engine"), PathBuf::from("/workspace"));
        let stuck = Operation::new(UpParams::default());
        lock(&hub.operations).insert(key, Arc::clone(&stuck));
        assert!(!hub.end(Duration::from_millis(10)).await);
        assert!(stuck.token.is_cancelled());
    }
}
