//! The configuration, for people and editors.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use config::{
    explain::Rendering,
    inputs::ImageMetadata,
    model::{Config, Source},
};
use engine::container::ContainerFacts;
use protocol::{
    config::{Resolved, Value},
    container::{Gpu, WorkspaceParams},
};

use crate::{
    error::Error, event::Reply, handlers::answer, hub::Hub, labels, machine::Machine, project,
    status, up::gpus, window::Window,
};

/// `config/resolve`. The engine adds what it knows, but is not needed.
pub fn resolve(window: &Window, params: WorkspaceParams, reply: Reply<Resolved>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, resolved(hub, environment, params));
}

/// The configuration of a workspace as it is now.
pub async fn resolved(
    hub: Arc<Hub>,
    environment: BTreeMap<String, String>,
    params: WorkspaceParams,
) -> Result<Resolved, Error> {
    let workspace = project::workspace(&params.workspace)?;
    let machine = hub.machine(&environment).await.ok();
    let container = match &machine {
        Some(machine) => machine.container(&workspace).await.ok().flatten(),
        None => None,
    };
    let mut overrides = params.overrides;
    if overrides == Default::default()
        && let Some(container) = &container
    {
        overrides = status::overrides(container);
    }
    let first = project::resolve(
        workspace.clone(),
        overrides.clone(),
        environment.clone(),
        None,
    )
    .await?;
    let metadata = metadata(machine.as_deref(), &first.config).await;
    let resolved = match metadata {
        None => first,
        Some(metadata) => {
            project::resolve(workspace.clone(), overrides, environment, Some(metadata)).await?
        }
    };
    let json = |error: serde_json::Error| Error::Io {
        doing: "write the configuration down".to_owned(),
        source: error.into(),
    };
    let place = |origin: &config::model::Origin| project::place(origin, &workspace);
    Ok(Resolved {
        values: values(&resolved.config, &place),
        config: serde_json::to_value(&resolved.config).map_err(json)?,
        problems: project::problems(&resolved.problems, &workspace),
        files: resolved
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect(),
        docker_line: docker_line(
            &resolved.config,
            &workspace,
            machine.as_deref(),
            container.as_deref(),
        ),
    })
}

/// Every value for a person.
fn values(config: &Config, place: &dyn Fn(&config::model::Origin) -> String) -> Vec<Value> {
    config::show::values(config)
        .into_iter()
        .map(|shown| Value {
            name: shown.name,
            value: shown.value,
            origin: place(&shown.origin),
        })
        .collect()
}

async fn metadata(machine: Option<&Machine>, config: &Config) -> Option<ImageMetadata> {
    let Source::Image { name } = &config.source.as_ref()?.value else {
        return None;
    };
    let image = machine?.engine.image(name).await.ok()??;
    let label = image.labels.get(labels::METADATA)?.clone();
    Some(ImageMetadata {
        image: name.clone(),
        label,
    })
}

/// The docker run line equal to a configuration, on this machine where that is known.
fn docker_line(
    config: &Config,
    workspace: &Path,
    machine: Option<&Machine>,
    container: Option<&ContainerFacts>,
) -> String {
    let image = machine
        .filter(|_| {
            let source = config.source.as_ref().map(|source| &source.value);
            matches!(source, Some(Source::Build(_)))
        })
        .map(|machine| {
            let engine = format!("{} {}", machine.facts.id, machine.facts.data_root.display());
            format!("warpdock-{}", labels::key(workspace, &engine))
        });
    let rendering = Rendering {
        image,
        gpu_flags: container.and_then(|container| gpu_flags(config, container)),
        shm_bytes: machine.and_then(|machine| {
            let limit = config.run.memory_bytes.as_ref().map(|limit| limit.value);
            gpu::shm::default_bytes(machine.facts.memory_bytes, limit)
        }),
        sudo: machine.is_some_and(|machine| machine.engine.over_sudo()),
        wrapped: false,
    };
    config::explain::render_docker_line(config, &rendering)
}

/// How the container that is there was given its GPU; `None`: as the configuration words it.
fn gpu_flags(config: &Config, container: &ContainerFacts) -> Option<Vec<String>> {
    let label = container.labels.get(labels::GPU)?;
    let gpu: Gpu = serde_json::from_str(label).ok()?;
    if gpu.wish != gpus::wish_name(config) {
        return None;
    }
    match gpu.request {
        // It was made without one.
        None => Some(Vec::new()),
        // A runtime needs variables besides, and `--gpus` is better quoted by who writes the line.
        Some(request) if request.starts_with("--device ") => {
            Some(request.split(' ').map(str::to_owned).collect())
        }
        Some(_) => None,
    }
}
