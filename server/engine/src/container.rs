//! Verbs over containers: create, start, stop, remove, rename, inspect, list.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use bollard::errors::Error as Bollard;
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
    RenameContainerOptionsBuilder, StopContainerOptionsBuilder,
};

use crate::body;
use crate::engine::Engine;
use crate::error::Error;
use crate::half_made::HalfMade;
use crate::inspection::{container_facts, summary_state};
use crate::spec::{ContainerSpec, GpuRequest};

/// What a container is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerState {
    /// Never started, or its start failed.
    Created,
    /// Running.
    Running,
    /// Frozen by somebody.
    Paused,
    /// Between two runs.
    Restarting,
    /// On its way out.
    Removing,
    /// Ended.
    Exited,
    /// Half removed: only removing it again is left.
    Dead,
}

/// A container, as the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerFacts {
    /// 64 digits.
    pub id: String,
    /// Without the leading slash.
    pub name: String,
    /// The image by the name it was created with.
    pub image: String,
    /// `sha256:…` of the image.
    pub image_id: String,
    /// What it is doing.
    pub state: ContainerState,
    /// PID of its first process on the engine's machine, while there is one.
    pub pid: Option<i32>,
    /// RFC 3339; `None`: never started.
    pub started_at: Option<String>,
    /// RFC 3339; `None`: never ended.
    pub finished_at: Option<String>,
    /// Exit code of the last run, once it ended.
    pub exit_code: Option<i64>,
    /// The engine's words about a failed start.
    pub error: Option<String>,
    /// The kernel killed it for its memory.
    pub out_of_memory: bool,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Mounts, ours included.
    pub mounts: Vec<MountFacts>,
    /// Environment of the first process, the image's included.
    pub env: Vec<(String, String)>,
    /// User of the first process; `None`: root.
    pub user: Option<String>,
    /// Working folder of the first process.
    pub working_folder: Option<String>,
    /// How GPUs were asked for.
    pub gpu: Option<GpuRequest>,
    /// Host paths of the device nodes that were added.
    pub devices: Vec<String>,
    /// The OCI runtime.
    pub runtime: Option<String>,
    /// Network mode.
    pub network: Option<String>,
    /// Bytes of /dev/shm.
    pub shm_bytes: Option<u64>,
}

/// A mount of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountFacts {
    /// `bind`, `volume`, `tmpfs`.
    pub kind: String,
    /// Path on the engine's machine.
    pub source: String,
    /// Path in the container.
    pub target: String,
    /// Not writable in the container.
    pub read_only: bool,
}

/// A line of `docker ps -a`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerSummary {
    /// 64 digits.
    pub id: String,
    /// Without the leading slash.
    pub name: String,
    /// The image by the name it was created with.
    pub image: String,
    /// `sha256:…`.
    pub image_id: String,
    /// What it is doing.
    pub state: ContainerState,
    /// `Up 2 hours`, as the engine says it.
    pub status: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// A condition on a label: its name, and its value if that matters.
pub type LabelFilter<'filter> = (&'filter str, Option<&'filter str>);

impl Engine {
    /// Creates a container and returns its id. Nothing is pulled.
    ///
    /// # Errors
    /// [`Error::ImageMissing`], [`Error::MountMissing`], [`Error::Conflict`] (the name is in use),
    /// [`Error::SpecInvalid`], [`Error::DiskFull`], [`Error::Refused`].
    pub async fn create(&self, spec: &ContainerSpec) -> Result<String, Error> {
        let facts = self.known_facts().await?;
        let spec = self.with_user(spec).await?;
        let spec = spec.as_ref();
        let create_body = body::create_body(spec, facts.selinux())?;
        let mut options = CreateContainerOptionsBuilder::default();
        if let Some(name) = &spec.name {
            options = options.name(name);
        }
        if let Some(platform) = &spec.options.platform {
            options = options.platform(platform);
        }
        let docker = self.patient_docker();
        let answer = docker.create_container(Some(options.build()), create_body);
        match answer.await {
            Ok(created) => Ok(created.id),
            Err(Bollard::DockerResponseServerError {
                status_code,
                message,
            }) => Err(create_refused(spec, status_code, message)),
            Err(error) => Err(self.failed("creating the container", error)),
        }
    }

    /// The specification with the image's user, where it matters who PID 1 is.
    async fn with_user<'spec>(
        &self,
        spec: &'spec ContainerSpec,
    ) -> Result<Cow<'spec, ContainerSpec>, Error> {
        if spec.user.is_some() || !body::shares_processes(spec) {
            return Ok(Cow::Borrowed(spec));
        }
        let image = self.image(&spec.image).await?;
        Ok(Cow::Owned(ContainerSpec {
            user: image.and_then(|it| it.user),
            ..spec.clone()
        }))
    }

    /// Starts a container. One that runs already is left alone.
    ///
    /// # Errors
    /// [`Error::StartFailed`] with the engine's words, [`Error::ContainerGone`],
    /// [`Error::MountMissing`], [`Error::Conflict`] (paused).
    pub async fn start(&self, id: &str) -> Result<(), Error> {
        let docker = self.patient_docker();
        match docker.start_container(id, None).await {
            Ok(()) => Ok(()),
            Err(error) if is_gone(&error) => Err(gone(id)),
            Err(Bollard::DockerResponseServerError {
                status_code: 409,
                message,
            }) => Err(Error::Conflict {
                what: "starting the container".to_owned(),
                message,
            }),
            Err(Bollard::DockerResponseServerError { message, .. }) => {
                Err(match missing_mount(&message) {
                    Some(path) => Error::MountMissing { path },
                    None => Error::StartFailed { message },
                })
            }
            Err(error) => Err(self.failed("starting the container", error)),
        }
    }

    /// Creates and starts. Whatever goes wrong, and when the future is dropped half way, the
    /// container is removed again.
    ///
    /// # Errors
    /// Those of [`Engine::create`] and [`Engine::start`].
    pub async fn create_and_start(&self, spec: &ContainerSpec) -> Result<String, Error> {
        let mut half_made = HalfMade::begin(self, spec);
        let id = half_made.created().await?;
        match self.start(&id).await {
            Ok(()) => {
                half_made.keep();
                Ok(id)
            }
            Err(error) => {
                // The start's error is the one to tell; a removal that fails as well is the
                // guard's to try again.
                if self.remove(&id, true).await.is_ok() {
                    half_made.keep();
                }
                Err(error)
            }
        }
    }

    /// Sends the stop signal, and KILL after so many seconds. A stopped container is left alone.
    ///
    /// # Errors
    /// [`Error::ContainerGone`], [`Error::Refused`].
    pub async fn stop(&self, id: &str, seconds: u32) -> Result<(), Error> {
        let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::default().t(seconds).build();
        let answer = self
            .patient_docker()
            .stop_container(id, Some(options))
            .await;
        answer.map_err(|error| self.container_failed("stopping the container", id, error))
    }

    /// Thaws a paused container.
    ///
    /// # Errors
    /// [`Error::ContainerGone`], [`Error::Conflict`] (it is not paused).
    pub async fn unpause(&self, id: &str) -> Result<(), Error> {
        let answer = self.docker().unpause_container(id).await;
        answer.map_err(|error| self.container_failed("unpausing the container", id, error))
    }

    /// Removes a container and its anonymous volumes; with `force` a running one as well. One that
    /// is gone already is not an error, nor is one that somebody else removes at the same time.
    ///
    /// # Errors
    /// [`Error::Conflict`] (it runs and `force` was not said), [`Error::Refused`].
    pub async fn remove(&self, id: &str, force: bool) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default()
            .force(force)
            .v(true)
            .build();
        match self
            .patient_docker()
            .remove_container(id, Some(options))
            .await
        {
            Err(error) if is_gone(&error) => Ok(()),
            Err(Bollard::DockerResponseServerError {
                status_code: 409,
                message,
            }) if message.contains("already in progress") => Ok(()),
            answer => {
                answer.map_err(|error| self.container_failed("removing the container", id, error))
            }
        }
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// [`Error::ContainerGone`], [`Error::Conflict`] (the name is in use).
    pub async fn rename(&self, id: &str, name: &str) -> Result<(), Error> {
        let options = RenameContainerOptionsBuilder::default().name(name).build();
        let answer = self.docker().rename_container(id, options).await;
        answer.map_err(|error| self.container_failed("renaming the container", id, error))
    }

    /// Looks at a container, by id or name.
    ///
    /// # Errors
    /// [`Error::ContainerGone`], [`Error::EngineLost`].
    pub async fn inspect(&self, id: &str) -> Result<ContainerFacts, Error> {
        let answer = self.docker().inspect_container(id, None).await;
        let container =
            answer.map_err(|error| self.container_failed("looking at the container", id, error))?;
        Ok(container_facts(container))
    }

    /// Containers in any state whose labels fulfil every filter; newest first.
    ///
    /// # Errors
    /// [`Error::EngineLost`], [`Error::EngineSilent`].
    pub async fn list(&self, labels: &[LabelFilter<'_>]) -> Result<Vec<ContainerSummary>, Error> {
        let filters = HashMap::from([("label", label_texts(labels))]);
        let options = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&filters)
            .build();
        let answer = self.docker().list_containers(Some(options)).await;
        let containers = answer.map_err(|error| self.failed("listing containers", error))?;
        let summaries = containers.into_iter().map(|container| {
            let names = container.names.unwrap_or_default();
            ContainerSummary {
                id: container.id.unwrap_or_default(),
                name: names
                    .first()
                    .map(|name| name.trim_start_matches('/').to_owned())
                    .unwrap_or_default(),
                image: container.image.unwrap_or_default(),
                image_id: container.image_id.unwrap_or_default(),
                state: summary_state(container.state),
                status: container.status.unwrap_or_default(),
                created: container.created.unwrap_or(0),
                labels: container.labels.unwrap_or_default().into_iter().collect(),
            }
        });
        Ok(summaries.collect())
    }

    fn container_failed(&self, what: &str, id: &str, error: Bollard) -> Error {
        match is_gone(&error) {
            true => gone(id),
            false => self.failed(what, error),
        }
    }
}

/// The status alone does not tell: a missing network is a 404 as well.
fn is_gone(error: &Bollard) -> bool {
    match error {
        Bollard::DockerResponseServerError {
            status_code: 404,
            message,
        } => {
            // Docker's words, then podman's.
            let message = message.to_lowercase();
            message.contains("no such container") || message.contains("no container with")
        }
        _ => false,
    }
}

fn gone(id: &str) -> Error {
    Error::ContainerGone { id: id.to_owned() }
}

fn create_refused(spec: &ContainerSpec, status: u16, message: String) -> Error {
    // 20.10 to 29 say `No such image: x:1`; podman `x: image not known`.
    if status == 404 && (message.contains("o such image") || message.contains("image not known")) {
        return Error::ImageMissing {
            name: spec.image.clone(),
        };
    }
    match missing_mount(&message) {
        Some(path) => Error::MountMissing { path },
        None => crate::engine::refused("creating the container", status, message),
    }
}

/// `invalid mount config for type "bind": bind source path does not exist: /x`.
fn missing_mount(message: &str) -> Option<String> {
    let (_, path) = message.split_once("bind source path does not exist: ")?;
    Some(path.trim().to_owned())
}

pub(crate) fn label_texts(labels: &[LabelFilter<'_>]) -> Vec<String> {
    let texts = labels.iter().map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => (*name).to_owned(),
    });
    texts.collect()
}
