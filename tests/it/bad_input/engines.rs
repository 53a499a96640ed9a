//! Engines that are absent, die, hang, or come back.

use std::time::Duration;

use rustix::process::Signal;

use crate::{
    bad_input::{PROJECT, says},
    support::{
        daemon,
        engine::{BUSYBOX, Engine, Options},
        home::Home,
        wait,
        workspace::Workspace,
    },
};

fn private(config: &str) -> Engine {
    Engine::private(&Options {
        gpu: "none",
        config,
        images: &[BUSYBOX],
        ..Options::default()
    })
}

#[test]
fn an_absent_engine_is_named_with_its_address_and_what_to_do() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    for (address, words) in [
        (
            "unix:///nowhere.sock",
            "no container engine at /nowhere.sock (from DOCKER_HOST)",
        ),
        ("tcp://10.0.0.1:2375", "elsewhere: tcp://10.0.0.1:2375"),
        ("ssh://gpu-server", "elsewhere: ssh://gpu-server"),
        (
            "nonsense",
            "`nonsense` (from DOCKER_HOST) is not an engine address",
        ),
        ("unix://relative", "is not an engine address"),
        ("unix:///etc/passwd", "no container engine at /etc/passwd"),
    ] {
        for (command, code) in [("up", 1), ("shell", 125), ("status", 1), ("ps", 1)] {
            let finished = home
                .warpdock(workspace.path(), &[command])
                .env("DOCKER_HOST", address)
                .run()
                .expect_code(code);
            says(&finished, &[words, "->"]);
            assert!(finished.took < Duration::from_secs(10), "{finished}");
        }
    }
}

#[test]
fn an_engine_that_dies_during_up_is_an_error_and_up_works_when_it_is_back() {
    let mut engine = private("{}");
    let home = Home::new(&engine);
    let workspace = Workspace::new(
        "//- /.devcontainer.json\n{ \"image\": \"warpdock-test/busybox:1\", \"onCreateCommand\": \"sleep 5; test -e /app/go\" }\n",
    );
    let up = home.warpdock(workspace.path(), &["up"]).start();
    wait::until_true("the container", wait::LONG, || {
        !engine.containers_mounting(workspace.path()).is_empty()
    });
    engine.kill();
    let finished = up.wait(wait::LONG).expect_code(1);
    says(&finished, &["error:", "->"]);
    let refused = home
        .warpdock(workspace.path(), &["up"])
        .run()
        .expect_code(1);
    says(&refused, &["no container engine"]);
    engine.restart(false);
    workspace.write(
        ".devcontainer.json",
        "{ \"image\": \"warpdock-test/busybox:1\" }",
    );
    home.warpdock(workspace.path(), &["up"]).run().success();
    home.warpdock(workspace.path(), &["exec", "--no-up", "--", "true"])
        .run()
        .success();
    assert_eq!(engine.containers_mounting(workspace.path()).len(), 1);
}

#[test]
fn an_engine_that_dies_during_a_build_is_an_error_and_not_a_wait() {
    let engine = private("{}");
    let home = Home::new(&engine);
    let workspace = Workspace::new(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN echo be''gun && sleep 1000\n",
    );
    let up = home.warpdock(workspace.path(), &["up"]).start();
    up.wait_for("begun");
    engine.kill();
    let finished = up.wait(wait::LONG).expect_code(1);
    says(&finished, &["lost the container engine"]);
}

#[test]
fn a_session_goes_on_while_its_engine_is_dead() {
    let mut engine = private("{}");
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let exec = ["exec", "--", "sh", "-c", "echo begun; cat; exit 6"];
    let mut session = home.warpdock(workspace.path(), &exec).start();
    session.wait_for("begun");
    engine.kill();
    session.write(b"without an engine\n");
    session.wait_for("without an engine");
    let status = home.warpdock(workspace.path(), &["status"]).run();
    says(&status.expect_code(1), &["no container engine"]);
    session.close_input();
    session.wait(wait::LONG).expect_code(6);
    engine.restart(false);
    home.warpdock(workspace.path(), &["exec", "--", "true"])
        .run()
        .success();
}

#[test]
fn with_live_restore_a_session_outlives_the_engine_and_new_ones_open_after_it() {
    let mut engine = private(r#"{"live-restore": true}"#);
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let exec = ["exec", "--", "sh", "-c", "echo begun; cat; exit 6"];
    let mut session = home.warpdock(workspace.path(), &exec).start();
    session.wait_for("begun");
    let containers = engine.containers_mounting(workspace.path());
    engine.kill();
    engine.restart(true);
    assert_eq!(engine.containers_mounting(workspace.path()), containers);
    home.warpdock(workspace.path(), &["exec", "--no-up", "--", "true"])
        .run()
        .success();
    session.write(b"after the engine\n");
    session.close_input();
    let finished = session.wait(wait::LONG).expect_code(6);
    assert_eq!(finished.stdout(), "begun\nafter the engine\n");
}

#[test]
fn an_engine_that_hangs_is_said_to_hang_in_seconds() {
    let engine = private("{}");
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    daemon::kill(&home);
    rustix::process::kill_process(engine.pid(), Signal::STOP).expect("it runs");
    let status = home.warpdock(workspace.path(), &["status"]).run();
    let up = home.warpdock(workspace.path(), &["up"]).run();
    rustix::process::kill_process(engine.pid(), Signal::CONT).expect("it runs");
    says(&status.expect_code(1), &["does not answer", "->"]);
    says(&up.expect_code(1), &["does not answer", "->"]);
    home.warpdock(workspace.path(), &["exec", "--no-up", "--", "true"])
        .run()
        .success();
}

#[test]
fn an_engine_that_comes_later_is_found() {
    let mut engine = private("{}");
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    engine.kill();
    home.warpdock(workspace.path(), &["up"])
        .run()
        .expect_code(1);
    let pid = daemon::only(&home);
    engine.restart(false);
    home.warpdock(workspace.path(), &["up"]).run().success();
    assert_eq!(daemon::only(&home), pid);
}
