//! GPUs, as the host sees them.

use std::sync::Arc;

use protocol::gpu::{Usage, UsageParams};

use crate::{
    event::Reply,
    gpu_usage,
    handlers::{answer, container::nearest},
    status,
    window::Window,
};

/// `gpu/usage`.
pub fn usage(window: &Window, params: UsageParams, reply: Reply<Usage>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, async move {
        let Some(workspace) = params.workspace else {
            return Ok(hub.gpu_usage.now(&environment).await);
        };
        let machine = hub.machine(&environment).await?;
        let target = protocol::container::WorkspaceParams {
            workspace,
            ancestors: true,
            ..Default::default()
        };
        let workspace = nearest(&machine, &target).await?;
        let status = status::of_workspace(&hub, &machine, &workspace, false).await?;
        let gpu = match status.gpu {
            Some(gpu) if gpu.visible => gpu,
            Some(gpu) => return Ok(gpu_usage::nothing(gpu.text)),
            None => {
                return Ok(gpu_usage::nothing(
                    "the workspace has no container".to_owned(),
                ));
            }
        };
        let mut usage = hub.gpu_usage.now(&environment).await;
        // Where only device nodes prove a GPU, it may be any of them.
        if !gpu.uuids.is_empty() {
            usage.gpus.retain(|load| gpu.uuids.contains(&load.uuid));
        }
        Ok(usage)
    });
}
