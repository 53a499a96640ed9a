//! From the engine's answers about containers to our types. Pure.

use bollard::models::{
    ContainerInspectResponse, ContainerState as State, ContainerStateStatusEnum as Status,
    ContainerSummaryStateEnum as SummaryStatus, DeviceRequest,
};

use crate::container::{ContainerFacts, ContainerState, MountFacts};
use crate::image::pairs;
use crate::spec::GpuRequest;

pub(crate) fn summary_state(state: Option<SummaryStatus>) -> ContainerState {
    match state {
        Some(SummaryStatus::RUNNING | SummaryStatus::STOPPING) => ContainerState::Running,
        Some(SummaryStatus::PAUSED) => ContainerState::Paused,
        Some(SummaryStatus::RESTARTING) => ContainerState::Restarting,
        Some(SummaryStatus::REMOVING) => ContainerState::Removing,
        Some(SummaryStatus::EXITED) => ContainerState::Exited,
        Some(SummaryStatus::DEAD) => ContainerState::Dead,
        Some(SummaryStatus::CREATED | SummaryStatus::EMPTY) | None => ContainerState::Created,
    }
}

fn state_of(state: &State) -> ContainerState {
    match state.status {
        Some(Status::RUNNING | Status::STOPPING) => ContainerState::Running,
        Some(Status::PAUSED) => ContainerState::Paused,
        Some(Status::RESTARTING) => ContainerState::Restarting,
        Some(Status::REMOVING) => ContainerState::Removing,
        Some(Status::EXITED) => ContainerState::Exited,
        Some(Status::DEAD) => ContainerState::Dead,
        Some(Status::CREATED | Status::EMPTY) | None => ContainerState::Created,
    }
}

pub(crate) fn container_facts(container: ContainerInspectResponse) -> ContainerFacts {
    let state = container.state.unwrap_or_default();
    let config = container.config.unwrap_or_default();
    let host = container.host_config.unwrap_or_default();
    let doing = state_of(&state);
    let ended = matches!(doing, ContainerState::Exited | ContainerState::Dead)
        || state
            .error
            .as_deref()
            .is_some_and(|error| !error.is_empty());
    let mounts = container.mounts.unwrap_or_default();
    let devices = host.devices.unwrap_or_default();
    ContainerFacts {
        id: container.id.unwrap_or_default(),
        name: container
            .name
            .unwrap_or_default()
            .trim_start_matches('/')
            .to_owned(),
        image: config.image.unwrap_or_default(),
        image_id: container.image.unwrap_or_default(),
        state: doing,
        pid: state
            .pid
            .and_then(|pid| i32::try_from(pid).ok())
            .filter(|pid| *pid > 0),
        started_at: moment(state.started_at),
        finished_at: moment(state.finished_at),
        exit_code: state.exit_code.filter(|_| ended),
        error: state.error.filter(|error| !error.is_empty()),
        out_of_memory: state.oom_killed.unwrap_or_default(),
        labels: config.labels.unwrap_or_default().into_iter().collect(),
        mounts: mounts
            .into_iter()
            .map(|mount| MountFacts {
                kind: mount.typ.map(|kind| kind.to_string()).unwrap_or_default(),
                source: mount.source.unwrap_or_default(),
                target: mount.destination.unwrap_or_default(),
                read_only: !mount.rw.unwrap_or(true),
            })
            .collect(),
        env: pairs(config.env.unwrap_or_default()),
        user: config.user.filter(|user| !user.is_empty()),
        working_folder: config.working_dir.filter(|folder| !folder.is_empty()),
        gpu: gpu_request(host.device_requests.unwrap_or_default()),
        devices: devices
            .into_iter()
            .filter_map(|device| device.path_on_host)
            .collect(),
        runtime: host.runtime.filter(|runtime| !runtime.is_empty()),
        network: host.network_mode,
        shm_bytes: host.shm_size.and_then(|size| u64::try_from(size).ok()),
    }
}

/// The engine writes year 1 for never.
fn moment(time: Option<String>) -> Option<String> {
    time.filter(|time| !time.is_empty() && !time.starts_with("0001-"))
}

fn gpu_request(requests: Vec<DeviceRequest>) -> Option<GpuRequest> {
    let request = requests.into_iter().next()?;
    let driver = request.driver.unwrap_or_default();
    let ids = request.device_ids.unwrap_or_default();
    Some(match driver.as_str() {
        "cdi" => GpuRequest::Cdi { names: ids },
        _ => GpuRequest::DeviceRequest {
            driver,
            count: request.count.unwrap_or(0),
            ids,
            capabilities: request
                .capabilities
                .and_then(|groups| groups.into_iter().next())
                .unwrap_or_default(),
        },
    })
}
