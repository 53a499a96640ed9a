//! Runs that outlive their terminal: `run --detach`, `sessions`, `logs`, `kill`.

use std::time::Duration;

use rustix::process::Signal;

use crate::support::{engine::BUSYBOX, project::Project, wait};

/// Starts a line for sh as a session of that name.
#[track_caller]
fn start(project: &Project, name: &str, line: &str) {
    let arguments = ["run", "--detach", "--name", name, "--", "sh", "-c", line];
    let finished = project.warpdock(&arguments).run().success();
    assert_eq!(finished.stdout(), format!("{name}\n"));
    assert_eq!(finished.stderr(), "");
}

/// Waits until a session is in this state.
#[track_caller]
fn wait_until(project: &Project, name: &str, state: &str) -> serde_json::Value {
    wait::until(&format!("{name} to be {state}"), wait::LONG, || {
        let sessions = project.sessions();
        let found = sessions
            .iter()
            .find(|session| session["name"] == name && session["state"] == state);
        found.cloned().ok_or_else(|| format!("{sessions:#?}"))
    })
}

#[test]
fn a_detached_run_goes_on_and_its_output_is_kept() {
    let project = Project::up(BUSYBOX);
    start(
        &project,
        "train",
        "echo begun; sleep 0.3; echo finished; exit 3",
    );
    let session = wait_until(&project, "train", "exited");
    assert_eq!(session["exitCode"], 3);
    let logs = project.warpdock(&["logs", "train"]).run().success();
    assert_eq!(logs.stdout(), "begun\nfinished\n");
    // Only on request: it is over.
    let listed = project.warpdock(&["sessions"]).run().success().stdout();
    assert!(!listed.contains("train"), "{listed}");
    let listed = project
        .warpdock(&["sessions", "--all"])
        .run()
        .success()
        .stdout();
    assert!(listed.contains("exited 3"), "{listed}");
}

#[test]
fn a_detached_run_without_a_name_prints_one_that_works() {
    let project = Project::up(BUSYBOX);
    let started = project
        .warpdock(&["run", "-d", "--", "echo", "hello"])
        .run()
        .success();
    let name = started.stdout().trim().to_owned();
    let logs = project.warpdock(&["logs", "-f", &name]).run().success();
    assert_eq!(logs.stdout(), "hello\n");
}

#[test]
fn a_detached_run_reads_end_of_input_and_may_have_a_terminal() {
    let project = Project::up(BUSYBOX);
    start(&project, "pipes", "wc -c; tty");
    let logs = project.warpdock(&["logs", "-f", "pipes"]).run().success();
    assert_eq!(logs.stdout(), "0\nnot a tty\n");
    let arguments = ["run", "-d", "-t", "--name", "tty", "--", "tty"];
    project.warpdock(&arguments).run().success();
    let logs = project.warpdock(&["logs", "-f", "tty"]).run().success();
    assert_eq!(logs.stdout(), "/dev/pts/0\r\n");
}

#[test]
fn the_default_command_can_be_detached() {
    let project =
        Project::new("//- /Dockerfile\nFROM warpdock-test/busybox:1\nCMD echo hello; sleep 1000\n");
    let started = project
        .warpdock(&["run", "--detach", "--name", "serve"])
        .run();
    assert_eq!(started.success().stdout(), "serve\n");
    let follower = project.warpdock(&["logs", "-f"]).start();
    follower.wait_for("hello");
    project.warpdock(&["kill", "serve"]).run().success();
    follower.wait(wait::LONG).success();
}

#[test]
fn a_detached_run_that_cannot_start_fails_at_once() {
    let project = Project::up(BUSYBOX);
    let finished = project
        .warpdock(&["run", "-d", "--", "nope"])
        .run()
        .expect_code(127);
    assert_eq!(finished.stdout(), "");
    assert!(finished.stderr().contains("nope: not found"), "{finished}");
    let finished = project
        .warpdock(&["run", "-d", "--json", "--", "nope"])
        .run()
        .expect_code(127);
    assert_eq!(finished.json()["error"]["kind"], "command-not-found");
    assert!(project.sessions().is_empty());
}

#[test]
fn a_name_is_one_sessions_until_it_ends() {
    let project = Project::up(BUSYBOX);
    start(&project, "train", "echo one; sleep 1000");
    let arguments = ["run", "-d", "--name", "train", "--", "true"];
    let finished = project.warpdock(&arguments).run().expect_code(125);
    assert!(
        finished
            .stderr()
            .contains("a session called train is running"),
        "{finished}"
    );
    project.warpdock(&["kill", "train"]).run().success();
    start(&project, "train", "echo two");
    wait_until(&project, "train", "exited");
    let logs = project.warpdock(&["logs", "train"]).run().success();
    assert_eq!(logs.stdout(), "two\n");
}

#[test]
fn logs_keep_bytes_and_streams_apart() {
    let project = Project::up(BUSYBOX);
    start(
        &project,
        "binary",
        r"printf '\377\000\033[?1049h\r\n'; echo err >&2",
    );
    let logs = project.warpdock(&["logs", "-f", "binary"]).run().success();
    assert_eq!(logs.stdout, b"\xff\x00\x1b[?1049h\r\n");
    assert_eq!(logs.stderr(), "err\n");
}

#[test]
fn logs_are_followed_from_the_start_to_the_end() {
    let project = Project::up(BUSYBOX);
    start(
        &project,
        "train",
        "echo one; while [ ! -e go ]; do sleep 0.05; done; echo two; exit 9",
    );
    let follower = project.warpdock(&["logs", "--follow", "train"]).start();
    follower.wait_for("one");
    // Without --follow it is what there is, at once.
    let logs = project.warpdock(&["logs", "train"]).run().success();
    assert_eq!(logs.stdout(), "one\n");
    project.workspace.write("go", "");
    // The run's exit code is not that of looking at it.
    let finished = follower.wait(wait::LONG).success();
    assert_eq!(finished.stdout(), "one\ntwo\n");
}

#[test]
fn a_follower_that_goes_does_not_disturb_the_run() {
    let project = Project::up(BUSYBOX);
    start(&project, "train", "while :; do echo step; sleep 0.02; done");
    let finished = project
        .sh("\"$WARPDOCK\" logs -f train | head -n 3")
        .run()
        .success();
    assert_eq!(finished.stdout(), "step\nstep\nstep\n");
    let follower = project.warpdock(&["logs", "-f", "train"]).start();
    follower.wait_for("step");
    follower.signal(Signal::INT);
    assert_eq!(follower.wait(wait::LONG).signal(), Some(2));
    assert_eq!(wait_until(&project, "train", "running")["clients"], 0);
}

#[test]
fn a_long_log_keeps_its_end() {
    let project = Project::up(BUSYBOX);
    start(&project, "long", "seq 1 1000000");
    wait_until(&project, "long", "exited");
    let logs = project.warpdock(&["logs", "long"]).run().success().stdout();
    assert!(
        logs.ends_with("\n999999\n1000000\n"),
        "{}",
        &logs[logs.len() - 40..]
    );
    assert!(logs.len() > 512 << 10, "{} bytes", logs.len());
}

#[test]
fn kill_ends_whatever_resists() {
    let project = Project::up(BUSYBOX);
    let line = "trap '' HUP TERM INT; setsid sh -c 'trap \"\" HUP TERM; sleep 1001; sleep 1002' & sleep 1003; sleep 1004";
    start(&project, "stubborn", line);
    project.wait_until_runs("sleep 1001");
    project.wait_until_runs("sleep 1003");
    let killed = project.warpdock(&["kill", "stubborn"]).run().success();
    assert_eq!(
        killed.stdout(),
        "session stubborn has ended, and nothing of it is left\n"
    );
    project.wait_until_nothing_runs();
    assert!(killed.took < Duration::from_secs(15), "{:?}", killed.took);
}

#[test]
fn kill_lets_a_run_tidy_up() {
    let project = Project::up(BUSYBOX);
    let line = "trap 'echo saving; echo saved >checkpoint; exit 0' HUP TERM; echo ready; while :; do sleep 0.05; done";
    start(&project, "train", line);
    project
        .warpdock(&["logs", "-f", "train"])
        .start()
        .wait_for("ready");
    project.warpdock(&["kill", "train"]).run().success();
    assert_eq!(project.workspace.read("checkpoint"), "saved\n");
    assert_eq!(wait_until(&project, "train", "exited")["exitCode"], 0);
}

#[test]
fn kill_can_send_a_signal_only() {
    let project = Project::up(BUSYBOX);
    let line = "trap 'echo got USR1' USR1; echo ready; while :; do sleep 0.05; done";
    start(&project, "train", line);
    let follower = project.warpdock(&["logs", "-f", "train"]).start();
    follower.wait_for("ready");
    project
        .warpdock(&["kill", "--signal", "USR1", "train"])
        .run()
        .success();
    follower.wait_for("got USR1");
    wait_until(&project, "train", "running");
    let finished = project
        .warpdock(&["kill", "--signal", "NOSUCH", "train"])
        .run()
        .expect_code(2);
    assert!(
        finished.stderr().contains("`NOSUCH` is not a signal"),
        "{finished}"
    );
    project
        .warpdock(&["kill", "-s", "9", "train"])
        .run()
        .success();
    assert_eq!(wait_until(&project, "train", "exited")["exitCode"], 137);
}

#[test]
fn several_sessions_are_killed_at_once_and_an_unknown_one_is_named() {
    let project = Project::up(BUSYBOX);
    start(&project, "one", "sleep 1000");
    start(&project, "two", "sleep 1000");
    let finished = project
        .warpdock(&["kill", "one", "nope", "two"])
        .run()
        .expect_code(1);
    assert!(
        finished.stderr().contains("there is no session nope"),
        "{finished}"
    );
    // What could be done is done.
    wait_until(&project, "one", "exited");
    wait_until(&project, "two", "exited");
}

#[test]
fn logs_and_attach_of_an_unknown_session_name_it() {
    let project = Project::up(BUSYBOX);
    let finished = project.warpdock(&["logs", "nope"]).run().expect_code(1);
    assert!(
        finished.stderr().contains("there is no session nope"),
        "{finished}"
    );
    assert!(
        finished.stderr().contains("warpdock sessions --all"),
        "{finished}"
    );
    let finished = project.warpdock(&["attach", "nope"]).run().expect_code(125);
    assert!(
        finished.stderr().contains("there is no session nope"),
        "{finished}"
    );
    let finished = project.warpdock(&["logs"]).run().expect_code(1);
    assert!(
        finished
            .stderr()
            .contains("there is no session in this container"),
        "{finished}"
    );
}

#[test]
fn attach_to_a_run_without_a_terminal_shows_what_it_wrote_and_what_comes() {
    let project = Project::up(BUSYBOX);
    start(
        &project,
        "train",
        "echo one; while [ ! -e go ]; do sleep 0.05; done; echo two; exit 9",
    );
    let attached = project.warpdock(&["attach", "train"]).start();
    attached.wait_for("one");
    project.workspace.write("go", "");
    let finished = attached.wait(wait::LONG).expect_code(9);
    assert_eq!(finished.stdout(), "one\ntwo\n");
}

#[test]
fn a_session_that_has_ended_can_still_be_looked_at() {
    let project = Project::up(BUSYBOX);
    start(&project, "train", "echo hello; exit 9");
    wait_until(&project, "train", "exited");
    let finished = project.warpdock(&["attach", "train"]).run().expect_code(9);
    assert_eq!(finished.stdout(), "hello\n");
}
