//! The trip from a workspace to a container that is up: read the project, decide on the GPU,
//! have the image, create, start, prove, run the lifecycle commands.

pub mod beginning;
pub mod build;
pub mod build_only;
pub mod consent;
pub mod gpus;
pub mod hooks;
pub mod image;
pub mod prove;
pub mod replace;
pub mod requirements;
pub mod spec;
pub mod start;
pub mod trip;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use protocol::container::Up;

use crate::{error::Error, hub::Hub, operation::Operation, project, up::trip::Trip};

/// How long cleaning up after a failure may take.
const CLEANUP_LIMIT: Duration = Duration::from_secs(60);

/// Makes the trip. Cancelled or failed, it leaves no container behind that was not there before;
/// but a container whose lifecycle command failed is kept for the person to look into.
pub async fn run(
    hub: Arc<Hub>,
    operation: Arc<Operation>,
    environment: BTreeMap<String, String>,
) -> Result<Up, Error> {
    let workspace = project::workspace(&operation.params.target.workspace)?;
    let machine = tokio::select! {
        machine = hub.machine(&environment) => machine?,
        () = operation.token.cancelled() => return Err(cancelled(&operation)),
    };
    let trip = Trip::new(hub, machine, Arc::clone(&operation), environment, workspace);
    let result = tokio::select! {
        result = trip.make() => result,
        () = operation.token.cancelled() => Err(cancelled(&operation)),
    };
    let keeps = matches!(result, Ok(_) | Err(Error::Hook { .. }));
    if keeps {
        trip.replaced.discard(&trip).await;
    } else if tokio::time::timeout(CLEANUP_LIMIT, trip.clean_up())
        .await
        .is_err()
    {
        tracing::error!("cleaning up took too long and was given up");
    }
    result
}

fn cancelled(operation: &Operation) -> Error {
    Error::Cancelled {
        by: operation.cancelled_by().to_owned(),
    }
}
