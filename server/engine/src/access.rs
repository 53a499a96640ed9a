//! Where the engine is, as the user's own docker CLI would find it.
//!
//! Pure but for reading the CLI's two configuration files. Nothing here looks at this process's
//! environment: what a client sees is handed in as [`Access`]. Opening connections is `transport`'s.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::handed::Handed;

const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// What decides how the engine is reached: the client's environment, and what it handed in.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub docker_context: Option<String>,
    /// `DOCKER_CONFIG`; `None`: `.docker` in `home`.
    pub docker_config: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `PATH`: where `sudo` is looked for.
    pub path: Option<OsString>,
    /// `DOCKER_BUILDKIT`: `0` asks for the classic builder.
    pub docker_buildkit: Option<String>,
    /// Connections that the client opened for us.
    pub handed: Arc<Handed>,
}

/// The socket of an engine. Equal endpoints are the same engine, so it serves as a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Path of the Unix socket.
    pub socket: PathBuf,
    /// Who says so.
    pub origin: EndpointOrigin,
}

/// Where an engine's address was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EndpointOrigin {
    /// Nobody said anything: the engine's usual socket.
    Default,
    /// `DOCKER_HOST`.
    DockerHost,
    /// A context of the docker CLI.
    Context {
        /// Its name.
        name: String,
        /// `DOCKER_CONTEXT` chose it, and not the CLI's configuration.
        from_environment: bool,
    },
}

impl fmt::Display for EndpointOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EndpointOrigin::Default => write!(formatter, "the default socket"),
            EndpointOrigin::DockerHost => write!(formatter, "from DOCKER_HOST"),
            EndpointOrigin::Context {
                name,
                from_environment: true,
            } => write!(formatter, "from context `{name}`, DOCKER_CONTEXT"),
            EndpointOrigin::Context {
                name,
                from_environment: false,
            } => write!(formatter, "from docker's current context `{name}`"),
        }
    }
}

impl Access {
    /// Picks what matters out of a client's environment.
    pub fn from_environment(
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        handed: Arc<Handed>,
    ) -> Access {
        let mut access = Access {
            handed,
            ..Access::default()
        };
        for (name, value) in environment {
            // An empty variable is an unset one, as the docker CLI has it.
            if value.is_empty() {
                continue;
            }
            let text = || Some(value.to_string_lossy().into_owned());
            match name.to_str() {
                Some("DOCKER_HOST") => access.docker_host = text(),
                Some("DOCKER_CONTEXT") => access.docker_context = text(),
                Some("DOCKER_CONFIG") => access.docker_config = Some(PathBuf::from(value)),
                Some("HOME") => access.home = Some(PathBuf::from(value)),
                Some("PATH") => access.path = Some(value),
                Some("DOCKER_BUILDKIT") => access.docker_buildkit = text(),
                _ => {}
            }
        }
        access
    }

    /// Finds the engine in the docker CLI's order: `DOCKER_HOST`, `DOCKER_CONTEXT`, the current
    /// context of the CLI's configuration, the default socket.
    ///
    /// # Errors
    /// [`Error::EngineElsewhere`], [`Error::AddressInvalid`], [`Error::DockerConfig`].
    pub fn endpoint(&self) -> Result<Endpoint, Error> {
        if let Some(address) = &self.docker_host {
            return endpoint_at(address, EndpointOrigin::DockerHost);
        }
        let (name, from_environment) = match &self.docker_context {
            Some(name) => (Some(name.clone()), true),
            None => (self.current_context()?, false),
        };
        match name.as_deref() {
            None | Some("" | "default") => Ok(Endpoint {
                socket: PathBuf::from(DEFAULT_SOCKET),
                origin: EndpointOrigin::Default,
            }),
            Some(name) => self.context(name, from_environment),
        }
    }

    fn docker_folder(&self) -> Option<PathBuf> {
        match (&self.docker_config, &self.home) {
            (Some(folder), _) => Some(folder.clone()),
            (None, Some(home)) => Some(home.join(".docker")),
            (None, None) => None,
        }
    }

    fn current_context(&self) -> Result<Option<String>, Error> {
        let Some(folder) = self.docker_folder() else {
            return Ok(None);
        };
        let path = folder.join("config.json");
        match std::fs::read(&path) {
            Ok(text) => {
                let config: CliConfig = parse(&path, &text)?;
                Ok(config.current_context)
            }
            // Absent, or not ours to read: the CLI goes on with the default as well.
            Err(_) => Ok(None),
        }
    }

    fn context(&self, name: &str, from_environment: bool) -> Result<Endpoint, Error> {
        let origin = EndpointOrigin::Context {
            name: name.to_owned(),
            from_environment,
        };
        let folder = self.docker_folder().unwrap_or_default();
        let path = folder
            .join("contexts/meta")
            .join(context_folder(name))
            .join("meta.json");
        let text = std::fs::read(&path).map_err(|error| Error::DockerConfig {
            path: path.display().to_string(),
            message: format!("context `{name}` cannot be read: {error} ({origin})"),
        })?;
        let context: CliContext = parse(&path, &text)?;
        match context.endpoints.docker.and_then(|docker| docker.host) {
            Some(address) => endpoint_at(&address, origin),
            None => Err(Error::DockerConfig {
                path: path.display().to_string(),
                message: format!("context `{name}` has no docker endpoint"),
            }),
        }
    }
}

impl Endpoint {
    /// As `DOCKER_HOST` would say it.
    pub fn address(&self) -> OsString {
        let mut address = OsString::from("unix://");
        address.push(&self.socket);
        address
    }
}

/// The command that connects its standard streams to the engine, to be run by `sudo`: what a
/// client with a terminal starts itself, so that sudo can ask there. The socket is named, so that
/// the contexts of root's own docker CLI do not matter.
///
/// # Errors
/// Those of [`Access::endpoint`].
pub fn dial_command(access: &Access) -> Result<Vec<OsString>, Error> {
    let endpoint = access.endpoint()?;
    Ok(dial_command_to(&endpoint))
}

pub(crate) fn dial_command_to(endpoint: &Endpoint) -> Vec<OsString> {
    vec![
        "docker".into(),
        "--host".into(),
        endpoint.address(),
        "system".into(),
        "dial-stdio".into(),
    ]
}

#[derive(Deserialize)]
struct CliConfig {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct CliContext {
    #[serde(rename = "Endpoints", default)]
    endpoints: CliEndpoints,
}

#[derive(Deserialize, Default)]
struct CliEndpoints {
    docker: Option<CliEndpoint>,
}

#[derive(Deserialize)]
struct CliEndpoint {
    #[serde(rename = "Host")]
    host: Option<String>,
}

fn parse<'text, T: Deserialize<'text>>(path: &Path, text: &'text [u8]) -> Result<T, Error> {
    serde_json::from_slice(text).map_err(|error| Error::DockerConfig {
        path: format!("{}:{}:{}", path.display(), error.line(), error.column()),
        message: format!("not what the docker CLI writes: {error}"),
    })
}

/// The CLI names a context's folder by the SHA-256 of its name.
fn context_folder(name: &str) -> String {
    use std::fmt::Write;
    let mut folder = String::with_capacity(64);
    for byte in Sha256::digest(name.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(folder, "{byte:02x}");
    }
    folder
}

fn endpoint_at(address: &str, origin: EndpointOrigin) -> Result<Endpoint, Error> {
    match address.split_once("://") {
        Some(("unix", path)) if path.starts_with('/') => Ok(Endpoint {
            socket: PathBuf::from(path),
            origin,
        }),
        Some(("unix", "")) => Ok(Endpoint {
            socket: PathBuf::from(DEFAULT_SOCKET),
            origin,
        }),
        Some(("tcp" | "ssh" | "http" | "https", place)) if !place.is_empty() => {
            Err(Error::EngineElsewhere {
                address: address.to_owned(),
                origin: origin.to_string(),
            })
        }
        _ => Err(Error::AddressInvalid {
            address: address.to_owned(),
            origin: origin.to_string(),
            expected: "expected unix:// and the absolute path of a socket".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
