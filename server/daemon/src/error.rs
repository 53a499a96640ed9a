//! What the daemon can fail with, and how that travels.

mod actions;

use std::{path::PathBuf, sync::Arc};

use protocol::failure::{Failure, Problem, Tier};

use crate::paths::PathError;

/// A failure of the daemon. Variants by what the user can do about them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine, or the way to it.
    #[error(transparent)]
    Engine(#[from] engine::error::Error),
    /// A folder of ours.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Files of the project are wrong.
    #[error("{}", problems_message(.0))]
    Problems(Vec<Problem>),
    /// The workspace folder is not there.
    #[error("the workspace folder {} cannot be used: {reason}", path.display())]
    Workspace { path: PathBuf, reason: String },
    /// The engine works on other files than we do.
    #[error("the engine does not see {}: what is mounted there is empty inside the container", path.display())]
    WorkspaceElsewhere { path: PathBuf },
    /// There is no container, or it does not run.
    #[error("no container is running for {}", workspace.display())]
    NotRunning { workspace: PathBuf },
    /// The engine has frozen it.
    #[error("container {name} is paused")]
    Paused { name: String },
    /// An image that is not on this machine.
    #[error("image {name} is not on this machine ({wanted_by} asks for it)")]
    ImageMissing {
        name: String,
        wanted_by: String,
        near: Vec<String>,
    },
    /// An image for other machines.
    #[error("image {name} is for {image}, and this machine is {machine}")]
    Architecture {
        name: String,
        image: String,
        machine: String,
    },
    /// A build that needs the internet did not get it.
    #[error("the build failed: {step} needs the internet ({what}) and did not reach it")]
    BuildOffline {
        step: String,
        what: String,
        tail: Vec<String>,
        message: String,
    },
    /// A step of a build failed.
    #[error("the build failed: {step} {}", build_ending(*exit_code, message))]
    Build {
        step: String,
        exit_code: Option<i64>,
        tail: Vec<String>,
        message: String,
        /// What the step fetches from the internet; empty: nothing.
        downloads: String,
    },
    /// A GPU is required and there is none.
    #[error("a GPU is required and the container cannot have one: {reason}")]
    GpuRequired {
        reason: String,
        remedy: String,
        detail: Option<String>,
    },
    /// The engine's words are a known GPU fault.
    #[error("the container could not be started: {meaning}")]
    KnownStart {
        id: String,
        meaning: String,
        remedy: String,
        detail: String,
    },
    /// A stopped container could not be started again; it is kept as it is.
    #[error(transparent)]
    NotRestarted(Box<Error>),
    /// The container ended before init answered.
    #[error("the container ended at once with exit code {code}")]
    EndedAtOnce { code: i64, detail: String },
    /// Init cannot be reached.
    #[error("container {name} does not answer: {source}")]
    Init {
        name: String,
        source: session::error::ConnectError,
    },
    /// Init answered something else than what was asked for.
    #[error("container {name}: {doing}: {message}")]
    Session {
        name: String,
        doing: String,
        message: String,
    },
    /// A lifecycle command failed; the container is kept.
    #[error("{hook} failed with exit code {code}: {command}")]
    Hook {
        hook: String,
        command: String,
        code: i32,
        place: String,
    },
    /// A lifecycle command on the host failed; nothing was made or changed.
    #[error("initializeCommand ({place}) failed on this machine with exit code {code}: {command}")]
    HostHook {
        command: String,
        code: i32,
        place: String,
    },
    /// A lifecycle command on the host that nobody agreed to.
    #[error("{place} asks for something on this machine, outside the container: {command}")]
    NotTrusted { command: String, place: String },
    /// The client says that what it has open is not trusted.
    #[error("the workspace is not trusted, and nothing is run for it")]
    Untrusted,
    /// The request was withdrawn, by whom.
    #[error("cancelled by {by}")]
    Cancelled { by: String },
    /// A record or lock of ours cannot be written.
    #[error("cannot {doing}: {source}")]
    Io {
        doing: String,
        source: std::io::Error,
    },
    /// One operation, several askers.
    #[error(transparent)]
    Shared(Arc<Error>),
    /// The client left.
    #[error("the window is closed")]
    WindowClosed,
    /// A handler panicked or was dropped: our fault.
    #[error("the daemon lost the answer")]
    AnswerLost,
}

impl Error {
    /// A stable name for scripts.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Engine(error) => error.kind(),
            Error::Path(_) => "private-folder",
            Error::Problems(_) => "configuration",
            Error::Workspace { .. } => "workspace-missing",
            Error::WorkspaceElsewhere { .. } => "workspace-elsewhere",
            Error::NotRunning { .. } => "not-running",
            Error::Paused { .. } => "paused",
            Error::ImageMissing { .. } => "image-missing",
            Error::Architecture { .. } => "wrong-architecture",
            Error::BuildOffline { .. } => "build-offline",
            Error::Build { .. } => "build-failed",
            Error::GpuRequired { .. } => "gpu-required",
            Error::KnownStart { .. } => "start-failed",
            Error::EndedAtOnce { .. } => "ended-at-once",
            Error::Init { .. } => "init-unreachable",
            Error::Session { .. } => "session",
            Error::Hook { .. } | Error::HostHook { .. } => "hook-failed",
            Error::NotTrusted { .. } => "not-trusted",
            Error::Untrusted => "untrusted",
            Error::Cancelled { .. } => "cancelled",
            Error::Io { .. } => "io",
            Error::NotRestarted(error) => error.kind(),
            Error::Shared(error) => error.kind(),
            Error::WindowClosed => "window-closed",
            Error::AnswerLost => "answer-lost",
        }
    }

    /// Who can do something about it.
    pub fn tier(&self) -> Tier {
        match self {
            Error::Engine(error) => match error.tier() {
                engine::error::Tier::Input => Tier::Input,
                engine::error::Tier::Environment => Tier::Environment,
            },
            Error::Problems(_)
            | Error::Workspace { .. }
            | Error::NotRunning { .. }
            | Error::Paused { .. }
            | Error::ImageMissing { .. }
            | Error::Architecture { .. }
            | Error::Build { .. }
            | Error::Hook { .. }
            | Error::HostHook { .. }
            | Error::NotTrusted { .. }
            | Error::Untrusted
            | Error::Cancelled { .. } => Tier::Input,
            Error::Path(_)
            | Error::WorkspaceElsewhere { .. }
            | Error::BuildOffline { .. }
            | Error::GpuRequired { .. }
            | Error::KnownStart { .. }
            | Error::EndedAtOnce { .. }
            | Error::Init { .. }
            | Error::Io { .. } => Tier::Environment,
            Error::NotRestarted(error) => error.tier(),
            Error::Shared(error) => error.tier(),
            Error::Session { .. } | Error::WindowClosed | Error::AnswerLost => Tier::Bug,
        }
    }

    /// The next steps, one a line.
    pub fn remedy(&self) -> Vec<String> {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        match self {
            Error::Engine(error) => vec![error.remedy()],
            Error::Path(PathError::NotPrivate { path, .. }) => vec![
                format!("look at who made {} and remove it", path.display()),
                "or set WARPDOCK_RUNTIME_DIR to a folder of your own".to_owned(),
            ],
            Error::Path(PathError::Io { .. }) => lines(&[
                "free space or fix the folder's permissions, or set WARPDOCK_RUNTIME_DIR to another folder",
            ]),
            Error::Path(PathError::NoHome) => lines(&["set HOME"]),
            Error::Problems(problems) => {
                let errors = problems.iter().filter(|problem| problem.error);
                let errors: Vec<&Problem> = errors.collect();
                // Of several each is said with its own.
                match errors.as_slice() {
                    [only] => only.remedy.iter().cloned().collect(),
                    _ => Vec::new(),
                }
            }
            Error::Workspace { .. } => {
                lines(&["go to an existing folder, or name one with --workspace"])
            }
            Error::WorkspaceElsewhere { .. } => lines(&[
                "run warpdock on the engine's own machine, and not inside another container",
            ]),
            Error::NotRunning { .. } => lines(&["`warpdock up` starts it"]),
            Error::Paused { name } => vec![format!(
                "`warpdock up` resumes it, and so does `docker unpause {name}`"
            )],
            Error::ImageMissing { name, near, .. } => {
                let mut steps = Vec::new();
                if !near.is_empty() {
                    steps.push(format!(
                        "on this machine and near that name: {}",
                        near.join(", ")
                    ));
                }
                steps.push(format!(
                    "fetch it: `warpdock up --pull`, or `docker pull {name}`"
                ));
                steps.push("or bring it as a file: `docker save` where it is, then `warpdock load FILE.tar` here".to_owned());
                steps
            }
            Error::Architecture { machine, .. } => vec![format!(
                "use an image for {machine}, or install emulation for the other one (qemu-user-static, binfmt)"
            )],
            Error::BuildOffline { .. } => lines(&[
                "build where there is internet, `docker save` the image, and `warpdock load` it here; then name it with --image or in devcontainer.json",
                "or point the downloads to a mirror inside your network (build arguments such as PIP_INDEX_URL)",
            ]),
            Error::Build {
                step, downloads, ..
            } => {
                let mut steps = lines(&[
                    "read the step's last lines above, mend the Dockerfile, and try again: finished steps are cached",
                ]);
                if !downloads.is_empty() {
                    steps.push(format!(
                        "{step} downloads from the internet ({downloads}); on a machine without it: build elsewhere, `docker save` the image, and `warpdock load` it here"
                    ));
                }
                steps
            }
            Error::GpuRequired { remedy, .. } => {
                vec![
                    remedy.clone(),
                    "`--gpus optional` starts without one; `warpdock doctor` checks the whole chain"
                        .to_owned(),
                ]
            }
            Error::KnownStart { remedy, .. } => vec![remedy.clone()],
            Error::NotRestarted(error) => {
                let mut steps = error.remedy();
                steps.push("or `warpdock rebuild` makes a new container; what was written in the old one outside its mounts is lost".to_owned());
                steps
            }
            Error::EndedAtOnce { .. } => lines(&[
                "`docker info` shows whether the engine can run containers; the exact words are above",
            ]),
            Error::Init { source, .. } => vec![
                source.remedy().to_string(),
                "`warpdock down` and `warpdock up` make a new container".to_owned(),
            ],
            Error::Session { .. } => {
                lines(&["`warpdock down` and `warpdock up` make a new container"])
            }
            Error::Hook { .. } => lines(&[
                "the container is kept: `warpdock shell` looks into it",
                "the next `warpdock up` runs the command again",
            ]),
            Error::HostHook { .. } => {
                lines(&["its words are above; the container was neither made nor changed"])
            }
            Error::NotTrusted { .. } => lines(&[
                "read it; if you agree, run `warpdock up --trust`, or answer yes on a terminal",
            ]),
            Error::Untrusted => lines(&["trust it in the editor, then try again"]),
            Error::Cancelled { .. } => Vec::new(),
            Error::Io { .. } => lines(&["free space or fix permissions, then try again"]),
            Error::Shared(error) => error.remedy(),
            Error::WindowClosed => lines(&["connect again"]),
            Error::AnswerLost => lines(&[
                "this is a fault of warpdock: `warpdock daemon status` names the log that says more",
            ]),
        }
    }

    /// The exact words of the engine or a command, where the message does not hold them.
    pub fn detail(&self) -> Option<String> {
        match self {
            Error::GpuRequired { detail, .. } => detail.clone(),
            Error::KnownStart { detail, .. } | Error::EndedAtOnce { detail, .. } => {
                Some(detail.clone())
            }
            Error::BuildOffline { tail, message, .. } | Error::Build { tail, message, .. } => {
                Some(words(tail, message))
            }
            Error::Engine(engine::error::Error::BuildFailed { tail, message, .. }) => {
                Some(words(tail, message))
            }
            Error::NotRestarted(error) => error.detail(),
            Error::Shared(error) => error.detail(),
            _ => None,
        }
    }

    /// As it travels.
    pub fn failure(&self) -> Failure {
        Failure {
            kind: self.kind().to_owned(),
            tier: self.tier(),
            message: self.to_string(),
            detail: self.detail(),
            remedy: self.remedy(),
            command: self.command(),
            problems: self.problems().to_vec(),
            actions: self.actions(),
        }
    }

    fn command(&self) -> Option<String> {
        match self {
            Error::NotTrusted { command, .. } => Some(command.clone()),
            Error::Shared(error) => error.command(),
            _ => None,
        }
    }

    fn problems(&self) -> &[Problem] {
        match self {
            Error::Problems(problems) => problems,
            Error::Shared(error) => error.problems(),
            _ => &[],
        }
    }
}

/// A step that ran has an exit code; of another the builder's words are all there is.
fn build_ending(exit_code: Option<i64>, message: &str) -> String {
    match exit_code {
        Some(code) => format!("ended with exit code {code}"),
        None => format!("could not be done: {message}"),
    }
}

/// The last lines of a step, which name the fault, and the engine's own words.
fn words(tail: &[String], message: &str) -> String {
    let mut lines = tail[tail.len().saturating_sub(8)..].to_vec();
    lines.push(message.to_owned());
    lines.join("\n")
}

fn problems_message(problems: &[Problem]) -> String {
    let errors: Vec<&Problem> = problems.iter().filter(|problem| problem.error).collect();
    match errors.as_slice() {
        [only] => format!("{}: {}", only.place, only.message),
        many => format!("the configuration has {} errors", many.len()),
    }
}
