//! The image: present, or built from the Dockerfile, or fetched when that was asked for.

use config::model::{Setting, Source};
use engine::image::{ImageFacts, TransferEvent};
use protocol::container::Progress;

use crate::{
    error::Error,
    project,
    up::{build, trip::Trip},
};

/// The image that a container is made from.
#[derive(Debug)]
pub struct Image {
    /// As people name it.
    pub name: String,
    /// What the engine says of it.
    pub facts: ImageFacts,
}

/// Has the image. Nothing is fetched unless the person said so.
pub async fn ensure(trip: &Trip, source: &Setting<Source>) -> Result<Image, Error> {
    let image = match &source.value {
        Source::Image { name } => {
            let wanted_by = project::place(&source.origin, &trip.workspace);
            ready(trip, name, &wanted_by).await?
        }
        Source::Build(build) => build::build(trip, build).await?,
    };
    fits(trip, &image)?;
    Ok(image)
}

/// An image by name: here, or fetched where the person said so.
pub async fn ready(trip: &Trip, name: &str, wanted_by: &str) -> Result<Image, Error> {
    if let Some(facts) = trip.machine.engine.image(name).await? {
        return Ok(Image {
            name: name.to_owned(),
            facts,
        });
    }
    if !trip.operation.params.pull {
        return Err(missing(trip, name, wanted_by).await);
    }
    pull(trip, name).await?;
    match trip.machine.engine.image(name).await? {
        Some(facts) => Ok(Image {
            name: name.to_owned(),
            facts,
        }),
        None => Err(missing(trip, name, wanted_by).await),
    }
}

async fn missing(trip: &Trip, name: &str, wanted_by: &str) -> Error {
    let local: Vec<String> = match trip.machine.engine.images().await {
        Ok(images) => images.into_iter().flat_map(|image| image.tags).collect(),
        Err(error) => return error.into(),
    };
    let near = engine::nearest::nearest(name, &local);
    Error::ImageMissing {
        name: name.to_owned(),
        wanted_by: wanted_by.to_owned(),
        near,
    }
}

async fn pull(trip: &Trip, name: &str) -> Result<(), Error> {
    trip.say_phase("pull", format!("Fetching {name}"));
    let on_event = |event| {
        if let Some(progress) = transferred(event) {
            trip.operation.say(progress);
        }
    };
    Ok(trip.machine.engine.pull(name, on_event).await?)
}

/// A transfer's event as progress; `None`: not worth a line.
pub fn transferred(event: TransferEvent) -> Option<Progress> {
    match event {
        TransferEvent::Status { text } => Some(Progress::Output { step: 0, text }),
        TransferEvent::Layer { total: 0, .. } => None,
        TransferEvent::Layer {
            id,
            text,
            current,
            total,
        } => Some(bytes(format!("{text} {id}"), current, total)),
        TransferEvent::Sent { bytes: sent, total } => Some(bytes("sent".to_owned(), sent, total)),
    }
}

fn fits(trip: &Trip, image: &Image) -> Result<(), Error> {
    let machine = trip.machine.facts.architecture.clone();
    let architecture = image.facts.architecture.clone();
    if architecture == machine || architecture.is_empty() || machine.is_empty() {
        return Ok(());
    }
    // Emulation that the kernel was taught (binfmt) makes a foreign image run.
    if emulated(&architecture) {
        trip.say_note(format!(
            "{} is for {architecture} and runs emulated, which is slow",
            image.name
        ));
        return Ok(());
    }
    Err(Error::Architecture {
        name: image.name.clone(),
        image: architecture,
        machine,
    })
}

fn emulated(architecture: &str) -> bool {
    let name = match architecture {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        other => other,
    };
    std::path::Path::new(&format!("/proc/sys/fs/binfmt_misc/qemu-{name}")).exists()
}

/// Bytes of something that is on its way.
#[allow(clippy::cast_precision_loss, reason = "for people to read")]
pub fn bytes(text: String, current: u64, total: u64) -> Progress {
    Progress::Bytes {
        text,
        current: current as f64,
        total: total as f64,
    }
}
