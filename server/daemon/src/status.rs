//! What a workspace's container is and does, as the protocol says it.

use std::{path::Path, sync::Arc, time::Duration};

use config::inputs::ImageMetadata;
use engine::container::{ContainerFacts, ContainerState};
use protocol::container::{Gpu, Overrides, Process, Session, State, Status};
use session::frame::{Reply, Request, SessionInfo};

use crate::{error::Error, hub::Hub, labels, machine::Machine, overrides, up::start};

/// How long init may take to list its sessions.
const LIST_LIMIT: Duration = Duration::from_secs(2);

/// The state of a workspace's container.
pub async fn of_workspace(
    hub: &Arc<Hub>,
    machine: &Arc<Machine>,
    workspace: &Path,
    with_sessions: bool,
) -> Result<Status, Error> {
    let container = machine.container(workspace).await?;
    let starting = hub.busy().iter().any(|busy| busy == workspace);
    match container {
        Some(container) => {
            let mut status = of_container(hub, &container, with_sessions).await;
            if starting && status.state == State::Stopped {
                status.state = State::Starting;
                status.note = None;
            }
            Ok(status)
        }
        None => Ok(Status {
            workspace: workspace.to_string_lossy().into_owned(),
            state: if starting {
                State::Starting
            } else {
                State::Absent
            },
            id: None,
            name: None,
            image: None,
            workspace_folder: None,
            gpu: None,
            sessions: Vec::new(),
            started: 0,
            note: None,
            changes: Vec::new(),
        }),
    }
}

/// The state of a container.
pub async fn of_container(hub: &Hub, container: &ContainerFacts, with_sessions: bool) -> Status {
    let label = |name: &str| container.labels.get(name).cloned();
    let state = match container.state {
        ContainerState::Running => State::Running,
        ContainerState::Paused => State::Paused,
        ContainerState::Created
        | ContainerState::Restarting
        | ContainerState::Removing
        | ContainerState::Exited
        | ContainerState::Dead => State::Stopped,
    };
    let record = hub
        .records
        .of(&label(labels::KEY).unwrap_or_default(), &container.id);
    let said: Option<Gpu> = label(labels::GPU).and_then(|label| serde_json::from_str(&label).ok());
    let mut note = None;
    let sessions = match (state, with_sessions) {
        (State::Running, true) => match sessions(container).await {
            Ok(sessions) => sessions,
            Err(error) => {
                note = Some(error.to_string());
                Vec::new()
            }
        },
        _ => Vec::new(),
    };
    if state == State::Stopped {
        note = Some(ending(container));
    }
    Status {
        workspace: label(labels::WORKSPACE).unwrap_or_default(),
        state,
        id: Some(container.id.clone()),
        name: Some(container.name.clone()),
        image: label(labels::IMAGE),
        workspace_folder: workspace_folder(container),
        gpu: record.gpu.or(said),
        sessions,
        started: match state {
            State::Running | State::Paused => seconds(container.started_at.as_deref()),
            State::Absent | State::Starting | State::Stopped => 0,
        },
        note,
        changes: Vec::new(),
    }
}

/// What the command line decided when the container was made.
pub fn overrides(container: &ContainerFacts) -> Overrides {
    container
        .labels
        .get(labels::OVERRIDES)
        .and_then(|label| overrides::of_label(label, &container.env))
        .unwrap_or_default()
}

/// The configuration that the container's image brought: a container has its image's labels.
pub fn image_metadata(container: &ContainerFacts) -> Option<ImageMetadata> {
    let label = container.labels.get(labels::METADATA)?;
    Some(ImageMetadata {
        image: container
            .labels
            .get(labels::IMAGE)
            .unwrap_or(&container.image)
            .clone(),
        label: label.clone(),
    })
}

/// Where the workspace is mounted in a container.
pub fn workspace_folder(container: &ContainerFacts) -> Option<String> {
    let workspace = container.labels.get(labels::WORKSPACE)?;
    let mount = container
        .mounts
        .iter()
        .find(|mount| mount.source == *workspace)?;
    Some(mount.target.clone())
}

/// A container's sessions, as its init lists them.
pub async fn sessions(container: &ContainerFacts) -> Result<Vec<Session>, Error> {
    let mut connection = start::connect(container, LIST_LIMIT).await?;
    let name = container.name.clone();
    let reply =
        tokio::task::spawn_blocking(move || connection.ask_within(&Request::List, LIST_LIMIT))
            .await
            .map_err(|_panicked| Error::AnswerLost)?;
    match reply {
        Ok(Reply::Sessions(sessions)) => Ok(sessions.iter().map(session).collect()),
        Ok(other) => Err(Error::Session {
            name,
            doing: "listing sessions".to_owned(),
            message: format!("unexpected answer {other:?}"),
        }),
        Err(source) => Err(Error::Init { name, source }),
    }
}

/// A session, as the protocol says it.
pub fn session(info: &SessionInfo) -> Session {
    let state = match (&info.exit, info.processes.is_empty()) {
        (None, _) => "running",
        (Some(_), true) => "exited",
        (Some(_), false) => "leftover",
    };
    Session {
        id: info.id,
        name: info.name.clone(),
        command: info.command.clone(),
        user: info.user.clone(),
        terminal: info.terminal.is_some(),
        started: u32::try_from(info.started).unwrap_or(u32::MAX),
        clients: info.clients,
        state: state.to_owned(),
        exit_code: info.exit.map(session::frame::Exit::code),
        processes: info
            .processes
            .iter()
            .map(|process| Process {
                pid: process.pid,
                command: process.command.clone(),
            })
            .collect(),
    }
}

fn ending(container: &ContainerFacts) -> String {
    match (
        container.state,
        container.exit_code,
        container.out_of_memory,
    ) {
        (ContainerState::Created, ..) => "it was never started".to_owned(),
        (_, _, true) => "the kernel ended it: out of memory".to_owned(),
        (_, Some(0) | None, _) => "it was stopped".to_owned(),
        (_, Some(137), _) => "it was killed (137)".to_owned(),
        (_, Some(code), _) => format!("it ended with exit code {code}"),
    }
}

/// Seconds since 1970 of the engine's RFC 3339 time in UTC; 0 where it is none.
pub fn seconds(time: Option<&str>) -> u32 {
    let Some(time) = time else {
        return 0;
    };
    let number = |range: std::ops::Range<usize>| {
        time.get(range)
            .and_then(|digits| digits.parse::<i64>().ok())
    };
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) = (
        number(0..4),
        number(5..7),
        number(8..10),
        number(11..13),
        number(14..16),
        number(17..19),
    ) else {
        return 0;
    };
    // Days from civil, for the Gregorian calendar with years that begin in March.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    u32::try_from(days * 86_400 + hour * 3600 + minute * 60 + second).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn the_engines_times_are_read() {
        assert_eq!(seconds(Some("1970-01-01T00:00:00Z")), 0);
        assert_eq!(seconds(Some("2024-02-29T12:34:56.789Z")), 1_709_210_096);
        assert_eq!(seconds(Some("0001-01-01T00:00:00Z")), 0);
        assert_eq!(seconds(Some("nonsense")), 0);
        assert_eq!(seconds(None), 0);
    }
}
