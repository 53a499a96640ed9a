//! The daemon itself.

use std::sync::atomic::Ordering;

use protocol::daemon::{DaemonStatus, Nothing};

use crate::{event::Reply, window::Window};

/// `daemon/status`.
pub fn status(window: &Window, reply: Reply<DaemonStatus>) {
    let hub = &window.hub;
    let status = DaemonStatus {
        release: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        uptime_seconds: u32::try_from(hub.started.elapsed().as_secs()).unwrap_or(u32::MAX),
        clients: u32::try_from(hub.clients.load(Ordering::SeqCst)).unwrap_or(u32::MAX),
        busy: hub
            .busy()
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
        log: hub.paths.log().display().to_string(),
    };
    let _withdrawn = reply.send(Ok(status));
}

/// `daemon/stop`: what is under way is cancelled, containers and sessions stay.
pub fn stop(window: &Window, reply: Reply<Nothing>) {
    let _withdrawn = reply.send(Ok(Nothing {}));
    let stop = window.hub.stop.clone();
    tokio::spawn(async move {
        // The answer is on its way through the queue; the daemon's end would cut it off.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        stop.cancel();
    });
}
