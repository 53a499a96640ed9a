//! A real `warpdock-init serve` as an ordinary process, and small ways to speak to it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use session::client::{Connection, Endpoint, Incoming, Polled, Receiver, Sender};
use session::frame::{
    Attach, Exit, Failure, Keep, Open, Reply, Request, SessionInfo, Size, Stdio as SessionStdio,
};

/// Long enough for a loaded machine; reached only by a failing test.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct Init {
    child: Child,
    folder: tempfile::TempDir,
}

/// A client of a session, with what it has got so far.
pub(crate) struct Terminal {
    pub(crate) sender: Sender,
    pub(crate) receiver: Receiver,
    pub(crate) info: SessionInfo,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) replies: Vec<Reply>,
}

impl Init {
    pub(crate) fn start() -> Init {
        Init::start_with(|_| {})
    }

    pub(crate) fn start_with(change: impl FnOnce(&mut Command)) -> Init {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_warpdock-init"));
        command
            .args(["serve", "--socket-folder"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .env("NVIDIA_VISIBLE_DEVICES", "none");
        change(&mut command);
        let child = command.spawn().expect("init starts");
        let init = Init { child, folder };
        eventually("init listens", || {
            Connection::open(&init.endpoint(), DEADLINE)
                .ok()
                .map(|_| ())
        });
        init
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint {
            socket_folder: self.folder.path().to_owned(),
            pid: self.child.id(),
        }
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.endpoint(), DEADLINE).expect("init answers")
    }

    pub(crate) fn ask(&self, request: &Request) -> Reply {
        self.connect()
            .ask_within(request, DEADLINE)
            .expect("init replies")
    }

    pub(crate) fn list(&self) -> Vec<SessionInfo> {
        match self.ask(&Request::List) {
            Reply::Sessions(sessions) => sessions,
            reply => panic!("{reply:?}"),
        }
    }

    pub(crate) fn session(&self, id: u32) -> Option<SessionInfo> {
        self.list().into_iter().find(|it| it.id == id)
    }

    pub(crate) fn open(&self, open: Open) -> Terminal {
        match self.try_open(open) {
            Ok(terminal) => terminal,
            Err(failure) => panic!("{failure:?}"),
        }
    }

    pub(crate) fn try_open(&self, open: Open) -> Result<Terminal, Failure> {
        self.join(&Request::Open(open))
    }

    pub(crate) fn attach(&self, session: &str, size: Option<Size>) -> Terminal {
        let request = Request::Attach(Attach {
            session: session.to_owned(),
            size,
        });
        match self.join(&request) {
            Ok(terminal) => terminal,
            Err(failure) => panic!("{failure:?}"),
        }
    }

    pub(crate) fn join(&self, request: &Request) -> Result<Terminal, Failure> {
        let mut connection = self.connect();
        let reply = connection.ask_within(request, DEADLINE);
        match reply.expect("init replies") {
            Reply::Opened(info) => {
                let (sender, receiver) = connection.split();
                Ok(Terminal {
                    sender,
                    receiver,
                    info,
                    stdout: Vec::new(),
                    stderr: Vec::new(),
                    replies: Vec::new(),
                })
            }
            Reply::Failed(failure) => Err(failure),
            reply => panic!("{reply:?}"),
        }
    }

    /// Runs a shell command with pipes to its end.
    pub(crate) fn sh(&self, script: &str) -> (String, String, Exit) {
        let mut terminal = self.open(sh(script));
        let exit = terminal.exit();
        (
            String::from_utf8_lossy(&terminal.stdout).into_owned(),
            String::from_utf8_lossy(&terminal.stderr).into_owned(),
            exit,
        )
    }

    pub(crate) fn hang_up(&self, session: &str) {
        let reply = self.ask(&Request::HangUp {
            session: session.to_owned(),
        });
        assert_eq!(reply, Reply::Done);
    }

    /// Resident memory in KiB.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let status = status.expect("init lives");
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|it| it.trim().trim_end_matches(" kB").parse().ok())
            .expect("a number")
    }

    /// Waits for init to end by itself.
    pub(crate) fn wait_for_end(&mut self) -> std::process::ExitStatus {
        let child = &mut self.child;
        eventually("init ends", || child.try_wait().expect("init is a child"))
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        signal_process(self.pid(), signal);
    }
}

impl Drop for Init {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        self.signal(rustix::process::Signal::TERM);
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::yield_now();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Terminal {
    pub(crate) fn id(&self) -> String {
        self.info.id.to_string()
    }

    pub(crate) fn type_in(&mut self, text: &str) {
        self.sender.data(text.as_bytes()).expect("init reads");
    }

    /// Takes one message; `None`: the connection has ended.
    pub(crate) fn take(&mut self) -> Option<Incoming> {
        let receiver = &mut self.receiver;
        let incoming = eventually_or("a message", || match receiver.try_next() {
            Ok(Polled::Incoming(incoming)) => Some(Some(incoming)),
            Ok(Polled::Ended) => Some(None),
            Ok(Polled::Pending) => None,
            Err(error) => panic!("{error}"),
        });
        let Some(incoming) = incoming else {
            panic!(
                "nothing came; so far: {:?} {:?} {:?}",
                String::from_utf8_lossy(&self.stdout),
                String::from_utf8_lossy(&self.stderr),
                self.replies
            );
        };
        match &incoming {
            Some(Incoming::Stdout(bytes)) => self.stdout.extend(bytes),
            Some(Incoming::Stderr(bytes)) => self.stderr.extend(bytes),
            Some(Incoming::Reply(reply)) => self.replies.push(reply.clone()),
            None => {}
        }
        incoming
    }

    /// Takes messages until what has come on standard output contains `text`.
    pub(crate) fn expect(&mut self, text: &str) {
        while !self.has(text) {
            if self.take().is_none() {
                panic!(
                    "ended without {text:?}: {:?} {:?}",
                    String::from_utf8_lossy(&self.stdout),
                    self.replies
                );
            }
        }
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.stdout
            .windows(text.len())
            .any(|it| it == text.as_bytes())
    }

    /// Takes messages until this reply has come.
    pub(crate) fn expect_reply(&mut self, reply: &Reply) {
        while !self.replies.contains(reply) {
            assert!(self.take().is_some(), "ended: {:?}", self.replies);
        }
    }

    /// Takes messages to the end, and gives how the command ended.
    pub(crate) fn exit(&mut self) -> Exit {
        while self.take().is_some() {}
        match self.replies.last() {
            Some(Reply::Exit(exit)) => *exit,
            reply => panic!("{reply:?}"),
        }
    }
}

pub(crate) const SIZE: Size = Size { rows: 24, cols: 80 };

/// A shell command with pipes, that ends with its client.
pub(crate) fn sh(script: &str) -> Open {
    Open {
        name: None,
        argv: ["sh", "-c", script].map(|it| it.as_bytes().to_vec()).into(),
        env: Vec::new(),
        cwd: None,
        user: None,
        stdio: SessionStdio::Pipes { stdin: true },
        keep: Keep::WhileAttached,
    }
}

/// A shell command in a terminal.
pub(crate) fn terminal(script: &str) -> Open {
    Open {
        stdio: SessionStdio::Terminal(SIZE),
        ..sh(script)
    }
}

/// An interactive shell with a prompt of its own.
pub(crate) fn shell() -> Open {
    Open {
        argv: ["bash", "--norc", "--noprofile", "-i"]
            .map(|it| it.as_bytes().to_vec())
            .into(),
        env: vec![
            ("PS1".to_owned(), Some("ready> ".to_owned())),
            ("HISTFILE".to_owned(), None),
        ],
        ..terminal("")
    }
}

pub(crate) fn command(words: &[&str]) -> Open {
    Open {
        argv: words.iter().map(|it| it.as_bytes().to_vec()).collect(),
        ..sh("")
    }
}

pub(crate) fn signal_process(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).expect("a process id");
    rustix::process::kill_process(pid, signal).expect("the process lives");
}

/// A process that can still run.
pub(crate) fn is_alive(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !stat
            .rsplit_once(") ")
            .is_some_and(|(_, it)| it.starts_with(['Z', 'X'])),
        Err(_) => false,
    }
}

/// Waits for a condition.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    match eventually_or(what, condition) {
        Some(value) => value,
        None => panic!("in vain: {what}"),
    }
}

fn eventually_or<T>(_: &str, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = condition() {
            return Some(value);
        }
        if Instant::now() >= deadline {
            return None;
        }
        // Two processors are shared by all tests and all that they test.
        std::thread::park_timeout(Duration::from_millis(1));
    }
}
