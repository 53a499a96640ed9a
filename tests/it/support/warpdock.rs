//! Runs the real binary: to its end with a time limit, or in the background.

use std::{
    ffi::OsString,
    io::{Read, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal};

use crate::support::{terminal::Terminal, wait};

/// A program about to be started. [`crate::support::home::Home`] makes it.
pub(crate) struct Warpdock {
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: PathBuf,
    variables: Vec<(OsString, OsString)>,
    uid: Option<u32>,
    input: Option<Vec<u8>>,
    limit: Duration,
}

/// A program that has ended.
pub(crate) struct Finished {
    line: String,
    status: ExitStatus,
    /// Its standard output.
    pub(crate) stdout: Vec<u8>,
    /// Its standard error.
    pub(crate) stderr: Vec<u8>,
    /// How long it ran.
    pub(crate) took: Duration,
}

/// A program that runs, killed with its process group when it is dropped.
pub(crate) struct Running {
    line: String,
    child: Child,
    start: Instant,
    stdout: Collector,
    stderr: Collector,
}

impl Warpdock {
    pub(crate) fn new(
        program: PathBuf,
        arguments: Vec<OsString>,
        folder: PathBuf,
        variables: Vec<(OsString, OsString)>,
        uid: Option<u32>,
    ) -> Warpdock {
        Warpdock {
            program,
            arguments,
            folder,
            variables,
            uid,
            input: None,
            limit: wait::LONG,
        }
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Warpdock {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Removes a variable.
    pub(crate) fn env_remove(mut self, name: &str) -> Warpdock {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// What it reads on standard input, then end of file. Without: an empty input.
    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Warpdock {
        self.input = Some(bytes.into());
        self
    }

    /// How long it may run before the test fails.
    pub(crate) fn limit(mut self, limit: Duration) -> Warpdock {
        self.limit = limit;
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub(crate) fn run(mut self) -> Finished {
        let limit = self.limit;
        let input = self.input.take().unwrap_or_default();
        let mut running = self.start();
        let mut stdin = running.child.stdin.take().expect("its input is a pipe");
        // In a thread: it may write before it reads. Ending early is its right (EPIPE).
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let finished = running.wait(limit);
        writer.join().expect("the writer does not panic");
        finished
    }

    /// Starts it, with an open pipe as standard input.
    #[track_caller]
    pub(crate) fn start(self) -> Running {
        let line = self.line();
        let mut child = self.spawn();
        Running {
            line,
            start: Instant::now(),
            stdout: Collector::new(child.stdout.take().expect("it is a pipe")),
            stderr: Collector::new(child.stderr.take().expect("it is a pipe")),
            child,
        }
    }

    /// Starts it in a process group of its own, with pipes that the caller reads.
    #[track_caller]
    pub(crate) fn spawn(self) -> Child {
        self.command()
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.line()))
    }

    /// Starts it in a terminal of this size.
    #[track_caller]
    pub(crate) fn in_terminal(self, rows: u16, cols: u16) -> Terminal {
        // The standard library cannot make the terminal the controlling one without
        // unsafe code; setsid of util-linux becomes the session's leader, takes the
        // terminal, and execs the program under the same process id.
        let mut arguments = vec!["--ctty".into(), self.program.clone().into_os_string()];
        arguments.extend(self.arguments.iter().cloned());
        let line = self.line();
        let uid = self.uid;
        let command = Warpdock {
            program: "setsid".into(),
            arguments,
            ..self
        }
        .command();
        Terminal::spawn(line, command, uid, rows, cols)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.variables.iter().cloned());
        if let Some(uid) = self.uid {
            // Becoming another user this way also drops every supplementary group.
            command.uid(uid).gid(uid);
        }
        command
    }

    /// What it is, for messages.
    fn line(&self) -> String {
        let mut line = self.program.file_name().map_or_else(
            || self.program.to_string_lossy().into_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        for argument in &self.arguments {
            line.push(' ');
            line.push_str(&argument.to_string_lossy());
        }
        line
    }
}

impl Finished {
    /// Its exit code; 128 + N when signal N killed it.
    pub(crate) fn code(&self) -> i32 {
        match (self.status.code(), self.status.signal()) {
            (Some(code), _) => code,
            (None, Some(signal)) => 128 + signal,
            (None, None) => unreachable!("a process ends by code or by signal"),
        }
    }

    /// The signal that killed it.
    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// Fails the test when it did not exit with this code.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Finished {
        assert!(self.code() == code, "expected exit code {code} of {self}");
        self
    }

    /// Fails the test when it did not exit with 0.
    #[track_caller]
    pub(crate) fn success(self) -> Finished {
        self.expect_code(0)
    }

    /// Its standard output as text.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Its standard error as text.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Its standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        match serde_json::from_slice(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("not JSON ({error}) from {self}"),
        }
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}`, {} after {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.line,
            self.status,
            self.took,
            self.stdout(),
            self.stderr()
        )
    }
}

impl Running {
    /// Its process id.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends a signal to it alone.
    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid(), signal).expect("it runs or is not yet reaped");
    }

    /// Writes to its standard input.
    #[track_caller]
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let stdin = self.child.stdin.as_mut().expect("it is not closed yet");
        if let Err(error) = stdin.write_all(bytes).and_then(|()| stdin.flush()) {
            panic!("{} does not read: {error}\n{}", self.line, self.stderr());
        }
    }

    /// Ends its standard input.
    pub(crate) fn close_input(&mut self) {
        self.child.stdin = None;
    }

    /// Standard output so far.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// Standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits until standard output or standard error has this text.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        wait::until(&format!("{text:?} from {}", self.line), wait::LONG, || {
            let seen = format!("{}{}", self.stdout(), self.stderr());
            match seen.contains(text) {
                true => Ok(()),
                false => Err(seen),
            }
        });
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("we are its parent").is_none()
    }

    /// Waits for its end, and for the end of its output: who keeps that open (a daemon
    /// that inherited it) fails the test.
    #[track_caller]
    pub(crate) fn wait(mut self, limit: Duration) -> Finished {
        let line = self.line.clone();
        let status = wait::until(&format!("the end of {line}"), limit, || {
            match self.child.try_wait().expect("we are its parent") {
                Some(status) => Ok(status),
                None => Err(format!("{}{}", self.stdout.text(), self.stderr.text())),
            }
        });
        let took = self.start.elapsed();
        for (name, collector) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            wait::until_true(
                &format!("the {name} of {line}, which has ended, to be closed by all others"),
                Duration::from_secs(5),
                || collector.ended(),
            );
        }
        Finished {
            line,
            status,
            stdout: self.stdout.take(),
            stderr: self.stderr.take(),
            took,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = rustix::process::kill_process_group(self.pid(), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

/// Reads a pipe in a thread.
struct Collector {
    bytes: Arc<Mutex<Vec<u8>>>,
    thread: JoinHandle<()>,
}

impl Collector {
    fn new(mut pipe: impl Read + Send + 'static) -> Collector {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let shared = bytes.clone();
        let thread = std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                shared
                    .lock()
                    .expect("no holder panics")
                    .extend_from_slice(&buffer[..length]);
            }
        });
        Collector { bytes, thread }
    }

    fn ended(&self) -> bool {
        self.thread.is_finished()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().expect("no holder panics")).into_owned()
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.bytes.lock().expect("no holder panics"))
    }
}
