//! The language server's face: every message becomes an event of the window. No logic here.

use std::{
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
};

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
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::{UnixStream, unix::OwnedReadHalf},
    sync::{mpsc, oneshot},
};
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};
use tower_lsp::{
    LanguageServer, LspService, Server,
    jsonrpc::{Error as RpcError, ErrorCode, Result},
    ls_types::{InitializeParams, InitializeResult, ServerInfo},
};

use crate::{
    error::Error,
    event::{Event, Reply},
    hub::Hub,
    window,
};

/// How many requests of one client may be under way. The default of four stops for ever
/// when four handlers wait for the client.
const CONCURRENCY: usize = 1024;

/// Serves one client until it leaves.
pub fn serve(hub: &Arc<Hub>, stream: UnixStream) {
    let own = rustix::process::getuid().as_raw();
    match stream.peer_cred() {
        Ok(peer) if peer.uid() == own => {}
        Ok(peer) => return tracing::warn!(uid = peer.uid(), "another user was turned away"),
        Err(error) => return tracing::warn!(%error, "a client left at once"),
    }
    let hub = Arc::clone(hub);
    hub.clients.fetch_add(1, Ordering::SeqCst);
    tokio::spawn(async move {
        let (input, output) = stream.into_split();
        let (events, inbox) = mpsc::unbounded_channel();
        let (service, socket) = LspService::build(|client| {
            tokio::spawn(window::run(Arc::clone(&hub), client, inbox));
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
        .finish();
        let gone = CancellationToken::new();
        let input = UntilGone {
            input,
            _gone: gone.clone().drop_guard(),
            gone: gone.clone(),
            closing: Box::pin(hub.closing.clone().cancelled_owned()),
        };
        let server = Server::new(input, output, socket).concurrency_level(CONCURRENCY);
        // The server waits for requests under way even after the client has left; we do not,
        // and dropping it is what cancels them.
        tokio::select! {
            () = server.serve(service) => {}
            () = gone.cancelled() => {}
            () = hub.cut.cancelled() => {}
        }
        hub.clients.fetch_sub(1, Ordering::SeqCst);
        hub.client_left.notify_one();
    });
}

/// The language server's face.
struct Letterbox {
    events: mpsc::UnboundedSender<Event>,
}

impl Letterbox {
    async fn container_up(&self, params: UpParams) -> Result<Up> {
        self.ask(|reply| Event::ContainerUp { params, reply }).await
    }

    async fn container_up_withdrawn(&self, params: WorkspaceParams) {
        // A window that is gone has withdrawn everything.
        let _gone = self.events.send(Event::ContainerUpWithdrawn { params });
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
        let folders = folders(&params);
        let options = params.initialization_options.unwrap_or_default();
        let params = serde_json::from_value(options).unwrap_or_else(|error| {
            tracing::warn!(%error, "the client's options were not understood");
            Default::default()
        });
        self.ask(|reply| Event::Initialize {
            params,
            folders,
            reply,
        })
        .await?;
        Ok(InitializeResult {
            server_info: Some(ServerInfo {
                name: "warpdock".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

/// The folders that the client has open on this machine.
fn folders(params: &InitializeParams) -> Vec<String> {
    let folders = params.workspace_folders.iter().flatten();
    folders
        .filter_map(|folder| folder.uri.to_file_path())
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

fn rpc_error(error: &Error) -> RpcError {
    let failure = error.failure();
    RpcError {
        code: ErrorCode::ServerError(protocol::failure::CODE),
        message: failure.message.clone().into(),
        data: serde_json::to_value(&failure).ok(),
    }
}

/// The client's bytes, and a token that is cancelled at their end. At the daemon's end there are
/// no more of them, upon which the server answers what is under way, and leaves.
struct UntilGone {
    input: OwnedReadHalf,
    gone: CancellationToken,
    _gone: DropGuard,
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl AsyncRead for UntilGone {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.closing.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.input).poll_read(context, buffer);
        match &polled {
            Poll::Ready(Ok(())) if buffer.filled().len() == before => self.gone.cancel(),
            Poll::Ready(Err(_)) => self.gone.cancel(),
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
        polled
    }
}
