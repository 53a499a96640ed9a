//! The lifecycle commands of devcontainer.json.

use rustix::process::Signal;

use crate::support::{
    engine::{BUSYBOX, NO_SHELL},
    project::Project,
    seen::{has, text},
    wait,
};

/// A project on busybox with these keys in its devcontainer.json.
#[track_caller]
fn with_hooks(keys: &str) -> Project {
    Project::configured(&of_busybox(keys))
}

fn of_busybox(keys: &str) -> String {
    format!(r#"{{ "image": "{BUSYBOX}", "hostRequirements": {{ "gpu": false }}, {keys} }}"#)
}

/// What the hooks have written so far, which is forgotten.
#[track_caller]
fn written(project: &Project) -> String {
    let text = project.workspace.read("ran");
    project.workspace.write("ran", "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const EACH: &str = r#"
    "postAttachCommand": "echo attach >> ran",
    "postStartCommand": "echo start >> ran",
    "postCreateCommand": "echo create2 >> ran",
    "updateContentCommand": "echo content >> ran",
    "onCreateCommand": "echo create1 >> ran"
"#;

#[test]
fn each_runs_when_its_moment_comes_and_once() {
    let project = with_hooks(EACH);
    project.good(&["up"]);
    assert_eq!(written(&project), "create1 content create2 start attach");
    project.good(&["up"]);
    assert_eq!(written(&project), "attach");
    project.good(&["exec", "--", "true"]);
    assert_eq!(written(&project), "", "a command is no window");
    project.good(&["down", "--keep"]);
    project.good(&["up"]);
    assert_eq!(written(&project), "start attach");
    project.good(&["daemon", "stop"]);
    project.good(&["up"]);
    assert_eq!(written(&project), "attach");
    project.good(&["rebuild"]);
    assert_eq!(written(&project), "create1 content create2 start attach");
}

#[test]
fn they_run_as_the_sessions_user_in_the_workspace_with_its_environment() {
    let project = with_hooks(
        r#"
        "remoteUser": "worker",
        "containerEnv": { "A": "container" },
        "remoteEnv": { "B": "remote ${containerEnv:A}" },
        "postCreateCommand": "id -un > ran; pwd >> ran; echo $A, $B, ${containerEnv:A}, $HOME >> ran"
        "#,
    );
    project.good(&["up"]);
    assert_eq!(
        written(&project),
        "worker /app container, remote container, container, /home/worker"
    );
}

#[test]
fn a_list_of_words_is_no_shell_line() {
    let project = with_hooks(r#""postCreateCommand": ["touch", "a b", "$HOME", "x;y"]"#);
    project.good(&["up"]);
    for name in ["a b", "$HOME", "x;y"] {
        assert!(project.workspace.join(name).exists(), "{name}");
    }
}

#[test]
fn named_commands_run_beside_each_other() {
    // Each waits for the other.
    let project = with_hooks(
        r#""postCreateCommand": {
            "one": "touch a; until [ -e b ]; do :; done; echo one >> ran",
            "two": ["sh", "-c", "touch b; until [ -e a ]; do :; done; echo two >> ran"]
        }"#,
    );
    project.good(&["up"]);
    let ran = written(&project);
    has(&ran, &["one", "two"]);
}

#[test]
fn one_of_several_that_fails_is_named() {
    let project = with_hooks(
        r#""postCreateCommand": { "good": "true", "bad": "echo oh no; exit 7" },
           "postStartCommand": "echo start >> ran""#,
    );
    project.workspace.write("ran", "");
    let finished = project.warpdock(&["up"]).run().expect_code(1);
    has(
        &finished.stderr(),
        &["postCreateCommand", "exit code 7", "bad: ", "oh no"],
    );
    assert_eq!(written(&project), "");
}

#[test]
fn a_failure_keeps_the_container_and_the_next_up_goes_on_from_there() {
    let project = with_hooks(
        r#"
        "onCreateCommand": "echo create >> ran",
        "postCreateCommand": "echo before; test -e mended || exit 3; echo mended >> ran",
        "postStartCommand": "echo start >> ran"
        "#,
    );
    let failure = project.failure(&["up"]);
    assert_eq!(failure["kind"], "hook-failed");
    has(
        text(&failure["message"]),
        &[
            "postCreateCommand",
            ".devcontainer.json:3:30",
            "exit code 3",
        ],
    );
    has(&failure["remedy"].to_string(), &["warpdock shell"]);
    assert_eq!(written(&project), "create");
    let container = project.container();
    assert_eq!(project.status()["state"], "running");
    // Looking into it is possible without running the hook again.
    project.inside("touch mended");
    project.good(&["up"]);
    assert_eq!(project.container(), container);
    assert_eq!(written(&project), "mended start");
}

#[test]
fn what_they_print_is_shown() {
    let project =
        with_hooks(r#""postCreateCommand": "echo out; echo err >&2; printf 'no newline'""#);
    has(
        &project.good(&["up"]).stderr(),
        &[
            "Running postCreateCommand",
            "out\n",
            "err\n",
            "no newline\n",
        ],
    );
}

#[test]
fn a_command_that_is_not_in_the_image_is_named() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{NO_SHELL}", "hostRequirements": {{ "gpu": false }}, "postCreateCommand": "echo x" }}"#
    ));
    let finished = project.warpdock(&["up"]).run().expect_code(1);
    has(&finished.stderr(), &["postCreateCommand", "/bin/sh", "127"]);
}

#[test]
fn ctrl_c_in_one_leaves_nothing() {
    let project = with_hooks(r#""postCreateCommand": "echo begun; sleep 1000""#);
    let up = project.warpdock(&["up"]).start();
    up.wait_for("begun");
    up.signal(Signal::INT);
    up.wait(wait::LONG).expect_code(130);
    assert!(project.containers().is_empty());
}

#[test]
fn a_command_for_this_machine_needs_somebody_who_agrees() {
    let project = with_hooks(r#""initializeCommand": "echo host $(pwd) >> ran""#);
    project.workspace.write("ran", "");
    let failure = project.failure(&["up"]);
    assert_eq!(failure["kind"], "not-trusted");
    has(
        text(&failure["message"]),
        &[
            ".devcontainer.json:1:",
            "on this machine",
            "echo host $(pwd) >> ran",
        ],
    );
    has(&failure["remedy"].to_string(), &["--trust"]);
    assert!(project.containers().is_empty());
    assert_eq!(written(&project), "");

    project.good(&["up", "--trust"]);
    let here = format!("host {}", project.path().display());
    assert_eq!(written(&project), here);
    project.good(&["down"]);
    // Agreed once is agreed, to these words.
    project.good(&["up"]);
    assert_eq!(written(&project), here);
    project.good(&["down"]);
    project.configure(&of_busybox(r#""initializeCommand": "echo other >> ran""#));
    assert_eq!(project.failure(&["up"])["kind"], "not-trusted");
    assert_eq!(written(&project), "");
}

#[test]
fn a_setting_that_reaches_this_machine_is_agreed_to_once() {
    let project = Project::new(&format!(
        "//- /.devcontainer.json\n{}\n",
        of_busybox(r#""capAdd": ["SYS_PTRACE"]"#)
    ));
    let failure = project.failure(&["up"]);
    assert_eq!(failure["kind"], "not-trusted");
    has(text(&failure["message"]), &[r#""capAdd": ["SYS_PTRACE"]"#]);
    assert!(project.containers().is_empty());
    project.good(&["up", "--trust"]);
    project.good(&["down"]);
    project.good(&["up"]);
    project.good(&["down"]);
    // The person's own words need no question.
    project.configure(&of_busybox(r#""name": "plain""#));
    project.good(&["up", "--run-arg=--cap-add=SYS_ADMIN"]);
}

#[test]
fn an_image_may_not_ask_for_this_machine_unless_the_project_does() {
    let dockerfile = "FROM warpdock-test/busybox:1\n\
        LABEL devcontainer.metadata='[{\"capAdd\":[\"NET_ADMIN\"]}]'\n";
    let build = r#""build": { "dockerfile": "Dockerfile" }"#;
    let project = Project::new(&format!(
        "//- /Dockerfile\n{dockerfile}//- /.devcontainer.json\n{{ {build} }}\n"
    ));
    let failure = project.failure(&["up"]);
    assert_eq!(failure["kind"], "configuration");
    has(
        &failure.to_string(),
        &["image-danger", "NET_ADMIN", "--run-arg=--cap-add=NET_ADMIN"],
    );
    assert!(project.containers().is_empty());
    project.configure(&format!(r#"{{ {build}, "capAdd": ["NET_ADMIN"] }}"#));
    project.good(&["up"]);
}

#[test]
fn on_a_terminal_it_is_asked_for() {
    let project = with_hooks(r#""initializeCommand": ["touch", "ran"]"#);
    for (answer, code) in [("n", 1), ("y", 0)] {
        let mut terminal = project.warpdock(&["up"]).in_terminal(24, 80);
        terminal.wait_for("[y/N]");
        assert!(!project.workspace.join("ran").exists());
        terminal.send_line(answer);
        assert_eq!(terminal.wait(wait::LONG), code, "{}", terminal.screen());
    }
    assert!(project.workspace.join("ran").exists());
}

#[test]
fn a_failing_command_on_this_machine_stops_before_anything_is_made() {
    let project = with_hooks(r#""initializeCommand": { "check": "echo no licence >&2; exit 9" }"#);
    let finished = project.warpdock(&["up", "--trust"]).run().expect_code(1);
    has(
        &finished.stderr(),
        &["initializeCommand", "exit code 9", "no licence"],
    );
    assert!(
        !finished.stderr().contains("the container is kept"),
        "{finished}"
    );
    assert!(project.containers().is_empty());
}

#[test]
fn ctrl_c_ends_a_command_on_this_machine_with_all_that_it_started() {
    let project = with_hooks(r#""initializeCommand": "echo begun; sleep 4242 & sleep 4242; true""#);
    let up = project.warpdock(&["up", "--trust"]).start();
    up.wait_for("begun");
    up.signal(Signal::INT);
    up.wait(wait::LONG).expect_code(130);
    let mark = format!("PWD={}", project.path().display());
    wait::until("the sleeps to end", wait::LONG, || {
        match sleeping(&mark).as_slice() {
            [] => Ok(()),
            pids => Err(format!("{pids:?}")),
        }
    });
}

/// Processes `sleep 4242` with this variable.
fn sleeping(variable: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")
        .expect("/proc is mounted")
        .flatten()
    {
        let read =
            |name: &str| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        let is_one = read("cmdline").contains("sleep\x004242")
            && read("environ").split('\0').any(|it| it == variable);
        if is_one {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}
