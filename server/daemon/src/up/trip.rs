//! The order of an `up`.

use std::{
    collections::BTreeMap,
    fs::File,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use config::{inputs::ImageMetadata, model::Config};
use engine::container::{ContainerFacts, ContainerState};
use protocol::{
    container::{Change, Done, Overrides, Progress, Up},
    failure::Problem,
};

use crate::{
    changes, default_command,
    error::Error,
    hub::Hub,
    labels,
    machine::Machine,
    operation::Operation,
    overrides, project, status,
    up::{
        gpus::{self, GpuPlan},
        hooks,
        image::{self, Image},
        prove,
        replace::{self, Replaced},
        requirements, spec, start,
    },
    workspace_folder,
};

/// One `up` under way.
pub struct Trip {
    /// What all windows share.
    pub hub: Arc<Hub>,
    /// The engine.
    pub machine: Arc<Machine>,
    /// Who is told of progress, and what was asked for.
    pub operation: Arc<Operation>,
    /// The client's environment.
    pub environment: BTreeMap<String, String>,
    /// The workspace folder, without symlinks.
    pub workspace: PathBuf,
    /// The name of everything that belongs to this workspace on this engine.
    pub key: String,
    /// Marks what this trip creates.
    pub attempt: String,
    /// The container that a new one replaces.
    pub replaced: Replaced,
    /// Held from the first look at the container until everything is cleaned up.
    held: Mutex<Option<File>>,
}

/// The project as read, with what the command line adds.
pub struct Project {
    /// Its configuration.
    pub config: Config,
    /// Problems that do not stop it.
    pub warnings: Vec<Problem>,
    /// What the command line decided, now or when the container was made.
    pub overrides: Overrides,
}

impl Trip {
    /// A trip that has not begun.
    pub fn new(
        hub: Arc<Hub>,
        machine: Arc<Machine>,
        operation: Arc<Operation>,
        environment: BTreeMap<String, String>,
        workspace: PathBuf,
    ) -> Trip {
        let key = machine.key(&workspace);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let attempt = format!("{}-{}", std::process::id(), now.as_nanos());
        Trip {
            hub,
            machine,
            operation,
            environment,
            workspace,
            key,
            attempt,
            replaced: Replaced::default(),
            held: Mutex::default(),
        }
    }

    /// Makes the trip.
    pub async fn make(&self) -> Result<Up, Error> {
        let existing = self.machine.container(&self.workspace).await?;
        let project = self.project(existing.as_deref()).await?;
        let lock = self.lock().await?;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
        // Somebody else may have been at it while we waited for the lock.
        let existing = self.settled().await?;
        if self.operation.params.build_only {
            return self.build_only(existing.as_deref(), project).await;
        }
        let rebuild = self.operation.params.rebuild;
        match existing.as_deref() {
            Some(container) if !rebuild => match container.state {
                ContainerState::Running => self.reuse(container, project, Done::Nothing).await,
                ContainerState::Paused => {
                    self.say_phase("start", format!("Resuming {}", container.name));
                    self.machine.engine.unpause(&container.id).await?;
                    self.machine.forget();
                    start::greet(container).await?;
                    self.reuse(container, project, Done::Started).await
                }
                ContainerState::Exited | ContainerState::Restarting => {
                    self.restart(container, project).await
                }
                // Never started, or half removed: what an interrupted start leaves.
                ContainerState::Created | ContainerState::Dead | ContainerState::Removing => {
                    self.create(Some(container), project).await
                }
            },
            other => self.create(other, project).await,
        }
    }

    /// Removes what this trip has created. It looks by label, so that a container is found even
    /// when the engine's answer to its creation was not waited for.
    pub async fn clean_up(&self) {
        let filters = [(labels::ATTEMPT, Some(self.attempt.as_str()))];
        self.machine.engine.given_up_is_gone().await;
        let found = match self.machine.engine.list(&filters).await {
            Ok(found) => found,
            Err(error) => return tracing::warn!(%error, "cannot look for what to clean up"),
        };
        for container in found {
            if let Err(error) = self.machine.engine.remove(&container.id, true).await {
                tracing::warn!(%error, container = container.name, "cannot clean up");
            }
            self.hub.records.forget(&self.key);
        }
        self.machine.forget();
        self.replaced.put_back(self).await;
    }

    /// Tells of a phase.
    pub fn say_phase(&self, phase: &str, text: String) {
        self.operation.say(Progress::Phase {
            phase: phase.to_owned(),
            text,
        });
    }

    /// Tells something that the person should know.
    pub fn say_note(&self, text: impl Into<String>) {
        self.operation.say(Progress::Note { text: text.into() });
    }

    async fn project(&self, existing: Option<&ContainerFacts>) -> Result<Project, Error> {
        let given = self.operation.params.target.overrides.clone();
        let overrides = match existing {
            Some(container) => overrides::effective(given, container),
            None => given,
        };
        self.read(overrides, None).await
    }

    async fn read(
        &self,
        overrides: Overrides,
        image_metadata: Option<ImageMetadata>,
    ) -> Result<Project, Error> {
        let resolved = project::resolve(
            self.workspace.clone(),
            overrides.clone(),
            self.environment.clone(),
            image_metadata,
        )
        .await?;
        let problems = project::problems(&resolved.problems, &self.workspace);
        match problems.iter().any(|problem| problem.error) {
            true => Err(Error::Problems(problems)),
            false => Ok(Project {
                config: resolved.config,
                warnings: problems,
                overrides,
            }),
        }
    }

    /// The container runs and answers: see what it does not have yet.
    async fn reuse(
        &self,
        container: &ContainerFacts,
        project: Project,
        done: Done,
    ) -> Result<Up, Error> {
        let project = self.with_metadata_of(container, project).await?;
        let mut changes = changes::of(&self.machine, container, &project.config).await?;
        changes.extend(workspace_folder::change(&self.hub, container));
        let mut record = self.hub.records.of(&self.key, &container.id);
        let this_start = container.started_at.clone().unwrap_or_default();
        if record.gpu.is_none() || record.started_at != this_start {
            let proof = prove::prove(self, container, &project.config).await?;
            // This start was not proven by whoever made it: a kill came between.
            prove::must_be_visible(&proof.gpu)?;
            record.gpu = Some(proof.gpu);
            record.shell = proof.shell;
            record.started_at = this_start;
            // Somebody else has started it: what it mounts is what was there then, we assume.
            record.workspace = workspace_folder::identity(&self.workspace);
            self.keep(record.clone());
        }
        let unfinished = hooks::unfinished(&project.config, container, &record);
        if unfinished || !project.config.hooks.post_attach.is_empty() {
            hooks::run(self, container, &project.config).await?;
        }
        self.done(project, done, changes).await
    }

    async fn restart(&self, container: &ContainerFacts, project: Project) -> Result<Up, Error> {
        let project = self.with_metadata_of(container, project).await?;
        let changes = changes::of(&self.machine, container, &project.config).await?;
        self.say_phase("start", format!("Starting {}", container.name));
        self.run_initialize(&project).await?;
        replace::give_back_name(self, container).await?;
        start::prepare(self, container)?;
        self.machine
            .engine
            .start(&container.id)
            .await
            .map_err(|error| Error::NotRestarted(Box::new(gpus::known(self, error))))?;
        self.machine.forget();
        let container = start::answering(self, &container.id).await?;
        if let Err(error) = self.first_look(&container, &project).await {
            // Left running, it would be up for the next who asks, the required GPU or not.
            self.machine.engine.stop(&container.id, 0).await?;
            self.machine.forget();
            return Err(error);
        }
        hooks::run(self, &container, &project.config).await?;
        self.run_default_command(&container, &project).await?;
        self.done(project, Done::Started, changes).await
    }

    async fn create(&self, old: Option<&ContainerFacts>, project: Project) -> Result<Up, Error> {
        let Some(source) = project.config.source.clone() else {
            // The configuration says so as a problem; this is the last net.
            return Err(Error::Problems(project.warnings));
        };
        requirements::say_unmet(self, &project.config);
        self.run_initialize(&project).await?;
        let image = image::ensure(self, &source).await?;
        let project = self.with_metadata(project, &image).await?;
        let plan = gpus::plan(self, &project.config, &image)?;
        // Only now is the old one in the way: until here a failure leaves it as it was.
        if let Some(old) = old {
            self.replaced.set_aside(self, old).await?;
        }
        let container = self.create_with(&project, &image, plan).await?;
        self.first_look(&container, &project).await?;
        self.replaced.discard(self).await;
        hooks::run(self, &container, &project.config).await?;
        self.run_default_command(&container, &project).await?;
        self.done(project, Done::Created, Vec::new()).await
    }

    /// An image may bring configuration in its label: it counts below the project's own.
    async fn with_metadata(&self, project: Project, image: &Image) -> Result<Project, Error> {
        let label = image.facts.labels.get(labels::METADATA);
        let metadata = label.map(|label| ImageMetadata {
            image: image.name.clone(),
            label: label.clone(),
        });
        self.with(project, metadata).await
    }

    /// The same of an image that a container was made from.
    async fn with_metadata_of(
        &self,
        container: &ContainerFacts,
        project: Project,
    ) -> Result<Project, Error> {
        self.with(project, status::image_metadata(container)).await
    }

    async fn with(
        &self,
        project: Project,
        metadata: Option<ImageMetadata>,
    ) -> Result<Project, Error> {
        match metadata {
            None => Ok(project),
            Some(metadata) => self.read(project.overrides, Some(metadata)).await,
        }
    }

    /// Asks for the GPU in each way that may work, the last one being without where that is allowed.
    async fn create_with(
        &self,
        project: &Project,
        image: &Image,
        plan: GpuPlan,
    ) -> Result<ContainerFacts, Error> {
        self.say_phase(
            "create",
            format!("Creating the container from {}", image.name),
        );
        let mut failure: Option<gpus::Failure> = None;
        for attempt in plan.attempts() {
            let attempt = match &failure {
                Some(failure) => attempt.because(failure),
                None => attempt,
            };
            let spec = spec::spec(self, project, image, &attempt)?;
            match start::create(self, &spec).await {
                Ok(id) => {
                    self.machine.forget();
                    return start::answering(self, &id).await;
                }
                Err(error) => match plan.after(&attempt, error) {
                    gpus::Next::Try(reason) => failure = Some(reason),
                    gpus::Next::Stop(error) => return Err(start::explain(self, error, &spec)),
                },
            }
            tracing::info!(?failure, "the engine refused this way of asking for a GPU");
        }
        Err(plan.exhausted(failure))
    }

    /// Proves the GPU, and stops here if it was required.
    async fn first_look(&self, container: &ContainerFacts, project: &Project) -> Result<(), Error> {
        let proof = prove::prove(self, container, &project.config).await?;
        prove::must_be_visible(&proof.gpu)?;
        let mut record = self.hub.records.of(&self.key, &container.id);
        record.gpu = Some(proof.gpu);
        record.shell = proof.shell;
        record.workspace = workspace_folder::identity(&self.workspace);
        record.started_at = container.started_at.clone().unwrap_or_default();
        self.keep(record);
        Ok(())
    }

    async fn run_initialize(&self, project: &Project) -> Result<(), Error> {
        hooks::host::initialize(self, &project.config).await
    }

    /// `"overrideCommand": false`: the image's command belongs to the container's life. It is a
    /// session as any other, so that its end is seen and its output kept.
    async fn run_default_command(
        &self,
        container: &ContainerFacts,
        project: &Project,
    ) -> Result<(), Error> {
        if project.config.override_command.value {
            return Ok(());
        }
        let command = default_command::of(&self.machine, container, &project.config).await?;
        if command.argv.is_empty() {
            self.say_note(format!("{} has no default command to run", command.image));
            return Ok(());
        }
        self.say_phase("start", format!("Running {}", command.argv.join(" ")));
        default_command::open(container, &project.config, command).await
    }

    /// Remembers; a full disk is worth a word and no more.
    pub fn keep(&self, record: crate::record::Record) {
        if let Err(error) = self.hub.records.keep(&self.key, record) {
            let folder = self.hub.paths.state.display();
            self.say_note(format!(
                "cannot keep the record of this container in {folder}: {error}"
            ));
        }
    }

    /// The answer, with the container as it is now.
    pub async fn done(
        &self,
        project: Project,
        done: Done,
        changes: Vec<Change>,
    ) -> Result<Up, Error> {
        let mut status =
            status::of_workspace(&self.hub, &self.machine, &self.workspace, false).await?;
        status.changes.clone_from(&changes);
        Ok(Up {
            status,
            done,
            changes,
            warnings: project.warnings,
        })
    }
}
