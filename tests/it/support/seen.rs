//! What a project's container looks like: from inside, to the engine, and in `warpdock`'s words.

use std::path::Path;

use serde_json::Value;

use crate::support::{
    engine::Engine,
    home::Home,
    project::{Project, world_may_write},
    warpdock::Finished,
    workspace::Workspace,
};

impl Project {
    /// A project on an engine of the test's own.
    #[track_caller]
    pub(crate) fn on(engine: Engine, fixture: &str) -> Project {
        let workspace = Workspace::new(fixture);
        world_may_write(workspace.path());
        Project {
            home: Home::new(&engine),
            workspace,
            engine,
        }
    }

    /// A project with this devcontainer.json and nothing else.
    #[track_caller]
    pub(crate) fn configured(devcontainer: &str) -> Project {
        Project::new(&format!("//- /.devcontainer.json\n{devcontainer}\n"))
    }

    /// A copy of an example.
    pub(crate) fn example(name: &str) -> Project {
        let engine = Engine::shared();
        Project {
            home: Home::new(&engine),
            workspace: Workspace::example(name),
            engine,
        }
    }

    /// Replaces the devcontainer.json.
    pub(crate) fn configure(&self, devcontainer: &str) {
        self.workspace.write(".devcontainer.json", devcontainer);
    }

    /// Runs it to its end, which has to be good.
    #[track_caller]
    pub(crate) fn good(&self, arguments: &[&str]) -> Finished {
        self.warpdock(arguments).run().success()
    }

    /// Runs it with `--json`; its output.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        self.good(&[&["--json"], arguments].concat()).json()
    }

    /// Runs it with `--json`, which has to fail; the failure.
    #[track_caller]
    pub(crate) fn failure(&self, arguments: &[&str]) -> Value {
        let finished = self.warpdock(&[&["--json"], arguments].concat()).run();
        let failure = match finished.code() {
            0 => panic!("expected a failure of {finished}"),
            _ => finished.json()["error"].clone(),
        };
        assert!(
            failure["kind"].is_string(),
            "no failure is told in {finished}"
        );
        failure
    }

    /// `status --json`, whatever its exit code.
    #[track_caller]
    pub(crate) fn status(&self) -> Value {
        self.warpdock(&["status", "--json"]).run().json()
    }

    /// What a line for the container's `sh` prints; it has to succeed.
    #[track_caller]
    pub(crate) fn inside(&self, line: &str) -> String {
        self.good(&["exec", "--", "sh", "-c", line]).stdout()
    }

    /// The containers of the project.
    #[track_caller]
    pub(crate) fn containers(&self) -> Vec<String> {
        self.engine.containers_mounting(self.workspace.path())
    }

    /// What the engine says of the project's one container.
    #[track_caller]
    pub(crate) fn inspect(&self) -> Value {
        self.engine.inspect(&self.container())
    }

    /// The variables of a process in the container.
    #[track_caller]
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let finished = self.good(&["exec", "--", "cat", "/proc/self/environ"]);
        finished
            .stdout()
            .split('\0')
            .filter_map(|variable| variable.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// A variable of a process in the container.
    #[track_caller]
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let all = self.environment();
        all.into_iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The project folder.
    pub(crate) fn path(&self) -> &Path {
        self.workspace.path()
    }
}

/// Text of a JSON value.
#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    match value.as_str() {
        Some(text) => text,
        None => panic!("expected a text, found {value}"),
    }
}

/// Fails the test when the text lacks one of the parts.
#[track_caller]
pub(crate) fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "expected {part:?} in:\n{text}");
    }
}
