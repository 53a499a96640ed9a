//! What others do to our containers with docker itself.

use rustix::process::{Pid, Signal};

use crate::{
    bad_input::{PROJECT, says},
    support::{
        engine::{BUSYBOX, Engine},
        home::Home,
        wait,
        warpdock::Running,
        workspace::Workspace,
    },
};

struct Stage {
    engine: Engine,
    home: Home,
    workspace: Workspace,
}

impl Stage {
    fn up() -> Stage {
        let engine = Engine::shared();
        let stage = Stage {
            home: Home::new(&engine),
            engine,
            workspace: Workspace::new(PROJECT),
        };
        stage.run(&["up"]).success();
        stage
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> crate::support::warpdock::Finished {
        self.home.warpdock(self.workspace.path(), arguments).run()
    }

    #[track_caller]
    fn container(&self) -> String {
        self.engine
            .containers_mounting(self.workspace.path())
            .remove(0)
    }

    /// The container's first process, as the host numbers it.
    #[track_caller]
    fn init(&self) -> Pid {
        let pid = &self.engine.inspect(&self.container())["State"]["Pid"];
        pid.as_i64()
            .and_then(|pid| Pid::from_raw(pid as i32))
            .expect("the container runs")
    }

    /// A session that has begun.
    #[track_caller]
    fn session(&self) -> Running {
        let exec = ["exec", "--", "sh", "-c", "echo begun; sleep 1000"];
        let running = self.home.warpdock(self.workspace.path(), &exec).start();
        running.wait_for("begun");
        running
    }
}

#[test]
fn a_removed_container_is_made_anew() {
    let stage = Stage::up();
    stage.engine.docker(&["rm", "--force", &stage.container()]);
    let exec = stage
        .run(&["exec", "--no-up", "--", "true"])
        .expect_code(125);
    says(&exec, &["no container is running", "warpdock up"]);
    stage.run(&["status"]).expect_code(3);
    stage.run(&["exec", "--", "true"]).success();
}

#[test]
fn a_container_removed_during_a_session_ends_it_with_a_sentence() {
    let stage = Stage::up();
    let session = stage.session();
    stage.engine.docker(&["rm", "--force", &stage.container()]);
    let finished = session.wait(wait::LONG).expect_code(125);
    says(&finished, &["has stopped or was killed", "warpdock up"]);
}

#[test]
fn a_container_killed_during_a_terminal_gives_the_terminal_back() {
    let stage = Stage::up();
    let mut terminal = stage
        .home
        .warpdock(stage.workspace.path(), &["shell"])
        .in_terminal(24, 80);
    let before = terminal.settings().local_modes;
    terminal.send_line("echo be''gun");
    terminal.wait_for("begun");
    stage.engine.docker(&["kill", &stage.container()]);
    assert_eq!(terminal.wait(wait::LONG), 125);
    assert!(terminal.screen().contains("has stopped or was killed"));
    assert_eq!(terminal.settings().local_modes, before);
    let status = stage.run(&["status"]).expect_code(3);
    assert!(status.stdout().contains("killed"), "{status}");
    stage.run(&["up"]).success();
}

#[test]
fn a_paused_container_is_named_and_resumed_by_up() {
    let stage = Stage::up();
    stage.engine.docker(&["pause", &stage.container()]);
    let exec = stage
        .run(&["exec", "--no-up", "--", "true"])
        .expect_code(125);
    says(&exec, &["is paused", "warpdock up"]);
    let status = stage.run(&["status"]);
    assert!(status.stdout().contains("paused"), "{status}");
    stage.run(&["up"]).success();
    stage.run(&["exec", "--no-up", "--", "true"]).success();
}

#[test]
fn a_paused_container_can_be_taken_down() {
    let stage = Stage::up();
    stage.engine.docker(&["pause", &stage.container()]);
    stage.run(&["down"]).success();
    assert!(
        stage
            .engine
            .containers_mounting(stage.workspace.path())
            .is_empty()
    );
}

#[test]
fn a_session_waits_through_a_pause_and_goes_on() {
    let stage = Stage::up();
    let exec = ["exec", "--", "sh", "-c", "echo begun; cat; exit 4"];
    let mut session = stage.home.warpdock(stage.workspace.path(), &exec).start();
    session.wait_for("begun");
    stage.engine.docker(&["pause", &stage.container()]);
    session.write(b"typed while it was paused\n");
    session.close_input();
    assert!(session.runs());
    stage.engine.docker(&["unpause", &stage.container()]);
    let finished = session.wait(wait::LONG).expect_code(4);
    assert_eq!(finished.stdout(), "begun\ntyped while it was paused\n");
}

#[test]
fn a_second_signal_ends_the_client_of_a_paused_container() {
    let stage = Stage::up();
    let mut session = stage.session();
    stage.engine.docker(&["pause", &stage.container()]);
    // The first is the session's, which cannot have it now.
    wait::until_true("the client's end", wait::LONG, || {
        session.signal(Signal::TERM);
        !session.runs()
    });
    stage.engine.docker(&["unpause", &stage.container()]);
}

#[test]
fn a_stopped_container_is_started_again() {
    let stage = Stage::up();
    stage.run(&["exec", "--", "touch", "/kept"]).success();
    stage.engine.docker(&["stop", &stage.container()]);
    stage.run(&["status"]).expect_code(3);
    stage.run(&["exec", "--", "test", "-e", "/kept"]).success();
}

#[test]
fn a_restarted_container_is_reached_again() {
    let stage = Stage::up();
    for _ in 0..3 {
        stage
            .engine
            .docker(&["restart", "--time", "1", &stage.container()]);
        stage.run(&["exec", "--no-up", "--", "true"]).success();
    }
}

#[test]
fn a_renamed_container_is_still_ours() {
    let stage = Stage::up();
    let name = format!("renamed-{}", std::process::id());
    stage.engine.docker(&["rename", &stage.container(), &name]);
    let status = stage.run(&["status"]).success();
    assert!(status.stdout().contains(&name), "{status}");
    stage.run(&["exec", "--no-up", "--", "true"]).success();
    stage.run(&["down"]).success();
}

#[test]
fn a_name_that_somebody_else_has_taken_is_a_conflict_that_harms_nobody() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let name = format!("taken-{}", std::process::id());
    let other = Workspace::new(PROJECT);
    let mount = format!("{}:/x", other.path().display());
    let run = ["run", "--detach", "--name", &name, "-v", &mount];
    engine.docker(&[&run[..], &[BUSYBOX, "sleep", "1000"]].concat());
    let workspace = Workspace::new(PROJECT);
    let flag = format!("--run-arg=--name={name}");
    let up = home.warpdock(workspace.path(), &["up", &flag]).run();
    engine.docker(&["exec", &name, "true"]);
    engine.docker(&["rm", "--force", &name]);
    says(&up.expect_code(1), &[&name, "in use"]);
    assert!(engine.containers_mounting(workspace.path()).is_empty());
}

#[test]
fn a_container_removed_in_the_middle_of_up_is_an_error() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(
        "//- /.devcontainer.json\n{ \"image\": \"warpdock-test/busybox:1\", \"onCreateCommand\": \"sleep 1000\" }\n",
    );
    let up = home.warpdock(workspace.path(), &["up"]).start();
    up.wait_for("onCreateCommand");
    let container = engine.containers_mounting(workspace.path()).remove(0);
    engine.docker(&["rm", "--force", &container]);
    let finished = up.wait(wait::LONG).expect_code(1);
    says(&finished, &["error:"]);
    workspace.write(
        ".devcontainer.json",
        "{ \"image\": \"warpdock-test/busybox:1\" }",
    );
    home.warpdock(workspace.path(), &["up"]).run().success();
}

#[test]
fn a_killed_init_takes_its_container_and_up_brings_it_back() {
    let stage = Stage::up();
    stage.run(&["exec", "--", "kill", "-9", "1"]).success();
    stage.run(&["exec", "--no-up", "--", "true"]).success();
    let session = stage.session();
    rustix::process::kill_process(stage.init(), Signal::KILL).expect("it runs");
    session.wait(wait::LONG).expect_code(125);
    stage.run(&["up"]).success();
    for _ in 0..3 {
        let pid = stage.init();
        rustix::process::kill_process(pid, Signal::KILL).expect("it runs");
        let echo = stage.run(&["exec", "--", "echo", "back"]).success();
        assert_eq!(echo.stdout(), "back\n");
    }
}
