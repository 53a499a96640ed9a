//! `-c LINE` and scripts, as an editor's shell tasks call them.

use super::*;

#[test]
fn a_line_runs_in_the_container_with_its_folder_and_exit_code() {
    let project = Project::up(READY);
    let workspace = project.workspace.path();
    fs::create_dir(workspace.join("sub")).expect("the workspace is ours");
    let line = "pwd; cat /proc/1/comm; printf '%s|' \"$0\" \"$@\"; exit 42";
    for arguments in [
        &["-c", line, "name", "a b"][..],
        &["-lc", line, "name", "a b"],
        &["-l", "-c", line, "name", "a b"],
        &["-o", "pipefail", "-c", line, "name", "a b"],
    ] {
        let ended = in_window(&project, &workspace.join("sub"), arguments)
            .run()
            .expect_code(42);
        assert_eq!(
            ended.stdout(),
            "/app/sub\nwarpdock-init\nname|a b|",
            "{arguments:?} {ended}"
        );
    }
}

#[test]
fn a_task_in_a_terminal_has_one_and_ends_with_it() {
    let project = Project::up(READY);
    let mut terminal = in_window(
        &project,
        project.workspace.path(),
        &["-c", "test -t 1 && echo terminal; stty size; sleep 1000"],
    )
    .in_terminal(30, 90);
    terminal.wait_for("terminal");
    terminal.wait_for("30 90");
    project.wait_until_runs("sleep 1000");
    terminal.signal(rustix::process::Signal::KILL);
    terminal.wait(wait::LONG);
    project.wait_until_nothing_runs();
}

#[test]
fn files_of_the_workspace_are_named_as_they_are_inside() {
    let project = Project::up(READY);
    let workspace = project.workspace.path();
    fs::write(workspace.join("x.sh"), "echo $0 in $PWD: $1\n").expect("the workspace is ours");
    let line = format!("sh '{}/x.sh' line", workspace.display());
    let ended = in_window(&project, workspace, &["-c", &line])
        .run()
        .success();
    assert_eq!(ended.stdout(), "/app/x.sh in /app: line\n");
    let script = workspace.join("x.sh");
    let script = script.to_str().expect("UTF-8");
    for name in [script, "x.sh"] {
        let ended = in_window(&project, workspace, &[name, "script"])
            .run()
            .success();
        assert_eq!(ended.stdout(), "/app/x.sh in /app: script\n");
    }
}

#[test]
fn an_image_without_bash_runs_the_line_in_its_sh() {
    let project = Project::up(BUSYBOX);
    let ended = in_window(
        &project,
        project.workspace.path(),
        &["-l", "-c", "echo $1 in $(pwd); exit 5", "x", "y"],
    )
    .run()
    .expect_code(5);
    assert_eq!(ended.stdout(), "y in /app\n");
}

#[test]
fn the_containers_environment_and_not_this_machines() {
    let project = Project::up(READY);
    let ended = in_window(&project, project.workspace.path(), &["-c", "env"])
        .env("SECRET_TOKEN", "secret")
        .env("TERM_PROGRAM", "vscode")
        .env("VSCODE_IPC_HOOK_CLI", "/run/x.sock")
        .env("LANG", "de_DE.UTF-8")
        .run()
        .success();
    let said = ended.stdout();
    has(&said, &["LANG=de_DE.UTF-8", "HOME=/root"]);
    for name in ["SECRET_TOKEN", "VSCODE_IPC_HOOK_CLI", "WARPDOCK_TARGET"] {
        assert!(!said.contains(name), "{name} in {said}");
    }
}

#[test]
fn two_windows_go_into_their_own_containers() {
    let one = Project::up(READY);
    let other = Project::up(BUSYBOX);
    for project in [&one, &other, &one] {
        let mark = project.workspace.path().join("mark");
        let ended = in_window(
            project,
            project.workspace.path(),
            &["-c", "touch mark; hostname"],
        )
        .run()
        .success();
        assert!(mark.exists(), "{ended}");
        assert!(
            project.container().starts_with(ended.stdout().trim()),
            "{ended}"
        );
        fs::remove_file(mark).expect("the workspace is ours");
    }
}

#[test]
fn a_window_on_a_folder_in_the_project_is_one_of_the_project() {
    let project = Project::up(READY);
    let sub = project.workspace.path().join("sub");
    fs::create_dir(&sub).expect("the workspace is ours");
    let ended = local(&project, &sub, &["-c", "pwd"])
        .env("WARPDOCK_TARGET", &sub)
        .run()
        .success();
    assert_eq!(ended.stdout(), "/app/sub\n");
}

#[test]
fn a_task_that_cannot_be_in_the_container_does_not_run_here() {
    let project = Project::up(READY);
    let mark = project.home.path().join("mark");
    let line = format!("touch {}", mark.display());
    let elsewhere = in_window(&project, &project.home.path(), &["-c", &line])
        .run()
        .expect_code(125);
    has(
        &elsewhere.stderr(),
        &["warpdock:", "not in the container", "nothing was run"],
    );
    assert_eq!(elsewhere.stderr().lines().count(), 1, "{elsewhere}");
    project.warpdock(&["down"]).run().success();
    let down = in_window(&project, project.workspace.path(), &["-c", &line])
        .run()
        .expect_code(125);
    has(
        &down.stderr(),
        &[
            "no container is running",
            "Reopen in GPU Container",
            "nothing was run",
        ],
    );
    assert!(!mark.exists());
}

#[test]
fn a_window_that_calls_the_project_by_a_link_has_its_files_by_that_name() {
    let project = Project::up(READY);
    fs::create_dir(project.workspace.path().join("sub")).expect("the workspace is ours");
    let link = project.home.path().join("linked");
    symlink(project.workspace.path(), &link).expect("the home is ours");
    let line = format!("cd {}/sub && pwd", link.display());
    for folder in [link.clone(), project.workspace.path().to_owned()] {
        let ended = local(&project, &folder, &["-c", &line])
            .env("WARPDOCK_TARGET", &link)
            .run()
            .success();
        assert_eq!(ended.stdout(), "/app/sub\n");
    }
}
