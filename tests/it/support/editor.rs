//! An editor as strict as the protocol: every message of the server is read by the test, or the
//! test fails.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, ExitStatus},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal};
use serde_json::{Value, json};

use crate::support::{wait, warpdock::Warpdock};

/// An editor with a language server.
pub(crate) struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    unread: VecDeque<Value>,
    errors: Receiver<String>,
    last_id: i64,
    ended: bool,
}

impl Editor {
    /// Starts the server and says nothing.
    #[track_caller]
    pub(crate) fn start(server: Warpdock) -> Editor {
        let mut child = server.spawn();
        let (sender, messages) = channel();
        let output = child.stdout.take().expect("it is a pipe");
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let (sender, errors) = channel();
        let mut stderr = child.stderr.take().expect("it is a pipe");
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            let _ = sender.send(text);
        });
        Editor {
            input: child.stdin.take(),
            child,
            messages,
            unread: VecDeque::new(),
            errors,
            last_id: 0,
            ended: false,
        }
    }

    /// Starts the server with these folders, and without a capability but that it is told the
    /// versions of texts.
    #[track_caller]
    pub(crate) fn open(server: Warpdock, folders: &[&Path]) -> Editor {
        Editor::open_with(server, folders, json!({}))
    }

    /// As [`Editor::open`], with these members of `initialize` besides.
    #[track_caller]
    pub(crate) fn open_with(server: Warpdock, folders: &[&Path], besides: Value) -> Editor {
        let mut editor = Editor::start(server);
        editor.initialize(folders, besides);
        editor
    }

    /// Says `initialize` and `initialized`, and returns what the server can.
    #[track_caller]
    pub(crate) fn initialize(&mut self, folders: &[&Path], besides: Value) -> Value {
        let folders: Vec<_> = folders.iter().map(|folder| self::folder(folder)).collect();
        let mut params = json!({
            "processId": std::process::id(),
            "rootUri": null,
            "workspaceFolders": folders,
            "capabilities": { "textDocument": { "publishDiagnostics": { "versionSupport": true } } },
        });
        let besides = besides.as_object().expect("members").clone();
        params.as_object_mut().expect("members").extend(besides);
        let result = self.request("initialize", params);
        self.notify("initialized", json!({}));
        result
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Writes bytes as they are.
    #[track_caller]
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("it is not closed yet");
        input
            .write_all(bytes)
            .and_then(|()| input.flush())
            .expect("the server reads");
    }

    /// Writes bytes to a server that may be gone.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("it is not closed yet");
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }

    /// Ends what the server reads.
    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    #[track_caller]
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.write(&frame(
            &json!({ "jsonrpc": "2.0", "method": method, "params": params }),
        ));
    }

    /// Asks, and does not wait.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.write(&frame(
            &json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }),
        ));
        id
    }

    /// The answer to a question.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, Value> {
        let mut message = self.take(&format!("the answer to {id}"), wait::LONG, |message| {
            message.get("method").is_none() && message["id"] == id
        });
        match message.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(message["result"].take()),
        }
    }

    /// Asks, and waits for the result.
    #[track_caller]
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        match self.answer(id) {
            Ok(result) => result,
            Err(error) => panic!("{method} failed: {error}"),
        }
    }

    /// Asks, and waits for the error.
    #[track_caller]
    pub(crate) fn refused(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        match self.answer(id) {
            Ok(result) => panic!("{method} succeeded: {result}"),
            Err(error) => error,
        }
    }

    /// The parameters of the next notification of this method.
    #[track_caller]
    pub(crate) fn notification(&mut self, method: &str) -> Value {
        self.take(method, wait::LONG, |message| {
            message["method"] == method && message.get("id").is_none()
        })["params"]
            .take()
    }

    /// The next request of this method: its id and parameters.
    #[track_caller]
    pub(crate) fn asked(&mut self, method: &str) -> (Value, Value) {
        let mut message = self.take(method, wait::LONG, |message| {
            message["method"] == method && message.get("id").is_some()
        });
        (message["id"].take(), message["params"].take())
    }

    /// Answers a request of the server's.
    #[track_caller]
    pub(crate) fn reply(&mut self, id: &Value, result: Value) {
        self.write(&frame(
            &json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        ));
    }

    /// The next diagnostics of a document: their version and themselves.
    #[track_caller]
    pub(crate) fn diagnostics(&mut self, uri: &str) -> (Value, Vec<Value>) {
        let mut message = self.take(&format!("diagnostics of {uri}"), wait::LONG, |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
        });
        let params = &mut message["params"];
        let diagnostics = params["diagnostics"].take();
        let diagnostics = diagnostics.as_array().expect("a list").clone();
        (params["version"].take(), diagnostics)
    }

    /// Reads diagnostics of a document until they are as wanted.
    #[track_caller]
    pub(crate) fn diagnostics_until(
        &mut self,
        uri: &str,
        wanted: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        loop {
            let (_, diagnostics) = self.diagnostics(uri);
            if wanted(&diagnostics) {
                return diagnostics;
            }
        }
    }

    /// Fails the test when the server has said something that was not read.
    #[track_caller]
    pub(crate) fn all_read(&mut self) {
        self.unread.extend(self.messages.try_iter());
        // What becomes of a container is told when it happens, to whom it may concern.
        self.unread
            .retain(|message| message["method"] != "container/statusChanged");
        assert!(self.unread.is_empty(), "unread: {:#?}", self.unread);
    }

    /// Waits until the server has said what it has to say about what it was told so far: it says
    /// everything in order, but for answers, which overtake.
    #[track_caller]
    pub(crate) fn settle(&mut self) {
        const OTHER: &str = "untitled:settle";
        self.did_open(OTHER, "dockerfile", "FORM busybox\n");
        self.diagnostics(OTHER);
        self.did_close(OTHER);
        self.diagnostics(OTHER);
    }

    /// What was not read yet, which is read now.
    pub(crate) fn unread(&mut self) -> Vec<Value> {
        self.unread.extend(self.messages.try_iter());
        self.unread.drain(..).collect()
    }

    #[track_caller]
    pub(crate) fn did_open(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the whole text.
    #[track_caller]
    pub(crate) fn did_change(&mut self, uri: &str, version: i32, text: &str) {
        self.did_edit(uri, version, json!([{ "text": text }]));
    }

    /// Changes parts of the text.
    #[track_caller]
    pub(crate) fn did_edit(&mut self, uri: &str, version: i32, changes: Value) {
        self.notify(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": uri, "version": version },
                "contentChanges": changes,
            }),
        );
    }

    #[track_caller]
    pub(crate) fn did_close(&mut self, uri: &str) {
        self.notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": uri } }),
        );
    }

    /// Leaves as an editor does, and fails the test when that is not quiet.
    #[track_caller]
    pub(crate) fn leave(mut self) {
        self.settle();
        let result = self.request("shutdown", Value::Null);
        assert_eq!(result, Value::Null);
        self.all_read();
        self.notify("exit", Value::Null);
        let (status, stderr) = self.end();
        assert!(status.success(), "{status}: {stderr}");
        assert_eq!(stderr, "");
    }

    /// Waits for the server's end: its status and standard error. What it said is not to be read.
    #[track_caller]
    pub(crate) fn end(&mut self) -> (ExitStatus, String) {
        let child = &mut self.child;
        let status = wait::until("the language server's end", wait::LONG, || {
            child
                .try_wait()
                .expect("we are its parent")
                .ok_or("it runs")
        });
        let stderr = self.errors.recv_timeout(wait::LONG);
        self.ended = true;
        (status, stderr.expect("its standard error is closed"))
    }

    /// Whether the server still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("we are its parent").is_none()
    }

    #[track_caller]
    fn take(&mut self, what: &str, limit: Duration, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(at) = self.unread.iter().position(&wanted) {
                return self.unread.remove(at).expect("it is there");
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
                Ok(message) => self.unread.push_back(message),
                Err(error) => {
                    let unread = &self.unread;
                    panic!("waited for {what}: {error}; unread: {unread:#?}");
                }
            }
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = rustix::process::kill_process_group(self.pid(), Signal::KILL);
            let _ = self.child.wait();
        }
        if !std::thread::panicking() && !self.ended {
            self.all_read();
        }
    }
}

/// The URI of a file.
pub(crate) fn uri(path: impl AsRef<Path>) -> String {
    let path = path.as_ref().to_str().expect("UTF-8");
    let mut uri = "file://".to_owned();
    for byte in path.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => uri.push(byte.into()),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// A folder of `initialize`.
pub(crate) fn folder(path: &Path) -> Value {
    json!({ "uri": uri(path), "name": path.file_name().unwrap_or_default().to_string_lossy() })
}

/// A message in its frame.
pub(crate) fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// `LINE:COLUMN-LINE:COLUMN SEVERITY CODE MESSAGE` of each, as the protocol counts.
pub(crate) fn lines(diagnostics: &[Value]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let range = &diagnostic["range"];
        let severity = match diagnostic["severity"].as_i64() {
            Some(1) => "error",
            Some(2) => "warning",
            Some(3) => "information",
            Some(4) => "hint",
            other => panic!("severity {other:?}"),
        };
        text.push_str(&format!(
            "{}:{}-{}:{} {severity} {} {}\n",
            range["start"]["line"],
            range["start"]["character"],
            range["end"]["line"],
            range["end"]["character"],
            diagnostic["code"].as_str().unwrap_or("-"),
            diagnostic["message"].as_str().expect("a message"),
        ));
    }
    text
}

/// The codes of diagnostics.
pub(crate) fn codes(diagnostics: &[Value]) -> Vec<&str> {
    let codes = diagnostics.iter().map(|it| it["code"].as_str());
    codes.map(|code| code.expect("a code")).collect()
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => {
                let (name, value) = line.split_once(": ").expect("a header");
                assert_eq!(name, "Content-Length");
                length = value.parse().ok();
            }
        }
    }
    let mut body = vec![0; length.expect("a length")];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}
