//! Builds and protocol versions that meet: an upgrade of the tool, a container older or newer
//! than it.

use std::{fs, path::Path};

use crate::{
    daemon::PROJECT,
    support::{
        daemon,
        engine::{BASE, Engine},
        home::{Home, copy_program},
        wait,
        workspace::Workspace,
    },
};

#[test]
fn another_build_has_its_own_daemon_and_the_same_containers() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let upgraded = home.path().join("warpdock");
    copy_program(env!("CARGO_BIN_EXE_warpdock").as_ref(), &upgraded);
    let old = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run().success();
    let new = |arguments: &[&str]| {
        home.command(&upgraded, workspace.path(), arguments)
            .run()
            .success()
    };
    old(&["run", "--detach", "--name", "train", "--", "sleep", "1000"]);
    let sessions = new(&["sessions", "--json"]).json();
    assert_eq!(sessions[0]["name"], "train", "{sessions}");
    assert_eq!(daemon::all(&home).len(), 2);
    new(&["up"]);
    assert_eq!(engine.containers_mounting(workspace.path()).len(), 1);
    new(&["rebuild"]);
    assert_eq!(old(&["sessions", "--json"]).json(), serde_json::json!([]));
    new(&["exec", "--", "touch", "/made-by-the-new-one"]);
    old(&["exec", "--", "test", "-e", "/made-by-the-new-one"]);
    old(&["down"]);
    let gone = home
        .command(&upgraded, workspace.path(), &["status"])
        .run()
        .expect_code(3);
    assert!(gone.stdout().contains("no container"), "{gone}");
}

#[test]
fn two_builds_at_once_make_one_container() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let other = home.path().join("warpdock");
    copy_program(env!("CARGO_BIN_EXE_warpdock").as_ref(), &other);
    let one = home.warpdock(workspace.path(), &["up", "--json"]).start();
    let two = home
        .command(&other, workspace.path(), &["up", "--json"])
        .start();
    let one = one.wait(wait::LONG).success().json();
    let two = two.wait(wait::LONG).success().json();
    assert!(one["status"]["id"].is_string(), "{one}");
    assert_eq!(one["status"]["id"], two["status"]["id"]);
    assert_eq!(engine.containers_mounting(workspace.path()).len(), 1);
}

#[test]
fn a_replaced_binary_is_met_by_its_own_daemon() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let binary = home.path().join("warpdock");
    for round in 0..2 {
        // As an upgrade does it: a new file under the old name, while the old one runs.
        let fresh = binary.with_extension("new");
        copy_program(env!("CARGO_BIN_EXE_warpdock").as_ref(), &fresh);
        fs::rename(&fresh, &binary).expect("the home is ours");
        home.command(&binary, workspace.path(), &["ps"])
            .run()
            .success();
        assert_eq!(daemon::all(&home).len(), round + 1);
    }
}

/// An init of another protocol version: says hello, and that there are no sessions.
const OTHER_INIT: &str = r#"
import os, socket, sys
version, release = int(sys.argv[1]), b"9.9.9"
listener = socket.socket(socket.AF_UNIX)
listener.bind("/.warpdock/run/init.sock")
os.chmod("/.warpdock/run/init.sock", 0o666)
listener.listen()
def exactly(client, length):
    read = b""
    while len(read) < length:
        read += client.recv(length - len(read)) or sys.exit("gone")
    return read
def frame(client):
    header = exactly(client, 5)
    exactly(client, int.from_bytes(header[1:], "little"))
    return header[0]
while True:
    client, _ = listener.accept()
    if os.fork():
        client.close()
        continue
    hello = bytes([version, len(release)]) + release
    client.sendall(bytes([1]) + len(hello).to_bytes(4, "little") + hello)
    while frame(client) != 2:
        pass
    client.sendall(bytes([4]) + (2).to_bytes(4, "little") + bytes([6, 0]))
    sys.exit()
"#;

/// Replaces the container of `workspace` by one whose first process is of another version.
#[track_caller]
fn replace_init(engine: &Engine, workspace: &Workspace, version: u32) {
    let container = engine.containers_mounting(workspace.path()).remove(0);
    let facts = engine.inspect(&container);
    engine.docker(&["rm", "--force", &container]);
    workspace.write("other_init.py", OTHER_INIT);
    let labels = facts["Config"]["Labels"]
        .as_object()
        .expect("it has labels");
    let labels: Vec<_> = labels
        .iter()
        .map(|(name, value)| format!("--label={name}={}", value.as_str().unwrap_or_default()))
        .collect();
    let mounts: Vec<_> = facts["HostConfig"]["Mounts"]
        .as_array()
        .expect("it has mounts")
        .iter()
        .map(|mount| {
            let part = |name: &str| mount[name].as_str().unwrap_or_default();
            format!(
                "--mount=type=bind,source={},target={}",
                part("Source"),
                part("Target")
            )
        })
        .collect();
    let socket = facts["Config"]["Labels"]["warpdock.socket-folder"].as_str();
    let socket = Path::new(socket.expect("it has this label")).join("init.sock");
    let _ = fs::remove_file(&socket);
    let version = version.to_string();
    let mut run = vec!["run", "--detach"];
    run.extend(labels.iter().map(String::as_str));
    run.extend(mounts.iter().map(String::as_str));
    run.extend([BASE, "python3", "/app/other_init.py", &version]);
    engine.docker(&run);
    wait::until_true("the other init's socket", wait::LONG, || socket.exists());
}

#[test]
fn an_init_of_a_newer_protocol_is_spoken_to_in_ours() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    replace_init(&engine, &workspace, 77);
    let sessions = home
        .warpdock(workspace.path(), &["sessions", "--json"])
        .run()
        .success();
    assert_eq!(sessions.json(), serde_json::json!([]));
}

#[test]
fn an_init_of_a_protocol_that_nobody_speaks_any_more_is_named_with_the_way_out() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    replace_init(&engine, &workspace, 0);
    for arguments in [&["exec", "--", "true"][..], &["up"], &["sessions"]] {
        let refused = home.warpdock(workspace.path(), arguments).run();
        assert_ne!(refused.code(), 0);
        let said = refused.stderr();
        assert!(
            said.contains("release 9.9.9 and speaks protocol 0"),
            "{refused}"
        );
        assert!(said.contains("warpdock rebuild"), "{refused}");
    }
    home.warpdock(workspace.path(), &["rebuild"])
        .run()
        .success();
    home.warpdock(workspace.path(), &["exec", "--", "true"])
        .run()
        .success();
}
