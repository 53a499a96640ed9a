//! A terminal for programs: a pty with a screen model behind it.

use std::{
    fs::File,
    io::{Read, Write},
    num::NonZeroU16,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use rustix::{
    process::{Pid, Signal},
    pty::OpenptFlags,
    termios::{Termios, Winsize},
};

use crate::support::wait;

/// A terminal with a program in it, killed when it is dropped.
pub(crate) struct Terminal {
    line: String,
    child: Child,
    master: File,
    seen: Arc<Mutex<Seen>>,
}

/// What the program wrote.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
}

impl Terminal {
    /// Starts `command`, which takes the terminal itself.
    #[track_caller]
    pub(crate) fn spawn(
        line: String,
        mut command: Command,
        uid: Option<u32>,
        rows: u16,
        cols: u16,
    ) -> Terminal {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = rustix::pty::openpt(flags).expect("the machine has a pty left");
        rustix::pty::grantpt(&master).expect("the pty is ours");
        rustix::pty::unlockpt(&master).expect("the pty is ours");
        let slave = rustix::pty::ioctl_tiocgptpeer(&master, flags).expect("it is unlocked");
        if let Some(uid) = uid {
            let uid = rustix::fs::Uid::from_raw(uid);
            rustix::fs::fchown(&slave, Some(uid), None).expect("tests run as root");
        }
        set_size(&master, rows, cols);
        let slave = File::from(slave);
        let copy = || slave.try_clone().expect("a file can be opened twice");
        command.stdin(copy()).stdout(copy()).stderr(copy());
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{line}: {error}"));
        // Our copies of the slave would keep the master from seeing the end.
        drop(command);
        drop(slave);
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(count(rows), count(cols), 1000),
            raw: Vec::new(),
            closed: false,
        }));
        let master = File::from(master);
        let mut reader = master.try_clone().expect("a file can be opened twice");
        let shared = seen.clone();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            // EIO is the end: nobody has the slave open any more.
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                let mut seen = shared.lock().expect("no holder panics");
                seen.parser.process(&buffer[..length]);
                seen.raw.extend_from_slice(&buffer[..length]);
            }
            shared.lock().expect("no holder panics").closed = true;
        });
        Terminal {
            line,
            child,
            master,
            seen,
        }
    }

    /// Its process id; it is also its session's.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Types.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.master
            .write_all(bytes.as_ref())
            .expect("the terminal is open");
    }

    /// Types a line and Enter.
    pub(crate) fn send_line(&mut self, line: &str) {
        self.send(format!("{line}\r"));
    }

    /// Sends a signal to the program alone.
    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid(), signal).expect("it runs or is not yet reaped");
    }

    /// Gives the terminal another size, as a window manager does.
    pub(crate) fn resize(&self, rows: u16, cols: u16) {
        self.seen()
            .parser
            .screen_mut()
            .set_size(count(rows), count(cols));
        set_size(&self.master, rows, cols);
    }

    /// The line settings as the program left them: echo, canonical mode, signals.
    pub(crate) fn settings(&self) -> Termios {
        // On Linux the master answers for the slave.
        rustix::termios::tcgetattr(&self.master).expect("the terminal is open")
    }

    /// The visible text.
    pub(crate) fn screen(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// The visible text with the lines that scrolled out of view above it.
    pub(crate) fn history(&self) -> String {
        let mut seen = self.seen();
        let screen = seen.parser.screen_mut();
        let (rows, _) = screen.size();
        screen.set_scrollback(usize::MAX);
        let mut above = screen.scrollback();
        let mut lines = Vec::new();
        while above > 0 {
            screen.set_scrollback(above);
            let take = above.min(usize::from(rows.get()));
            lines.extend(screen.rows(0, u16::MAX).take(take));
            above -= take;
        }
        screen.set_scrollback(0);
        lines.push(screen.contents());
        lines.join("\n")
    }

    /// Looks at the screen model: cursor, modes, attributes.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen().parser.screen())
    }

    /// Every byte that came out, from the start.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    /// Waits until the screen shows this text.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?}"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let what = format!("{what} on the screen of {}", self.line);
        wait::until(&what, wait::LONG, || {
            let seen = self.seen();
            let screen = seen.parser.screen();
            match (wanted(screen), seen.closed) {
                (true, _) => Ok(()),
                (false, true) => Err(format!("{}\n(it has ended)", screen.contents())),
                (false, false) => Err(screen.contents()),
            }
        });
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("we are its parent").is_none()
    }

    /// Waits for its end and returns its exit code, 128 + N when signal N killed it.
    #[track_caller]
    pub(crate) fn wait(&mut self, limit: Duration) -> i32 {
        let status = self.wait_status(limit);
        match (status.code(), status.signal()) {
            (Some(code), _) => code,
            (None, Some(signal)) => 128 + signal,
            (None, None) => unreachable!("a process ends by code or by signal"),
        }
    }

    #[track_caller]
    fn wait_status(&mut self, limit: Duration) -> ExitStatus {
        let what = format!("the end of {}", self.line);
        let status = wait::until(&what, limit, || {
            match self.child.try_wait().expect("we are its parent") {
                Some(status) => Ok(status),
                None => Err(self.screen()),
            }
        });
        // What it wrote last may still be on its way, from the kernel or from the reader's
        // hand to the screen; others may hold the terminal open.
        let ended = Instant::now();
        wait::until("the last output", Duration::from_secs(5), || {
            let settled = ended.elapsed() > Duration::from_millis(500);
            match self.seen().closed || (settled && self.nothing_waits()) {
                true => Ok(()),
                false => Err(self.screen()),
            }
        });
        status
    }

    /// Whether the reader has read all that there is.
    fn nothing_waits(&self) -> bool {
        rustix::io::ioctl_fionread(&self.master).is_ok_and(|length| length == 0)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no holder panics")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = rustix::process::kill_process_group(self.pid(), Signal::KILL);
            let _ = rustix::process::kill_process(self.pid(), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

fn set_size(master: &impl std::os::fd::AsFd, rows: u16, cols: u16) {
    let size = Winsize {
        ws_row: rows,
        ws_col: cols,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    rustix::termios::tcsetwinsize(master, size).expect("the terminal is open");
}

#[track_caller]
fn count(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("a screen has rows and columns")
}
