//! Real engines: the one that all tests share, and private ones for tests that kill
//! theirs or need it otherwise.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use rustix::process::{Pid, Signal};

use crate::support::wait;

/// The small image that most tests use: busybox, with a user `worker` (1000).
pub(crate) const BUSYBOX: &str = "warpdock-test/busybox:1";
/// One static program, `/true`, and nothing else.
pub(crate) const NO_SHELL: &str = "warpdock-test/noshell:1";
/// Its ENTRYPOINT and CMD print `hello from the entrypoint and its arguments`.
pub(crate) const PRINTS_AND_EXITS: &str = "warpdock-test/prints-and-exits:1";
/// As [`BUSYBOX`], with neither ENTRYPOINT nor CMD.
pub(crate) const NO_CMD: &str = "warpdock-test/no-cmd:1";
/// Says that it is for an architecture that is not this machine's.
pub(crate) const OTHER_ARCH: &str = "warpdock-test/other-arch:1";
/// As [`BUSYBOX`], with `USER worker`.
pub(crate) const ORDINARY_USER: &str = "warpdock-test/ordinary-user:1";
/// The example's base, a stand-in.
pub(crate) const BASE: &str = "pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime";
/// The example's ready image, a stand-in.
pub(crate) const READY: &str = "my_gpu_env:1229";

/// An engine.
pub(crate) struct Engine {
    socket: PathBuf,
    /// Where a private engine lives, and how it was started.
    private: Option<(PathBuf, Vec<String>)>,
}

/// How a private engine is.
#[derive(Default)]
pub(crate) struct Options<'a> {
    /// `stand-in` (also when empty) or `none`: the machine has no GPU toolkit.
    pub(crate) gpu: &'a str,
    /// The text of its daemon.json; empty: `{}`.
    pub(crate) config: &'a str,
    /// Further arguments of dockerd.
    pub(crate) arguments: &'a [&'a str],
    /// Images of the shared engine that it should have.
    pub(crate) images: &'a [&'a str],
}

impl Engine {
    /// The engine that `npm test` has started, with all images.
    #[track_caller]
    pub(crate) fn shared() -> Engine {
        let Some(socket) = std::env::var_os("WARPDOCK_TEST_ENGINE") else {
            panic!(
                "this test needs a Docker engine, and WARPDOCK_TEST_ENGINE names none: run `npm test`, \
                 which starts one and makes the images (`npm test -- NAME` runs the tests of that name)"
            );
        };
        Engine {
            socket: socket.into(),
            private: None,
        }
    }

    /// An engine of the test's own, stopped and removed when it is dropped.
    #[track_caller]
    pub(crate) fn private(options: &Options) -> Engine {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("engine-{}-{number}", std::process::id());
        let folder = state_folder().join(name);
        let or = |given: &str, default: &str| match given.is_empty() {
            true => default.to_owned(),
            false => given.to_owned(),
        };
        let mut arguments = vec![
            "--gpu".to_owned(),
            or(options.gpu, "stand-in"),
            "--config".to_owned(),
            or(options.config, "{}"),
            "--".to_owned(),
        ];
        arguments.extend(
            options
                .arguments
                .iter()
                .map(|&argument| argument.to_owned()),
        );
        let mut engine = Engine {
            socket: PathBuf::new(),
            private: Some((folder, arguments)),
        };
        engine.start(&[]);
        for image in options.images {
            engine.copy_from_shared(image);
        }
        engine
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// What DOCKER_HOST is for it.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Runs the docker command line against it and returns what it printed; fails the
    /// test when docker fails.
    #[track_caller]
    pub(crate) fn docker(&self, arguments: &[&str]) -> String {
        match self.try_docker(arguments) {
            Ok(text) => text,
            Err(text) => panic!("docker {}: {text}", arguments.join(" ")),
        }
    }

    /// As [`Engine::docker`]; `Err` is what docker printed.
    pub(crate) fn try_docker(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self
            .docker_command()
            .args(arguments)
            .output()
            .expect("the docker command line is installed");
        text_of(&output)
    }

    /// The docker command line for this engine and no other.
    pub(crate) fn docker_command(&self) -> Command {
        let mut command = Command::new("docker");
        command
            .env("DOCKER_HOST", self.host())
            .env_remove("DOCKER_CONTEXT")
            .stdin(Stdio::null());
        command
    }

    /// What `docker inspect` says about an object.
    #[track_caller]
    pub(crate) fn inspect(&self, object: &str) -> serde_json::Value {
        let text = self.docker(&["inspect", object]);
        let mut list: Vec<serde_json::Value> =
            serde_json::from_str(&text).expect("docker inspect prints a list");
        list.remove(0)
    }

    /// The ids of the containers with a mount from below this folder, stopped ones too.
    #[track_caller]
    pub(crate) fn containers_mounting(&self, folder: &Path) -> Vec<String> {
        let folder = folder.to_string_lossy();
        let text = self.docker(&[
            "ps",
            "--all",
            "--no-trunc",
            "--format",
            "{{.ID}} {{.Mounts}}",
        ]);
        text.lines()
            .filter_map(|line| line.split_once(' '))
            .filter(|(_, mounts)| mounts.split(',').any(|it| it.starts_with(&*folder)))
            .map(|(id, _)| id.to_owned())
            .collect()
    }

    /// The folder that tells a private engine's GPU stand-in what to pretend.
    #[track_caller]
    pub(crate) fn stand_in(&self) -> PathBuf {
        let (folder, _) = self.private.as_ref().expect("the shared one serves others");
        folder.join("stand-in")
    }

    /// dockerd's process id, of a private engine.
    #[track_caller]
    pub(crate) fn pid(&self) -> Pid {
        let path = self.socket.with_file_name("pid");
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text.trim()
            .parse()
            .ok()
            .and_then(Pid::from_raw)
            .expect("dockerd writes its process id")
    }

    /// Kills dockerd at once, of a private engine.
    #[track_caller]
    pub(crate) fn kill(&self) {
        assert!(
            self.private.is_some(),
            "the shared engine is not to be killed"
        );
        let pid = self.pid();
        rustix::process::kill_process(pid, Signal::KILL).expect("dockerd runs");
        wait::until_true("dockerd to be gone", wait::LONG, || {
            rustix::process::test_kill_process(pid).is_err()
        });
    }

    /// Starts a private engine again after [`Engine::kill`]. With `keep_running` its
    /// containers are left to live-restore; else what is left of them is cleared away.
    #[track_caller]
    pub(crate) fn restart(&mut self, keep_running: bool) {
        self.start(match keep_running {
            true => &["--keep-running"],
            false => &[],
        });
    }

    #[track_caller]
    fn start(&mut self, further: &[&str]) {
        let (folder, arguments) = self
            .private
            .as_ref()
            .expect("the shared engine is started by `npm test`");
        let output = engine_script("start", folder)
            .args(further)
            .args(arguments)
            .output()
            .expect("scripts/engine.sh can be run");
        let text = text_of(&output).unwrap_or_else(|error| panic!("scripts/engine.sh: {error}"));
        let socket = text
            .trim()
            .strip_prefix("export DOCKER_HOST=unix://")
            .unwrap_or_else(|| panic!("scripts/engine.sh printed {text:?}"));
        self.socket = socket.into();
    }

    #[track_caller]
    fn copy_from_shared(&self, image: &str) {
        let mut save = Engine::shared()
            .docker_command()
            .args(["save", image])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the docker command line is installed");
        let archive = save.stdout.take().expect("its output is a pipe");
        let load = self
            .docker_command()
            .arg("load")
            .stdin(archive)
            .output()
            .expect("the docker command line is installed");
        let saved = save.wait().expect("docker save was started");
        assert!(saved.success(), "docker save {image} failed");
        if let Err(text) = text_of(&load) {
            panic!("docker load of {image}: {text}");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let Some((folder, _)) = &self.private else {
            return;
        };
        let output = engine_script("stop", folder).arg("--purge").output();
        let result = output
            .map_err(|error| error.to_string())
            .and_then(|output| text_of(&output));
        // A panic while panicking would hide the test's own.
        if let (Err(text), false) = (result, std::thread::panicking()) {
            panic!(
                "the private engine in {} is not gone: {text}",
                folder.display()
            );
        }
    }
}

/// The folder of everything that the tests keep: `.warpdock-test`, or where it was put.
fn state_folder() -> PathBuf {
    match std::env::var_os("WARPDOCK_TEST_FOLDER") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join(".warpdock-test"),
    }
}

fn engine_script(action: &str, folder: &Path) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/engine.sh"));
    command
        .arg(action)
        .arg("--folder")
        .arg(folder)
        .stdin(Stdio::null());
    command
}

/// Standard output of a command that succeeded, else all that it printed.
fn text_of(output: &Output) -> Result<String, String> {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(stdout),
        false => Err(format!(
            "{}: {stdout}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
