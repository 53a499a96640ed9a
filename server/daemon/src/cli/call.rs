//! What every command needs: the workspace, and calls to the daemon that survive its end and
//! ask for sudo's password where that is what is missing.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use protocol::{
    container::{EndpointParams, Overrides, UpParams, WorkspaceParams},
    failure::Tier,
    method::{ContainerEndpoint, Request},
};
use session::{
    client::{Connection, Endpoint},
    error::ConnectError,
};

use crate::{
    cli::{
        args::{Global, OverrideArguments},
        client::{CallError, Daemon},
        failed::Failed,
        interrupt::Interrupt,
        progress::Display,
        sudo,
    },
    paths::Paths,
};

/// How long a running container's init may take to answer.
const GREETING_LIMIT: Duration = Duration::from_secs(5);

/// How long the init of a container that somebody else has just started may take to listen.
const LISTEN_LIMIT: Duration = Duration::from_secs(2);

/// How long to wait before looking again.
const LISTEN_PAUSE: Duration = Duration::from_millis(10);

/// A command's line to the daemon.
#[derive(Debug)]
pub struct Call {
    paths: Paths,
    daemon: Daemon,
    asked_for_sudo: bool,
}

impl Call {
    /// Connects.
    pub fn begin() -> Result<Call, Failed> {
        let paths = Paths::open()?;
        let daemon = Daemon::connect(&paths)?;
        Ok(Call {
            paths,
            daemon,
            asked_for_sudo: false,
        })
    }

    /// Where things live.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// A call that is answered at once.
    pub fn ask<R: Request>(&mut self, params: &R::Params) -> Result<R::Result, Failed> {
        self.make::<R>(params, &mut Display::silent(), None)
    }

    /// A call that may take its time.
    pub fn wait<R: Request>(
        &mut self,
        params: &R::Params,
        display: &mut Display,
    ) -> Result<R::Result, Failed> {
        let interrupt = Interrupt::listen()?;
        let result = self.make::<R>(params, display, Some(&interrupt));
        display.finish();
        match result {
            Err(_) if interrupt.was_seen() => Err(Failed::Interrupted),
            result => result,
        }
    }

    fn make<R: Request>(
        &mut self,
        params: &R::Params,
        display: &mut Display,
        interrupt: Option<&Interrupt>,
    ) -> Result<R::Result, Failed> {
        let mut lost_before = false;
        loop {
            let called =
                self.daemon
                    .call::<R>(params, &mut |progress| display.show(progress), interrupt);
            match called {
                Ok(result) => return Ok(result),
                // Killed in the middle: its memory is a cache, so that asking again is right.
                Err(CallError::Lost(_)) if !lost_before => {
                    lost_before = true;
                    display.note("the daemon went away; starting it again");
                    self.daemon = Daemon::connect(&self.paths)?;
                }
                Err(CallError::Failed(failed))
                    if failed.kind() == "needs-sudo-password" && !self.asked_for_sudo =>
                {
                    self.asked_for_sudo = true;
                    if !sudo::ask(&self.paths)? {
                        return Err(failed);
                    }
                }
                Err(error) => return Err(error.settle()),
            }
        }
    }

    /// A verified connection to the init of the workspace's container.
    pub fn session(&mut self, target: &WorkspaceParams) -> Result<Way, Failed> {
        let mut params = EndpointParams {
            target: target.clone(),
            fresh: false,
        };
        let begin = Instant::now();
        loop {
            let endpoint = self.ask::<ContainerEndpoint>(&params)?;
            let there = Endpoint {
                socket_folder: PathBuf::from(&endpoint.socket_folder),
                pid: endpoint.pid,
            };
            match Connection::open(&there, GREETING_LIMIT) {
                Ok(connection) => {
                    return Ok(Way {
                        connection,
                        endpoint,
                    });
                }
                // The container may have been restarted a moment ago.
                Err(_) if !params.fresh => params.fresh = true,
                Err(ConnectError::Missing { .. } | ConnectError::Refused { .. })
                    if begin.elapsed() < LISTEN_LIMIT =>
                {
                    std::thread::sleep(LISTEN_PAUSE);
                }
                Err(source) => {
                    let error = crate::error::Error::Init {
                        name: endpoint.name,
                        source,
                    };
                    return Err(Failed::Failure(Box::new(error.failure())));
                }
            }
        }
    }
}

/// A way to a session.
#[derive(Debug)]
pub struct Way {
    /// The connection, on which the request is still to be made.
    pub connection: Connection,
    /// What the daemon said of it.
    pub endpoint: protocol::container::Endpoint,
}

/// The workspace folder that a command is about.
pub fn workspace(global: &Global) -> Result<PathBuf, Failed> {
    let folder = match &global.workspace {
        Some(folder) => std::path::absolute(folder),
        // `PWD` keeps the name that the person typed where the folder is reached by a symlink,
        // and names a folder that was deleted meanwhile.
        None => std::env::current_dir().or_else(|error| {
            std::env::var_os("PWD")
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .ok_or(error)
        }),
    };
    folder.map_err(|error| {
        Failed::ours(
            "workspace-missing",
            Tier::Input,
            format!("the current folder cannot be used: {error}"),
            &["go to an existing folder, or name one with --workspace"],
        )
    })
}

/// Workspace and overrides, as the daemon wants them.
pub fn target(global: &Global, overrides: &OverrideArguments) -> Result<WorkspaceParams, Failed> {
    let workspace = workspace(global)?;
    let Some(text) = workspace.to_str() else {
        return Err(Failed::usage(
            format!(
                "the name of {} is not UTF-8, which the engine's interface requires",
                workspace.display()
            ),
            &["rename the folder"],
        ));
    };
    Ok(WorkspaceParams {
        workspace: text.to_owned(),
        overrides: words(overrides)?,
        ancestors: global.workspace.is_none(),
    })
}

/// The parameters of an `up`.
pub fn up_params(target: WorkspaceParams, pull: bool) -> UpParams {
    UpParams {
        target,
        pull,
        ..UpParams::default()
    }
}

fn words(arguments: &OverrideArguments) -> Result<Overrides, Failed> {
    let path = |path: &Option<PathBuf>| path.as_deref().map(absolute).transpose();
    Ok(Overrides {
        image: arguments.image.clone(),
        dockerfile: path(&arguments.dockerfile)?,
        context: path(&arguments.context)?,
        target: arguments.target.clone(),
        devcontainer: path(&arguments.devcontainer)?,
        gpus: arguments.gpus.clone(),
        shm_size: arguments.shm_size.clone(),
        env: arguments.env.clone(),
        env_file: arguments
            .env_file
            .iter()
            .map(|file| absolute(file))
            .collect::<Result<_, _>>()?,
        user: arguments.user.clone(),
        workspace_folder: arguments.workspace_folder.clone(),
        volumes: arguments.volume.clone(),
        mounts: arguments.mount.clone(),
        run_args: arguments.run_args.clone(),
    })
}

/// A path of the command line: relative to where the person is.
pub fn absolute(path: &Path) -> Result<String, Failed> {
    let path = std::path::absolute(path)?;
    match path.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(Failed::usage(
            format!("the path {} is not UTF-8", path.display()),
            &[],
        )),
    }
}
