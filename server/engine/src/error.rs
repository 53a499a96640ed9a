//! What can go wrong with the engine, sorted by what the user can do about it.
//!
//! Owns the texts and the remedies. The engine's own words are kept in `message` fields, never
//! rewritten; recognising known texts inside them is the callers' (`gpu`) and `texts`' work.

/// An error of the engine, or of the way to it. Cheap to clone: several windows may wait for one
/// operation and each gets the error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing listens where the engine should be.
    #[error("no container engine at {socket} ({origin}): {reason}")]
    EngineAbsent {
        socket: String,
        origin: String,
        reason: String,
    },
    /// The socket is there and neither we nor `sudo docker` may use it.
    #[error("no permission to use the container engine at {socket} ({origin}){detail}")]
    AccessDenied {
        socket: String,
        origin: String,
        /// Empty, or `: ` and what sudo said.
        detail: String,
    },
    /// `sudo docker` would do, and sudo wants to ask somebody first.
    #[error("the container engine at {socket} needs `sudo docker`, and sudo says: {text}")]
    NeedsSudoPassword { socket: String, text: String },
    /// The engine is not on this machine.
    #[error("the container engine is elsewhere: {address} ({origin})")]
    EngineElsewhere { address: String, origin: String },
    /// An engine address that nobody can connect to.
    #[error("`{address}` ({origin}) is not an engine address: {expected}")]
    AddressInvalid {
        address: String,
        origin: String,
        expected: String,
    },
    /// The docker CLI's own configuration is broken.
    #[error("{path}: {message}")]
    DockerConfig { path: String, message: String },
    /// It listens, and does not answer.
    #[error("the container engine at {socket} does not answer: {what} took more than {seconds} s")]
    EngineSilent {
        socket: String,
        what: String,
        seconds: u64,
    },
    /// The connection broke in the middle.
    #[error("lost the container engine at {socket} during {what}: {message}")]
    EngineLost {
        socket: String,
        what: String,
        message: String,
    },
    /// The image is not in the engine.
    #[error("image `{name}` is not on this machine")]
    ImageMissing { name: String },
    /// The container is not there any more.
    #[error("container {id} is gone")]
    ContainerGone { id: String },
    /// The name is in use, or the container's state forbids it.
    #[error("{what}: {message}")]
    Conflict { what: String, message: String },
    /// A bind mount's source does not exist.
    #[error("mount source `{path}` does not exist")]
    MountMissing { path: String },
    /// Something in the specification cannot be said to the engine.
    #[error("{what} is `{value}`: {expected}")]
    SpecInvalid {
        what: String,
        value: String,
        expected: String,
    },
    /// Created, and could not be started. The container was removed.
    #[error("the container could not be started: {message}")]
    StartFailed { message: String },
    /// The engine's disk is full.
    #[error("{what}: no space left on the engine's disk: {message}")]
    DiskFull { what: String, message: String },
    /// The engine said no.
    #[error("{what}: the engine answered {status}: {message}")]
    Refused {
        what: String,
        status: u16,
        message: String,
    },
    /// A RUN, COPY or other step failed.
    #[error("{}", failed_step(step, *exit_code, message))]
    BuildFailed {
        step: String,
        /// The step's exit code, if it had one.
        exit_code: Option<i64>,
        /// The last lines that the step printed, at most twenty.
        tail: Vec<String>,
        /// The engine's words.
        message: String,
    },
    /// The Dockerfile is not one.
    #[error("{dockerfile}{}: {message}", line.map(|line| format!(":{line}")).unwrap_or_default())]
    DockerfileInvalid {
        dockerfile: String,
        /// Counted from 1.
        line: Option<u32>,
        message: String,
    },
    /// A base image (or one of `COPY --from`) is not on this machine and could not be fetched.
    #[error("base image `{name}` is not on this machine: {message}")]
    BaseMissing { name: String, message: String },
    /// The build waited for the network.
    #[error("the build waited {seconds} s for the network: {what}")]
    NetworkWait { what: String, seconds: u64 },
    /// The builder that is there cannot do what the Dockerfile asks for.
    #[error("the engine's builder cannot do this: {message}")]
    BuilderLacks { message: String },
    /// A file for the engine could not be read.
    #[error("cannot read {path}: {message}")]
    Unreadable { path: String, message: String },
    /// An archive of images could not be read.
    #[error("cannot read {path}: {message}")]
    ArchiveUnreadable { path: String, message: String },
    /// A name that no image can have.
    #[error("`{name}` is not an image's name: {message}")]
    ImageNameInvalid { name: String, message: String },
    /// A pull failed.
    #[error("cannot pull `{name}`: {message}")]
    PullFailed { name: String, message: String },
    /// An archive of images could not be loaded.
    #[error("cannot load {path}: {message}")]
    LoadFailed { path: String, message: String },
}

/// Whose move it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// The project's or the user's: something written down is wrong.
    Input,
    /// The machine's: engine, permission, network, disk.
    Environment,
}

impl Error {
    /// A stable name for scripts and the wire, kebab-case.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::EngineAbsent { .. } => "engine-absent",
            Error::AccessDenied { .. } => "access-denied",
            Error::NeedsSudoPassword { .. } => "needs-sudo-password",
            Error::EngineElsewhere { .. } => "engine-elsewhere",
            Error::AddressInvalid { .. } => "address-invalid",
            Error::DockerConfig { .. } => "docker-config",
            Error::EngineSilent { .. } => "engine-silent",
            Error::EngineLost { .. } => "engine-lost",
            Error::ImageMissing { .. } => "image-missing",
            Error::ContainerGone { .. } => "container-gone",
            Error::Conflict { .. } => "conflict",
            Error::MountMissing { .. } => "mount-missing",
            Error::SpecInvalid { .. } => "spec-invalid",
            Error::StartFailed { .. } => "start-failed",
            Error::DiskFull { .. } => "disk-full",
            Error::Refused { .. } => "refused",
            Error::BuildFailed { .. } => "build-failed",
            Error::DockerfileInvalid { .. } => "dockerfile-invalid",
            Error::BaseMissing { .. } => "base-missing",
            Error::NetworkWait { .. } => "network-wait",
            Error::BuilderLacks { .. } => "builder-lacks",
            Error::Unreadable { .. } => "unreadable",
            Error::ArchiveUnreadable { .. } => "archive-unreadable",
            Error::ImageNameInvalid { .. } => "image-name-invalid",
            Error::PullFailed { .. } => "pull-failed",
            Error::LoadFailed { .. } => "load-failed",
        }
    }

    /// Whose move it is.
    pub fn tier(&self) -> Tier {
        match self {
            Error::ImageMissing { .. }
            | Error::ContainerGone { .. }
            | Error::Conflict { .. }
            | Error::MountMissing { .. }
            | Error::SpecInvalid { .. }
            | Error::BuildFailed { .. }
            | Error::DockerfileInvalid { .. }
            | Error::BaseMissing { .. }
            | Error::BuilderLacks { .. }
            | Error::Unreadable { .. }
            | Error::ArchiveUnreadable { .. }
            | Error::ImageNameInvalid { .. }
            | Error::LoadFailed { .. } => Tier::Input,
            Error::EngineAbsent { .. }
            | Error::AccessDenied { .. }
            | Error::NeedsSudoPassword { .. }
            | Error::EngineElsewhere { .. }
            | Error::AddressInvalid { .. }
            | Error::DockerConfig { .. }
            | Error::EngineSilent { .. }
            | Error::EngineLost { .. }
            | Error::StartFailed { .. }
            | Error::DiskFull { .. }
            | Error::Refused { .. }
            | Error::NetworkWait { .. }
            | Error::PullFailed { .. } => Tier::Environment,
        }
    }

    /// What to do about it: one or more sentences.
    pub fn remedy(&self) -> String {
        match self {
            Error::EngineAbsent { .. } => "start the engine (`sudo systemctl start docker`) or install one (`sudo apt-get install docker.io`); for a rootless engine set DOCKER_HOST to its socket".to_owned(),
            Error::AccessDenied { .. } => "one of three: join the docker group (`sudo usermod -aG docker $USER`, then log in again or run `newgrp docker`); have an administrator allow you `sudo docker`; use a rootless engine and point DOCKER_HOST at its socket".to_owned(),
            Error::NeedsSudoPassword { .. } => "one of three: run the command on a terminal, where sudo can ask for your password for `sudo docker`; join the docker group (`sudo usermod -aG docker $USER`, then log in again or run `newgrp docker`); use a rootless engine and point DOCKER_HOST at its socket".to_owned(),
            Error::EngineElsewhere { .. } => "the workspace folder would not be there: run warpdock on the machine of the engine (over ssh), or unset DOCKER_HOST and run `docker context use default` for the engine of this machine".to_owned(),
            Error::AddressInvalid { .. } => "correct it where it was set, or unset it for the engine of this machine".to_owned(),
            Error::DockerConfig { path, .. } => format!("correct {path}, or choose a context with `docker context use default`"),
            Error::EngineSilent { .. } => "look at the engine (`sudo systemctl status docker`, `sudo journalctl -u docker -n 50`) and restart it if it hangs".to_owned(),
            Error::EngineLost { .. } => "look at the engine (`sudo systemctl status docker`) and try again".to_owned(),
            Error::ImageMissing { name } => format!("pull it (`warpdock up --pull` or `docker pull {name}`), load it from a file (`docker load -i FILE`), or name an image that is here (`docker images`)"),
            Error::ContainerGone { .. } => "somebody removed it; `warpdock up` makes a new one".to_owned(),
            Error::Conflict { .. } => "see `warpdock ps`; remove or rename what is in the way, then try again".to_owned(),
            Error::MountMissing { path } => format!("create `{path}` or take the mount out of the configuration"),
            Error::SpecInvalid { .. } => "correct it where it was set (`warpdock config --explain`)".to_owned(),
            Error::StartFailed { .. } => "the engine's words name the cause; `warpdock doctor` checks the usual ones".to_owned(),
            Error::DiskFull { .. } => "free some space: `docker system df` shows what is used, `docker image prune` and `docker builder prune` remove what nothing needs".to_owned(),
            Error::Refused { .. } => "the engine's words name the cause; `warpdock doctor` checks the usual ones".to_owned(),
            Error::BuildFailed { .. } => "read the step's last lines, correct the Dockerfile or what it downloads, and try again: finished steps are cached".to_owned(),
            Error::DockerfileInvalid { .. } => "correct the Dockerfile".to_owned(),
            Error::BaseMissing { name, .. } => format!("pull it (`docker pull {name}`), load it from a file (`docker load -i FILE`), or build from an image that is here (`docker images`)"),
            Error::NetworkWait { .. } => "this machine seems to have no way to the registry: pull or load the image first, then the build needs no network".to_owned(),
            Error::BuilderLacks { .. } => "build with BuildKit on a newer engine (unset DOCKER_BUILDKIT=0), or take the instruction out of the Dockerfile".to_owned(),
            Error::Unreadable { path, .. } => format!("make {path} readable, or list it in .dockerignore if the build does not need it"),
            Error::ArchiveUnreadable { .. } => "name a file that `docker save` wrote (tar, or tar.gz) and that you may read".to_owned(),
            Error::ImageNameInvalid { .. } => "correct the image's name: NAME[:TAG], in lower case".to_owned(),
            Error::PullFailed { .. } => "check the name, the network and `docker login`; on a machine without a network load the image from a file (`docker load -i FILE`)".to_owned(),
            Error::LoadFailed { .. } => "the file must be what `docker save` wrote (tar, or tar.gz)".to_owned(),
        }
    }
}

/// The builders only wrap an exit code in words of their own; without one their words are all there is.
fn failed_step(step: &str, exit_code: Option<i64>, message: &str) -> String {
    match exit_code {
        Some(code) => format!("build failed at `{step}`: it ended with exit code {code}"),
        None => format!("build failed at `{step}`: {message}"),
    }
}

#[cfg(test)]
mod tests;
