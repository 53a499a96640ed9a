//! The container or the daemon goes while sessions are in use.

use rustix::process::Signal;

use crate::support::{
    engine::BUSYBOX, project::Project, terminal::Terminal, wait, warpdock::Running,
};

/// One client of each kind on a project's container.
struct Clients {
    exec: Running,
    run: Running,
    logs: Running,
    shell: Terminal,
}

#[track_caller]
fn clients(project: &Project) -> Clients {
    let line = "echo working; sleep 1000";
    let clients = Clients {
        exec: project.warpdock(&["exec", "--", "sh", "-c", line]).start(),
        run: project
            .warpdock(&["run", "--name", "train", "--", "sh", "-c", line])
            .start(),
        shell: project.warpdock(&["shell"]).in_terminal(24, 80),
        logs: {
            project.wait_until_runs("sleep 1000");
            wait::until_true("the run to be listed", wait::LONG, || {
                project.sessions().iter().any(|it| it["name"] == "train")
            });
            project.warpdock(&["logs", "-f", "train"]).start()
        },
    };
    clients.exec.wait_for("working");
    clients.run.wait_for("working");
    clients.logs.wait_for("working");
    clients.shell.wait_for("/app #");
    clients
}

/// Every client ends with this sentence, and the terminal is as it was.
#[track_caller]
fn end_with(mut clients: Clients, sentence: &str) {
    for running in [clients.exec, clients.run] {
        let finished = running.wait(wait::LONG).expect_code(125);
        assert_eq!(finished.stdout(), "working\n");
        assert!(finished.stderr().contains(sentence), "{finished}");
        assert!(finished.stderr().contains("warpdock status"), "{finished}");
    }
    let finished = clients.logs.wait(wait::LONG);
    assert!(finished.stderr().contains(sentence), "{finished}");
    finished.expect_code(1);
    clients.shell.wait_for(sentence);
    assert_eq!(clients.shell.wait(wait::LONG), 125);
    let modes = clients.shell.settings().local_modes;
    let cooked = rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO;
    assert!(modes.contains(cooked), "{modes:?}");
}

#[test]
fn a_container_killed_from_outside_ends_every_client_with_a_sentence() {
    let project = Project::up(BUSYBOX);
    let clients = clients(&project);
    project.engine.docker(&["kill", &project.container()]);
    end_with(clients, "has stopped or was killed");
    let status = project.warpdock(&["status"]).run().expect_code(3);
    assert!(status.stdout().contains("it was killed (137)"), "{status}");
    // And the next command starts it again.
    project.warpdock(&["exec", "--", "true"]).run().success();
}

#[test]
fn a_container_removed_from_outside_ends_every_client_with_a_sentence() {
    let project = Project::up(BUSYBOX);
    let clients = clients(&project);
    project
        .engine
        .docker(&["rm", "--force", &project.container()]);
    end_with(clients, "has stopped or was killed");
    let status = project.warpdock(&["status"]).run().expect_code(3);
    assert!(status.stdout().contains("no container for"), "{status}");
    project.warpdock(&["exec", "--", "true"]).run().success();
}

#[test]
fn down_ends_every_client() {
    let project = Project::up(BUSYBOX);
    let clients = clients(&project);
    project.warpdock(&["down"]).run().success();
    for running in [clients.exec, clients.run, clients.logs] {
        let finished = running.wait(wait::LONG);
        assert!(
            finished.code() != 0 || finished.stdout() == "working\n",
            "{finished}"
        );
    }
    let mut shell = clients.shell;
    shell.wait(wait::LONG);
    assert!(
        project
            .engine
            .containers_mounting(project.workspace.path())
            .is_empty()
    );
}

#[test]
fn a_container_restarted_from_outside_is_found_again() {
    let project = Project::up(BUSYBOX);
    project
        .engine
        .docker(&["restart", "--time", "3", &project.container()]);
    let finished = project
        .warpdock(&["exec", "--no-up", "--", "echo", "hi"])
        .run()
        .success();
    assert_eq!(finished.stdout(), "hi\n");
    assert_eq!(finished.stderr(), "");
}

#[test]
fn a_killed_daemon_disturbs_nobody() {
    let project = Project::up(BUSYBOX);
    let line = "while read line; do echo \"got $line\"; done; exit 6";
    let mut exec = project.warpdock(&["exec", "--", "sh", "-c", line]).start();
    let mut shell = project.warpdock(&["shell"]).in_terminal(24, 80);
    shell.wait_for("/app #");
    exec.write(b"one\n");
    exec.wait_for("got one");
    let daemon = daemon(&project);
    rustix::process::kill_process(daemon, Signal::KILL).expect("it runs");
    exec.write(b"two\n");
    exec.wait_for("got two");
    shell.send_line("echo $((6 * 7))");
    shell.wait_for("42");
    // The next command starts another, which knows all that there is.
    let listed = project.sessions();
    assert_eq!(listed.len(), 2, "{listed:#?}");
    assert!(daemon != self::daemon(&project));
    exec.close_input();
    exec.wait(wait::LONG).expect_code(6);
    shell.send_line("exit 3");
    assert_eq!(shell.wait(wait::LONG), 3);
}

/// The daemon's process.
#[track_caller]
fn daemon(project: &Project) -> rustix::process::Pid {
    let status = project
        .warpdock(&["daemon", "status", "--json"])
        .run()
        .success();
    let pid = status.json()["pid"].as_i64().expect("the daemon has a pid");
    let pid = i32::try_from(pid).expect("a pid is small");
    rustix::process::Pid::from_raw(pid).expect("a pid is not 0")
}

#[test]
fn a_paused_container_is_said_and_resumed() {
    let project = Project::up(BUSYBOX);
    let mut shell = project.warpdock(&["shell"]).in_terminal(24, 80);
    shell.wait_for("/app #");
    project.engine.docker(&["pause", &project.container()]);
    let status = project.warpdock(&["status"]).run().expect_code(3);
    assert!(status.stdout().contains("paused"), "{status}");
    for arguments in [
        &["exec", "--no-up", "--", "true"][..],
        &["sessions"],
        &["kill", "1"],
        &["logs", "1"],
    ] {
        let finished = project.warpdock(arguments).run();
        assert!(finished.code() != 0, "{finished}");
        assert!(finished.stderr().contains("is paused"), "{finished}");
        assert!(finished.stderr().contains("warpdock up"), "{finished}");
    }
    // `exec` brings it back, and the shell has missed nothing.
    shell.send_line("echo $((6 * 7))");
    let finished = project
        .warpdock(&["exec", "--", "echo", "hi"])
        .run()
        .success();
    assert_eq!(finished.stdout(), "hi\n");
    shell.wait_for("42");
}
