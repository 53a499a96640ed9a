//! Leaving a session that goes on.

use crate::support::{
    engine::{BUSYBOX, READY},
    project::Project,
    wait,
};

#[test]
fn the_detach_keys_leave_the_session_and_say_how_to_come_back() {
    let project = Project::up(BUSYBOX);
    for arguments in [
        &["shell", "--name", "mine"][..],
        &["run", "--name", "ours", "--", "sh"],
    ] {
        let name = arguments[2];
        let mut terminal = project.warpdock(arguments).in_terminal(24, 80);
        terminal.wait_for("/app #");
        terminal.send_line("x=kept");
        terminal.send("\x10\x11");
        assert_eq!(terminal.wait(wait::LONG), 0);
        terminal.wait_for(&format!(
            "left session {name}; `warpdock attach {name}` comes back"
        ));
        let mut terminal = project.warpdock(&["attach", name]).in_terminal(24, 80);
        terminal.wait_for("/app #");
        terminal.send_line("echo =$x=");
        terminal.wait_for("\n=kept=");
        // Also from here.
        terminal.send("\x10");
        terminal.send("\x11");
        assert_eq!(terminal.wait(wait::LONG), 0);
        let sessions = project.sessions();
        let session = sessions
            .iter()
            .find(|session| session["name"] == name)
            .expect("listed");
        assert_eq!(
            (&session["state"], &session["clients"]),
            (&"running".into(), &0.into())
        );
    }
}

#[test]
fn the_detach_keys_can_be_others_or_none() {
    let project = Project::up(BUSYBOX);
    let arguments = ["shell", "--detach-keys", "ctrl-x,d"];
    let mut terminal = project.warpdock(&arguments).in_terminal(24, 80);
    terminal.wait_for("/app #");
    terminal.send("\x18d");
    assert_eq!(terminal.wait(wait::LONG), 0);
    terminal.wait_for("left session 1");

    let mut terminal = project
        .warpdock(&["attach", "--detach-keys", "", "1"])
        .in_terminal(24, 80);
    terminal.wait_for("/app #");
    terminal.send_line("stty raw -echo; printf ready; head -c 2 | od -c");
    terminal.wait_for("\nready");
    terminal.send("\x10\x11");
    terminal.wait_for("020 021");
}

#[test]
fn detach_keys_that_are_none_are_named_before_anything_happens() {
    let project = Project::of_image(BUSYBOX);
    let finished = project
        .warpdock(&["shell", "--detach-keys", "ctrl-1"])
        .run()
        .expect_code(125);
    assert!(
        finished.stderr().contains("`ctrl-1` in the detach keys"),
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
fn ctrl_p_alone_reaches_the_program() {
    let project = Project::up(READY);
    let mut terminal = project.warpdock(&["shell"]).in_terminal(24, 80);
    terminal.wait_for("/app#");
    terminal.send_line("echo $((6 * 7))");
    terminal.wait_for("\n42");
    // readline's previous line.
    terminal.send("\x10");
    terminal.wait_until("the line before", |screen| {
        screen.contents().matches("echo $((6 * 7))").count() == 2
    });
    terminal.send("\r");
    terminal.wait_until("it to run", |screen| {
        screen.contents().matches("\n42").count() == 2
    });
}

#[test]
fn exec_has_no_detach_keys() {
    let project = Project::up(BUSYBOX);
    let line = "stty raw -echo; printf ready; head -c 2 | od -c";
    let mut terminal = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .in_terminal(24, 80);
    terminal.wait_for("ready");
    terminal.send("\x10\x11");
    assert_eq!(terminal.wait(wait::LONG), 0);
    terminal.wait_for("020 021");
}
