//! Which shell opens, in what surroundings, and how it ends.

use crate::support::{
    engine::{BUSYBOX, READY},
    project::Project,
    wait,
};

#[test]
fn warpdock_alone_is_up_and_a_shell() {
    let project = Project::of_image(BUSYBOX);
    let mut terminal = project.warpdock(&[]).in_terminal(24, 80);
    terminal.wait_for("/app #");
    assert!(
        terminal.screen().contains("Creating the container"),
        "{}",
        terminal.screen()
    );
    terminal.send_line("pwd; tty; exit 3");
    terminal.wait_for("/dev/pts/0");
    assert_eq!(terminal.wait(wait::LONG), 3);
    // The container stays, and warm nothing is said before the shell's own words.
    let mut terminal = project.warpdock(&[]).in_terminal(24, 80);
    terminal.wait_for("/app #");
    assert!(
        terminal.screen().trim().starts_with("BusyBox"),
        "{}",
        terminal.screen()
    );
    terminal.send("\x04");
    assert_eq!(terminal.wait(wait::LONG), 0);
}

#[test]
fn warpdock_alone_takes_an_image_without_any_file() {
    let project = Project::new("");
    let mut terminal = project
        .warpdock(&["--image", BUSYBOX, "--gpus", "none"])
        .in_terminal(24, 80);
    terminal.wait_for("/app #");
    terminal.send_line("echo $((6 * 7)) >test.txt; exit");
    assert_eq!(terminal.wait(wait::LONG), 0);
    assert_eq!(project.workspace.read("test.txt"), "42\n");
}

#[test]
fn a_script_that_is_piped_in_is_read_by_the_shell() {
    let project = Project::up(BUSYBOX);
    for arguments in [&[][..], &["shell"]] {
        let finished = project
            .warpdock(arguments)
            .input("echo hi\ntty\nexit 4\n")
            .run()
            .expect_code(4);
        assert_eq!(finished.stdout(), "hi\nnot a tty\n");
        assert_eq!(finished.stderr(), "");
    }
}

#[track_caller]
fn check_shell(dockerfile: &str, user: &str, shell: &str) {
    let project = Project::new(&format!("//- /Dockerfile\n{dockerfile}"));
    let arguments = ["shell", "--gpus", "none", "--user", user];
    let mut terminal = project.warpdock(&arguments).in_terminal(24, 80);
    // Looked at through the kernel: a prompt or `$0` may lie.
    terminal.send_line("tr '\\0' '\\n' </proc/$$/cmdline | head -n 1; echo =$SHELL=");
    terminal.wait_for(&format!("={shell}="));
    terminal.wait_until("the shell's name", |screen| {
        screen
            .contents()
            .lines()
            .any(|line| line.trim_start_matches('-') == shell)
    });
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
}

#[test]
fn the_shell_is_the_users_own() {
    check_shell("FROM my_gpu_env:1229\n", "root", "/bin/bash");
    check_shell(
        "FROM warpdock-test/busybox:1\nRUN sed -i '/^worker/s,/bin/sh$,/bin/ash,' /etc/passwd\n",
        "worker",
        "/bin/ash",
    );
}

#[test]
fn a_user_without_a_usable_shell_gets_one_that_exists() {
    let passwd = |shell: &str| {
        format!(
            "FROM warpdock-test/busybox:1\nRUN sed -i '/^worker/s,/bin/sh$,{shell},' /etc/passwd\n"
        )
    };
    check_shell(&passwd("/bin/zsh"), "worker", "/bin/sh");
    check_shell(&passwd("/usr/sbin/nologin"), "worker", "/bin/sh");
    check_shell("FROM warpdock-test/busybox:1\n", "4242", "/bin/sh");
}

#[test]
fn the_session_knows_the_terminal_and_the_language() {
    let project = Project::up(BUSYBOX);
    let mut terminal = project
        .warpdock(&["shell"])
        .env("TERM", "screen-256color")
        .env("COLORTERM", "truecolor")
        .env("LANG", "de_DE.UTF-8")
        .env("LC_ALL", "C.UTF-8")
        .env("DISPLAY", ":7")
        .in_terminal(30, 100);
    terminal.wait_for("/app #");
    terminal.send_line("echo =$TERM=$COLORTERM=$LANG=$LC_ALL=$DISPLAY=; stty size");
    terminal.wait_for("=screen-256color=truecolor=de_DE.UTF-8=C.UTF-8==");
    terminal.wait_for("30 100");
}

#[test]
fn what_the_project_says_counts_more_than_what_the_terminal_is() {
    let project = Project::new(&format!(
        "//- /.devcontainer.json\n{{ \"image\": \"{BUSYBOX}\", \"remoteEnv\": {{ \"TERM\": \"vt100\", \"LANG\": null }} }}\n"
    ));
    let mut terminal = project.warpdock(&["shell"]).in_terminal(24, 80);
    terminal.wait_for("/app #");
    terminal.send_line("echo =$TERM=${LANG-unset}=");
    terminal.wait_for("=vt100=unset=");
}

#[test]
fn exec_has_a_terminal_where_the_person_has_one() {
    let project = Project::up(BUSYBOX);
    let check = |arguments: &[&str], expected: &str| {
        let mut terminal = project.warpdock(arguments).in_terminal(24, 80);
        terminal.wait_for(expected);
        terminal.wait(wait::LONG);
    };
    check(&["exec", "--", "tty"], "/dev/pts/");
    check(&["exec", "-it", "--", "tty"], "/dev/pts/");
    check(&["exec", "-T", "--", "tty"], "not a tty");
    // In a pipe it has none, unless it is asked for.
    let finished = project.warpdock(&["exec", "--", "tty"]).run();
    assert_eq!(finished.stdout(), "not a tty\n");
    let finished = project
        .warpdock(&["exec", "-t", "--", "tty"])
        .run()
        .success();
    assert!(finished.stdout().contains("/dev/pts/"), "{finished}");
}

#[test]
fn exec_in_a_terminal_passes_the_exit_code_through() {
    let project = Project::up(BUSYBOX);
    let mut terminal = project
        .warpdock(&["exec", "--", "sh", "-c", "echo hi; exit 7"])
        .in_terminal(24, 80);
    assert_eq!(terminal.wait(wait::LONG), 7);
    assert_eq!(terminal.screen().trim(), "hi");
}

#[test]
fn an_interactive_bash_has_history_and_job_control() {
    let project = Project::up(READY);
    let mut terminal = project.warpdock(&["shell"]).in_terminal(24, 80);
    terminal.wait_for("/app#");
    assert!(
        !terminal.screen().contains("no job control"),
        "{}",
        terminal.screen()
    );
    terminal.send_line("echo $((6 * 7))");
    terminal.wait_for("\n42");
    terminal.send("\x1b[A\r");
    terminal.wait_until("the line from the history", |screen| {
        screen.contents().matches("\n42").count() == 2
    });
}
