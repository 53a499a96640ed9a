//! Terminals in the container: what VS Code reads out of their bytes, and how they end.

use rustix::process::Signal;

use super::*;
use crate::support::terminal::Terminal;

/// A terminal of VS Code, as it starts bash.
#[track_caller]
fn terminal(project: &Project, folder: &Path) -> Terminal {
    in_window(
        project,
        folder,
        &["--init-file", "/nowhere/shellIntegration-bash.sh"],
    )
    .env("TERM_PROGRAM", "vscode")
    .env("VSCODE_INJECTION", "1")
    .env("VSCODE_NONCE", "the-nonce")
    .env("VSCODE_STABLE", "1")
    .in_terminal(24, 120)
}

/// Waits until these bytes have come.
#[track_caller]
fn wait_for_mark(terminal: &Terminal, mark: &str) {
    wait::until(&format!("{mark:?}"), wait::LONG, || {
        let raw = terminal.raw();
        let text = String::from_utf8_lossy(&raw).into_owned();
        match text.contains(mark) {
            true => Ok(()),
            false => Err(text.escape_debug().to_string()),
        }
    });
}

#[test]
fn prompts_commands_folders_and_exit_codes_are_marked() {
    let project = Project::up(READY);
    let workspace = project.workspace.path();
    fs::create_dir(workspace.join("sub")).expect("the workspace is ours");
    let mut terminal = terminal(&project, workspace);
    wait_for_mark(&terminal, "\x1b]633;A\x07");
    wait_for_mark(&terminal, "\x1b]633;B\x07");
    wait_for_mark(
        &terminal,
        &format!("\x1b]633;P;Cwd={}\x07", workspace.display()),
    );
    terminal.send_line("echo one; sh -c 'exit 7'");
    wait_for_mark(
        &terminal,
        "\x1b]633;E;echo one\\x3b sh -c 'exit 7';the-nonce\x07\x1b]633;C\x07",
    );
    wait_for_mark(&terminal, "\x1b]633;D;7\x07");
    // The editor's folder, which a link in the output is looked for in.
    terminal.send_line("cd sub");
    wait_for_mark(&terminal, &format!("Cwd={}/sub\x07", workspace.display()));
    terminal.send_line("cd /usr; echo there");
    terminal.wait_for("there");
    // Nothing of it is known to what runs inside.
    terminal.send_line("env | grep -c -e VSCODE -e WARPDOCK_FOLDER -e NONCE; echo done=$?");
    terminal.wait_for("done=1");
    terminal.send_line("exit 3");
    assert_eq!(terminal.wait(wait::LONG), 3);
}

#[test]
fn the_persons_own_settings_are_read() {
    let project = Project::up(READY);
    project
        .warpdock(&[
            "exec",
            "--",
            "sh",
            "-c",
            "printf 'PS1=\"mine> \"\\nPROMPT_COMMAND=\"user_ran=yes;\"\\nalias hello=\"echo hello from alias\"\\n' >/root/.bashrc",
        ])
        .run()
        .success();
    let mut terminal = terminal(&project, project.workspace.path());
    wait_for_mark(&terminal, "\x1b]633;A\x07mine> \x1b]633;B\x07");
    terminal.send_line("hello; echo ran=$user_ran");
    terminal.wait_for("hello from alias");
    terminal.wait_for("ran=yes");
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
}

#[test]
fn a_read_only_container_of_an_ordinary_user_has_marks_too() {
    let project = Project::new(&format!(
        r#"//- /.devcontainer.json
{{ "image": "{READY}", "hostRequirements": {{ "gpu": false }}, "runArgs": ["--read-only", "--user", "4242:4242", "--network", "none"] }}
"#
    ));
    project.warpdock(&["up"]).run().success();
    let mut terminal = terminal(&project, project.workspace.path());
    wait_for_mark(&terminal, "\x1b]633;A\x07");
    terminal.send_line("id -u; false");
    terminal.wait_for("4242");
    wait_for_mark(&terminal, "\x1b]633;D;1\x07");
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
}

#[test]
fn an_image_without_bash_has_a_plain_shell() {
    let project = Project::up(BUSYBOX);
    let mut terminal = terminal(&project, project.workspace.path());
    terminal.send_line("cat /proc/1/comm; pwd; env | grep -c VSCODE");
    terminal.wait_for("warpdock-init\n/app\n0");
    terminal.send_line("exit 9");
    assert_eq!(terminal.wait(wait::LONG), 9);
    let raw = terminal.raw();
    assert!(!String::from_utf8_lossy(&raw).contains("]633;"));
}

#[test]
fn who_has_switched_integration_off_gets_none() {
    let project = Project::up(READY);
    let mut terminal = in_window(&project, project.workspace.path(), &[]).in_terminal(24, 80);
    terminal.send_line("echo $((6 * 7))");
    terminal.wait_for("42");
    // In an editor these keys are the shell's: they must not leave the session.
    terminal.send("\x10\x11");
    terminal.send_line("");
    terminal.send_line("echo still $((7 * 7))");
    terminal.wait_for("still 49");
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("]633;"));
}

#[test]
fn a_terminal_that_is_closed_ends_its_processes() {
    let project = Project::up(READY);
    let mut terminal = terminal(&project, project.workspace.path());
    wait_for_mark(&terminal, "\x1b]633;B\x07");
    terminal.send_line("sleep 1000");
    project.wait_until_runs("sleep 1000");
    // As an editor closes one: the signal, while it still has the other side open.
    terminal.signal(Signal::HUP);
    terminal.wait(wait::LONG);
    project.wait_until_nothing_runs();
}

#[test]
fn a_terminal_whose_editor_dies_waits_for_somebody_to_come_back() {
    let project = Project::up(READY);
    // The editor's part is played by script(1), which holds the other side of the terminal.
    let shim = stand_in(&project, "bash");
    let shim = shim.to_str().expect("UTF-8");
    let mut first = project
        .home
        .command(
            "script".as_ref(),
            project.workspace.path(),
            &["--quiet", "--command", shim, "/dev/null"],
        )
        .env("WARPDOCK_TARGET", project.workspace.path())
        .in_terminal(24, 80);
    first.send_line("echo the answer is $((6 * 7))");
    first.wait_for("the answer is 42");
    first.signal(Signal::KILL);
    first.wait(wait::LONG);
    wait::until("nobody to be attached", wait::LONG, || {
        match project.sessions()[0]["clients"].as_u64() {
            Some(0) => Ok(()),
            clients => Err(format!("{clients:?}")),
        }
    });
    let sessions = project.sessions();
    assert_eq!(sessions[0]["state"], "running", "{sessions:?}");
    let again = project.warpdock(&["attach"]).in_terminal(24, 80);
    again.wait_for("the answer is 42");
}

#[test]
fn a_terminal_outside_the_workspace_starts_in_it_and_says_so() {
    let project = Project::up(READY);
    let mut terminal = terminal(&project, &project.home.path());
    terminal.wait_for("this folder is not in the container; the shell is in /app");
    terminal.send_line("pwd");
    terminal.wait_for("\n/app");
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
}

#[test]
fn the_daemon_may_die_behind_a_terminal() {
    let project = Project::up(READY);
    let mut terminal = terminal(&project, project.workspace.path());
    wait_for_mark(&terminal, "\x1b]633;B\x07");
    daemon::kill(&project.home);
    terminal.send_line("echo still $((6 * 7))");
    terminal.wait_for("still 42");
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
}
