//! What has changed since a container was made, and what applying it costs.

use config::{
    drift::{self, Cost, Fingerprint},
    model::{Config, Source},
};
use engine::container::ContainerFacts;
use protocol::container::Change;

use crate::{error::Error, labels, machine::Machine};

/// The configuration as a label keeps it.
pub fn fingerprint(config: &Config) -> String {
    drift::fingerprint(config).to_label()
}

/// What the container does not have yet, the dearest first.
pub async fn of(
    machine: &Machine,
    container: &ContainerFacts,
    config: &Config,
) -> Result<Vec<Change>, Error> {
    let then = container
        .labels
        .get(labels::CONFIG)
        .and_then(|label| Fingerprint::from_label(label));
    let mut all: Vec<Change> = match then {
        Some(then) => drift::changes(&then, &drift::fingerprint(config))
            .into_iter()
            .map(change)
            .collect(),
        // Made by a release that wrote it down differently: not comparable.
        None => Vec::new(),
    };
    if let Some(Source::Image { name }) = config.source.as_ref().map(|source| &source.value)
        && container.labels.get(labels::IMAGE) == Some(name)
        && let Some(image) = machine.engine.image(name).await?
        && image.id != container.image_id
    {
        all.push(Change {
            what: format!("what {name} names"),
            from: short(&container.image_id),
            to: short(&image.id),
            cost: cost(Cost::Recreate).to_owned(),
        });
    }
    Ok(all)
}

fn change(change: drift::Change) -> Change {
    let nothing = || "nothing".to_owned();
    Change {
        what: change.what,
        from: change.from.unwrap_or_else(nothing),
        to: change.to.unwrap_or_else(nothing),
        cost: cost(change.cost).to_owned(),
    }
}

/// What a change costs, in words.
pub fn cost(cost: Cost) -> &'static str {
    match cost {
        Cost::Nothing => "applies by itself",
        Cost::NextSession => "new sessions have it",
        Cost::Recreate => "`warpdock rebuild` makes a new container; running sessions end",
        Cost::Rebuild => {
            "`warpdock rebuild` builds the image and makes a new container; running sessions end"
        }
    }
}

fn short(image_id: &str) -> String {
    image_id
        .trim_start_matches("sha256:")
        .chars()
        .take(12)
        .collect()
}
