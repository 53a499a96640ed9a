//! What happens to containers, as the engine reports it.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::time::{SystemTime, UNIX_EPOCH};

use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::{Stream, StreamExt};

use crate::container::{LabelFilter, label_texts};
use crate::engine::Engine;
use crate::error::Error;

/// Something happened to a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerEvent {
    /// 64 digits.
    pub id: String,
    /// Its name at that moment.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What happened.
    pub kind: ContainerEventKind,
    /// Nanoseconds since 1970, the engine's clock.
    pub at: i64,
}

/// What can happen to a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerEventKind {
    /// It runs.
    Started,
    /// Its first process ended.
    Died { exit_code: Option<i64> },
    /// It was removed.
    Destroyed,
    /// It was frozen.
    Paused,
    /// It was thawed.
    Unpaused,
    /// It has another name.
    Renamed,
}

/// The events of some containers, until it is dropped.
pub struct Events {
    engine: Engine,
    messages: Pin<Box<dyn Stream<Item = Result<EventMessage, bollard::errors::Error>> + Send>>,
}

impl Engine {
    /// Events of containers whose labels fulfil every filter, from this moment on: nothing that
    /// happens between this call and the first [`Events::next`] is missed.
    pub fn events(&self, labels: &[LabelFilter<'_>]) -> Events {
        let mut filters: HashMap<&str, Vec<String>> = HashMap::new();
        filters.insert("type", vec!["container".to_owned()]);
        filters.insert("label", label_texts(labels));
        let kinds = ["start", "die", "destroy", "pause", "unpause", "rename"];
        filters.insert("event", kinds.map(str::to_owned).to_vec());
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let since = format!("{}.{:09}", now.as_secs(), now.subsec_nanos());
        let options = EventsOptionsBuilder::default()
            .since(&since)
            .filters(&filters)
            .build();
        Events {
            engine: self.clone(),
            messages: Box::pin(self.patient_docker().events(Some(options))),
        }
    }
}

impl Events {
    /// The next event; `None`: the engine ended the stream, as it does when it stops.
    pub async fn next(&mut self) -> Option<Result<ContainerEvent, Error>> {
        loop {
            match self.messages.next().await? {
                Ok(message) => {
                    if let Some(event) = container_event(message) {
                        return Some(Ok(event));
                    }
                }
                Err(error) => return Some(Err(self.engine.failed("watching containers", error))),
            }
        }
    }
}

fn container_event(message: EventMessage) -> Option<ContainerEvent> {
    let actor = message.actor?;
    let mut labels: BTreeMap<String, String> =
        actor.attributes.unwrap_or_default().into_iter().collect();
    // The engine mixes its own attributes into the labels.
    let name = labels.remove("name").unwrap_or_default();
    labels.remove("image");
    let exit_code = labels.remove("exitCode").and_then(|code| code.parse().ok());
    let kind = match message.action.as_deref()? {
        "start" => ContainerEventKind::Started,
        "die" => ContainerEventKind::Died { exit_code },
        // Podman says remove.
        "destroy" | "remove" => ContainerEventKind::Destroyed,
        "pause" => ContainerEventKind::Paused,
        "unpause" => ContainerEventKind::Unpaused,
        "rename" => ContainerEventKind::Renamed,
        _ => return None,
    };
    Some(ContainerEvent {
        id: actor.id?,
        name,
        labels,
        kind,
        at: message
            .time_nano
            .or(message
                .time
                .map(|seconds| seconds.saturating_mul(1_000_000_000)))
            .unwrap_or(0),
    })
}
