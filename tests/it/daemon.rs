//! The daemon's life: one per user, started on demand, killed at any moment.

mod engines;
mod folders;
mod killed;
mod sockets;
mod versions;

use std::{fs, time::Duration};

use rustix::process::Signal;

use crate::support::{daemon, engine::Engine, home::Home, wait, workspace::Workspace};

/// A project that needs no build.
const PROJECT: &str = r#"
//- /.devcontainer/devcontainer.json
{ "image": "warpdock-test/busybox:1" }
"#;

#[test]
fn twenty_clients_at_once_start_one_daemon() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let clients: Vec<_> = (0..20)
        .map(|_| home.warpdock(workspace.path(), &["ps"]).start())
        .collect();
    for client in clients {
        client.wait(wait::LONG).success();
    }
    daemon::only(&home);
}

#[test]
fn a_killed_daemon_leaves_a_socket_that_the_next_one_replaces() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let list = || home.warpdock(workspace.path(), &["ps"]).run().success();
    list();
    let first = daemon::only(&home);
    daemon::kill(&home);
    assert!(daemon::socket(&home, "daemon.sock").exists());
    list();
    assert_ne!(daemon::only(&home), first);
}

#[test]
fn a_file_in_the_place_of_the_socket_is_replaced() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["ps"]).run().success();
    daemon::kill(&home);
    for name in ["daemon.sock", "hand.sock"] {
        let path = daemon::socket(&home, name);
        fs::remove_file(&path).expect("the socket is ours");
        fs::write(&path, "not a socket").expect("the folder is ours");
    }
    home.warpdock(workspace.path(), &["ps"]).run().success();
    daemon::only(&home);
}

#[test]
fn a_second_daemon_ends_by_itself() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["ps"]).run().success();
    let first = daemon::only(&home);
    let second = home.warpdock(workspace.path(), &["daemon", "serve"]).run();
    assert_eq!(second.success().stdout(), "already running\n");
    assert_eq!(daemon::only(&home), first);
    home.warpdock(workspace.path(), &["ps"]).run().success();
}

#[test]
fn an_idle_daemon_ends_and_the_next_command_starts_another() {
    let home = Home::new(&Engine::shared()).with("WARPDOCK_IDLE_SECONDS", "0.2");
    let workspace = Workspace::new(PROJECT);
    for _ in 0..3 {
        home.warpdock(workspace.path(), &["ps"]).run().success();
        daemon::wait_for_none(&home);
        assert!(!daemon::socket(&home, "daemon.sock").exists());
    }
    let status = home.warpdock(workspace.path(), &["daemon", "status"]).run();
    assert!(status.stdout().contains("no daemon runs"), "{status}");
    status.expect_code(3);
}

#[test]
fn a_daemon_with_a_client_is_not_idle() {
    let home = Home::new(&Engine::shared()).with("WARPDOCK_IDLE_SECONDS", "2");
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["ps"]).run().success();
    let client = daemon::connect(&home, "daemon.sock");
    let pid = daemon::only(&home);
    daemon::let_pass(Duration::from_secs(3));
    assert_eq!(daemon::only(&home), pid);
    drop(client);
    daemon::wait_for_none(&home);
}

#[test]
fn the_daemon_is_not_part_of_the_terminal_that_started_it() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let mut terminal = home.warpdock(workspace.path(), &["ps"]).in_terminal(24, 80);
    assert_eq!(terminal.wait(wait::LONG), 0);
    let pid = daemon::only(&home);
    let session = rustix::process::getsid(Some(pid)).expect("the daemon runs");
    assert_ne!(session, terminal.pid());
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
        .expect("the daemon runs");
    let after_name = stat.rsplit_once(") ").expect("the name is in brackets").1;
    let terminal_number = after_name.split(' ').nth(4);
    assert_eq!(terminal_number, Some("0"), "{stat}");
    let folder = fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero()));
    assert_eq!(folder.ok().as_deref(), Some("/".as_ref()));
}

#[test]
fn a_daemon_told_to_stop_takes_nothing_with_it() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let run = ["run", "--detach", "--name", "train", "--", "sleep", "1000"];
    home.warpdock(workspace.path(), &run).run().success();
    let container = engine.containers_mounting(workspace.path());
    let client = daemon::connect(&home, "daemon.sock");
    for stop in 0..2 {
        let stopped = home.warpdock(workspace.path(), &["daemon", "stop"]).run();
        assert_eq!(stopped.success().stdout().contains("has ended"), stop == 0);
    }
    daemon::wait_for_none(&home);
    drop(client);
    assert_eq!(engine.containers_mounting(workspace.path()), container);
    let sessions = home
        .warpdock(workspace.path(), &["sessions", "--json"])
        .run()
        .success()
        .json();
    assert_eq!(sessions[0]["name"], "train");
    assert_eq!(sessions[0]["state"], "running");
}

#[test]
fn a_terminated_daemon_cancels_what_is_under_way_and_leaves_nothing() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(
        "//- /.devcontainer/devcontainer.json\n\
         { \"image\": \"warpdock-test/busybox:1\", \"onCreateCommand\": \"sleep 1000\" }\n",
    );
    let up = home.warpdock(workspace.path(), &["up"]).start();
    wait::until("the container's creation", wait::LONG, || {
        match engine.containers_mounting(workspace.path()).is_empty() {
            true => Err(up.stderr()),
            false => Ok(()),
        }
    });
    rustix::process::kill_process(daemon::only(&home), Signal::TERM).expect("it runs");
    let finished = up.wait(wait::LONG);
    assert!(finished.stderr().contains("the daemon's end"), "{finished}");
    daemon::wait_for_none(&home);
    assert_eq!(
        engine.containers_mounting(workspace.path()),
        Vec::<String>::new()
    );
}

#[test]
fn a_command_that_comes_while_the_daemon_ends_is_served_by_the_next_one() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    for _ in 0..10 {
        home.warpdock(workspace.path(), &["ps"]).run().success();
        let stop = home.warpdock(workspace.path(), &["daemon", "stop"]).start();
        let lists: Vec<_> = (0..3)
            .map(|_| home.warpdock(workspace.path(), &["ps"]).start())
            .collect();
        for list in lists {
            list.wait(wait::LONG).success();
        }
        stop.wait(wait::LONG).success();
    }
}

#[test]
fn a_command_waits_for_a_daemon_that_takes_its_time_to_end() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(
        "//- /.devcontainer.json\n{ \"image\": \"warpdock-test/busybox:1\", \"onCreateCommand\": \"sleep 1000\" }\n",
    );
    let up = home.warpdock(workspace.path(), &["up"]).start();
    up.wait_for("onCreateCommand");
    // Its container is removed first.
    rustix::process::kill_process(daemon::only(&home), Signal::TERM).expect("it runs");
    for _ in 0..5 {
        home.warpdock(workspace.path(), &["ps"]).run().success();
    }
    up.wait(wait::LONG).expect_code(130);
}
