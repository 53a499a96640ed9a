//! One client's loop: events in, one at a time; nothing between an event and its effect awaits.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use protocol::{
    container::{Progressed, Status},
    daemon::ClientOptions,
    method,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tower_lsp::{Client, ls_types::notification::Notification};

use crate::{event::Event, handlers, hub::Hub, outgoing::Outgoing, watching::Watching};

/// A turn that takes longer is worth a line in the log.
const LONG_TURN: Duration = Duration::from_millis(50);

/// What a window is.
#[derive(Debug)]
pub struct Window {
    /// What all windows share.
    pub hub: Arc<Hub>,
    /// What the client said of itself.
    pub client: ClientOptions,
    /// The way to the client.
    pub outgoing: Outgoing,
    /// Withdraws what was asked for, by workspace as the client names it.
    pub ups: HashMap<String, CancellationToken>,
    /// The workspaces whose states it is told.
    pub watching: Watching,
}

impl Window {
    /// The client has named a workspace: it is told what becomes of its container.
    pub fn announce(&mut self, workspace: &str) {
        let Window {
            hub,
            client,
            outgoing,
            watching,
            ..
        } = self;
        watching.announce(hub, &client.environment, outgoing, workspace);
    }
}

/// Runs a window until its letter box is gone.
pub async fn run(hub: Arc<Hub>, client: Client, mut inbox: mpsc::UnboundedReceiver<Event>) {
    let outgoing = Outgoing::start(client);
    let mut window = Window {
        hub,
        client: ClientOptions::default(),
        outgoing,
        ups: HashMap::new(),
        watching: Watching::new(),
    };
    while let Some(event) = inbox.recv().await {
        let started = Instant::now();
        let name = name(&event);
        // A panic costs one answer, not the window.
        if catch_unwind(AssertUnwindSafe(|| turn(&mut window, event))).is_err() {
            tracing::error!(event = name, "a handler panicked");
        }
        if started.elapsed() > LONG_TURN {
            tracing::warn!(
                event = name,
                milliseconds = started.elapsed().as_millis(),
                "a long turn"
            );
        }
    }
}

fn turn(window: &mut Window, event: Event) {
    match event {
        Event::Initialize {
            params,
            folders,
            reply,
        } => handlers::daemon::initialize(window, params, &folders, reply),
        Event::ContainerUp { params, reply } => handlers::container::up(window, params, reply),
        Event::ContainerUpWithdrawn { params } => {
            handlers::container::withdraw_up(window, &params);
        }
        Event::ContainerDown { params, reply } => handlers::container::down(window, params, reply),
        Event::ContainerStatus { params, reply } => {
            handlers::container::status(window, params, reply)
        }
        Event::ContainerList { params, reply } => handlers::container::list(window, params, reply),
        Event::ContainerEndpoint { params, reply } => {
            handlers::container::endpoint(window, params, reply)
        }
        Event::ContainerSessions { params, reply } => {
            handlers::container::sessions(window, params, reply);
        }
        Event::ContainerDefaultCommand { params, reply } => {
            handlers::container::default_command(window, params, reply);
        }
        Event::ImageLoad { params, reply } => handlers::image::load(window, params, reply),
        Event::ConfigResolve { params, reply } => handlers::config::resolve(window, params, reply),
        Event::ConfigExplain { params, reply } => handlers::explain::explain(window, params, reply),
        Event::GpuUsage { params, reply } => handlers::gpu::usage(window, params, reply),
        Event::DoctorRun { params, reply } => handlers::doctor::run(window, params, reply),
        Event::DaemonStatus { reply } => handlers::daemon::status(window, reply),
        Event::DaemonStop { reply } => handlers::daemon::stop(window, reply),
    }
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::Initialize { .. } => "initialize",
        Event::ContainerUp { .. } => "container/up",
        Event::ContainerUpWithdrawn { .. } => "container/upWithdrawn",
        Event::ContainerDown { .. } => "container/down",
        Event::ContainerStatus { .. } => "container/status",
        Event::ContainerList { .. } => "container/list",
        Event::ContainerEndpoint { .. } => "container/endpoint",
        Event::ContainerSessions { .. } => "container/sessions",
        Event::ContainerDefaultCommand { .. } => "container/defaultCommand",
        Event::ImageLoad { .. } => "image/load",
        Event::ConfigResolve { .. } => "config/resolve",
        Event::ConfigExplain { .. } => "config/explain",
        Event::GpuUsage { .. } => "gpu/usage",
        Event::DoctorRun { .. } => "doctor/run",
        Event::DaemonStatus { .. } => "daemon/status",
        Event::DaemonStop { .. } => "daemon/stop",
    }
}

/// `container/progressed`, as tower-lsp wants to see it.
#[derive(Debug)]
pub enum ContainerProgressed {}

impl Notification for ContainerProgressed {
    type Params = Progressed;
    const METHOD: &'static str = <method::ContainerProgressed as method::Notification>::METHOD;
}

/// `container/statusChanged`, as tower-lsp wants to see it.
#[derive(Debug)]
pub enum ContainerStatusChanged {}

impl Notification for ContainerStatusChanged {
    type Params = Status;
    const METHOD: &'static str = <method::ContainerStatusChanged as method::Notification>::METHOD;
}
