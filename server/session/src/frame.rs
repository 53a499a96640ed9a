//! The frames that `warpdock-init` and its clients exchange.
//!
//! A connection is a byte stream and nothing more: the same frames run over the
//! socket and over `docker exec -i … warpdock-init connect`. Each frame is a
//! five-byte header, kind and little-endian payload length, and the payload.
//! Control frames carry postcard; data frames carry raw bytes.
//!
//! One connection has one purpose: both sides say [`Hello`], the client sends one
//! [`Request`], and the answer's frames follow until one side closes. Init closes after
//! the last word: [`Reply::Exit`], [`Reply::Failed`], or the one reply that was asked for.
//! A client that sends a frame where none belongs gets [`Failure::Protocol`].
//!
//! Compatibility: postcard does not describe itself, so a released struct never
//! changes. What a later version adds is a new variant at the end of an enum, sent
//! only to a peer whose [`Hello::version`] knows it.

use serde::{Deserialize, Serialize};

/// The protocol version that this build speaks.
pub const VERSION: u32 = 1;

/// The longest payload that either side accepts, in bytes.
pub const MAX_PAYLOAD: usize = 1 << 20;

/// What each side says first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The newest protocol version that the speaker knows. Both then use the older one.
    pub version: u32,
    /// The speaker's release, for messages to people.
    pub release: String,
}

/// The one thing that a connection is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Start a session and stay attached to it. Answered by [`Reply::Opened`] or [`Reply::Failed`].
    Open(Open),
    /// Join a session that runs or has ended. Answered by [`Reply::Opened`], replay data and
    /// [`Reply::ReplayEnd`], then as `Open`.
    Attach(Attach),
    /// Send the ring, and with `follow` what comes after, without being able to type. Answered
    /// as `Attach`; without `follow` init closes after the replay, and says [`Reply::Exit`]
    /// before if the command has ended. A slow follower does not hold up the command: it is
    /// overtaken, and told so by [`Reply::ReplayTruncated`].
    Logs { session: String, follow: bool },
    /// Answered by one [`Reply::Sessions`].
    List,
    /// Answered by [`Reply::Sessions`], then one more at each change.
    Watch,
    /// Send a signal. Answered by [`Reply::Done`] or [`Reply::Failed`].
    Signal {
        session: String,
        signal: i32,
        to: SignalTarget,
    },
    /// HUP to the session, then TERM, then KILL for what must end. Answered by [`Reply::Done`] once nothing of it is left.
    HangUp { session: String },
    /// Look at the container from inside. Answered by [`Reply::Probed`].
    Probe(Probe),
}

/// Whom a signal reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignalTarget {
    /// The terminal's foreground process group; without a terminal, the session's process group.
    Foreground,
    /// Every process of the session, descendants that left its process group included.
    Everything,
}

/// A session to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The name that the session is listed under; `None` lets init number it.
    pub name: Option<String>,
    /// What runs. Empty: the user's login shell from the container's passwd, else bash or sh where they exist.
    pub argv: Vec<Vec<u8>>,
    /// Added to what PID 1 got from the engine; `None` removes a variable.
    pub env: Vec<(String, Option<String>)>,
    /// The working folder in the container; `None`: PID 1's.
    pub cwd: Option<String>,
    /// `name`, `uid`, `name:group` or `uid:gid` as in `docker exec --user`; `None`: PID 1's user.
    pub user: Option<String>,
    /// With a terminal of this size, or with pipes.
    pub stdio: Stdio,
    /// What becomes of the session when its last client vanishes without a word.
    pub keep: Keep,
}

/// How a session's standard streams are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stdio {
    /// A pty; standard output and error are one.
    Terminal(Size),
    /// Three pipes. Without `stdin` the command reads end of file at once.
    Pipes { stdin: bool },
}

/// A terminal's size in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Lines.
    pub rows: u16,
    /// Columns.
    pub cols: u16,
}

/// What becomes of a session without clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keep {
    /// Hang up at once: a task ends with who started it.
    WhileAttached,
    /// Hang up when nobody has come back for so many seconds: a terminal.
    Grace { seconds: u32 },
    /// Never hang up: a detached run.
    Forever,
}

/// A client that joins a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attach {
    /// The session's id or name.
    pub session: String,
    /// The client's terminal, if it has one; it sets the size when it types.
    pub size: Option<Size>,
}

/// What to look at from inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The folder where the workspace should be.
    pub workspace: String,
    /// The user whose access counts, as in [`Open::user`].
    pub user: Option<String>,
    /// Run `nvidia-smi -L` where it exists, for at most so many seconds; 0 does not run it.
    pub nvidia_smi_seconds: u32,
}

/// What the client sends after its request was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Control {
    /// The client's terminal has another size.
    Resize(Size),
    /// End of standard input.
    Eof,
    /// The client leaves on purpose: keep the session whatever [`Keep`] says (a task stays too).
    Detach,
    /// As [`Request::Signal`] to the session of this connection.
    Signal { signal: i32, to: SignalTarget },
}

/// What init sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// The session that this connection now belongs to.
    Opened(SessionInfo),
    /// The request was not carried out.
    Failed(Failure),
    /// The replay of the ring ends here; what follows is live. The bytes before were written at these sizes.
    ReplayEnd,
    /// So many bytes are missing here: dropped from the ring before the replay begins, or
    /// before a follower came to them.
    ReplayTruncated { dropped: u64 },
    /// Only while replaying: the terminal had this size from here on.
    ReplaySize(Size),
    /// The session's command has ended and all its output was sent.
    Exit(Exit),
    /// The sessions, the oldest first.
    Sessions(Vec<SessionInfo>),
    /// The request was carried out.
    Done,
    /// What the probe saw.
    Probed(Probed),
}

/// How a session's command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// It called exit with this code.
    Code(i32),
    /// This signal killed it.
    Signal(i32),
}

impl Exit {
    /// The exit code that a shell would report: 128 + N for a signal. What the container says
    /// may be any number; there are no signals above 127.
    pub fn code(self) -> i32 {
        match self {
            Exit::Code(code) => code,
            Exit::Signal(signal) => 128 + signal.clamp(0, 127),
        }
    }
}

/// One session, as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Unique in the life of the container: a small number.
    pub id: u32,
    /// The given name, or the id as text.
    pub name: String,
    /// What runs, for people (lossy UTF-8).
    pub command: Vec<String>,
    /// The user it runs as.
    pub user: String,
    /// It has a terminal of this size.
    pub terminal: Option<Size>,
    /// What becomes of it without clients.
    pub keep: Keep,
    /// Start, in seconds since 1970.
    pub started: u64,
    /// Clients attached now.
    pub clients: u32,
    /// The leader's process id in the container; 0 when it has ended.
    pub pid: u32,
    /// Live processes of the session, descendants included; empty when ended for good.
    pub processes: Vec<ProcessInfo>,
    /// How the command ended, if it has; processes it left behind may still live.
    pub exit: Option<Exit>,
    /// End of the command, in seconds since 1970; 0 while it runs.
    pub ended: u64,
}

/// A process of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessInfo {
    /// Process id in the container.
    pub pid: u32,
    /// Its command line for people, cut at 200 characters.
    pub command: String,
}

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// No file of that name on PATH, or at that path: a shell would say 127.
    CommandNotFound { command: String },
    /// The file is there but cannot be executed: a shell would say 126.
    NotExecutable { command: String, reason: String },
    /// The working folder is missing or closed to the user.
    BadWorkingFolder { path: String, reason: String },
    /// The container's passwd and group do not know this user or group.
    UnknownUser { user: String },
    /// Init runs as an ordinary user, or without SETUID and SETGID, and cannot become another one.
    CannotSwitchUser { user: String, running_as: String },
    /// The image has no shell to open.
    NoShell { tried: Vec<String> },
    /// No session of that id or name.
    NoSuchSession { session: String },
    /// A session of that name exists and runs.
    NameTaken { name: String },
    /// The command has ended.
    Ended { session: String },
    /// More sessions or clients than init will hold.
    TooMany { what: String, limit: u32 },
    /// The container cannot do it: no pty left, no process left, …
    System { doing: String, error: String },
    /// The client broke the protocol.
    Protocol { reason: String },
}

/// What the probe saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    /// The workspace folder exists.
    pub workspace_exists: bool,
    /// The user may create files in it.
    pub workspace_writable: bool,
    /// GPU device nodes (`/dev/nvidia*`, `/dev/kfd`, `/dev/dri/renderD*`, `/dev/dxg`) and whether they open.
    pub devices: Vec<DeviceNode>,
    /// `nvidia-smi -L`; `None`: not in the image or not asked for.
    pub nvidia_smi: Option<CommandOutput>,
    /// Size of /dev/shm in bytes; 0 when there is none.
    pub shm_bytes: u64,
    /// NVIDIA_VISIBLE_DEVICES as PID 1 got it.
    pub nvidia_visible_devices: Option<String>,
    /// The user whose access was judged: name or uid.
    pub user: String,
    /// That user's shell, if the container has one.
    pub shell: Option<String>,
}

/// A GPU device node in the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceNode {
    /// Path in the container.
    pub path: String,
    /// errno of opening it; 0 opened. ENXIO: no driver behind it. EPERM: the device cgroup forbids it.
    pub errno: i32,
}

/// A finished command's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandOutput {
    /// How it ended; `None`: it was stopped at the time limit.
    pub exit: Option<Exit>,
    /// Standard output and error, cut at 64 KiB, lossy UTF-8.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_is_a_shells_whatever_the_container_says() {
        assert_eq!(Exit::Code(42).code(), 42);
        assert_eq!(Exit::Signal(9).code(), 137);
        assert_eq!(Exit::Signal(i32::MAX).code(), 255);
        assert_eq!(Exit::Signal(i32::MIN).code(), 128);
    }
}
