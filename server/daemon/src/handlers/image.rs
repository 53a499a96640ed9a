//! Images.

use std::{path::PathBuf, sync::Arc};

use protocol::image::{LoadParams, Loaded};

use crate::{event::Reply, handlers::answer_trusted, up::image::transferred, window::Window};

/// `image/load`.
pub fn load(window: &Window, params: LoadParams, reply: Reply<Loaded>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    let outgoing = window.outgoing.clone();
    answer_trusted(window, reply, async move {
        let machine = hub.machine(&environment).await?;
        let archive = PathBuf::from(&params.archive);
        let on_event = |event| {
            if let Some(progress) = transferred(event) {
                outgoing.progress(&params.archive, progress);
            }
        };
        let images = machine.engine.load(&archive, on_event).await?;
        outgoing.flushed().await;
        Ok(Loaded { images })
    });
}
