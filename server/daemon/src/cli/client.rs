//! The command line's end of the daemon's JSON-RPC: blocking, one call at a time.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
};

use protocol::{
    container::{Progress, Progressed},
    daemon::ClientOptions,
    failure::{self, Failure, Tier},
    method::{self, Notification, Request},
    rpc::{self, Message, RpcError},
};
use serde_json::{Value, json};

use crate::{
    cli::{failed::Failed, interrupt::Interrupt},
    environment,
    paths::Paths,
    summon,
};

/// A connection to the daemon.
#[derive(Debug)]
pub struct Daemon {
    stream: UnixStream,
    buffer: Vec<u8>,
    last_id: i64,
}

/// How a call did not end with a result.
#[derive(Debug)]
pub enum CallError {
    /// The daemon is gone; the call may be made again.
    Lost(io::Error),
    /// It failed.
    Failed(Failed),
}

impl Daemon {
    /// Connects, starting the daemon if there is none.
    pub fn connect(paths: &Paths) -> Result<Daemon, Failed> {
        let greet = |stream| {
            let mut daemon = Daemon::new(stream);
            daemon.initialize().map(|()| daemon)
        };
        let is_lost = |error: &CallError| matches!(error, CallError::Lost(_));
        summon::greeted(paths, greet, is_lost)?.map_err(CallError::settle)
    }

    /// Connects to a daemon that runs already.
    pub fn existing(paths: &Paths) -> Result<Option<Daemon>, Failed> {
        let Some(stream) = summon::existing(paths, summon::SOCKET)? else {
            return Ok(None);
        };
        let mut daemon = Daemon::new(stream);
        match daemon.initialize() {
            Ok(()) => Ok(Some(daemon)),
            Err(CallError::Lost(_)) => Ok(None),
            Err(error) => Err(error.settle()),
        }
    }

    /// Makes a call that is answered at once.
    pub fn ask<R: Request>(&mut self, params: &R::Params) -> Result<R::Result, CallError> {
        self.call::<R>(params, &mut |_| {}, None)
    }

    /// Makes a call that may take its time: shows progress, and an interrupt cancels it.
    pub fn call<R: Request>(
        &mut self,
        params: &R::Params,
        show: &mut dyn FnMut(Progress),
        interrupt: Option<&Interrupt>,
    ) -> Result<R::Result, CallError> {
        let params = serde_json::to_value(params).map_err(not_ours)?;
        let result = self.exchange(R::METHOD, &params, show, interrupt)?;
        serde_json::from_value(result).map_err(not_ours)
    }

    /// Waits until the daemon has closed the connection.
    pub fn wait_for_end(&mut self) {
        while self.read(None).is_ok() {
            self.buffer.clear();
        }
    }

    fn new(stream: UnixStream) -> Daemon {
        Daemon {
            stream,
            buffer: Vec::new(),
            last_id: 0,
        }
    }

    fn initialize(&mut self) -> Result<(), CallError> {
        let options = ClientOptions {
            release: env!("CARGO_PKG_VERSION").to_owned(),
            environment: environment::of_this_process(),
            trusted: true,
            ..ClientOptions::default()
        };
        let options = serde_json::to_value(options).map_err(not_ours)?;
        let params = json!({ "capabilities": {}, "initializationOptions": options });
        self.exchange("initialize", &params, &mut |_| {}, None)?;
        self.stream
            .write_all(&rpc::notification("initialized", &json!({})))
            .map_err(CallError::Lost)
    }

    fn exchange(
        &mut self,
        method: &str,
        params: &Value,
        show: &mut dyn FnMut(Progress),
        interrupt: Option<&Interrupt>,
    ) -> Result<Value, CallError> {
        self.last_id += 1;
        let request = rpc::request(self.last_id, method, params);
        self.stream.write_all(&request).map_err(CallError::Lost)?;
        let withdrawal = match method == <method::ContainerUp as Request>::METHOD {
            true => rpc::notification(method::ContainerUpWithdrawn::METHOD, params),
            false => rpc::notification("$/cancelRequest", &json!({ "id": self.last_id })),
        };
        let interrupt = interrupt.map(|interrupt| (interrupt, withdrawal.as_slice()));
        loop {
            match self.receive(interrupt)? {
                Message::Answer { id, result } if id == self.last_id => {
                    return result.map_err(|error| CallError::Failed(failed(error)));
                }
                // The answer to a call that was given up.
                Message::Answer { .. } => {}
                Message::Notification { method, params }
                    if method == <method::ContainerProgressed as Notification>::METHOD =>
                {
                    if let Ok(progressed) = serde_json::from_value::<Progressed>(params) {
                        show(progressed.progress);
                    }
                }
                Message::Notification { .. } | Message::Request { .. } => {}
            }
        }
    }

    fn receive(&mut self, interrupt: Option<(&Interrupt, &[u8])>) -> Result<Message, CallError> {
        loop {
            let taken = rpc::take(&mut self.buffer);
            match taken.map_err(|malformed| not_ours(io::Error::other(malformed.0)))? {
                Some(message) => return Ok(message),
                None => self.read(interrupt)?,
            }
        }
    }

    /// Reads more; an interrupt before that sends the bytes beside it.
    fn read(&mut self, interrupt: Option<(&Interrupt, &[u8])>) -> Result<(), CallError> {
        if let Some((interrupt, withdrawal)) = interrupt {
            while interrupt
                .before_readable(&self.stream)
                .map_err(CallError::Lost)?
            {
                self.stream.write_all(withdrawal).map_err(CallError::Lost)?;
            }
        }
        let mut bytes = [0; 16 << 10];
        match self.stream.read(&mut bytes) {
            Ok(0) => Err(CallError::Lost(io::ErrorKind::UnexpectedEof.into())),
            Ok(count) => {
                self.buffer.extend_from_slice(&bytes[..count]);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(CallError::Lost(error)),
        }
    }
}

impl CallError {
    /// The failure, where there is no second try.
    pub fn settle(self) -> Failed {
        match self {
            CallError::Lost(error) => Failed::ours(
                "daemon-lost",
                Tier::Environment,
                format!("the daemon went away in the middle: {error}"),
                &["try again: it starts by itself, and nothing in the container was disturbed"],
            ),
            CallError::Failed(failed) => failed,
        }
    }
}

fn failed(error: RpcError) -> Failed {
    if error.code == failure::CODE
        && let Ok(failure) = serde_json::from_value::<Failure>(error.data)
    {
        return Failed::Failure(Box::new(failure));
    }
    // tower-lsp answers a cancelled request by itself.
    if error.code == -32800 {
        return Failed::Interrupted;
    }
    not_ours_failed(format!(
        "the daemon answered error {}: {}",
        error.code, error.message
    ))
}

fn not_ours(error: impl std::fmt::Display) -> CallError {
    CallError::Failed(not_ours_failed(format!(
        "the daemon's words were not understood: {error}"
    )))
}

fn not_ours_failed(message: String) -> Failed {
    Failed::ours(
        "protocol",
        Tier::Bug,
        message,
        &["`warpdock daemon stop` ends it; the next command starts this version's own"],
    )
}
