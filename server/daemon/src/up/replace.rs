//! The container that a new one replaces: stopped and under another name until the new one has
//! proven itself, and put back when it has not. Its sessions end either way.

use std::sync::{Mutex, PoisonError};

use engine::container::{ContainerFacts, ContainerState};

use crate::{
    error::Error,
    record::Record,
    up::{start, trip::Trip},
};

/// Seconds that the replaced container's processes get before they are killed.
const STOP_SECONDS: u32 = 10;

/// The name that a container has while it is set aside ends so, with a part of its id.
const SUFFIX: &str = "-replaced-";

/// A container that is set aside, if there is one.
#[derive(Debug, Default)]
pub struct Replaced {
    old: Mutex<Option<Old>>,
}

#[derive(Debug)]
struct Old {
    container: ContainerFacts,
    record: Record,
    was_running: bool,
}

impl Replaced {
    /// Takes the old container out of the new one's way.
    pub async fn set_aside(&self, trip: &Trip, container: &ContainerFacts) -> Result<(), Error> {
        let engine = &trip.machine.engine;
        let is_whole = matches!(
            container.state,
            ContainerState::Running | ContainerState::Paused | ContainerState::Exited
        );
        if !is_whole {
            // What an interrupted start has left is of no use to anybody.
            engine.remove(&container.id, true).await?;
            trip.machine.forget();
            return Ok(());
        }
        trip.say_phase("create", format!("Stopping {}", container.name));
        if container.state == ContainerState::Paused {
            engine.unpause(&container.id).await?;
        }
        let was_running = container.state != ContainerState::Exited;
        // Before the first change, so that a cancellation in the middle of it is made good too.
        *self.lock() = Some(Old {
            container: container.clone(),
            record: trip.hub.records.of(&trip.key, &container.id),
            was_running,
        });
        engine.stop(&container.id, STOP_SECONDS).await?;
        let short = container.id.get(..12).unwrap_or(&container.id);
        let name = format!("{}{SUFFIX}{short}", own_name(&container.name));
        engine.rename(&container.id, &name).await?;
        trip.machine.forget();
        Ok(())
    }

    /// The new one has proven itself: the old one is removed.
    pub async fn discard(&self, trip: &Trip) {
        let Some(old) = self.lock().take() else {
            return;
        };
        if let Err(error) = trip.machine.engine.remove(&old.container.id, true).await {
            trip.say_note(format!(
                "the replaced container could not be removed: {error}"
            ));
        }
        trip.machine.forget();
    }

    /// The new one is gone: the old one is what it was, but for its sessions.
    pub async fn put_back(&self, trip: &Trip) {
        let Some(old) = self.lock().take() else {
            return;
        };
        if let Err(error) = put_back(trip, &old).await {
            tracing::warn!(%error, container = old.container.name, "cannot put the old container back");
        }
        trip.machine.forget();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Old>> {
        self.old.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives a container that an interrupted replacement has left under its other name its own again.
pub async fn give_back_name(trip: &Trip, container: &ContainerFacts) -> Result<(), Error> {
    let own = own_name(&container.name);
    if own != container.name {
        trip.machine.engine.rename(&container.id, own).await?;
        trip.machine.forget();
    }
    Ok(())
}

async fn put_back(trip: &Trip, old: &Old) -> Result<(), Error> {
    let engine = &trip.machine.engine;
    let now = engine.inspect(&old.container.id).await?;
    give_back_name(trip, &now).await?;
    trip.keep(old.record.clone());
    if old.was_running && now.state != ContainerState::Running {
        start::prepare(trip, &old.container)?;
        engine.start(&old.container.id).await?;
        trip.say_note(format!(
            "the old container is up again as {}; its sessions have ended",
            own_name(&old.container.name)
        ));
    }
    Ok(())
}

fn own_name(name: &str) -> &str {
    name.split_once(SUFFIX).map_or(name, |(own, _)| own)
}

#[cfg(test)]
mod tests {
    use super::own_name;

    #[test]
    fn a_container_set_aside_keeps_its_own_name_in_front() {
        assert_eq!(own_name("warpdock-hmm-1"), "warpdock-hmm-1");
        assert_eq!(own_name("warpdock-hmm-1-replaced-abc"), "warpdock-hmm-1");
    }
}
