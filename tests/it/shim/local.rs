//! Windows that work on this machine.

use super::*;

#[test]
fn it_is_the_real_shell_with_every_argument_where_nothing_else_is_said() {
    let project = Project::of_image(BUSYBOX);
    let folder = project.workspace.path();
    let line = r#"printf '%s|' "$0" "$@" "$BASH_VERSION" "$WARPDOCK_TARGET"; exit 42"#;
    let ended = local(
        &project,
        folder,
        &["--norc", "-c", line, "name", "a b", "", "-c"],
    )
    .run()
    .expect_code(42);
    let said = ended.stdout();
    let words: Vec<&str> = said.split('|').collect();
    assert_eq!(words[..4], ["name", "a b", "", "-c"]);
    assert!(
        words[4].starts_with(|it: char| it.is_ascii_digit()),
        "{said}"
    );
    assert_eq!(words[5], "");
    assert!(daemon::all(&project.home).is_empty());
}

#[test]
fn what_is_typed_and_piped_reaches_the_real_shell() {
    let project = Project::of_image(BUSYBOX);
    let piped = local(&project, project.workspace.path(), &[])
        .input("echo from $BASH_VERSION; exit 3\n")
        .run()
        .expect_code(3);
    has(&piped.stdout(), &["from "]);
    let mut terminal =
        local(&project, project.workspace.path(), &["--norc", "-i"]).in_terminal(24, 80);
    terminal.send_line("shopt -q login_shell; echo login=$?; ls -a");
    terminal.wait_for("login=1");
    terminal.wait_for(".devcontainer.json");
    terminal.send_line("exit 7");
    assert_eq!(terminal.wait(wait::LONG), 7);
}

#[test]
fn a_login_shell_is_one() {
    let project = Project::of_image(BUSYBOX);
    let script = format!(
        "exec -a -bash {} -c 'shopt -q login_shell; echo login=$?; echo $0'",
        stand_in(&project, "bash").display()
    );
    let ended = project
        .home
        .command(
            "/bin/bash".as_ref(),
            project.workspace.path(),
            &["-c", &script],
        )
        .run()
        .success();
    has(&ended.stdout(), &["login=0", "-bash"]);
}

#[test]
fn a_target_that_is_empty_is_none() {
    let project = Project::of_image(BUSYBOX);
    let ended = local(&project, project.workspace.path(), &["-c", "echo here"])
        .env("WARPDOCK_TARGET", "")
        .run()
        .success();
    assert_eq!(ended.stdout(), "here\n");
}

#[test]
fn stand_ins_that_find_each_other_still_find_the_real_shell() {
    let project = Project::of_image(BUSYBOX);
    let older = project.home.path().join("older");
    fs::create_dir_all(older.join("shim")).expect("the home is ours");
    fs::create_dir_all(older.join("bin")).expect("the home is ours");
    crate::support::home::copy_program(
        env!("CARGO_BIN_EXE_warpdock").as_ref(),
        &older.join("bin/warpdock"),
    );
    symlink("../bin/warpdock", older.join("shim/bash")).expect("the home is ours");
    let own = stand_in(&project, "bash");
    let own = own.parent().expect("it has a folder");
    let path = format!("{}:{}:/bin", own.display(), older.join("shim").display());
    let ended = local(&project, project.workspace.path(), &["-c", "echo $BASH"])
        .env("PATH", path)
        .env("SHELL", own.join("bash"))
        .run()
        .success();
    assert_eq!(ended.stdout(), "/bin/bash\n");
}

#[test]
fn a_shell_that_is_not_there_is_another_one_and_never_us() {
    let project = Project::of_image(BUSYBOX);
    let folder = project.home.path().join("root");
    fs::create_dir_all(&folder).expect("the home is ours");
    // A machine whose folders of shells are empty but for sh: a view of its own of this one.
    let script = format!(
        "mount -t tmpfs none /usr/bin && for it in env mount; do :; done; PATH=/nowhere exec {} -c 'no line of it is run'",
        stand_in(&project, "zsh").display()
    );
    let ended = project
        .home
        .command(
            "unshare".as_ref(),
            project.workspace.path(),
            &["--mount", "/bin/sh", "-c", &script],
        )
        .run();
    assert_eq!(ended.code(), 127, "{ended}");
    has(&ended.stderr(), &["no zsh on this machine"]);
}
