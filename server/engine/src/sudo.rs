//! `sudo -n docker system dial-stdio`: the connection of a user who may run docker through sudo.
//!
//! Nothing is asked and nothing is stored: where sudo wants a password the caller gets a typed
//! error, and a client on a terminal runs the same command itself.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, Join};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use crate::access::{Access, Endpoint, dial_command_to};
use crate::error::Error;

/// What sudo says is read for so long.
const STDERR_LIMIT: Duration = Duration::from_secs(2);

/// The two pipes of a child as one stream. Dropping it ends the child: dial-stdio stops at the end
/// of its input (a signal would not do, the process belongs to root).
pub(crate) type SudoStream = Join<ChildStdout, ChildStdin>;

/// A running `sudo`.
pub(crate) struct SudoChild {
    child: Child,
    stream: Option<SudoStream>,
    stderr: Option<ChildStderr>,
}

impl SudoChild {
    pub(crate) fn start(access: &Access, endpoint: &Endpoint) -> Result<SudoChild, Error> {
        let Some(program) = program(access) else {
            return Err(denied(endpoint, "there is no sudo on PATH"));
        };
        let mut command = Command::new(program);
        command
            .arg("-n")
            .arg("--")
            .args(dial_command_to(endpoint))
            .env_clear()
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(path) = &access.path {
            command.env("PATH", path);
        }
        if let Some(home) = &access.home {
            command.env("HOME", home);
        }
        let mut child = command
            .spawn()
            .map_err(|error| denied(endpoint, &format!("sudo cannot be run: {error}")))?;
        let stream = match (child.stdout.take(), child.stdin.take()) {
            (Some(stdout), Some(stdin)) => Some(tokio::io::join(stdout, stdin)),
            _ => None,
        };
        let stderr = child.stderr.take();
        Ok(SudoChild {
            child,
            stream,
            stderr,
        })
    }

    /// The stream; once.
    pub(crate) fn take_stream(&mut self) -> SudoStream {
        self.stream
            .take()
            .expect("start pipes both streams and nobody else takes them")
    }

    /// Waits for the child in the background, so that no zombie stays.
    pub(crate) fn reap(mut self) {
        tokio::spawn(async move {
            // Kept open and drained: a child that writes a warning must not be killed by it.
            let mut ignored = Vec::new();
            if let Some(mut stderr) = self.stderr.take() {
                let _ = stderr.read_to_end(&mut ignored).await;
            }
            let _ = self.child.wait().await;
        });
    }

    /// What sudo or docker wrote before it gave up.
    pub(crate) async fn said(mut self) -> String {
        let mut text = Vec::new();
        if let Some(mut stderr) = self.stderr.take() {
            let _ = tokio::time::timeout(STDERR_LIMIT, stderr.read_to_end(&mut text)).await;
        }
        self.reap();
        String::from_utf8_lossy(&text).trim().to_owned()
    }
}

/// `sudo` of the client's own PATH. The search is ours: a spawned command would be looked up in
/// this process's PATH.
fn program(access: &Access) -> Option<PathBuf> {
    let default = OsStr::new("/usr/local/bin:/usr/bin:/bin");
    let path = access.path.as_deref().unwrap_or(default);
    let mut candidates = std::env::split_paths(path).map(|folder| folder.join("sudo"));
    candidates.find(|candidate| candidate.is_absolute() && candidate.is_file())
}

/// Why the connection over sudo did not come to be.
pub(crate) fn refusal(endpoint: &Endpoint, said: String, error: Error) -> Error {
    let lower = said.to_lowercase();
    if said.is_empty() {
        return error;
    }
    // sudo's own words in the C locale: no terminal to ask on, or a rule that wants one.
    if lower.contains("password is required")
        || lower.contains("a terminal is required")
        || lower.contains("must have a tty")
        || lower.contains("authentication is required")
    {
        return Error::NeedsSudoPassword {
            socket: endpoint.socket.display().to_string(),
            text: said,
        };
    }
    // dial-stdio ran and found nobody: the socket is there, the engine is not.
    if lower.contains("cannot connect to the docker daemon") || lower.contains("connection refused")
    {
        return Error::EngineAbsent {
            socket: endpoint.socket.display().to_string(),
            origin: format!("{}, over sudo", endpoint.origin),
            reason: said,
        };
    }
    denied(endpoint, &said)
}

fn denied(endpoint: &Endpoint, said: &str) -> Error {
    Error::AccessDenied {
        socket: endpoint.socket.display().to_string(),
        origin: endpoint.origin.to_string(),
        detail: format!(": {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::EndpointOrigin;

    fn kind(said: &str) -> &'static str {
        let endpoint = Endpoint {
            socket: "/s".into(),
            origin: EndpointOrigin::Default,
        };
        let silent = Error::EngineSilent {
            socket: "/s".to_owned(),
            what: "connecting".to_owned(),
            seconds: 5,
        };
        refusal(&endpoint, said.to_owned(), silent).kind()
    }

    #[test]
    fn what_sudo_says_decides_what_to_do() {
        assert_eq!(kind("sudo: a password is required"), "needs-sudo-password");
        assert_eq!(
            kind("sudo: sorry, you must have a tty to run sudo"),
            "needs-sudo-password"
        );
        assert_eq!(kind("me is not in the sudoers file."), "access-denied");
        assert_eq!(kind("sudo: docker: command not found"), "access-denied");
        assert_eq!(
            kind("Cannot connect to the Docker daemon at unix:///s. Is the docker daemon running?"),
            "engine-absent"
        );
        assert_eq!(kind(""), "engine-silent");
    }
}
