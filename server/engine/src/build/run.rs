//! The verb: sends the context, reads the answer, watches the clock.

use std::time::Duration;

use bollard::query_parameters::InspectNetworkOptions;
use hyper::header::CONTENT_TYPE;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::context::{Context, Packed};
use super::progress::Progress;
use super::{BuildEvent, BuildSpec, Builder, Built, failure, names, query};
use crate::engine::Engine;
use crate::error::Error;
use crate::exchange;

/// The engine has BuildKit from this API version on (18.09).
const BUILDKIT_API: (u32, u32) = (1, 39);
/// How long the packing of a failed build's context may take to notice.
const PACKING_LIMIT: Duration = Duration::from_secs(2);
const NO_NETWORK: &str = "the engine has no bridge network, so that RUN has no network here: `\"build\": { \"options\": [\"--network=host\"] }` in devcontainer.json gives it the machine's";

/// The network of a build's RUN.
struct Network {
    /// What is asked for; `None`: the engine's default.
    mode: Option<String>,
    /// There is none, and nobody wanted that.
    missing: bool,
}

impl Engine {
    /// Builds an image and tells what happens on the way. Dropping the future ends the build in
    /// the engine as well.
    ///
    /// # Errors
    /// [`Error::BuildFailed`], [`Error::DockerfileInvalid`], [`Error::BaseMissing`],
    /// [`Error::NetworkWait`], [`Error::BuilderLacks`], [`Error::Unreadable`] (the context),
    /// [`Error::SpecInvalid`] (the ignore file), [`Error::DiskFull`], [`Error::EngineLost`].
    pub async fn build(
        &self,
        spec: &BuildSpec,
        mut on_event: impl FnMut(BuildEvent) + Send,
    ) -> Result<Built, Error> {
        let builder = self.builder(spec.builder);
        let outcome = self.build_with(spec, builder, &mut on_event).await;
        match outcome {
            Err(error)
                if builder == Builder::BuildKit
                    && spec.builder == Builder::Auto
                    && failure::no_buildkit(&error) =>
            {
                on_event(BuildEvent::Note {
                    text: format!(
                        "the engine has no BuildKit, the classic builder takes over ({error})"
                    ),
                });
                self.build_with(spec, Builder::Classic, &mut on_event).await
            }
            outcome => outcome,
        }
    }

    /// `Builder-Version` of a ping is the CLI's default and no capability: the API version tells.
    fn builder(&self, wished: Builder) -> Builder {
        match wished {
            Builder::Auto => {
                let refused = self.transport().access().docker_buildkit.as_deref() == Some("0");
                match refused || self.api() < BUILDKIT_API {
                    true => Builder::Classic,
                    false => Builder::BuildKit,
                }
            }
            wished => wished,
        }
    }

    async fn build_with(
        &self,
        spec: &BuildSpec,
        builder: Builder,
        on_event: &mut (impl FnMut(BuildEvent) + Send),
    ) -> Result<Built, Error> {
        on_event(BuildEvent::Began { builder });
        let reading = spec.clone();
        let context = tokio::task::spawn_blocking(move || {
            Context::new(&reading, builder == Builder::Classic)
        })
        .await
        .map_err(|error| Error::Unreadable {
            path: spec.context.display().to_string(),
            message: error.to_string(),
        })??;
        let dockerfile = context.dockerfile_name().to_owned();
        let network = self.build_network(spec, builder).await?;
        // Said when a RUN really runs, and not when all of them are cached.
        let mut no_network = network.missing;
        let network = network.mode;
        let cache_from = self.present_cache(spec, on_event).await?;
        let path = query::path(&query::Request {
            spec,
            builder,
            dockerfile: &dockerfile,
            network: network.as_deref(),
            cache_from: &cache_from,
        });
        let (chunks, body) = exchange::channel_body(8);
        let (reports, mut counts) = mpsc::unbounded_channel::<Packed>();
        let request = hyper::Request::post(path)
            .header(CONTENT_TYPE, "application/x-tar")
            .body(body)
            .map_err(|error| self.transport().lost("building", error))?;
        // Ends by itself when the request is dropped: then nobody takes its chunks.
        let packing = tokio::task::spawn_blocking(move || context.pack(chunks, reports));

        let mut progress = Progress::new(names::dockerfile(spec), spec.dockerfile.clone());
        let mut events = Vec::new();
        let answer = exchange::answer(self, "building", request);
        tokio::pin!(answer);
        let mut lines = loop {
            tokio::select! {
                biased;
                Some(packed) = counts.recv() => on_event(context_event(packed)),
                answer = &mut answer => match answer {
                    Ok(lines) => break lines,
                    Err(error) => return Err(told(packing, refused(&mut progress, error)).await),
                },
            }
        };
        loop {
            let waiting_until = progress
                .looking()
                .map(|(_, since)| Instant::from_std(since) + spec.network_limit);
            tokio::select! {
                biased;
                Some(packed) = counts.recv() => on_event(context_event(packed)),
                line = lines.next() => match line {
                    Ok(Some(line)) => {
                        progress.line(&line, &mut events);
                        for event in events.drain(..) {
                            if names::is_run(&event) && std::mem::take(&mut no_network) {
                                on_event(BuildEvent::Note {
                                    text: NO_NETWORK.to_owned(),
                                });
                            }
                            on_event(event);
                        }
                    }
                    Ok(None) => break,
                    Err(error) => {
                        drop(lines);
                        return Err(told(packing, error).await);
                    }
                },
                () = until(waiting_until) => {
                    let (name, _) = progress.looking().unwrap_or(("", std::time::Instant::now()));
                    return Err(Error::NetworkWait {
                        what: format!("looking for image `{name}`"),
                        seconds: spec.network_limit.as_secs(),
                    });
                }
            }
        }
        drop(lines);
        let outcome = progress.end(&mut events);
        events.drain(..).for_each(&mut *on_event);
        match outcome {
            Ok(image_id) => Ok(Built { image_id, builder }),
            Err(error) => Err(told(packing, error).await),
        }
    }

    /// BuildKit refuses to run anything where the engine has no bridge; the classic builder does
    /// not mind.
    async fn build_network(&self, spec: &BuildSpec, builder: Builder) -> Result<Network, Error> {
        if spec.network.is_some() || builder != Builder::BuildKit {
            return Ok(Network {
                mode: spec.network.clone(),
                missing: false,
            });
        }
        let answer = self
            .docker()
            .inspect_network("bridge", None::<InspectNetworkOptions>)
            .await;
        match answer {
            Err(bollard::errors::Error::DockerResponseServerError {
                status_code: 404, ..
            }) => Ok(Network {
                mode: Some("none".to_owned()),
                missing: true,
            }),
            Ok(_) => Ok(Network {
                mode: None,
                missing: false,
            }),
            Err(error) => Err(self.failed("looking at the engine's networks", error)),
        }
    }

    /// A cache image that is not here would be looked for in the network.
    async fn present_cache(
        &self,
        spec: &BuildSpec,
        on_event: &mut (impl FnMut(BuildEvent) + Send),
    ) -> Result<Vec<String>, Error> {
        let mut present = Vec::new();
        for name in &spec.cache_from {
            match self.image(name).await? {
                Some(_) => present.push(name.clone()),
                None => on_event(BuildEvent::Note {
                    text: format!("cache image `{name}` is not on this machine and is not used"),
                }),
            }
        }
        Ok(present)
    }
}

fn context_event(packed: Packed) -> BuildEvent {
    BuildEvent::Context {
        files: packed.files,
        bytes: packed.bytes,
        done: packed.done,
    }
}

/// A refusal before the first step: most are about the Dockerfile.
fn refused(progress: &mut Progress, error: Error) -> Error {
    match error {
        Error::Refused {
            what,
            status,
            message,
        } => match progress.failure(&message) {
            Error::BuildFailed { .. } => Error::Refused {
                what,
                status,
                message,
            },
            told => told,
        },
        other => other,
    }
}

/// A context that could not be packed is the cause of everything after it. The request is gone by
/// now, so that packing ends with its next chunk.
async fn told(packing: JoinHandle<Result<(), Error>>, error: Error) -> Error {
    match tokio::time::timeout(PACKING_LIMIT, packing).await {
        Ok(Ok(Err(cause))) => cause,
        _ => error,
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
