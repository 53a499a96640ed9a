//! Tells a window when the container of one of its workspaces has another state, so that it need
//! not ask again and again. What has changed is heard from the engine and from our own operations;
//! what the state is now is asked, because several things may have happened since.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use protocol::container::Status;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{hub::Hub, outgoing::Outgoing, project, status};

/// How many changes may wait for a window; one that missed some looks at everything.
pub const MOST_CHANGES: usize = 256;

/// What happens together is told once.
const TOGETHER: Duration = Duration::from_millis(30);

/// How often an engine that does not answer is tried again.
const AGAIN: Duration = Duration::from_secs(3);

/// Whose container may have another state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// This workspace's.
    Workspace(PathBuf),
    /// Any: an engine is not heard any more.
    All,
}

/// The workspaces that a window wants to know about.
#[derive(Debug)]
pub struct Watching {
    wanted: Arc<Wanted>,
    _until_dropped: DropGuard,
    end: CancellationToken,
    runs: bool,
}

#[derive(Debug, Default)]
struct Wanted {
    /// As everybody names them, and as the window does.
    workspaces: Mutex<HashMap<PathBuf, String>>,
    more: Notify,
}

impl Watching {
    /// Nothing yet.
    pub fn new() -> Watching {
        let end = CancellationToken::new();
        Watching {
            wanted: Arc::default(),
            _until_dropped: end.clone().drop_guard(),
            end,
            runs: false,
        }
    }

    /// The window has named a workspace.
    pub fn announce(
        &mut self,
        hub: &Arc<Hub>,
        environment: &BTreeMap<String, String>,
        outgoing: &Outgoing,
        workspace: &str,
    ) {
        let path = project::workspace_or_gone(workspace);
        if lock(&self.wanted.workspaces)
            .insert(path, workspace.to_owned())
            .is_none()
        {
            self.wanted.more.notify_one();
        }
        if self.runs {
            return;
        }
        self.runs = true;
        let watcher = Watcher {
            changes: hub.changes.subscribe(),
            hub: Arc::clone(hub),
            environment: environment.clone(),
            outgoing: outgoing.clone(),
            wanted: Arc::clone(&self.wanted),
            told: HashMap::new(),
        };
        let end = self.end.clone();
        tokio::spawn(async move { end.run_until_cancelled(watcher.run()).await });
    }
}

struct Watcher {
    hub: Arc<Hub>,
    environment: BTreeMap<String, String>,
    outgoing: Outgoing,
    wanted: Arc<Wanted>,
    changes: broadcast::Receiver<Changed>,
    told: HashMap<PathBuf, Status>,
}

impl Watcher {
    async fn run(mut self) {
        loop {
            // What happens together is told once; and a command that ends at once need not be told.
            tokio::time::sleep(TOGETHER).await;
            // What was heard until now is about to be seen.
            self.changes = self.changes.resubscribe();
            let answers = self.look().await;
            let change = self.change();
            match answers {
                true => change.await,
                // Nobody will tell when the engine is there again.
                false => tokio::time::timeout(AGAIN, change)
                    .await
                    .unwrap_or_default(),
            }
        }
    }

    /// Waits for something that may concern the window.
    async fn change(&mut self) {
        loop {
            let changed = tokio::select! {
                changed = self.changes.recv() => changed,
                () = self.wanted.more.notified() => return,
            };
            match changed {
                Ok(Changed::Workspace(workspace))
                    if !lock(&self.wanted.workspaces).contains_key(&workspace) => {}
                Ok(Changed::Workspace(_) | Changed::All) => return,
                Err(broadcast::error::RecvError::Lagged(_)) => return,
                // The hub is at its end, and so are we.
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// Tells the states that the window does not know; `false`: the engine does not answer.
    async fn look(&mut self) -> bool {
        let Ok(machine) = self.hub.machine(&self.environment).await else {
            return false;
        };
        let wanted = lock(&self.wanted.workspaces).clone();
        for (workspace, named) in wanted {
            let Ok(mut now) = status::of_workspace(&self.hub, &machine, &workspace, false).await
            else {
                return false;
            };
            now.workspace = named;
            if self.told.get(&workspace) != Some(&now) {
                self.told.insert(workspace, now.clone());
                self.outgoing.status(now);
            }
        }
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
