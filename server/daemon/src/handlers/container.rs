//! Containers: up, down, and what is asked about them.

use std::{path::PathBuf, sync::Arc};

use engine::container::{ContainerFacts, ContainerState};
use protocol::{
    container::{
        Down, DownParams, Endpoint, EndpointParams, ListParams, Session, Status, Up, UpParams,
        WorkspaceParams,
    },
    image::DefaultCommand,
};

use crate::{
    changes, default_command,
    error::Error,
    event::Reply,
    handlers::{answer, answer_trusted},
    labels,
    machine::Machine,
    operation::Seen,
    overrides, project, session_environment, status,
    up::start,
    window::Window,
    workspace_folder,
};

/// Seconds that processes get at `down` unless the person says otherwise. Init itself hangs
/// sessions up and kills what is left after three.
const DOWN_SECONDS: u32 = 10;

/// `container/up`: starts or joins the operation, and passes its progress on.
pub fn up(window: &mut Window, params: UpParams, reply: Reply<Up>) {
    window.announce(&params.target.workspace);
    let hub = Arc::clone(&window.hub);
    let outgoing = window.outgoing.clone();
    let environment = window.client.environment.clone();
    let named = params.target.workspace.clone();
    let withdrawn = window.ups.entry(named.clone()).or_default().clone();
    answer_trusted(window, reply, async move {
        let workspace = project::workspace(&named)?;
        let mut params = params;
        params.target.workspace = workspace.display().to_string();
        let follow = async {
            let mut ticket = {
                let say = |progress| outgoing.progress(&named, progress);
                hub.up(params, &environment, say).await?
            };
            loop {
                match ticket.next().await {
                    Seen::Progress(all) => {
                        all.into_iter()
                            .for_each(|progress| outgoing.progress(&named, progress));
                    }
                    Seen::Result(result) => {
                        outgoing.flushed().await;
                        return (*result).map_err(Error::Shared);
                    }
                }
            }
        };
        tokio::select! {
            result = follow => result,
            // The ticket is dropped by now; was it the last one, the operation is cleaning up.
            () = withdrawn.cancelled() => {
                hub.cleaned_up(&environment, &workspace).await?;
                Err(Error::Cancelled { by: "you".to_owned() })
            }
        }
    });
}

/// `container/upWithdrawn`.
pub fn withdraw_up(window: &mut Window, params: &WorkspaceParams) {
    if let Some(token) = window.ups.remove(&params.workspace) {
        token.cancel();
    }
}

/// `container/down`.
pub fn down(window: &Window, params: DownParams, reply: Reply<Down>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, async move {
        let workspace = project::workspace_or_gone(&params.workspace);
        let socket = hub.access(&environment)?.endpoint()?.socket;
        hub.cancel_up(&socket, &workspace, "warpdock down").await;
        let machine = hub.machine(&environment).await?;
        let seconds = params.timeout_seconds.unwrap_or(DOWN_SECONDS);
        let mut gone = None;
        let mut ended = Vec::new();
        // More than one only where somebody interfered; all of them are this workspace's.
        while let Some(container) = machine.container(&workspace).await? {
            if matches!(container.state, ContainerState::Paused) {
                machine.engine.unpause(&container.id).await?;
            }
            gone.get_or_insert_with(|| container.name.clone());
            if container.state == ContainerState::Running {
                // Its sessions end with it, and the person may have forgotten one.
                let sessions = status::sessions(&container).await.unwrap_or_default();
                ended.extend(
                    sessions
                        .into_iter()
                        .filter(|session| session.state != "exited"),
                );
            }
            machine
                .engine
                .stop(&container.id, seconds)
                .await
                .or_else(|error| match error {
                    engine::error::Error::ContainerGone { .. } => Ok(()),
                    other => Err(other),
                })?;
            if params.keep {
                machine.forget();
                break;
            }
            machine.engine.remove(&container.id, true).await?;
            if let Some(key) = container.labels.get(labels::KEY) {
                hub.records.forget(key);
            }
            machine.forget();
        }
        Ok(Down {
            container: gone,
            ended,
        })
    });
}

/// `container/status`.
pub fn status(window: &mut Window, params: WorkspaceParams, reply: Reply<Status>) {
    window.announce(&params.workspace);
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, async move {
        let machine = hub.machine(&environment).await?;
        let workspace = nearest(&machine, &params).await?;
        let mut state = status::of_workspace(&hub, &machine, &workspace, true).await?;
        let named = workspace.clone();
        if let (Some(container), true) = (machine.container(&workspace).await?, workspace.is_dir())
        {
            let overrides = overrides::effective(params.overrides, &container);
            let metadata = status::image_metadata(&container);
            let resolved = project::resolve(workspace, overrides, environment, metadata).await?;
            state.changes = changes::of(&machine, &container, &resolved.config).await?;
        }
        if let Some(container) = machine.container(&named).await? {
            state
                .changes
                .extend(workspace_folder::change(&hub, &container));
        }
        Ok(state)
    });
}

/// `container/list`.
pub fn list(window: &Window, params: ListParams, reply: Reply<Vec<Status>>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, async move {
        let machine = hub.machine(&environment).await?;
        let mut all = Vec::new();
        for container in machine.containers().await? {
            all.push(status::of_container(&hub, &container, params.sessions).await);
        }
        all.sort_by(|one, other| one.workspace.cmp(&other.workspace));
        Ok(all)
    });
}

/// `container/endpoint`.
pub fn endpoint(window: &Window, params: EndpointParams, reply: Reply<Endpoint>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer_trusted(window, reply, async move {
        let machine = hub.machine(&environment).await?;
        if params.fresh {
            machine.forget();
        }
        let workspace = nearest(&machine, &params.target).await?;
        let container = running(machine.container(&workspace).await?, &workspace)?;
        let given = params.target.overrides;
        let metadata = status::image_metadata(&container);
        let resolve = async |overrides| {
            let (workspace, environment) = (workspace.clone(), environment.clone());
            let resolved = project::resolve(workspace, overrides, environment, metadata.clone());
            Ok::<_, Error>(resolved.await?.config)
        };
        // What sessions get is read anew each time; what is broken meanwhile concerns `up` only.
        let config = resolve(overrides::of_session(&given, &container)).await?;
        let mut changes = match overrides::beyond_session(&given, &container) {
            Some(wanted) => changes::of(&machine, &container, &resolve(wanted).await?).await?,
            None => Vec::new(),
        };
        changes.extend(workspace_folder::change(&hub, &container));
        let mut env = session_environment::of(&config, &container);
        env.extend(session_environment::given(&config, &given));
        let there = start::endpoint(&container);
        let user = config.remote_user.as_ref().map(|user| user.value.clone());
        let key = container.labels.get(labels::KEY).map_or("", String::as_str);
        let shell = hub.records.of(key, &container.id).shell;
        Ok(Endpoint {
            workspace: workspace.to_string_lossy().into_owned(),
            container: container.id.clone(),
            name: container.name.clone(),
            socket_folder: there.socket_folder.display().to_string(),
            pid: there.pid,
            workspace_folder: config.workspace_folder.value.clone(),
            shell: shell
                .filter(|shell| shell.user == user)
                .map(|shell| shell.path),
            user,
            env,
            changes,
        })
    });
}

/// `container/sessions`.
pub fn sessions(window: &Window, params: WorkspaceParams, reply: Reply<Vec<Session>>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, async move {
        let machine = hub.machine(&environment).await?;
        let workspace = nearest(&machine, &params).await?;
        let container = running(machine.container(&workspace).await?, &workspace)?;
        status::sessions(&container).await
    });
}

/// `container/defaultCommand`.
pub fn default_command(window: &Window, params: WorkspaceParams, reply: Reply<DefaultCommand>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, async move {
        let machine = hub.machine(&environment).await?;
        let workspace = nearest(&machine, &params).await?;
        let container = running(machine.container(&workspace).await?, &workspace)?;
        let overrides = overrides::of_session(&params.overrides, &container);
        let metadata = status::image_metadata(&container);
        let config = project::resolve(workspace, overrides, environment, metadata)
            .await?
            .config;
        default_command::of(&machine, &container, &config).await
    });
}

/// The workspace that is meant: the folder itself, or the nearest one above it that has a
/// container, where the client says that a person stands somewhere in it.
pub async fn nearest(machine: &Machine, params: &WorkspaceParams) -> Result<PathBuf, Error> {
    let workspace = project::workspace_or_gone(&params.workspace);
    if !params.ancestors || machine.container(&workspace).await?.is_some() {
        return Ok(workspace);
    }
    let containers = machine.containers().await?;
    let folders = containers
        .iter()
        .filter_map(|container| container.labels.get(labels::WORKSPACE));
    let above = folders
        .map(PathBuf::from)
        .filter(|folder| workspace.starts_with(folder));
    Ok(above
        .max_by_key(|folder| folder.components().count())
        .unwrap_or(workspace))
}

fn running(
    container: Option<Arc<ContainerFacts>>,
    workspace: &std::path::Path,
) -> Result<Arc<ContainerFacts>, Error> {
    let not_running = || Error::NotRunning {
        workspace: PathBuf::from(workspace),
    };
    let container = container.ok_or_else(not_running)?;
    match container.state {
        ContainerState::Running => Ok(container),
        ContainerState::Paused => Err(Error::Paused {
            name: container.name.clone(),
        }),
        ContainerState::Created
        | ContainerState::Restarting
        | ContainerState::Removing
        | ContainerState::Exited
        | ContainerState::Dead => Err(not_running()),
    }
}
