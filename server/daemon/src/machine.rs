//! An engine with what is known about our containers in it, kept true by the engine's events.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use engine::{
    access::Access,
    body::{INIT_IN_CONTAINER, SOCKET_FOLDER_IN_CONTAINER},
    container::{ContainerFacts, ContainerState},
    engine::Engine,
    facts::Facts,
};

use tokio::sync::broadcast;

use crate::{error::Error, labels, paths::Paths, watching::Changed};

/// An engine and what is known about our containers in it.
#[derive(Debug)]
pub struct Machine {
    /// The engine.
    pub engine: Engine,
    /// What it says of itself.
    pub facts: Arc<Facts>,
    paths: Paths,
    cache: Mutex<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    /// The events arrive, so that an entry is true until an event says otherwise.
    watched: bool,
    /// Counts events: an answer that was on its way during one is not kept.
    generation: u64,
    containers: HashMap<String, Arc<ContainerFacts>>,
}

impl Machine {
    /// Connects and begins to watch.
    ///
    /// `changes` hears of every container of ours that has changed.
    pub async fn connect(
        access: &Access,
        paths: &Paths,
        changes: broadcast::Sender<Changed>,
    ) -> Result<Arc<Machine>, Error> {
        let engine = Engine::connect(access).await?;
        let facts = engine.facts().await?;
        let cache = Mutex::new(Cache {
            watched: true,
            ..Cache::default()
        });
        let machine = Arc::new(Machine {
            engine,
            facts,
            paths: paths.clone(),
            cache,
        });
        tokio::spawn(watch(Arc::clone(&machine), changes));
        Ok(machine)
    }

    /// The connection that brings events is up.
    pub fn is_watched(&self) -> bool {
        self.cache().watched
    }

    /// This user's container of a workspace. When several are found the one that runs counts,
    /// then the newest.
    pub async fn container(&self, workspace: &Path) -> Result<Option<Arc<ContainerFacts>>, Error> {
        let workspace = workspace.to_string_lossy().into_owned();
        let generation = {
            let cache = self.cache();
            // That one does not run is soon untrue, and nobody waits for it in a hurry.
            let known = cache.containers.get(&workspace);
            let known = known.filter(|it| cache.watched && it.state == ContainerState::Running);
            if let Some(known) = known {
                return Ok(Some(Arc::clone(known)));
            }
            cache.generation
        };
        let uid = labels::own_uid();
        let filters = [
            (labels::UID, Some(uid.as_str())),
            (labels::WORKSPACE, Some(&workspace)),
        ];
        let mut found = self.engine.list(&filters).await?;
        found.sort_by_key(|container| (rank(container.state), -container.created));
        for summary in found {
            let facts = match self.engine.inspect(&summary.id).await {
                Ok(facts) if self.is_ours(&facts) => Arc::new(facts),
                Ok(_) => continue,
                Err(engine::error::Error::ContainerGone { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            let mut cache = self.cache();
            if cache.watched && cache.generation == generation {
                cache.containers.insert(workspace, Arc::clone(&facts));
            }
            return Ok(Some(facts));
        }
        Ok(None)
    }

    /// All containers of this user.
    pub async fn containers(&self) -> Result<Vec<ContainerFacts>, Error> {
        let uid = labels::own_uid();
        let mut all = Vec::new();
        for summary in self
            .engine
            .list(&[(labels::UID, Some(uid.as_str()))])
            .await?
        {
            match self.engine.inspect(&summary.id).await {
                Ok(container) if self.is_ours(&container) => all.push(container),
                Ok(_) | Err(engine::error::Error::ContainerGone { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(all)
    }

    /// The name of everything that belongs to a workspace on this engine.
    pub fn key(&self, workspace: &Path) -> String {
        // The engines of one machine may share an id, which is not kept with their data.
        let engine = format!("{} {}", self.facts.id, self.facts.data_root.display());
        labels::key(workspace, &engine)
    }

    /// Labels alone say nothing: a container has those of its image too, and an image may come from
    /// anywhere, also from a commit of one of ours. Only what we made has our init and the one
    /// socket folder of its workspace mounted where they belong.
    pub fn is_ours(&self, container: &ContainerFacts) -> bool {
        let Some(workspace) = container.labels.get(labels::WORKSPACE) else {
            return false;
        };
        let key = self.key(Path::new(workspace));
        let source = |target: &str| {
            let mount = container
                .mounts
                .iter()
                .find(|mount| mount.target == target)?;
            (mount.kind == "bind").then_some(Path::new(&mount.source))
        };
        container.labels.get(labels::KEY) == Some(&key)
            && source(SOCKET_FOLDER_IN_CONTAINER) == Some(&self.paths.socket_folder_of(&key))
            && source(INIT_IN_CONTAINER).is_some_and(|file| file.starts_with(self.paths.init()))
    }

    /// Forgets what is known: something did not fit.
    pub fn forget(&self) {
        let mut cache = self.cache();
        cache.generation += 1;
        cache.containers.clear();
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The order in which a workspace's containers count.
fn rank(state: ContainerState) -> u8 {
    match state {
        ContainerState::Running => 0,
        ContainerState::Paused | ContainerState::Restarting => 1,
        ContainerState::Exited => 2,
        ContainerState::Created | ContainerState::Dead | ContainerState::Removing => 3,
    }
}

/// Keeps the cache true. Ends with the engine's connection, or when nobody else holds the machine.
async fn watch(machine: Arc<Machine>, changes: broadcast::Sender<Changed>) {
    let uid = labels::own_uid();
    let mut events = machine.engine.events(&[(labels::UID, Some(uid.as_str()))]);
    loop {
        let event = tokio::time::timeout(Duration::from_secs(3600), events.next()).await;
        match event {
            Ok(Some(Ok(event))) => {
                let mut cache = machine.cache();
                cache.generation += 1;
                cache
                    .containers
                    .retain(|_, container| container.id != event.id);
                drop(cache);
                if let Some(workspace) = event.labels.get(labels::WORKSPACE) {
                    let _nobody_watches = changes.send(Changed::Workspace(workspace.into()));
                }
            }
            Ok(Some(Err(error))) => {
                tracing::warn!(%error, "the engine's events broke off");
                break;
            }
            Ok(None) => break,
            Err(_quiet_hour) if Arc::strong_count(&machine) == 1 => break,
            Err(_quiet_hour) => {}
        }
    }
    machine.cache().watched = false;
    machine.forget();
    let _nobody_watches = changes.send(Changed::All);
}
