//! One client's loop: events in, one at a time; nothing between an event and its effect awaits.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
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

use crate::{
    event::Event,
    handlers,
    hub::Hub,
    images::EngineKey,
    lsp::{documents::Documents, editor::Editor, projects::Projects},
    outgoing::Outgoing,
    watching::Watching,
};

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
    /// What the editor can.
    pub editor: Editor,
    /// What the editor has open.
    pub documents: Documents,
    /// What the folders are that it has open.
    pub projects: Projects,
    /// The engine that its environment leads to.
    pub engine: EngineKey,
    /// Images that the engine is being asked for.
    pub asking: HashSet<String>,
    /// Where long work puts its outcome. It does not keep the window.
    pub events: mpsc::WeakUnboundedSender<Event>,
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

/// Runs a window until its letter box is gone. `environment` is the client's where it does not
/// say so itself.
pub async fn run(
    hub: Arc<Hub>,
    client: Client,
    environment: BTreeMap<String, String>,
    mut inbox: mpsc::UnboundedReceiver<Event>,
    events: mpsc::WeakUnboundedSender<Event>,
) {
    let outgoing = Outgoing::start(client);
    let mut window = Window {
        hub,
        client: ClientOptions {
            environment,
            ..ClientOptions::default()
        },
        outgoing,
        ups: HashMap::new(),
        watching: Watching::new(),
        editor: Editor::default(),
        documents: Documents::new(),
        projects: Projects::default(),
        engine: EngineKey::default(),
        asking: HashSet::new(),
        events,
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
        Event::Initialize { params, reply } => handlers::editor::initialize(window, *params, reply),
        Event::Initialized => handlers::editor::initialized(window),
        Event::DidOpen { params } => handlers::text::did_open(window, params),
        Event::DidChange { params } => handlers::text::did_change(window, params),
        Event::DidSave { params } => handlers::text::did_save(window, params),
        Event::DidClose { params } => handlers::text::did_close(window, params),
        Event::Hover { params, reply } => handlers::hover::request(window, params, reply),
        Event::CodeAction { params, reply } => handlers::actions::request(window, *params, reply),
        Event::CodeLens { params, reply } => handlers::lenses::request(window, params, reply),
        Event::DidChangeFolders { params } => {
            handlers::projects::did_change_folders(window, params);
        }
        Event::DidChangeFiles { params } => handlers::projects::did_change_files(window, params),
        Event::DidChangeSettings { settings } => {
            handlers::editor::did_change_settings(window, &settings);
        }
        Event::Linted { uri, version, said } => handlers::text::linted(window, &uri, version, said),
        Event::ProjectRead { outcome } => handlers::projects::read(window, *outcome),
        Event::ImageAsked { name, news } => handlers::images::asked(window, &name, news),
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
        Event::Initialized => "initialized",
        Event::DidOpen { .. } => "textDocument/didOpen",
        Event::DidChange { .. } => "textDocument/didChange",
        Event::DidSave { .. } => "textDocument/didSave",
        Event::DidClose { .. } => "textDocument/didClose",
        Event::Hover { .. } => "textDocument/hover",
        Event::CodeAction { .. } => "textDocument/codeAction",
        Event::CodeLens { .. } => "textDocument/codeLens",
        Event::DidChangeFolders { .. } => "workspace/didChangeWorkspaceFolders",
        Event::DidChangeFiles { .. } => "workspace/didChangeWatchedFiles",
        Event::DidChangeSettings { .. } => "workspace/didChangeConfiguration",
        Event::Linted { .. } => "linted",
        Event::ProjectRead { .. } => "project read",
        Event::ImageAsked { .. } => "image asked",
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
