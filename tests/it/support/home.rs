//! A private home for each test: its own daemon, sockets, state, caches and settings.

use std::{
    ffi::OsString,
    fs,
    io::Write,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use rustix::process::{Pid, Signal};
use tempfile::TempDir;

use crate::support::{engine::Engine, user::User, wait, warpdock::Warpdock};

/// Where `warpdock` lives in a test. What was started in it ends when it is dropped, and
/// containers that were made from it are removed.
pub(crate) struct Home {
    folder: TempDir,
    host: String,
    user: Option<(String, u32)>,
    variables: Vec<(OsString, OsString)>,
}

impl Home {
    /// A home whose `warpdock` reaches this engine through DOCKER_HOST.
    pub(crate) fn new(engine: &Engine) -> Home {
        Home::build(engine, None)
    }

    /// As [`Home::new`], of an ordinary user of this machine.
    pub(crate) fn of(user: &User, engine: &Engine) -> Home {
        Home::build(engine, Some(user))
    }

    fn build(engine: &Engine, user: Option<&User>) -> Home {
        // Short, because paths of sockets are.
        let folder = tempfile::Builder::new()
            .prefix("wd-")
            .tempdir_in("/tmp")
            .expect("a temporary folder can be made");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
            .expect("the folder is ours");
        let home = Home {
            folder,
            host: engine.host(),
            user: user.map(|user| (user.name().to_owned(), user.uid())),
            variables: Vec::new(),
        };
        for name in ["home", "run"] {
            let path = home.join(name);
            fs::create_dir(&path).expect("the folder is new");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("it is ours");
            if let Some(user) = user {
                chown(&path, Some(user.uid()), Some(user.gid())).expect("tests run as root");
            }
        }
        home.with("DOCKER_HOST", engine.host())
    }

    /// Sets a variable for all that is started from here.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Home {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Removes a variable that [`Home::with`] or the home itself has set.
    pub(crate) fn without(mut self, name: &str) -> Home {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// The folder that is HOME.
    pub(crate) fn path(&self) -> PathBuf {
        self.join("home")
    }

    /// The folder of sockets and locks, in place of `/tmp/warpdock-UID`.
    pub(crate) fn runtime_folder(&self) -> PathBuf {
        self.join("run")
    }

    /// The folder of logs and history (XDG_STATE_HOME).
    pub(crate) fn state_folder(&self) -> PathBuf {
        self.join("home/state")
    }

    /// The folder of user settings (XDG_CONFIG_HOME).
    pub(crate) fn config_folder(&self) -> PathBuf {
        self.join("home/config")
    }

    /// The binary with these arguments, to be run in a folder.
    pub(crate) fn warpdock(&self, folder: &Path, arguments: &[&str]) -> Warpdock {
        self.command(&self.binary(), folder, arguments)
    }

    /// Another program in the same surroundings.
    pub(crate) fn command(&self, program: &Path, folder: &Path, arguments: &[&str]) -> Warpdock {
        let mut variables: Vec<(OsString, OsString)> = vec![
            ("PATH".into(), std::env::var_os("PATH").unwrap_or_default()),
            ("HOME".into(), self.path().into()),
            ("XDG_STATE_HOME".into(), self.state_folder().into()),
            ("XDG_CACHE_HOME".into(), self.join("home/cache").into()),
            ("XDG_CONFIG_HOME".into(), self.config_folder().into()),
            ("WARPDOCK_RUNTIME_DIR".into(), self.runtime_folder().into()),
            ("TERM".into(), "xterm-256color".into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("SHELL".into(), "/bin/sh".into()),
        ];
        let user = match &self.user {
            Some((name, _)) => name.as_str(),
            None => "root",
        };
        variables.push(("USER".into(), user.into()));
        variables.extend(self.variables.iter().cloned());
        Warpdock::new(
            program.to_owned(),
            arguments.iter().map(Into::into).collect(),
            folder.to_owned(),
            variables,
            self.user.as_ref().map(|(_, uid)| *uid),
        )
    }

    /// The processes that belong to this home: the daemon, clients, what they started.
    pub(crate) fn processes(&self) -> Vec<Pid> {
        let mark = format!(
            "WARPDOCK_RUNTIME_DIR={}\0",
            self.runtime_folder().to_string_lossy()
        );
        processes_with_variable(&mark)
    }

    /// Kills everything of this home at once, the daemon included.
    pub(crate) fn kill_processes(&self) {
        wait::until("the processes of a test to end", wait::LONG, || match self
            .processes()
            .as_slice()
        {
            [] => Ok(()),
            pids => {
                for &pid in pids {
                    // It may have ended by itself meanwhile.
                    let _ = rustix::process::kill_process(pid, Signal::KILL);
                }
                Err(format!("{pids:?}"))
            }
        });
    }

    /// The containers that were made from this home.
    pub(crate) fn containers(&self, engine: &Engine) -> Vec<String> {
        engine.containers_mounting(self.folder.path())
    }

    fn join(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The binary, where the home's user can run it.
    fn binary(&self) -> PathBuf {
        let built = PathBuf::from(env!("CARGO_BIN_EXE_warpdock"));
        if self.user.is_none() {
            return built;
        }
        let copy = self.join("warpdock");
        if !copy.exists() {
            copy_program(&built, &copy);
        }
        copy
    }

    fn remove_containers(&self) {
        let mut list = std::process::Command::new("docker");
        list.env("DOCKER_HOST", &self.host).args([
            "ps",
            "--all",
            "--no-trunc",
            "--format",
            "{{.ID}} {{.Mounts}}",
        ]);
        // Its engine may be dead, which is what some tests are about.
        let Ok(output) = list.output() else {
            return;
        };
        let mark = self.folder.path().to_string_lossy().into_owned();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some((id, mounts)) = line.split_once(' ') else {
                continue;
            };
            if !mounts.contains(&mark) {
                continue;
            }
            let _ = std::process::Command::new("docker")
                .env("DOCKER_HOST", &self.host)
                .args(["rm", "--force", "--volumes", id])
                .output();
        }
    }

    /// The ends of the logs, for a test that fails.
    fn show_logs(&self) {
        let mut folders = vec![self.state_folder()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let Ok(text) = fs::read_to_string(&path) else {
                    continue;
                };
                let lines: Vec<_> = text.lines().collect();
                let end = &lines[lines.len().saturating_sub(40)..];
                let _ = writeln!(
                    std::io::stderr(),
                    "--- {}\n{}",
                    path.display(),
                    end.join("\n")
                );
            }
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show_logs();
            for pid in self.processes() {
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
        } else {
            self.kill_processes();
        }
        self.remove_containers();
    }
}

/// Copies a program that is to be run at once. Not in this process: what another thread starts
/// meanwhile would hold the copy open for writing, and the kernel would not execute it.
#[track_caller]
pub(crate) fn copy_program(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").arg(from).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()), "cp to {to:?}");
}

/// The processes whose environment has this `NAME=VALUE\0`, ourselves excepted.
fn processes_with_variable(mark: &str) -> Vec<Pid> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc is mounted").flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let Ok(environment) = fs::read(entry.path().join("environ")) else {
            continue;
        };
        let has_mark = environment
            .windows(mark.len())
            .any(|window| window == mark.as_bytes());
        match Pid::from_raw(pid) {
            Some(pid) if has_mark && pid != rustix::process::getpid() => found.push(pid),
            _ => {}
        }
    }
    found
}
