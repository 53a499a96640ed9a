//! Signals to a client, its death, and what commands leave behind.

use rustix::process::Signal;

use crate::support::{engine::BUSYBOX, project::Project, wait};

#[test]
fn a_killed_client_of_exec_leaves_nothing() {
    let project = Project::up(BUSYBOX);
    // Neither what ignores being hung up, nor what has made a session of its own.
    let line = "trap '' HUP TERM; setsid sleep 1001 & setsid setsid sleep 1002 & sleep 1003";
    let running = project.warpdock(&["exec", "--", "sh", "-c", line]).start();
    for command in ["sleep 1001", "sleep 1002", "sleep 1003"] {
        project.wait_until_runs(command);
    }
    running.signal(Signal::KILL);
    project.wait_until_nothing_runs();
}

#[test]
fn a_signal_to_exec_is_the_commands() {
    let project = Project::up(BUSYBOX);
    for (signal, number) in [(Signal::TERM, 15), (Signal::INT, 2), (Signal::QUIT, 3)] {
        let line = format!(
            "trap 'echo got it; exit 7' {number}; echo ready; while :; do sleep 0.05; done"
        );
        let running = project.warpdock(&["exec", "--", "sh", "-c", &line]).start();
        running.wait_for("ready");
        running.signal(signal);
        let finished = running.wait(wait::LONG).expect_code(7);
        assert_eq!(finished.stdout(), "ready\ngot it\n");
    }
}

#[test]
fn a_second_signal_ends_exec_itself_and_nothing_stays() {
    let project = Project::up(BUSYBOX);
    let line = "trap '' TERM INT; echo ready; while :; do sleep 0.05; done";
    let running = project.warpdock(&["exec", "--", "sh", "-c", line]).start();
    running.wait_for("ready");
    running.signal(Signal::TERM);
    running.signal(Signal::INT);
    let code = running.wait(wait::LONG).code();
    assert!(code == 128 + 15 || code == 128 + 2, "{code}");
    project.wait_until_nothing_runs();
}

#[test]
fn a_terminal_that_goes_away_ends_exec() {
    let project = Project::up(BUSYBOX);
    let running = project.warpdock(&["exec", "--", "sleep", "1000"]).start();
    project.wait_until_runs("sleep 1000");
    running.signal(Signal::HUP);
    running.wait(wait::LONG).expect_code(129);
    project.wait_until_nothing_runs();
}

#[test]
fn ctrl_c_ends_a_pipeline() {
    let project = Project::up(BUSYBOX);
    let line = "\"$WARPDOCK\" exec -- sleep 1000 | cat; echo after";
    let mut terminal = project.sh(line).in_terminal(24, 80);
    project.wait_until_runs("sleep 1000");
    terminal.send("\x03");
    terminal.wait(wait::LONG);
    project.wait_until_nothing_runs();
}

#[test]
fn a_command_that_left_processes_returns_at_once_and_they_are_listed() {
    let project = Project::up(BUSYBOX);
    let line = "sleep 1000 & (setsid sleep 1001 &) ; echo started";
    let finished = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .run()
        .success();
    assert_eq!(finished.stdout(), "started\n");
    let listed = project.warpdock(&["sessions"]).run().success().stdout();
    for text in ["exited 0, 2 processes left", "sleep 1000", "sleep 1001"] {
        assert!(listed.contains(text), "{text:?} is not in\n{listed}");
    }
    let session = &project.sessions()[0];
    assert_eq!(session["state"], "leftover");
    // `kill` ends what is left of it.
    project
        .warpdock(&["kill", &session["id"].to_string()])
        .run()
        .success();
    project.wait_until_nothing_runs();
    let listed = project.warpdock(&["sessions"]).run().success().stdout();
    assert_eq!(listed, "no session; `warpdock shell` opens one\n");
}

#[test]
fn orphans_do_not_become_zombies() {
    let project = Project::up(BUSYBOX);
    let line = "for i in 1 2 3 4 5; do (sleep 0.05 &); done; sleep 0.2; ps -o stat,args";
    let finished = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .run()
        .success();
    assert!(
        !finished.stdout().lines().any(|line| line.starts_with('Z')),
        "{finished}"
    );
}

#[test]
fn a_killed_client_of_run_leaves_it_running() {
    let project = Project::up(BUSYBOX);
    let line = "echo begun; while [ ! -e stop ]; do sleep 0.05; done; echo finished";
    let running = project
        .warpdock(&["run", "--name", "train", "--", "sh", "-c", line])
        .start();
    running.wait_for("begun");
    running.signal(Signal::KILL);
    running.wait(wait::LONG);
    let follower = project.warpdock(&["logs", "-f", "train"]).start();
    follower.wait_for("begun");
    project.workspace.write("stop", "");
    assert_eq!(
        follower.wait(wait::LONG).success().stdout(),
        "begun\nfinished\n"
    );
}

#[test]
fn a_time_limit_around_exec_ends_the_command() {
    let project = Project::up(BUSYBOX);
    let line = "timeout 0.5 \"$WARPDOCK\" exec -- sleep 1000";
    project.sh(line).run().expect_code(124);
    project.wait_until_nothing_runs();
}
