//! The language server's face: every message becomes an event of the window. No logic here.

use std::{collections::BTreeMap, sync::Arc};

use protocol::{
    config::{ExplainParams, Explanation, Resolved},
    container::{
        Down, DownParams, Endpoint, EndpointParams, ListParams, Session, Status, Up, UpParams,
        WorkspaceParams,
    },
    daemon::{DaemonStatus, Nothing},
    doctor::{DoctorParams, Report},
    gpu::{Usage, UsageParams},
    image::{DefaultCommand, LoadParams, Loaded},
    method::{self, Notification, Request},
};
use tokio::sync::{mpsc, oneshot};
use tower_lsp::{
    ClientSocket, LanguageServer, LspService,
    jsonrpc::{Error as RpcError, ErrorCode, Result},
    ls_types::{
        CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams,
        DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
        DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
        DidSaveTextDocumentParams, Hover, HoverParams, InitializeParams, InitializeResult,
        InitializedParams,
    },
};

use crate::{
    error::Error,
    event::{Event, Reply},
    hub::Hub,
    window,
};

/// A client's window, started, and the letter box in front of it. `environment` is the client's
/// where it says nothing else.
pub fn service(
    hub: &Arc<Hub>,
    environment: BTreeMap<String, String>,
) -> (LspService<Letterbox>, ClientSocket) {
    let hub = Arc::clone(hub);
    let (events, inbox) = mpsc::unbounded_channel();
    let to_itself = events.downgrade();
    LspService::build(|client| {
        tokio::spawn(window::run(hub, client, environment, inbox, to_itself));
        Letterbox { events }
    })
    .custom_method(method::ContainerUp::METHOD, Letterbox::container_up)
    .custom_method(
        method::ContainerUpWithdrawn::METHOD,
        Letterbox::container_up_withdrawn,
    )
    .custom_method(method::ContainerDown::METHOD, Letterbox::container_down)
    .custom_method(method::ContainerStatus::METHOD, Letterbox::container_status)
    .custom_method(method::ContainerList::METHOD, Letterbox::container_list)
    .custom_method(
        method::ContainerEndpoint::METHOD,
        Letterbox::container_endpoint,
    )
    .custom_method(
        method::ContainerSessions::METHOD,
        Letterbox::container_sessions,
    )
    .custom_method(
        method::ContainerDefaultCommand::METHOD,
        Letterbox::container_default_command,
    )
    .custom_method(method::ImageLoad::METHOD, Letterbox::image_load)
    .custom_method(method::ConfigResolve::METHOD, Letterbox::config_resolve)
    .custom_method(method::ConfigExplain::METHOD, Letterbox::config_explain)
    .custom_method(method::GpuUsage::METHOD, Letterbox::gpu_usage)
    .custom_method(method::DoctorRun::METHOD, Letterbox::doctor_run)
    .custom_method(method::DaemonStatus::METHOD, Letterbox::daemon_status)
    .custom_method(method::DaemonStop::METHOD, Letterbox::daemon_stop)
    .finish()
}

/// The language server's face.
#[derive(Debug)]
pub struct Letterbox {
    events: mpsc::UnboundedSender<Event>,
}

impl Letterbox {
    async fn container_up(&self, params: UpParams) -> Result<Up> {
        self.ask(|reply| Event::ContainerUp { params, reply }).await
    }

    async fn container_up_withdrawn(&self, params: WorkspaceParams) {
        self.post(Event::ContainerUpWithdrawn { params });
    }

    async fn container_down(&self, params: DownParams) -> Result<Down> {
        self.ask(|reply| Event::ContainerDown { params, reply })
            .await
    }

    async fn container_status(&self, params: WorkspaceParams) -> Result<Status> {
        self.ask(|reply| Event::ContainerStatus { params, reply })
            .await
    }

    async fn container_list(&self, params: ListParams) -> Result<Vec<Status>> {
        self.ask(|reply| Event::ContainerList { params, reply })
            .await
    }

    async fn container_endpoint(&self, params: EndpointParams) -> Result<Endpoint> {
        self.ask(|reply| Event::ContainerEndpoint { params, reply })
            .await
    }

    async fn container_sessions(&self, params: WorkspaceParams) -> Result<Vec<Session>> {
        self.ask(|reply| Event::ContainerSessions { params, reply })
            .await
    }

    async fn container_default_command(&self, params: WorkspaceParams) -> Result<DefaultCommand> {
        self.ask(|reply| Event::ContainerDefaultCommand { params, reply })
            .await
    }

    async fn image_load(&self, params: LoadParams) -> Result<Loaded> {
        self.ask(|reply| Event::ImageLoad { params, reply }).await
    }

    async fn config_resolve(&self, params: WorkspaceParams) -> Result<Resolved> {
        self.ask(|reply| Event::ConfigResolve { params, reply })
            .await
    }

    async fn config_explain(&self, params: ExplainParams) -> Result<Explanation> {
        self.ask(|reply| Event::ConfigExplain { params, reply })
            .await
    }

    async fn gpu_usage(&self, params: UsageParams) -> Result<Usage> {
        self.ask(|reply| Event::GpuUsage { params, reply }).await
    }

    async fn doctor_run(&self, params: DoctorParams) -> Result<Report> {
        self.ask(|reply| Event::DoctorRun { params, reply }).await
    }

    async fn daemon_status(&self, _: Nothing) -> Result<DaemonStatus> {
        self.ask(|reply| Event::DaemonStatus { reply }).await
    }

    async fn daemon_stop(&self, _: Nothing) -> Result<Nothing> {
        self.ask(|reply| Event::DaemonStop { reply }).await
    }

    fn post(&self, event: Event) {
        // A window that is gone has nothing to do.
        let _gone = self.events.send(event);
    }

    async fn ask<T>(&self, event: impl FnOnce(Reply<T>) -> Event) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        if self.events.send(event(reply)).is_err() {
            return Err(rpc_error(&Error::WindowClosed));
        }
        match answer.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(rpc_error(&error)),
            Err(_) => Err(rpc_error(&Error::AnswerLost)),
        }
    }
}

impl LanguageServer for Letterbox {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let params = Box::new(params);
        self.ask(|reply| Event::Initialize { params, reply }).await
    }

    async fn initialized(&self, _: InitializedParams) {
        self.post(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.post(Event::DidOpen { params });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.post(Event::DidChange { params });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.post(Event::DidSave { params });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.post(Event::DidClose { params });
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.ask(|reply| Event::Hover { params, reply }).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let params = Box::new(params);
        self.ask(|reply| Event::CodeAction { params, reply }).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(|reply| Event::CodeLens { params, reply }).await
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.post(Event::DidChangeFolders { params });
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.post(Event::DidChangeFiles { params });
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        let settings = params.settings;
        self.post(Event::DidChangeSettings { settings });
    }
}

fn rpc_error(error: &Error) -> RpcError {
    let failure = error.failure();
    RpcError {
        code: ErrorCode::ServerError(protocol::failure::CODE),
        message: failure.message.clone().into(),
        data: serde_json::to_value(&failure).ok(),
    }
}
