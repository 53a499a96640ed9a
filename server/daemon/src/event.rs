//! Everything that can happen to a window.

use protocol::{
    config::{ExplainParams, Explanation, Resolved},
    container::{
        Down, DownParams, Endpoint, EndpointParams, ListParams, Session, Status, Up, UpParams,
        WorkspaceParams,
    },
    daemon::{ClientOptions, DaemonStatus, Nothing},
    doctor::{DoctorParams, Report},
    gpu::{Usage, UsageParams},
    image::{DefaultCommand, LoadParams, Loaded},
};
use tokio::sync::oneshot;

use crate::error::Error;

/// The way back to whoever asked. A closed one means that the request was cancelled.
pub type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// Everything that can happen to a window.
#[derive(Debug)]
#[allow(missing_docs, reason = "each is the method of that name")]
pub enum Event {
    Initialize {
        params: ClientOptions,
        folders: Vec<String>,
        reply: Reply<Nothing>,
    },
    ContainerUp {
        params: UpParams,
        reply: Reply<Up>,
    },
    ContainerUpWithdrawn {
        params: WorkspaceParams,
    },
    ContainerDown {
        params: DownParams,
        reply: Reply<Down>,
    },
    ContainerStatus {
        params: WorkspaceParams,
        reply: Reply<Status>,
    },
    ContainerList {
        params: ListParams,
        reply: Reply<Vec<Status>>,
    },
    ContainerEndpoint {
        params: EndpointParams,
        reply: Reply<Endpoint>,
    },
    ContainerSessions {
        params: WorkspaceParams,
        reply: Reply<Vec<Session>>,
    },
    ContainerDefaultCommand {
        params: WorkspaceParams,
        reply: Reply<DefaultCommand>,
    },
    ImageLoad {
        params: LoadParams,
        reply: Reply<Loaded>,
    },
    ConfigResolve {
        params: WorkspaceParams,
        reply: Reply<Resolved>,
    },
    ConfigExplain {
        params: ExplainParams,
        reply: Reply<Explanation>,
    },
    GpuUsage {
        params: UsageParams,
        reply: Reply<Usage>,
    },
    DoctorRun {
        params: DoctorParams,
        reply: Reply<Report>,
    },
    DaemonStatus {
        reply: Reply<DaemonStatus>,
    },
    DaemonStop {
        reply: Reply<Nothing>,
    },
}
