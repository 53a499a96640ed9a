//! An image built from the project's Dockerfile, and what a failed build means.

mod shown;

use std::{io, path::Path, time::Duration};

use config::model::Build;
use dockerfile::{ast::File, build::Platform, stages::Stages};
use engine::build::{BuildSpec, Builder, regular};

use crate::{
    error::Error,
    labels,
    up::{
        build::shown::Shown,
        image::{Image, ready},
        trip::Trip,
    },
};

/// How long looking for a base image may take: on a machine without a network it is not there.
const NETWORK_LIMIT: Duration = Duration::from_secs(20);

/// Builds the image. Its bases must be here, or are fetched where the person said so.
pub async fn build(trip: &Trip, build: &Build) -> Result<Image, Error> {
    let text = text(&build.dockerfile).await?;
    let file = dockerfile::parse::parse(&text);
    let classic = uses_classic(trip);
    let stages = Stages::new(&file, described(build, classic));
    let dockerfile = build
        .dockerfile
        .strip_prefix(&trip.workspace)
        .unwrap_or(&build.dockerfile);
    if stages.stages.is_empty() {
        return Err(Error::Engine(engine::error::Error::DockerfileInvalid {
            dockerfile: dockerfile.display().to_string(),
            line: None,
            message: "it has no FROM, which names the image that it builds on".to_owned(),
        }));
    }
    bases(trip, &stages, dockerfile).await?;
    let name = format!("warpdock-{}", trip.key);
    let spec = BuildSpec {
        dockerfile: dockerfile::directive::without_syntax_line(&file),
        dockerfile_path: build.dockerfile.clone(),
        dockerfile_name: Some(dockerfile.display().to_string()),
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
        network_limit: NETWORK_LIMIT,
        ..BuildSpec::default()
    };
    if classic {
        refuse_what_classic_lacks(&file, dockerfile)?;
    }
    trip.say_phase(
        "build",
        format!("Building the image from {}", dockerfile.display()),
    );
    let mut shown = Shown::default();
    let outcome = trip.machine.engine.build(&spec, |event| {
        shown.progress(event, &mut |progress| trip.operation.say(progress));
    });
    let outcome = outcome.await;
    shown.end(&mut |progress| trip.operation.say(progress));
    let built = outcome.map_err(|error| explain(error, &stages, dockerfile, &shown.last_step))?;
    match trip.machine.engine.image(&built.image_id).await? {
        Some(facts) => Ok(Image { name, facts }),
        None => Err(engine::error::Error::ImageMissing {
            name: built.image_id,
        }
        .into()),
    }
}

async fn text(path: &Path) -> Result<String, Error> {
    let name = path.to_owned();
    let read = tokio::task::spawn_blocking(move || regular::read(&name))
        .await
        .map_err(|_panicked| Error::AnswerLost)?;
    let text = read.and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other));
    text.map_err(|error| {
        Error::Engine(engine::error::Error::Unreadable {
            path: path.display().to_string(),
            message: error.to_string(),
        })
    })
}

/// Every image from outside must be here, else the builder would go to the network for it.
async fn bases(trip: &Trip, stages: &Stages<'_>, dockerfile: &Path) -> Result<(), Error> {
    for needed in stages.needed_images() {
        let line = stages.file.line_at(needed.range.start);
        // A name that cannot be resolved is the builder's to complain of, in its own words.
        if let Ok(reference) = &needed.image {
            ready(
                trip,
                &reference.familiar(),
                &format!("{}:{line}", dockerfile.display()),
            )
            .await?;
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
fn refuse_what_classic_lacks(file: &File, dockerfile: &Path) -> Result<(), Error> {
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

/// A failed step by its line in the Dockerfile. A step that downloads, on a machine without
/// internet, is told apart: the builder's own words rarely say so.
fn explain(
    error: engine::error::Error,
    stages: &Stages<'_>,
    dockerfile: &Path,
    last_step: &str,
) -> Error {
    let engine::error::Error::BuildFailed {
        step,
        tail,
        message,
        exit_code,
    } = &error
    else {
        return error.into();
    };
    let name = if step.is_empty() { last_step } else { step };
    let Some(index) = dockerfile::step::instruction_at_step(stages, name) else {
        return error.into();
    };
    let instruction = &stages.file.instructions[index];
    let line = stages.file.line_at(instruction.range.start);
    let step = format!(
        "the {} of {}:{line}",
        instruction.keyword.name(),
        dockerfile.display()
    );
    let downloads = downloads(stages, index);
    match !downloads.is_empty() && speaks_of_the_network(tail, message) {
        true => Error::BuildOffline {
            step,
            what: downloads.join("; "),
            tail: tail.clone(),
            message: message.clone(),
        },
        false => Error::Build {
            step,
            exit_code: *exit_code,
            tail: tail.clone(),
            message: message.clone(),
            downloads: downloads.join("; "),
        },
    }
}

/// What an instruction fetches from the internet, each in a few words.
fn downloads(stages: &Stages<'_>, instruction: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for command in dockerfile::network::network_commands(stages) {
        if command.instruction != instruction {
            continue;
        }
        let words = match command.hosts.is_empty() {
            true => command.what.to_string(),
            false => format!("{} from {}", command.what, command.hosts.join(", ")),
        };
        if !all.contains(&words) {
            all.push(words);
        }
    }
    all
}

/// How pip, apt, curl, wget, git and conda say that they have no network.
fn speaks_of_the_network(tail: &[String], message: &str) -> bool {
    const SIGNS: [&str; 19] = [
        "emporary failure in name resolution",
        "emporary failure resolving",
        "Name or service not known",
        "ould not resolve",
        "ouldn't resolve",
        "nable to resolve host",
        "Failed to establish a new connection",
        "NewConnectionError",
        "Network is unreachable",
        "No route to host",
        "Connection refused",
        "Connection timed out",
        "ConnectTimeoutError",
        "ould not connect",
        "nable to connect",
        "ailed to connect",
        "Max retries exceeded",
        "CondaHTTPError",
        "bad address",
    ];
    let lines = tail.iter().map(String::as_str).chain([message]);
    lines
        .into_iter()
        .any(|line| SIGNS.iter().any(|sign| line.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_network_is_recognised_in_a_steps_output() {
        let tail = ["curl: (6) Could not resolve host: example.org".to_owned()];
        assert!(speaks_of_the_network(&tail, ""));
        assert!(!speaks_of_the_network(
            &["/bin/sh: 1: pip: not found".to_owned()],
            "exit code: 127"
        ));
    }
}
