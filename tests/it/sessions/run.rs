//! `warpdock run`: the image's default command as Docker would run it, and why it ended.

use crate::support::{
    engine::{BUSYBOX, NO_CMD, ORDINARY_USER, PRINTS_AND_EXITS},
    project::Project,
    wait,
    warpdock::Finished,
};

/// Runs the default command of an image that is built from these lines.
#[track_caller]
fn run(dockerfile: &str) -> Finished {
    project(dockerfile).warpdock(&["run"]).run()
}

fn project(dockerfile: &str) -> Project {
    let project = Project::new(&format!("//- /Dockerfile\n{dockerfile}"));
    project.warpdock(&["up", "--gpus", "none"]).run().success();
    project
}

#[track_caller]
fn check(dockerfile: &str, code: i32, stdout: &str, stderr: &str) {
    let finished = run(dockerfile);
    assert_eq!(finished.stdout(), stdout, "{finished}");
    assert_eq!(finished.stderr(), stderr, "{finished}");
    finished.expect_code(code);
}

#[test]
fn a_shell_form_runs_in_a_shell() {
    check(
        "FROM warpdock-test/busybox:1\nENV NAME=world\nCMD echo hello \"$NAME\"\n",
        0,
        "hello world\n",
        "note: the default command `/bin/sh -c echo hello \"$NAME\"` has finished (exit code 0); the container stays up\n",
    );
}

#[test]
fn an_exec_form_runs_without_a_shell() {
    check(
        "FROM warpdock-test/busybox:1\nCMD [\"echo\", \"hello\", \"$NAME  x\"]\n",
        0,
        "hello $NAME  x\n",
        "note: the default command `echo hello $NAME  x` has finished (exit code 0); the container stays up\n",
    );
}

#[test]
fn the_last_cmd_of_the_dockerfile_counts() {
    let finished = run("FROM warpdock-test/busybox:1\nCMD echo first\nCMD echo last\n").success();
    assert_eq!(finished.stdout(), "last\n");
}

#[test]
fn entrypoint_and_cmd_are_inherited_from_the_base() {
    let finished = run(&format!("FROM {PRINTS_AND_EXITS}\n")).success();
    assert_eq!(
        finished.stdout(),
        "hello from the entrypoint and its arguments\n"
    );
    // An ENTRYPOINT of its own resets the base's CMD, as docker has it.
    let line = format!("FROM {PRINTS_AND_EXITS}\nENTRYPOINT [\"echo\", \"mine\"]\n");
    assert_eq!(run(&line).success().stdout(), "mine\n");
    let line = format!("FROM {PRINTS_AND_EXITS}\nCMD [\"and\", \"mine\"]\n");
    assert_eq!(
        run(&line).success().stdout(),
        "hello from the entrypoint and mine\n"
    );
}

#[test]
fn an_entrypoint_that_prints_and_exits_leaves_the_container_up() {
    let project = Project::up(PRINTS_AND_EXITS);
    let finished = project.warpdock(&["run"]).run().success();
    assert_eq!(
        finished.stdout(),
        "hello from the entrypoint and its arguments\n"
    );
    assert!(
        finished.stderr().contains("has finished (exit code 0)"),
        "{finished}"
    );
    project
        .warpdock(&["exec", "--no-up", "--", "true"])
        .run()
        .success();
}

#[test]
fn an_image_without_a_command_has_nothing_to_run_and_the_container_is_kept() {
    let project = Project::up(NO_CMD);
    let finished = project.warpdock(&["run"]).run().expect_code(125);
    assert!(
        finished.stderr().contains("neither CMD nor ENTRYPOINT"),
        "{finished}"
    );
    assert!(
        finished.stderr().contains("warpdock run -- COMMAND"),
        "{finished}"
    );
    project
        .warpdock(&["exec", "--no-up", "--", "true"])
        .run()
        .success();
}

#[test]
fn a_shell_without_a_terminal_is_explained() {
    check(
        "FROM warpdock-test/busybox:1\nCMD [\"/bin/sh\"]\n",
        0,
        "",
        "note: the default command `/bin/sh` is a shell, and without a terminal a shell ends at once: `warpdock shell` opens one with a terminal\n",
    );
}

#[test]
fn a_shell_in_a_terminal_is_a_shell() {
    let project = Project::up(BUSYBOX);
    let mut terminal = project.warpdock(&["run"]).in_terminal(24, 80);
    terminal.wait_for("/app #");
    terminal.send_line("echo $((6 * 7)); exit 5");
    terminal.wait_for("42");
    assert_eq!(terminal.wait(wait::LONG), 5);
    assert!(
        !terminal.screen().contains("note:"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn a_command_that_is_not_found_is_named_with_127() {
    let finished = run("FROM warpdock-test/busybox:1\nCMD [\"serve\", \"--port\", \"80\"]\n");
    assert!(
        finished
            .stderr()
            .contains("`serve --port 80` names serve, which is not in the image"),
        "{finished}"
    );
    finished.expect_code(127);
    let finished = run("FROM warpdock-test/busybox:1\nCMD serve --port 80\n");
    assert!(
        finished.stderr().contains("was not found (exit code 127)"),
        "{finished}"
    );
    finished.expect_code(127);
}

#[test]
fn a_command_that_is_not_executable_is_named_with_126() {
    let finished = run("FROM warpdock-test/busybox:1\nCMD [\"/etc/passwd\"]\n");
    assert!(
        finished
            .stderr()
            .contains("names /etc/passwd, which cannot be executed"),
        "{finished}"
    );
    finished.expect_code(126);
    let finished = run("FROM warpdock-test/busybox:1\nCMD /etc/passwd\n");
    assert!(
        finished
            .stderr()
            .contains("cannot be executed (exit code 126)"),
        "{finished}"
    );
    finished.expect_code(126);
}

#[test]
fn a_command_that_was_killed_is_named_with_137() {
    let finished = run("FROM warpdock-test/busybox:1\nCMD [\"sh\", \"-c\", \"kill -9 $$\"]\n");
    assert!(finished.stderr().contains("was killed (137)"), "{finished}");
    finished.expect_code(137);
}

#[test]
fn a_command_that_fails_at_once_is_named_with_its_code() {
    let finished = run("FROM warpdock-test/busybox:1\nCMD echo why >&2; exit 9\n");
    assert!(finished.stderr().starts_with("why\n"), "{finished}");
    assert!(
        finished.stderr().contains("ended at once with exit code 9"),
        "{finished}"
    );
    finished.expect_code(9);
}

#[test]
fn quiet_runs_say_nothing_of_their_own() {
    let project = project("FROM warpdock-test/busybox:1\nCMD echo hello\n");
    let finished = project.warpdock(&["-q", "run"]).run().success();
    assert_eq!(
        (finished.stdout().as_str(), finished.stderr().as_str()),
        ("hello\n", "")
    );
}

#[test]
fn the_images_folder_and_user_are_dockers() {
    let finished = run(
        "FROM warpdock-test/busybox:1\nWORKDIR /var/here\nUSER worker\nCMD echo $(id -un) $PWD $HOME\n",
    );
    assert_eq!(finished.stdout(), "worker /var/here /home/worker\n");
    let project = Project::up(ORDINARY_USER);
    let line = ["run", "--", "sh", "-c", "echo $(id -un) $PWD"];
    let finished = project.warpdock(&line).run().success();
    assert_eq!(finished.stdout(), "worker /app\n");
}

#[test]
fn a_user_and_a_folder_of_the_command_line_count_more_than_the_images() {
    let project = project("FROM warpdock-test/busybox:1\nWORKDIR /var\nCMD echo $(id -un) $PWD\n");
    let finished = project
        .warpdock(&["run", "--user", "worker", "-w", "/tmp"])
        .run()
        .success();
    assert_eq!(finished.stdout(), "worker /tmp\n");
}

#[test]
fn a_container_user_of_the_project_runs_the_default_command() {
    let project = Project::new(
        "//- /.devcontainer.json\n{ \"build\": { \"dockerfile\": \"Dockerfile\" }, \"containerUser\": \"worker\" }\n\
         //- /Dockerfile\nFROM warpdock-test/busybox:1\nCMD id -un\n",
    );
    let finished = project.warpdock(&["run"]).run().success();
    assert_eq!(finished.stdout(), "worker\n");
}

#[test]
fn input_reaches_the_default_command() {
    let project = project("FROM warpdock-test/busybox:1\nCMD [\"tr\", \"a-z\", \"A-Z\"]\n");
    let finished = project.warpdock(&["run"]).input("hello\n").run().success();
    assert_eq!(finished.stdout(), "HELLO\n");
}

#[test]
fn run_brings_the_container_up_first() {
    let project = Project::new("//- /Dockerfile\nFROM warpdock-test/busybox:1\nCMD echo hello\n");
    let finished = project.warpdock(&["run"]).run().success();
    assert_eq!(finished.stdout(), "hello\n");
}
