//! An init of our own, a pty with a watcher, and a client in it.

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio as ProcessStdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::pty::OpenptFlags;
use rustix::termios::{Termios, Winsize};
use session::client::{Connection, Endpoint};
use session::frame::{Attach, Keep, Open, Reply, Request, SessionInfo, Size, Stdio};
use tempfile::TempDir;

use crate::terminal::{Options, Outcome, Streams, TerminalError, attach, open};

/// Nothing here takes this long but on a machine that is overloaded.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) const SIZE: Size = Size { rows: 24, cols: 80 };

/// The real `warpdock-init`, as an ordinary process.
pub(super) struct Init {
    folder: TempDir,
    child: Child,
}

impl Init {
    pub(super) fn start() -> Result<Init> {
        let folder = tempfile::tempdir()?;
        let program = folder.path().join("warpdock-init");
        // Through another name: a forked test thread that still holds the file open for
        // writing would make executing it fail with "text file busy".
        let written = folder.path().join("written");
        std::fs::write(&written, crate::init_binary::BYTES)?;
        std::fs::set_permissions(&written, std::fs::Permissions::from_mode(0o755))?;
        let copied = Command::new("cp")
            .arg("-p")
            .arg(&written)
            .arg(&program)
            .status()?;
        anyhow::ensure!(copied.success(), "cp of the init failed");
        let sockets = folder.path().join("run");
        std::fs::create_dir(&sockets)?;
        let child = Command::new(&program)
            .arg("serve")
            .arg("--socket-folder")
            .arg(&sockets)
            .env_remove("LS_COLORS")
            .stdin(ProcessStdio::null())
            .spawn()
            .context("start warpdock-init")?;
        let init = Init { folder, child };
        until("init listens", || init.connect().ok())?;
        Ok(init)
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint {
            socket_folder: self.folder.path().join("run"),
            pid: self.child.id(),
        }
    }

    pub(super) fn connect(&self) -> Result<Connection> {
        Ok(Connection::open(&self.endpoint(), Duration::from_secs(5))?)
    }

    pub(super) fn sessions(&self) -> Result<Vec<SessionInfo>> {
        match self.connect()?.ask(&Request::List)? {
            Reply::Sessions(sessions) => Ok(sessions),
            reply => bail!("{reply:?} to List"),
        }
    }

    pub(super) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Init {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

/// A terminal window: a pty whose output is read and kept.
pub(super) struct Window {
    pub(super) master: OwnedFd,
    path: PathBuf,
    /// Holds the pty open, so that its settings outlive the client.
    slave: OwnedFd,
    seen: Arc<Seen>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    bytes: Mutex<Vec<u8>>,
    more: Condvar,
    closed: std::sync::atomic::AtomicBool,
}

impl Window {
    pub(super) fn open(size: Size) -> Result<Window> {
        let master =
            rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        rustix::pty::grantpt(&master)?;
        rustix::pty::unlockpt(&master)?;
        let path = PathBuf::from(rustix::pty::ptsname(&master, Vec::new())?.to_str()?);
        let slave = open_terminal(&path)?;
        let window = Window {
            path,
            slave,
            seen: Arc::default(),
            reader: None,
            master,
        };
        window.resize(size)?;
        window.watched()
    }

    fn watched(mut self) -> Result<Window> {
        let master = self.master.try_clone()?;
        let seen = Arc::clone(&self.seen);
        self.reader = Some(std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = rustix::io::read(&master, &mut buffer) {
                seen.bytes
                    .lock()
                    .expect("unpoisoned")
                    .extend(&buffer[..length]);
                seen.more.notify_all();
                if seen.closed.load(std::sync::atomic::Ordering::SeqCst) {
                    return;
                }
            }
        }));
        Ok(self)
    }

    /// Closes the window, as a person does.
    pub(super) fn close(self) -> Result<()> {
        // The reader holds the master in a blocking read; any output wakes it once the
        // flag says that it is to go.
        self.seen
            .closed
            .store(true, std::sync::atomic::Ordering::SeqCst);
        rustix::io::write(&self.slave, b".")?;
        if let Some(reader) = self.reader {
            reader
                .join()
                .ok()
                .context("the reader of the window panicked")?;
        }
        drop(self.slave);
        drop(self.master);
        Ok(())
    }

    /// Another open end of the terminal, as a program in it has.
    pub(super) fn terminal(&self) -> Result<OwnedFd> {
        open_terminal(&self.path)
    }

    pub(super) fn settings(&self) -> Result<Termios> {
        Ok(rustix::termios::tcgetattr(&self.slave)?)
    }

    pub(super) fn is_raw(&self) -> Result<bool> {
        Ok(!self
            .settings()?
            .local_modes
            .contains(rustix::termios::LocalModes::ICANON))
    }

    pub(super) fn resize(&self, size: Size) -> Result<()> {
        Ok(rustix::termios::tcsetwinsize(
            &self.master,
            Winsize {
                ws_row: size.rows,
                ws_col: size.cols,
                ws_xpixel: 0,
                ws_ypixel: 0,
            },
        )?)
    }

    /// Types, as soon as the terminal takes it.
    pub(super) fn type_in(&self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            bytes = &bytes[rustix::io::write(&self.master, bytes)?..];
        }
        Ok(())
    }

    /// What was written so far.
    pub(super) fn seen(&self) -> Vec<u8> {
        self.seen.bytes.lock().expect("unpoisoned").clone()
    }

    /// What a person sees now in a window of this size.
    pub(super) fn screen(&self, size: Size) -> vt100::Parser {
        let rows = size.rows.try_into().expect("lines");
        let cols = size.cols.try_into().expect("columns");
        let mut parser = vt100::Parser::new(rows, cols, 0);
        parser.process(&self.seen());
        parser
    }

    pub(super) fn wait_for(&self, text: &str) -> Result<()> {
        self.wait_until(text, |seen| {
            seen.windows(text.len()).any(|it| it == text.as_bytes())
        })
    }

    pub(super) fn wait_until(&self, what: &str, holds: impl Fn(&[u8]) -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let mut bytes = self.seen.bytes.lock().expect("unpoisoned");
        while !holds(&bytes) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!(
                    "waited for {what:?}, saw {:?}",
                    String::from_utf8_lossy(&bytes)
                );
            }
            bytes = self
                .seen
                .more
                .wait_timeout(bytes, left)
                .expect("unpoisoned")
                .0;
        }
        Ok(())
    }
}

fn open_terminal(path: &PathBuf) -> Result<OwnedFd> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// A client in a thread of this process.
pub(super) struct Client {
    thread: JoinHandle<Result<Outcome, TerminalError>>,
}

impl Client {
    /// Opens a session in a window.
    pub(super) fn open(init: &Init, window: &Window, request: Open) -> Result<Client> {
        Client::run(
            init,
            [window.terminal()?, window.terminal()?, window.terminal()?],
            Do::Open(request),
        )
    }

    /// Joins a session in a window.
    pub(super) fn attach(init: &Init, window: &Window, session: &str) -> Result<Client> {
        let request = Attach {
            session: session.to_owned(),
            size: Some(SIZE),
        };
        Client::run(
            init,
            [window.terminal()?, window.terminal()?, window.terminal()?],
            Do::Attach(request),
        )
    }

    /// Opens a session on any three streams.
    pub(super) fn on(init: &Init, streams: [OwnedFd; 3], request: Open) -> Result<Client> {
        Client::run(init, streams, Do::Open(request))
    }

    fn run(init: &Init, streams: [OwnedFd; 3], request: Do) -> Result<Client> {
        let connection = init.connect()?;
        let thread = std::thread::spawn(move || {
            let [input, output, error] = &streams;
            let streams = Streams {
                input: input.as_fd(),
                output: output.as_fd(),
                error: error.as_fd(),
            };
            let options = Options {
                stdin: true,
                detach_keys: crate::terminal::DEFAULT_DETACH_KEYS.to_vec(),
            };
            match request {
                Do::Open(request) => open(connection, request, streams, &options),
                Do::Attach(request) => attach(connection, request, streams, &options),
            }
        });
        Ok(Client { thread })
    }

    /// Waits for its end.
    pub(super) fn outcome(self) -> Result<Outcome> {
        until("the client ends", || {
            self.thread.is_finished().then_some(())
        })?;
        match self.thread.join() {
            Ok(outcome) => Ok(outcome?),
            Err(_) => bail!("the client panicked"),
        }
    }
}

enum Do {
    Open(Open),
    Attach(Attach),
}

/// `sh -c SCRIPT` in a terminal.
pub(super) fn in_terminal(script: &str) -> Open {
    Open {
        stdio: Stdio::Terminal(SIZE),
        ..in_pipes(script)
    }
}

/// `sh -c SCRIPT` with pipes.
pub(super) fn in_pipes(script: &str) -> Open {
    Open {
        name: None,
        argv: ["sh", "-c", script]
            .map(|it| it.as_bytes().to_vec())
            .to_vec(),
        env: vec![
            ("TERM".to_owned(), Some("xterm-256color".to_owned())),
            ("LANG".to_owned(), Some("C.UTF-8".to_owned())),
        ],
        cwd: None,
        user: None,
        stdio: Stdio::Pipes { stdin: true },
        keep: Keep::WhileAttached,
    }
}

/// A pipe: the end that is read, and the end that is written.
pub(super) fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?)
}

pub(super) fn null() -> Result<OwnedFd> {
    Ok(std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")?
        .into())
}

/// Polls a condition.
pub(super) fn until<T>(what: &str, mut holds: impl FnMut() -> Option<T>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = holds() {
            return Ok(value);
        }
        if Instant::now() > deadline {
            bail!("{what}: not within {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
