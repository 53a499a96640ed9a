//! A project in a home of its own on the shared engine: what most tests begin with.

use crate::support::{engine::Engine, home::Home, wait, warpdock::Warpdock, workspace::Workspace};

/// A project folder and the `warpdock` that is used in it.
pub(crate) struct Project {
    // Dropped in this order: processes first, then the folder that containers mount.
    pub(crate) home: Home,
    pub(crate) workspace: Workspace,
    pub(crate) engine: Engine,
}

impl Project {
    /// A project with the files of this fixture; its container is not up.
    #[track_caller]
    pub(crate) fn new(fixture: &str) -> Project {
        let engine = Engine::shared();
        let home = Home::new(&engine);
        let workspace = Workspace::new(fixture);
        // Users of a container other than root are users here too.
        world_may_write(workspace.path());
        Project {
            home,
            workspace,
            engine,
        }
    }

    /// A project that uses this image as it is, and no GPU; its container is not up.
    #[track_caller]
    pub(crate) fn of_image(image: &str) -> Project {
        Project::new(&format!(
            "//- /.devcontainer.json\n{{ \"image\": \"{image}\", \"hostRequirements\": {{ \"gpu\": false }} }}\n"
        ))
    }

    /// As [`Project::of_image`], and its container is up.
    #[track_caller]
    pub(crate) fn up(image: &str) -> Project {
        let project = Project::of_image(image);
        project.warpdock(&["up"]).run().success();
        project
    }

    /// The binary with these arguments, to be run in the project folder.
    pub(crate) fn warpdock(&self, arguments: &[&str]) -> Warpdock {
        self.home.warpdock(self.workspace.path(), arguments)
    }

    /// A line for `sh` on this machine, to be run in the project folder; `$WARPDOCK` is the
    /// binary.
    pub(crate) fn sh(&self, line: &str) -> Warpdock {
        self.home
            .command("/bin/sh".as_ref(), self.workspace.path(), &["-c", line])
            .env("WARPDOCK", env!("CARGO_BIN_EXE_warpdock"))
    }

    /// What the user of the container sees of it: the engine's id.
    #[track_caller]
    pub(crate) fn container(&self) -> String {
        let ids = self.engine.containers_mounting(self.workspace.path());
        match ids.as_slice() {
            [id] => id.clone(),
            other => panic!("expected one container of the project, found {other:?}"),
        }
    }

    /// All sessions, those that have ended too.
    #[track_caller]
    pub(crate) fn sessions(&self) -> Vec<serde_json::Value> {
        let listed = self.warpdock(&["sessions", "--all", "--json"]).run();
        match listed.success().json() {
            serde_json::Value::Array(sessions) => sessions,
            other => panic!("sessions --json is no list: {other}"),
        }
    }

    /// Waits until the container runs nothing but init.
    #[track_caller]
    pub(crate) fn wait_until_nothing_runs(&self) {
        let container = self.container();
        wait::until("the container to be empty", wait::LONG, || {
            let processes = self.processes(&container);
            match processes.len() {
                0 => Ok(()),
                _ => Err(processes.join("\n")),
            }
        });
    }

    /// Waits until a process of the container has this in its command line.
    #[track_caller]
    pub(crate) fn wait_until_runs(&self, command: &str) {
        let container = self.container();
        wait::until(&format!("`{command}` to run"), wait::LONG, || {
            let processes = self.processes(&container);
            match processes.iter().any(|process| process.contains(command)) {
                true => Ok(()),
                false => Err(processes.join("\n")),
            }
        });
    }

    /// The command lines in the container but for init's own, as the engine sees them.
    #[track_caller]
    fn processes(&self, container: &str) -> Vec<String> {
        self.engine
            .docker(&["top", container, "-o", "pid,args"])
            .lines()
            .skip(1)
            .filter(|line| !line.contains("warpdock-init"))
            .map(str::to_owned)
            .collect()
    }
}

/// Gives the folder to every user.
pub(crate) fn world_may_write(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    let all = || std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder, all()).expect("the folder is ours");
    let parent = folder.parent().expect("it is in a temporary folder");
    std::fs::set_permissions(parent, all()).expect("the folder is ours");
}
