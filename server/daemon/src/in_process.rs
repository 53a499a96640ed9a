//! `warpdock stdio --in-process`: one window on standard input and output, without the daemon.

use std::{process::ExitCode, time::Duration};

use crate::{connection, environment, hub::Hub, log, paths::Paths};

/// How long what is under way may take to clean up when the editor has left.
const END_LIMIT: Duration = Duration::from_secs(20);

/// Serves the editor until it leaves.
pub fn serve(paths: Paths) -> std::io::Result<ExitCode> {
    let _flushes_the_log = log::start(&paths.log());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(64)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let hub = Hub::new(paths);
        let environment = environment::of_this_process();
        let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
        tokio::select! {
            () = connection::serve(&hub, input, output, environment) => {}
            // `daemon/stop` is for us.
            () = hub.stop.cancelled() => {}
        }
        if !hub.end(END_LIMIT).await {
            tracing::error!("what was under way has not ended");
        }
    });
    // The read of standard input that is under way cannot be taken back.
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}
