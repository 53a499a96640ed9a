//! The first moments of a container: init in its place, the socket folder clean, init's hello.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use engine::{
    body::{INIT_IN_CONTAINER, SOCKET_FOLDER_IN_CONTAINER},
    container::{ContainerFacts, ContainerState},
    spec::{ContainerSpec, Mount},
};
use session::client::{Connection, Endpoint};

use crate::{
    error::Error,
    init_binary, labels,
    paths::{Paths, fresh_socket_folder, private_folder},
    shell_integration,
    up::{gpus, trip::Trip},
};

/// How long init may take to listen after the engine has started the container.
const HELLO_LIMIT: Duration = Duration::from_secs(20);

/// How long a running init may take to answer; a paused container never does.
const GREETING_LIMIT: Duration = Duration::from_secs(5);

/// How long what is in the way of a creation may take to go.
const LEFT_OVER_LIMIT: Duration = Duration::from_secs(10);

/// The init binary on the host, written if it is not there: the system may clean /tmp.
pub fn init_file(paths: &Paths) -> Result<PathBuf, Error> {
    let folder = paths.init();
    private_folder(&folder)?;
    let file = folder.join(format!("warpdock-init-{}", init_binary::id()));
    put_init(&file)?;
    Ok(file)
}

/// Makes ready what a stopped container needs of the host.
pub fn prepare(trip: &Trip, container: &ContainerFacts) -> Result<(), Error> {
    for mount in &container.mounts {
        // The file that this container was made with: it may be of an older release.
        if mount.target == INIT_IN_CONTAINER && !Path::new(&mount.source).exists() {
            init_file(&trip.hub.paths)?;
            if !Path::new(&mount.source).exists() {
                return Err(Error::Io {
                    doing: format!(
                        "start {}: it was made by release {} of warpdock, whose {} is gone; `warpdock rebuild` makes a new container",
                        container.name,
                        container
                            .labels
                            .get(labels::RELEASE)
                            .map_or("?", String::as_str),
                        mount.source,
                    ),
                    source: io::ErrorKind::NotFound.into(),
                });
            }
        }
    }
    fresh_folder(&socket_folder(container))
}

/// Makes the folder that init listens in anew, with the shell integration in it.
pub fn fresh_folder(folder: &Path) -> Result<(), Error> {
    fresh_socket_folder(folder)?;
    // Terminals work without it.
    if let Err(error) = shell_integration::write(folder) {
        tracing::warn!(%error, "no shell integration");
    }
    Ok(())
}

/// Creates and starts a container.
///
/// A daemon that was killed in the middle of an `up` may have left a creation on its way in the
/// engine, which comes through after we have looked: what then holds the name is removed.
pub async fn create(trip: &Trip, spec: &ContainerSpec) -> Result<String, engine::error::Error> {
    let deadline = Instant::now() + LEFT_OVER_LIMIT;
    loop {
        let error = match trip.machine.engine.create_and_start(spec).await {
            Err(error @ engine::error::Error::Conflict { .. }) => error,
            other => return other,
        };
        let Some(name) = &spec.name else {
            return Err(error);
        };
        if Instant::now() > deadline || !is_left_over(trip, name).await {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether the container of this name is a left-over of ours, or on its way out; it is removed.
async fn is_left_over(trip: &Trip, name: &str) -> bool {
    let found = match trip.machine.engine.inspect(name).await {
        Ok(found) => found,
        Err(engine::error::Error::ContainerGone { .. }) => return true,
        Err(_) => return false,
    };
    // We hold the lock on this workspace: whoever made it is not at work any more.
    let is_ours = found.labels.get(labels::KEY) == Some(&trip.key) && trip.machine.is_ours(&found);
    if is_ours && let Err(error) = trip.machine.engine.remove(&found.id, true).await {
        tracing::warn!(%error, name, "cannot remove a left-over");
    }
    is_ours
}

/// Where a container's init listens: what it has mounted there. [`crate::machine::Machine`] has made
/// sure that this is the folder of its workspace.
pub fn socket_folder(container: &ContainerFacts) -> PathBuf {
    let mounts = container.mounts.iter();
    let mount = mounts
        .into_iter()
        .find(|mount| mount.target == SOCKET_FOLDER_IN_CONTAINER);
    mount
        .map(|mount| PathBuf::from(&mount.source))
        .unwrap_or_default()
}

/// How init of a running container is reached and verified.
pub fn endpoint(container: &ContainerFacts) -> Endpoint {
    Endpoint {
        socket_folder: socket_folder(container),
        pid: container
            .pid
            .and_then(|pid| u32::try_from(pid).ok())
            .unwrap_or_default(),
    }
}

/// Makes sure that a running container's init answers.
pub async fn greet(container: &ContainerFacts) -> Result<(), Error> {
    connect(container, GREETING_LIMIT).await.map(drop)
}

/// A connection to init, off the runtime.
pub async fn connect(container: &ContainerFacts, limit: Duration) -> Result<Connection, Error> {
    let endpoint = endpoint(container);
    let name = container.name.clone();
    tokio::task::spawn_blocking(move || Connection::open(&endpoint, limit))
        .await
        .map_err(|_panicked| Error::AnswerLost)?
        .map_err(|source| Error::Init { name, source })
}

/// Waits until the init of a container that was just started answers.
pub async fn answering(trip: &Trip, id: &str) -> Result<ContainerFacts, Error> {
    let deadline = Instant::now() + HELLO_LIMIT;
    let mut pause = Duration::from_millis(1);
    loop {
        let container = trip.machine.engine.inspect(id).await?;
        if !matches!(
            container.state,
            ContainerState::Running | ContainerState::Created
        ) {
            return Err(ended_at_once(&container));
        }
        match connect(&container, GREETING_LIMIT).await {
            Ok(_) => return Ok(container),
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_not_yet) => tokio::time::sleep(pause).await,
        }
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

/// A failed creation or start, in words that name the cause where it is known.
pub fn explain(trip: &Trip, error: engine::error::Error, spec: &ContainerSpec) -> Error {
    if let engine::error::Error::MountMissing { path } = &error {
        let is_workspace = Path::new(path) == trip.workspace;
        let is_there = spec.mounts.iter().any(|mount| {
            matches!(mount, Mount::Bind { source, .. } if source == path && Path::new(source).exists())
        });
        if is_workspace || is_there {
            return Error::WorkspaceElsewhere {
                path: PathBuf::from(path),
            };
        }
    }
    gpus::known(trip, error)
}

fn ended_at_once(container: &ContainerFacts) -> Error {
    let code = container.exit_code.unwrap_or_default();
    let words = match (&container.error, code) {
        (Some(words), _) if !words.is_empty() => words.clone(),
        (_, 126 | 127) => {
            "the engine could not execute the init: is the folder of its binary on a file system that forbids execution (noexec)?".to_owned()
        }
        (_, 139 | 137) => format!("its first process was killed (exit code {code})"),
        _ => "its first process ended without a word".to_owned(),
    };
    Error::EndedAtOnce {
        code,
        detail: words,
    }
}

fn put_init(file: &Path) -> Result<(), Error> {
    let failed = |source| Error::Io {
        doing: format!("write {}", file.display()),
        source,
    };
    if fs::metadata(file).is_ok_and(|metadata| metadata.len() == init_binary::BYTES.len() as u64) {
        return Ok(());
    }
    // By rename, so that nobody starts half a file, and a running container keeps the old one.
    let fresh = file.with_extension(format!("{}.new", std::process::id()));
    fs::write(&fresh, init_binary::BYTES).map_err(failed)?;
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    fs::rename(&fresh, file).map_err(failed)
}
