//! What an `up` begins with: nobody else at work on the workspace, and its container as it is.

use std::{
    fs::{File, TryLockError},
    sync::Arc,
    time::{Duration, Instant},
};

use engine::container::{ContainerFacts, ContainerState};
use session::error::ConnectError;

use crate::{
    error::Error,
    up::{start, trip::Trip},
};

/// How long init may take to listen, and the engine to notice that it has ended.
const NOTICE_LIMIT: Duration = Duration::from_secs(2);

impl Trip {
    /// One operation on a workspace at a time, whatever daemon does it.
    pub async fn lock(&self) -> Result<File, Error> {
        let path = self.hub.paths.operation_lock(&self.key)?;
        let failed = |source| Error::Io {
            doing: format!("lock {}", path.display()),
            source,
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = file.map_err(failed)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => {
                    tokio::time::sleep(Duration::from_millis(20)).await
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }

    /// The container as it is; one that runs has answered.
    pub async fn settled(&self) -> Result<Option<Arc<ContainerFacts>>, Error> {
        let deadline = Instant::now() + NOTICE_LIMIT;
        loop {
            let existing = self.machine.container(&self.workspace).await?;
            let Some(container) = &existing else {
                return Ok(None);
            };
            if container.state != ContainerState::Running || self.operation.params.rebuild {
                return Ok(existing);
            }
            match start::greet(container).await {
                Ok(()) => return Ok(existing),
                // Its init listens in a moment, or it has ended, which the engine has yet to notice:
                // both are what a daemon leaves that was killed during a start.
                Err(Error::Init {
                    source:
                        ConnectError::Missing { .. }
                        | ConnectError::Refused { .. }
                        | ConnectError::Closed,
                    ..
                }) if Instant::now() < deadline => {
                    self.machine.forget();
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
