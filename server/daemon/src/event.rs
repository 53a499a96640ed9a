//! Everything that can happen to a window.

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
};
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::ls_types::{
    CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, Hover, HoverParams, InitializeParams,
    InitializeResult, Uri,
};

use crate::{
    error::Error,
    lsp::{projects::Outcome, surroundings::Said},
};

/// The way back to whoever asked. A closed one means that the request was cancelled.
pub type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// Everything that can happen to a window.
#[derive(Debug)]
#[allow(missing_docs, reason = "each is the method of that name")]
pub enum Event {
    Initialize {
        params: Box<InitializeParams>,
        reply: Reply<InitializeResult>,
    },
    Initialized,
    DidOpen {
        params: DidOpenTextDocumentParams,
    },
    DidChange {
        params: DidChangeTextDocumentParams,
    },
    DidSave {
        params: DidSaveTextDocumentParams,
    },
    DidClose {
        params: DidCloseTextDocumentParams,
    },
    Hover {
        params: HoverParams,
        reply: Reply<Option<Hover>>,
    },
    CodeAction {
        params: Box<CodeActionParams>,
        reply: Reply<Option<CodeActionResponse>>,
    },
    CodeLens {
        params: CodeLensParams,
        reply: Reply<Option<Vec<CodeLens>>>,
    },
    DidChangeFolders {
        params: DidChangeWorkspaceFoldersParams,
    },
    DidChangeFiles {
        params: DidChangeWatchedFilesParams,
    },
    DidChangeSettings {
        settings: Value,
    },
    /// The linter's answer about a long text.
    Linted {
        uri: Uri,
        version: i32,
        said: Said,
    },
    /// A project's configuration was read.
    ProjectRead {
        outcome: Box<Outcome>,
    },
    /// An engine was asked for an image.
    ImageAsked {
        name: String,
        news: bool,
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
