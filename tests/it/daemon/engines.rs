//! Which engine a command works on is decided by who types it, not by who started the daemon.

use std::fs;

use crate::{
    daemon::PROJECT,
    support::{
        daemon,
        engine::{BUSYBOX, Engine, Options},
        home::Home,
        workspace::Workspace,
    },
};

#[test]
fn the_clients_docker_host_decides_and_not_the_daemons() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let absent = home
        .warpdock(workspace.path(), &["up"])
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .run()
        .expect_code(1);
    assert!(
        absent
            .stderr()
            .contains("no container engine at /nowhere/docker.sock (from DOCKER_HOST)"),
        "{absent}"
    );
    let pid = daemon::only(&home);
    home.warpdock(workspace.path(), &["up"]).run().success();
    assert_eq!(daemon::only(&home), pid);
}

#[test]
fn one_daemon_serves_two_engines_and_mixes_nothing_up() {
    let shared = Engine::shared();
    let other = Engine::private(&Options {
        images: &[BUSYBOX],
        ..Options::default()
    });
    let home = Home::new(&shared);
    let workspace = Workspace::new(PROJECT);
    let on = |engine: &Engine, arguments: &[&str]| {
        home.warpdock(workspace.path(), arguments)
            .env("DOCKER_HOST", engine.host())
            .run()
            .success()
    };
    on(&shared, &["exec", "--", "touch", "/here"]);
    on(&other, &["exec", "--", "touch", "/there"]);
    daemon::only(&home);
    on(&shared, &["exec", "--", "test", "!", "-e", "/there"]);
    on(&other, &["exec", "--", "test", "!", "-e", "/here"]);
    assert_eq!(shared.containers_mounting(workspace.path()).len(), 1);
    assert_eq!(other.containers_mounting(workspace.path()).len(), 1);
    on(&other, &["down"]);
    assert_eq!(shared.containers_mounting(workspace.path()).len(), 1);
    assert_eq!(other.containers_mounting(workspace.path()).len(), 0);
}

#[test]
fn dockers_contexts_are_followed() {
    let engine = Engine::shared();
    let home = Home::new(&engine).without("DOCKER_HOST");
    let workspace = Workspace::new(PROJECT);
    let docker = |arguments: &[&str]| {
        home.command("docker".as_ref(), workspace.path(), arguments)
            .run()
            .success()
    };
    let endpoint = format!("host={}", engine.host());
    docker(&["context", "create", "here", "--docker", &endpoint]);
    docker(&[
        "context",
        "create",
        "gone",
        "--docker",
        "host=unix:///nowhere/docker.sock",
    ]);
    docker(&[
        "context",
        "create",
        "far",
        "--docker",
        "host=tcp://gpu.example:2376",
    ]);

    let in_context = home
        .warpdock(workspace.path(), &["ps"])
        .env("DOCKER_CONTEXT", "here")
        .run();
    in_context.success();
    docker(&["context", "use", "here"]);
    home.warpdock(workspace.path(), &["up"]).run().success();
    assert_eq!(engine.containers_mounting(workspace.path()).len(), 1);

    docker(&["context", "use", "gone"]);
    let gone = home
        .warpdock(workspace.path(), &["ps"])
        .run()
        .expect_code(1);
    let words =
        "no container engine at /nowhere/docker.sock (from docker's current context `gone`)";
    assert!(gone.stderr().contains(words), "{gone}");
    let far = home
        .warpdock(workspace.path(), &["ps"])
        .env("DOCKER_CONTEXT", "far")
        .run()
        .expect_code(1);
    let words = "elsewhere: tcp://gpu.example:2376 (from context `far`, DOCKER_CONTEXT)";
    assert!(far.stderr().contains(words), "{far}");
    let unknown = home
        .warpdock(workspace.path(), &["ps"])
        .env("DOCKER_CONTEXT", "unheard-of")
        .run()
        .expect_code(1);
    assert!(
        unknown.stderr().contains("context `unheard-of`"),
        "{unknown}"
    );
}

#[test]
fn a_broken_file_of_dockers_own_is_named_with_its_place() {
    let home = Home::new(&Engine::shared()).without("DOCKER_HOST");
    let workspace = Workspace::new(PROJECT);
    let folder = home.path().join(".docker");
    fs::create_dir(&folder).expect("the home is ours");
    fs::write(
        folder.join("config.json"),
        "{\n  \"currentContext\": here\n}",
    )
    .expect("ours");
    let finished = home
        .warpdock(workspace.path(), &["ps"])
        .run()
        .expect_code(1);
    assert!(finished.stderr().contains("config.json:2:"), "{finished}");
}
