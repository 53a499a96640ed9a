//! Whether the workspace folder is still the one that a container has mounted. A bind mount holds
//! on to the folder itself and not to its name: when that is deleted and made anew, by a checkout
//! or by hand, the container goes on with the deleted one and what is written there is lost.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use config::drift::Cost;
use engine::container::{ContainerFacts, ContainerState};
use protocol::container::Change;

use crate::{changes, hub::Hub, labels};

/// A folder, whatever it is called; `None`: it is not there.
pub fn identity(folder: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(folder).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// What a running container does not have of its workspace folder.
pub fn change(hub: &Hub, container: &ContainerFacts) -> Option<Change> {
    if container.state != ContainerState::Running {
        return None;
    }
    let workspace = container.labels.get(labels::WORKSPACE)?;
    let record = hub
        .records
        .of(container.labels.get(labels::KEY)?, &container.id);
    // Started by somebody else since: what it mounts is what was there then.
    if Some(&record.started_at) != container.started_at.as_ref() {
        return None;
    }
    let mounted = record.workspace?;
    let to = match identity(Path::new(workspace)) {
        Some(now) if now == mounted => return None,
        Some(_) => "a folder that was made anew, which the container does not see",
        None => "nothing: the folder was deleted, and what is written in the container is lost",
    };
    Some(Change {
        what: workspace.clone(),
        from: "the folder that was there when the container started".to_owned(),
        to: to.to_owned(),
        cost: changes::cost(Cost::Recreate).to_owned(),
    })
}
