//! Terminals of a window whose container cannot be had.

use super::*;

/// A terminal that comes to be a shell on this machine, after one line that says why.
#[track_caller]
fn falls_back(project: &Project, command: Warpdock, why: &[&str]) {
    let mut terminal = command.env("PS1", "local> ").in_terminal(24, 200);
    terminal.wait_for("this is a shell on this machine");
    has(&terminal.screen(), why);
    terminal.send_line("echo $((6 * 7)) in $PWD");
    terminal.wait_for(&format!("42 in {}", project.workspace.path().display()));
    terminal.send_line("exit 7");
    assert_eq!(terminal.wait(wait::LONG), 7);
}

#[test]
fn without_a_container_the_terminal_is_local_and_says_what_to_do() {
    let project = Project::of_image(BUSYBOX);
    let command = in_window(&project, project.workspace.path(), &["--norc"]);
    falls_back(
        &project,
        command,
        &[
            "warpdock: no container is running",
            "Reopen in GPU Container",
        ],
    );
}

#[test]
fn without_an_engine_or_a_daemon_it_is_local_too() {
    let project = Project::of_image(BUSYBOX);
    let folder = project.workspace.path();
    let command =
        in_window(&project, folder, &["--norc"]).env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    falls_back(&project, command, &["warpdock: ", "/nowhere/docker.sock"]);
    let command =
        in_window(&project, folder, &["--norc"]).env("WARPDOCK_RUNTIME_DIR", "/proc/nowhere");
    falls_back(&project, command, &["warpdock: ", "/proc/nowhere"]);
    let command = in_window(&project, folder, &["--norc"]).env("WARPDOCK_TARGET", "relative");
    falls_back(&project, command, &["WARPDOCK_TARGET is `relative`"]);
}

#[test]
fn an_image_without_any_shell_is_said_to_have_none() {
    let project = Project::up(NO_SHELL);
    let command = in_window(&project, project.workspace.path(), &["--norc"]);
    falls_back(&project, command, &["warpdock: ", "no shell"]);
}

#[test]
fn a_terminal_that_is_opened_while_the_container_starts_waits_for_it() {
    let project = Project::new(&format!(
        "//- /.devcontainer.json\n{{ \"image\": \"{READY}\", \"hostRequirements\": {{ \"gpu\": false }}, \"initializeCommand\": \"while ! test -e go; do sleep 0.05; done\" }}\n"
    ));
    let up = project.warpdock(&["up", "--trust"]).start();
    wait::until_true("the up to begin", wait::LONG, || {
        let status = project.warpdock(&["status", "--json"]).run();
        status.stdout().contains("starting")
    });
    let mut terminal =
        in_window(&project, project.workspace.path(), &["--norc"]).in_terminal(24, 200);
    terminal.wait_for("the container is starting");
    let mut impatient = in_window(&project, project.workspace.path(), &["--norc"])
        .env("PS1", "local> ")
        .in_terminal(24, 200);
    impatient.wait_for("the container is starting");
    impatient.send("\x03");
    impatient.wait_for("this is a shell on this machine");
    impatient.wait_for("local> ");
    impatient.send_line("exit");
    impatient.wait(wait::LONG);
    fs::write(project.workspace.path().join("go"), "").expect("the workspace is ours");
    up.wait(wait::LONG).success();
    terminal.send_line("pwd; cat /proc/1/comm");
    terminal.wait_for("/app\r\nwarpdock-init".replace('\r', "").as_str());
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
}
