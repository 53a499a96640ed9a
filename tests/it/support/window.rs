//! A window: a client of the daemon's JSON-RPC that asks, and remembers what it is told.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{daemon, project::Project, wait};

/// How long one read waits, so that the deadline is looked at.
const READ: Duration = Duration::from_millis(50);

/// A window.
pub(crate) struct Window {
    stream: UnixStream,
    buffer: Vec<u8>,
    last_id: u64,
    told: VecDeque<(String, Value)>,
}

impl Window {
    /// Opens a window of a project that has these folders open; its daemon is started.
    #[track_caller]
    pub(crate) fn open(project: &Project, folders: &[&std::path::Path]) -> Window {
        Window::with(project, folders, &[])
    }

    /// As [`Window::open`], with variables in its environment.
    #[track_caller]
    pub(crate) fn with(
        project: &Project,
        folders: &[&std::path::Path],
        variables: &[(&str, &str)],
    ) -> Window {
        project.warpdock(&["ps"]).run().success();
        let stream = daemon::connect(&project.home, "daemon.sock");
        stream
            .set_read_timeout(Some(READ))
            .expect("a socket has time limits");
        let mut window = Window {
            stream,
            buffer: Vec::new(),
            last_id: 0,
            told: VecDeque::new(),
        };
        let mut environment = json!({
            "DOCKER_HOST": project.engine.host(),
            "HOME": project.home.path(),
            "PATH": std::env::var("PATH").unwrap_or_default(),
        });
        for (name, value) in variables {
            environment[name] = json!(value);
        }
        let folders: Vec<Value> = folders
            .iter()
            .map(|folder| json!({ "uri": format!("file://{}", folder.display()), "name": "x" }))
            .collect();
        window.ask(
            "initialize",
            &json!({
                "capabilities": {},
                "workspaceFolders": folders,
                "initializationOptions": { "release": "test", "environment": environment },
            }),
        );
        window.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
        window
    }

    /// Asks, and returns the result; fails the test at an error.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        match self.try_ask(method, params) {
            Ok(result) => result,
            Err(error) => panic!("{method}: {error:#}"),
        }
    }

    /// Asks; `Err` is the error object.
    #[track_caller]
    pub(crate) fn try_ask(&mut self, method: &str, params: &Value) -> Result<Value, Value> {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let deadline = Instant::now() + wait::LONG;
        loop {
            let message = self.next(deadline, method);
            if message["id"] == id && message.get("method").is_none() {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
            self.keep(message);
        }
    }

    /// Waits for a notification whose parameters are as wanted; earlier ones are dropped.
    #[track_caller]
    pub(crate) fn told(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + wait::LONG;
        let mut seen = Vec::new();
        loop {
            while let Some((name, params)) = self.told.pop_front() {
                if name == method && wanted(&params) {
                    return params;
                }
                seen.push(params);
            }
            assert!(
                Instant::now() < deadline,
                "waited for {method}; told instead: {seen:#?}"
            );
            if let Some(message) = self.read() {
                self.keep(message);
            }
        }
    }

    /// What the window was told of a method so far, and is told in this time.
    pub(crate) fn told_within(&mut self, method: &str, time: Duration) -> Vec<Value> {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline {
            if let Some(message) = self.read() {
                self.keep(message);
            }
        }
        let told = self.told.drain(..);
        told.filter(|(name, _)| name == method)
            .map(|(_, params)| params)
            .collect()
    }

    fn keep(&mut self, mut message: Value) {
        if let Some(method) = message["method"].as_str().map(str::to_owned) {
            self.told.push_back((method, message["params"].take()));
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.stream
            .write_all(frame.as_bytes())
            .expect("the daemon listens");
    }

    #[track_caller]
    fn next(&mut self, deadline: Instant, what: &str) -> Value {
        loop {
            if let Some(message) = self.read() {
                return message;
            }
            assert!(Instant::now() < deadline, "waited for the answer to {what}");
        }
    }

    /// The next message, if one comes soon.
    #[track_caller]
    fn read(&mut self) -> Option<Value> {
        if let Some(message) = self.take() {
            return Some(message);
        }
        let mut chunk = [0; 65536];
        match self.stream.read(&mut chunk) {
            Ok(0) => panic!("the daemon has hung up"),
            Ok(length) => self.buffer.extend_from_slice(&chunk[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => panic!("the daemon's socket: {error}"),
        }
        self.take()
    }

    fn take(&mut self) -> Option<Value> {
        let end = self.buffer.windows(4).position(|it| it == b"\r\n\r\n")?;
        let header = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let length: usize = header
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .and_then(|length| length.parse().ok())
            .expect("each message has its length");
        let body = end + 4;
        if self.buffer.len() < body + length {
            return None;
        }
        let message = serde_json::from_slice(&self.buffer[body..body + length]);
        self.buffer.drain(..body + length);
        Some(message.expect("each message is JSON"))
    }
}
