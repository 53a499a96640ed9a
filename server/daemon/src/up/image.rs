//! The image: present, or built from the Dockerfile, or fetched when that was asked for.

use std::{fs, time::Duration};

use config::model::{Build, Source};
use dockerfile::{ast::File, build::Platform, stages::Stages};
use engine::{
    build::{BuildEvent, BuildSpec, Builder},
    image::{ImageFacts, TransferEvent},
};
use protocol::container::Progress;

use crate::{error::Error, labels, up::trip::Trip};

/// The image that a container is made from.
#[derive(Debug)]
pub struct Image {
    /// As people name it.
    pub name: String,
    /// What the engine says of it.
    pub facts: ImageFacts,
}

/// Has the image. Nothing is fetched unless the person said so.
pub async fn ensure(trip: &Trip, source: &Source) -> Result<Image, Error> {
    let image = match source {
        Source::Image { name } => ready(trip, name, "the project").await?,
        Source::Build(build) => built(trip, build).await?,
    };
    fits(trip, &image)?;
    Ok(image)
}

/// The name of the image that is built for this workspace.
pub fn built_name(trip: &Trip) -> String {
    format!("warpdock-{}", trip.key)
}

async fn ready(trip: &Trip, name: &str, wanted_by: &str) -> Result<Image, Error> {
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

async fn built(trip: &Trip, build: &Build) -> Result<Image, Error> {
    let text = fs::read_to_string(&build.dockerfile).map_err(|error| {
        Error::Engine(engine::error::Error::Unreadable {
            path: build.dockerfile.display().to_string(),
            message: error.to_string(),
        })
    })?;
    let file = dockerfile::parse::parse(&text);
    let classic = uses_classic(trip);
    let stages = Stages::new(&file, described(build, classic));
    let dockerfile = build
        .dockerfile
        .strip_prefix(&trip.workspace)
        .unwrap_or(&build.dockerfile);
    bases(trip, &stages, &dockerfile.display().to_string()).await?;
    trip.say_phase(
        "build",
        format!("Building the image from {}", dockerfile.display()),
    );
    let name = built_name(trip);
    let spec = BuildSpec {
        dockerfile: dockerfile::directive::without_syntax_line(&file),
        dockerfile_path: build.dockerfile.clone(),
        context: build.context.clone(),
        args: build.args.clone(),
        target: build.target.clone(),
        labels: with_our_label(build, trip),
        cache_from: build.cache_from.clone(),
        network: build.network.clone(),
        platform: build.platform.clone(),
        tag: Some(format!("{name}:latest")),
        builder: if classic {
            Builder::Classic
        } else {
            Builder::Auto
        },
        no_cache: trip.operation.params.no_cache,
        network_limit: Duration::from_secs(20),
        ..BuildSpec::default()
    };
    refuse_what_classic_lacks(&file, &spec, dockerfile)?;
    let mut last_step = (0, String::new());
    let outcome = trip.machine.engine.build(&spec, |event| {
        if let BuildEvent::StepStarted { step, name } = &event {
            last_step = (*step, name.clone());
        }
        if let Some(progress) = progressed(event) {
            trip.operation.say(progress);
        }
    });
    let built = outcome
        .await
        .map_err(|error| explain(error, &stages, &last_step.1))?;
    match trip.machine.engine.image(&built.image_id).await? {
        Some(facts) => Ok(Image { name, facts }),
        None => Err(engine::error::Error::ImageMissing {
            name: built.image_id,
        }
        .into()),
    }
}

/// Every image from outside must be here, else the builder would go to the network for it.
async fn bases(trip: &Trip, stages: &Stages<'_>, dockerfile: &str) -> Result<(), Error> {
    for needed in stages.needed_images() {
        let line = stages.file.line_at(needed.range.start);
        // A name that cannot be resolved is the builder's to complain of, in its own words.
        if let Ok(reference) = &needed.image {
            ready(trip, &reference.familiar(), &format!("{dockerfile}:{line}")).await?;
        }
    }
    Ok(())
}

fn described(build: &Build, classic: bool) -> dockerfile::build::Build<'_> {
    let platform = build.platform.as_deref().and_then(Platform::parse);
    dockerfile::build::Build {
        args: &build.args,
        target: build.target.as_deref(),
        platform: platform.unwrap_or_else(Platform::of_this_machine),
        builder: match classic {
            true => dockerfile::build::Builder::Classic,
            false => dockerfile::build::Builder::BuildKit,
        },
        base_env: &[],
    }
}

/// `DOCKER_BUILDKIT=0`, or an engine before BuildKit.
fn uses_classic(trip: &Trip) -> bool {
    let asked = trip
        .environment
        .get("DOCKER_BUILDKIT")
        .is_some_and(|value| value == "0");
    asked || trip.machine.engine.api() < (1, 39) || trip.machine.facts.podman
}

fn with_our_label(build: &Build, trip: &Trip) -> Vec<(String, String)> {
    let mut all = build.labels.clone();
    all.push((
        labels::WORKSPACE.to_owned(),
        trip.workspace.to_string_lossy().into_owned(),
    ));
    all
}

/// The classic builder's own words for what it does not know are misleading.
fn refuse_what_classic_lacks(
    file: &File,
    spec: &BuildSpec,
    dockerfile: &std::path::Path,
) -> Result<(), Error> {
    if spec.builder != Builder::Classic {
        return Ok(());
    }
    match dockerfile::features::build_features(file).first() {
        None => Ok(()),
        Some(feature) => Err(Error::Engine(engine::error::Error::BuilderLacks {
            message: format!(
                "{}:{} uses {}, which the classic builder does not know",
                dockerfile.display(),
                file.line_at(feature.range.start),
                feature.kind.name(),
            ),
        })),
    }
}

/// A failed step that downloads: on a machine without internet that is the reason, and the
/// builder's own words rarely say so.
fn explain(error: engine::error::Error, stages: &Stages<'_>, last_step: &str) -> Error {
    let engine::error::Error::BuildFailed {
        step,
        tail,
        message,
        ..
    } = &error
    else {
        return error.into();
    };
    let name = if step.is_empty() { last_step } else { step };
    let Some(index) = dockerfile::step::instruction_at_step(stages, name) else {
        return error.into();
    };
    let downloads: Vec<_> = dockerfile::network::network_commands(stages)
        .into_iter()
        .filter(|command| command.instruction == index)
        .collect();
    if downloads.is_empty() || !speaks_of_the_network(tail, message) {
        return error.into();
    }
    let instruction = &stages.file.instructions[index];
    let line = stages.file.line_at(instruction.range.start);
    let mut what: Vec<String> = Vec::new();
    for download in downloads {
        let hosts = match download.hosts.is_empty() {
            true => String::new(),
            false => format!(" from {}", download.hosts.join(", ")),
        };
        let words = format!("{}{hosts}", download.what);
        if !what.contains(&words) {
            what.push(words);
        }
    }
    Error::BuildOffline {
        step: format!("the {} of line {line}", instruction.keyword.name()),
        what: what.join("; "),
        tail: tail.clone(),
        message: message.clone(),
    }
}

/// How pip, apt, curl, wget, git and conda say that they have no network.
fn speaks_of_the_network(tail: &[String], message: &str) -> bool {
    const SIGNS: [&str; 20] = [
        "Temporary failure in name resolution",
        "Name or service not known",
        "Could not resolve",
        "Couldn't resolve",
        "unable to resolve host",
        "Failed to establish a new connection",
        "NewConnectionError",
        "Network is unreachable",
        "No route to host",
        "Connection refused",
        "Connection timed out",
        "ConnectTimeoutError",
        "Could not connect",
        "Unable to connect",
        "Failed to connect",
        "Max retries exceeded",
        "CondaHTTPError",
        "Temporary failure resolving",
        "bad address",
        "No matching distribution found",
    ];
    tail.iter()
        .map(String::as_str)
        .chain([message])
        .any(|line| SIGNS.iter().any(|sign| line.contains(sign)))
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

fn progressed(event: BuildEvent) -> Option<Progress> {
    let internal = |name: &str| name.starts_with("[internal]");
    let milliseconds = |duration: Duration| u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
    match event {
        BuildEvent::Began { .. } => None,
        BuildEvent::Note { text } => Some(Progress::Note { text }),
        BuildEvent::Context {
            bytes: sent,
            done: false,
            ..
        } => Some(bytes("build context".to_owned(), sent, 0)),
        BuildEvent::Context { .. } => None,
        // What the builder does for itself is no step of the Dockerfile.
        BuildEvent::StepStarted { name, .. }
        | BuildEvent::StepCached { name, .. }
        | BuildEvent::StepDone { name, .. }
            if internal(&name) =>
        {
            None
        }
        BuildEvent::StepStarted { step, name } => Some(Progress::StepStarted { step, name }),
        BuildEvent::StepCached { step, name } => Some(Progress::StepDone {
            step,
            name,
            milliseconds: 0,
            cached: true,
            failed: false,
        }),
        BuildEvent::StepDone {
            step,
            name,
            duration,
        } => Some(Progress::StepDone {
            step,
            name,
            milliseconds: milliseconds(duration),
            cached: false,
            failed: false,
        }),
        BuildEvent::Log { step, bytes } => Some(Progress::Output {
            step,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }),
        BuildEvent::Progress {
            id, current, total, ..
        } => Some(bytes(id, current, total)),
        BuildEvent::Warning { text, line } => Some(Progress::Note {
            text: match line {
                Some(line) => format!("the builder remarks on line {line}: {text}"),
                None => format!("the builder remarks: {text}"),
            },
        }),
    }
}

#[allow(clippy::cast_precision_loss, reason = "for people to read")]
fn bytes(text: String, current: u64, total: u64) -> Progress {
    Progress::Bytes {
        text,
        current: current as f64,
        total: total as f64,
    }
}
