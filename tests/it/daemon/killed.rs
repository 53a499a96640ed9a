//! `kill -9` of the daemon at any moment: nothing orphaned, no session lost, one container.

use std::time::Duration;

use crate::{
    daemon::PROJECT,
    support::{daemon, engine::Engine, home::Home, wait, workspace::Workspace},
};

/// How often each is tried here; the script of the figures does it a hundred times.
const ROUNDS: u32 = 10;

/// Moments spread over this time, in an order that looks random and is the same each run.
fn moment(round: u32, within: Duration) -> Duration {
    within * (round * 7 % ROUNDS) / ROUNDS
}

#[test]
fn a_daemon_killed_during_up_ends_in_one_container() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    for round in 0..ROUNDS {
        let workspace = Workspace::new(PROJECT);
        let up = home.warpdock(workspace.path(), &["up", "--json"]).start();
        daemon::let_pass(moment(round, Duration::from_millis(800)));
        daemon::kill(&home);
        let finished = up.wait(wait::LONG).success();
        let containers = engine.containers_mounting(workspace.path());
        assert_eq!(containers.len(), 1, "round {round}: {finished}");
        let said = finished.json();
        assert_eq!(said["status"]["id"], containers[0].as_str(), "{said}");
        home.warpdock(workspace.path(), &["exec", "--no-up", "--", "true"])
            .run()
            .success();
        home.warpdock(workspace.path(), &["down"]).run().success();
        assert!(engine.containers_mounting(workspace.path()).is_empty());
    }
}

#[test]
fn a_daemon_killed_with_its_client_during_up_leaves_nothing_in_the_way() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    for round in 0..ROUNDS {
        let workspace = Workspace::new(PROJECT);
        let up = home.warpdock(workspace.path(), &["up"]).start();
        daemon::let_pass(moment(round, Duration::from_millis(600)));
        drop(up);
        daemon::kill(&home);
        let finished = home.warpdock(workspace.path(), &["up"]).run().success();
        let containers = engine.containers_mounting(workspace.path());
        assert_eq!(containers.len(), 1, "round {round}: {finished}");
        home.warpdock(workspace.path(), &["down"]).run().success();
        assert!(engine.containers_mounting(workspace.path()).is_empty());
    }
}

#[test]
fn a_daemon_killed_during_exec_disturbs_nobody() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    for round in 0..ROUNDS {
        let text = format!("round {round}\n").repeat(20_000);
        let exec = ["exec", "--", "sh", "-c", "cat; exit 7"];
        let mut exec = home.warpdock(workspace.path(), &exec).start();
        daemon::let_pass(moment(round, Duration::from_millis(60)));
        daemon::kill(&home);
        exec.write(text.as_bytes());
        exec.close_input();
        let finished = exec.wait(wait::LONG).expect_code(7);
        assert!(finished.stdout() == text, "round {round} lost something");
    }
    let sessions = home
        .warpdock(workspace.path(), &["sessions", "--json"])
        .run()
        .success()
        .json();
    assert_eq!(sessions, serde_json::json!([]));
    assert_eq!(engine.containers_mounting(workspace.path()).len(), 1);
}

#[test]
fn a_daemon_killed_during_attach_loses_no_session() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let run = "run --detach --tty --name train -- sh -c".split(' ');
    let run: Vec<_> = run.chain(["echo $$; exec cat"]).collect();
    home.warpdock(workspace.path(), &run).run().success();
    let pid = wait::until("the run's first line", wait::LONG, || {
        let logs = home.warpdock(workspace.path(), &["logs", "train"]).run();
        match logs.stdout().lines().next() {
            Some(pid) => Ok(pid.trim().to_owned()),
            None => Err(logs.to_string()),
        }
    });
    let mut shell = home
        .warpdock(workspace.path(), &["shell"])
        .in_terminal(24, 80);
    shell.send_line("echo sh''ell $((6 * 7))");
    shell.wait_for("shell 42");
    for round in 0..ROUNDS {
        let mut attached = home
            .warpdock(workspace.path(), &["attach", "train"])
            .in_terminal(200, 80);
        daemon::let_pass(moment(round, Duration::from_millis(60)));
        daemon::kill(&home);
        // What is typed earlier is echoed by our own terminal.
        attached.wait_for(&pid);
        attached.send_line(&format!("line {round}"));
        attached.wait_for(&format!("line {round}"));
        shell.send_line(&format!("echo ro''und {round}"));
        shell.wait_for(&format!("round {round}"));
        attached.send("\x10\x11");
        assert_eq!(attached.wait(wait::LONG), 0);
    }
    shell.send_line("exit 5");
    assert_eq!(shell.wait(wait::LONG), 5);
    let sessions = home
        .warpdock(workspace.path(), &["sessions", "--json"])
        .run()
        .success()
        .json();
    let [session] = sessions.as_array().map(Vec::as_slice).unwrap_or_default() else {
        panic!("{sessions}");
    };
    assert_eq!(session["name"], "train");
    assert_eq!(session["state"], "running");
    let alive = ["exec", "--", "kill", "-0", &pid];
    home.warpdock(workspace.path(), &alive).run().success();
}
