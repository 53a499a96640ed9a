//! `warpdock exec`: the command, where and as whom it runs, and its exit code.

use std::os::unix::fs::PermissionsExt;

use crate::support::{
    engine::{BUSYBOX, NO_SHELL, READY},
    project::Project,
};

#[test]
fn exec_brings_the_container_up_and_prints_the_commands_output_alone() {
    let project = Project::of_image(BUSYBOX);
    let finished = project.warpdock(&["exec", "--", "pwd"]).run().success();
    assert_eq!(finished.stdout(), "/app\n");
    assert!(finished.stderr().contains("Creating"), "{finished}");
    // Warm, it says nothing of its own.
    let finished = project.warpdock(&["exec", "--", "pwd"]).run().success();
    assert_eq!(
        (finished.stdout().as_str(), finished.stderr().as_str()),
        ("/app\n", "")
    );
}

#[test]
fn exit_codes_and_signals_pass_through() {
    let project = Project::up(BUSYBOX);
    for code in [0, 1, 2, 3, 42, 125, 126, 127, 130, 255] {
        let line = format!("exit {code}");
        project
            .warpdock(&["exec", "--", "sh", "-c", &line])
            .run()
            .expect_code(code);
    }
    for (signal, code) in [("TERM", 143), ("KILL", 137), ("INT", 130)] {
        let line = format!("kill -{signal} $$");
        project
            .warpdock(&["exec", "--", "sh", "-c", &line])
            .run()
            .expect_code(code);
    }
}

#[test]
fn a_command_that_cannot_start_is_named_with_dockers_exit_code() {
    let project = Project::up(BUSYBOX);
    project.workspace.write("data.txt", "not a program\n");
    let checks: [(&[&str], i32, &str); 7] = [
        (
            &["exec", "--", "nope"],
            127,
            "nope: not found in the container",
        ),
        (&["exec", "--", "/bin/nope"], 127, "/bin/nope: not found"),
        (
            &["exec", "--", "./data.txt"],
            126,
            "./data.txt cannot be executed: permission denied",
        ),
        (
            &["exec", "--", "/etc"],
            126,
            "/etc cannot be executed: is a directory",
        ),
        (
            &["exec", "-w", "/nowhere", "--", "true"],
            125,
            "the folder /nowhere cannot be used",
        ),
        (
            &["exec", "--user", "nobody-here", "--", "true"],
            125,
            "no user nobody-here",
        ),
        (&["exec", "--", ""], 127, "not found"),
    ];
    for (arguments, code, text) in checks {
        let finished = project.warpdock(arguments).run().expect_code(code);
        assert_eq!(finished.stdout(), "");
        assert!(finished.stderr().starts_with("error: "), "{finished}");
        assert!(
            finished.stderr().contains(text),
            "{text:?} is not in {finished}"
        );
    }
}

#[test]
fn a_script_with_windows_line_ends_says_what_is_wrong() {
    let project = Project::up(BUSYBOX);
    project
        .workspace
        .write("run.sh", "#!/bin/sh\r\necho hello\r\n");
    let path = project.workspace.join("run.sh");
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let finished = project.warpdock(&["exec", "--", "./run.sh"]).run();
    assert!(finished.stderr().contains(r"/bin/sh\r"), "{finished}");
    finished.expect_code(126);
}

#[test]
fn arguments_arrive_as_they_were_typed() {
    let project = Project::up(BUSYBOX);
    let arguments = [
        "",
        " a  b ",
        "'\"",
        "$HOME `id` \\",
        "*",
        "-n",
        "--",
        "new\nline",
        "é日",
    ];
    let mut line = vec![
        "exec",
        "--",
        "sh",
        "-c",
        "for i; do printf '<%s>' \"$i\"; done",
        "sh",
    ];
    line.extend(arguments);
    let finished = project.warpdock(&line).run().success();
    let expected: String = arguments.map(|argument| format!("<{argument}>")).concat();
    assert_eq!(finished.stdout(), expected);
    // Bytes that are no UTF-8 can be typed too.
    let finished = project
        .sh("exec \"$WARPDOCK\" exec -- printf %s \"$(printf 'a\\377b')\"")
        .run()
        .success();
    assert_eq!(finished.stdout, b"a\xffb");
}

#[test]
fn flags_behind_the_command_are_the_commands() {
    let project = Project::up(BUSYBOX);
    let finished = project
        .warpdock(&["exec", "echo", "--help", "-q", "--json", "-w", "/"])
        .run()
        .success();
    assert_eq!(finished.stdout(), "--help -q --json -w /\n");
}

#[test]
fn a_command_runs_where_the_person_stands() {
    let project = Project::up(BUSYBOX);
    project.workspace.write("a/b c/file", "");
    let below = project.workspace.join("a/b c");
    let workspace = project.workspace.path().to_str().expect("UTF-8");
    let run = |folder: &std::path::Path, arguments: &[&str]| {
        project
            .home
            .warpdock(folder, arguments)
            .run()
            .success()
            .stdout()
    };
    assert_eq!(
        run(&below, &["-C", workspace, "exec", "--", "pwd"]),
        "/app/a/b c\n"
    );
    assert_eq!(
        run("/".as_ref(), &["-C", workspace, "exec", "--", "pwd"]),
        "/app\n"
    );
    assert_eq!(
        run(
            project.workspace.path(),
            &["exec", "-w", "/tmp", "--", "pwd"]
        ),
        "/tmp\n"
    );
    // docker resolves a relative one against the container's folder.
    assert_eq!(
        run(project.workspace.path(), &["exec", "-w", "a", "--", "pwd"]),
        "/app/a\n"
    );
}

#[test]
fn a_command_can_run_as_another_user() {
    let project = Project::up(BUSYBOX);
    let script = "echo $(id -u) $(id -g) $USER $HOME";
    let who = |user: &str| {
        let arguments = ["exec", "--user", user, "--", "sh", "-c", script];
        project.warpdock(&arguments).run().success().stdout()
    };
    assert_eq!(who("worker"), "1000 1000 worker /home/worker\n");
    assert_eq!(who("1000:0"), "1000 0 worker /home/worker\n");
    assert_eq!(who("4242:4343"), "4242 4343 4242 /\n");
}

#[test]
fn variables_of_the_command_line_reach_a_running_container() {
    let project = Project::up(BUSYBOX);
    project.workspace.write("more.env", "FROM_FILE=file\n");
    let arguments = [
        "exec",
        "-e",
        "GIVEN=a b",
        "-e",
        "INHERITED",
        "--env-file",
        "more.env",
        "--",
        "sh",
        "-c",
        "echo \"$GIVEN/$INHERITED/$FROM_FILE\"",
    ];
    let finished = project
        .warpdock(&arguments)
        .env("INHERITED", "mine")
        .run()
        .success();
    assert_eq!(finished.stdout(), "a b/mine/file\n");
    // For that command, and not for the next.
    let finished = project.warpdock(&["exec", "--", "env"]).run().success();
    assert!(!finished.stdout().contains("GIVEN"), "{finished}");
}

#[test]
fn flags_of_a_session_keep_what_the_container_was_made_with() {
    let project = Project::new("");
    let up = [
        "up",
        "--image",
        BUSYBOX,
        "--workspace-folder",
        "/work",
        "-e",
        "MADE=with",
    ];
    project.warpdock(&up).run().success();
    let arguments = [
        "exec",
        "--user",
        "worker",
        "--",
        "sh",
        "-c",
        "echo $(id -un) $PWD $MADE",
    ];
    let finished = project.warpdock(&arguments).run().success();
    assert_eq!(finished.stdout(), "worker /work with\n");
}

#[test]
fn a_flag_that_a_running_container_cannot_take_is_not_swallowed() {
    let project = Project::up(BUSYBOX);
    let arguments = ["exec", "--image", READY, "--", "echo", "hi"];
    let finished = project.warpdock(&arguments).run().success();
    assert_eq!(finished.stdout(), "hi\n");
    assert!(finished.stderr().contains(READY), "{finished}");
}

#[test]
fn nothing_of_this_machines_environment_leaks() {
    let project = Project::up(BUSYBOX);
    let finished = project
        .warpdock(&["exec", "--", "env"])
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_TIME", "de_DE.UTF-8")
        .run()
        .success();
    let names: Vec<_> = finished
        .stdout()
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0.to_owned()))
        .collect();
    for name in [
        "AWS_SECRET_ACCESS_KEY",
        "DOCKER_HOST",
        "WARPDOCK_RUNTIME_DIR",
        "TERM",
    ] {
        assert!(!names.contains(&name.to_owned()), "{name} in {names:?}");
    }
    for name in ["PATH", "HOME", "USER", "LANG", "LC_TIME"] {
        assert!(names.contains(&name.to_owned()), "{name} not in {names:?}");
    }
}

#[test]
fn without_up_exec_fails_and_makes_nothing() {
    let project = Project::of_image(BUSYBOX);
    let finished = project
        .warpdock(&["exec", "--no-up", "--", "true"])
        .run()
        .expect_code(125);
    assert!(
        finished.stderr().contains("no container is running"),
        "{finished}"
    );
    assert!(
        project
            .engine
            .containers_mounting(project.workspace.path())
            .is_empty()
    );
}

#[test]
fn an_image_without_a_shell_runs_commands_and_says_that_it_has_no_shell() {
    let project = Project::of_image(NO_SHELL);
    project.warpdock(&["exec", "--", "/true"]).run().success();
    let finished = project.warpdock(&["shell"]).run().expect_code(125);
    assert!(
        finished.stderr().contains("the image has no shell"),
        "{finished}"
    );
    assert!(finished.stderr().contains("warpdock exec"), "{finished}");
    project.warpdock(&["run"]).run().success();
}

#[test]
fn twenty_commands_at_once_get_their_own_output() {
    let project = Project::up(BUSYBOX);
    let running: Vec<_> = (0..20)
        .map(|number| {
            let line = format!("read line; echo {number} $line; exit {number}");
            let mut running = project.warpdock(&["exec", "--", "sh", "-c", &line]).start();
            running.write(format!("to {number}\n").as_bytes());
            running
        })
        .collect();
    for (number, running) in (0..).zip(running) {
        let finished = running.wait(crate::support::wait::LONG).expect_code(number);
        assert_eq!(finished.stdout(), format!("{number} to {number}\n"));
    }
}

#[test]
fn what_the_images_label_asks_for_holds_for_sessions() {
    let project = Project::new(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\n\
         LABEL devcontainer.metadata='[{\"remoteUser\":\"worker\",\"remoteEnv\":{\"FROM_LABEL\":\"yes\"},\"containerEnv\":{\"A\":\"1\"}}]'\n",
    );
    let arguments = ["exec", "--", "sh", "-c", "echo $(id -un) $FROM_LABEL $A"];
    let finished = project.warpdock(&arguments).run().success();
    assert_eq!(finished.stdout(), "worker yes 1\n");
    // Nor is it a change that the container does not have yet.
    let finished = project.warpdock(&["up"]).run().success();
    assert!(!finished.stderr().contains("has changed"), "{finished}");
}
