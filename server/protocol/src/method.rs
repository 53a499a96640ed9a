//! The table of methods.

use serde::{Serialize, de::DeserializeOwned};

/// A request of the protocol: its name and the types of both directions.
pub trait Request {
    /// Parameters.
    type Params: Serialize + DeserializeOwned + Send + 'static;
    /// Result.
    type Result: Serialize + DeserializeOwned + Send + 'static;
    /// Name on the wire, `noun/verb`.
    const METHOD: &'static str;
}

/// A notification of the protocol.
pub trait Notification {
    /// Parameters.
    type Params: Serialize + DeserializeOwned + Send + 'static;
    /// Name on the wire, `noun/pastTense`.
    const METHOD: &'static str;
}

macro_rules! requests {
    ($($(#[doc = $docs:literal])* $name:ident = $method:literal ($params:ty) -> $result:ty;)*) => {
        $(
            $(#[doc = $docs])*
            #[derive(Debug)]
            pub enum $name {}
            impl Request for $name {
                type Params = $params;
                type Result = $result;
                const METHOD: &'static str = $method;
            }
        )*

        #[cfg(test)]
        pub(crate) fn requests(typescript: &mut crate::typescript_tests::Typescript) {
            $(typescript.request::<$params, $result>($method, &[$($docs),*]);)*
        }
    };
}

macro_rules! notifications {
    ($all:ident: $($(#[doc = $docs:literal])* $name:ident = $method:literal ($params:ty);)*) => {
        $(
            $(#[doc = $docs])*
            #[derive(Debug)]
            pub enum $name {}
            impl Notification for $name {
                type Params = $params;
                const METHOD: &'static str = $method;
            }
        )*

        #[cfg(test)]
        pub(crate) fn $all(typescript: &mut crate::typescript_tests::Typescript) {
            $(typescript.notification::<$params>($method, &[$($docs),*]);)*
        }
    };
}

requests! {
    /// Bring the workspace's container up, or join whoever is doing so.
    ContainerUp = "container/up" (crate::container::UpParams) -> crate::container::Up;
    /// Stop the workspace's container and remove it.
    ContainerDown = "container/down" (crate::container::DownParams) -> crate::container::Down;
    /// What the workspace's container is and does.
    ContainerStatus = "container/status" (crate::container::WorkspaceParams) -> crate::container::Status;
    /// All containers of this user.
    ContainerList = "container/list" (crate::container::ListParams) -> Vec<crate::container::Status>;
    /// Where init listens, and what a session of this workspace gets: the way to a session.
    ContainerEndpoint = "container/endpoint" (crate::container::EndpointParams) -> crate::container::Endpoint;
    /// The sessions in the workspace's container, ended ones too, as its init lists them.
    ContainerSessions = "container/sessions" (crate::container::WorkspaceParams) -> Vec<crate::container::Session>;
    /// The command that the image runs by default.
    ContainerDefaultCommand = "container/defaultCommand" (crate::container::WorkspaceParams) -> crate::image::DefaultCommand;
    /// Load images from a tar archive on the daemon's machine.
    ImageLoad = "image/load" (crate::image::LoadParams) -> crate::image::Loaded;
    /// The resolved configuration.
    ConfigResolve = "config/resolve" (crate::container::WorkspaceParams) -> crate::config::Resolved;
    /// The `docker run` line equal to the configuration, or what a given line does and how it is
    /// said here.
    ConfigExplain = "config/explain" (crate::config::ExplainParams) -> crate::config::Explanation;
    /// Memory and load of the GPUs, now.
    GpuUsage = "gpu/usage" (crate::gpu::UsageParams) -> crate::gpu::Usage;
    /// Check engine, GPU chain and machine.
    DoctorRun = "doctor/run" (crate::doctor::DoctorParams) -> crate::doctor::Report;
    /// What the daemon is and holds.
    DaemonStatus = "daemon/status" (crate::daemon::Nothing) -> crate::daemon::DaemonStatus;
    /// End the daemon; containers and sessions stay.
    DaemonStop = "daemon/stop" (crate::daemon::Nothing) -> crate::daemon::Nothing;
}

notifications! {
    client_notifications:
    /// An `up` that this client asked for is not wanted any more. Unlike `$/cancelRequest`, which
    /// is answered at once, the request ends when what it had half made is cleaned up.
    ContainerUpWithdrawn = "container/upWithdrawn" (crate::container::WorkspaceParams);
}

notifications! {
    server_notifications:
    /// Something happened on the way of an `up`, to be shown.
    ContainerProgressed = "container/progressed" (crate::container::Progressed);
    /// The container of a workspace of this window has another state. Of every workspace that the
    /// client has named in `initialize`, `container/status` or `container/up`, whoever changed it.
    /// Sessions and changes of the configuration are left empty: `container/status` tells them.
    ContainerStatusChanged = "container/statusChanged" (crate::container::Status);
}
