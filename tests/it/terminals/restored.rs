//! The person's terminal is as it was, on every way out.

use rustix::{process::Signal, termios::Termios};

use crate::support::{engine::BUSYBOX, project::Project, terminal::Terminal, wait};

/// What a full-screen program switches on.
const FULL_SCREEN: &str =
    r"printf '\033[?1049h\033[?1000h\033[?1006h\033[?2004h\033[?1h\033=\033[?25lfull screen'";

/// The settings that raw mode changes.
fn modes(settings: &Termios) -> String {
    format!(
        "{:?} {:?} {:?} {:?}",
        settings.input_modes, settings.output_modes, settings.control_modes, settings.local_modes
    )
}

/// Opens a full screen in a session, makes it end, and looks at the terminal.
#[track_caller]
fn check(leave: impl FnOnce(&Project, &mut Terminal), code: i32) {
    let project = Project::up(BUSYBOX);
    let mut terminal = project.warpdock(&["shell"]).in_terminal(24, 80);
    let before = modes(&untouched().settings());
    terminal.wait_for("/app #");
    assert!(
        modes(&terminal.settings()) != before,
        "the terminal is not raw"
    );
    terminal.send_line(&format!("echo before; {FULL_SCREEN}; cat"));
    terminal.wait_for("full screen");
    leave(&project, &mut terminal);
    assert_eq!(terminal.wait(wait::LONG), code);
    assert_eq!(modes(&terminal.settings()), before);
    terminal.wait_until("the person's own screen", |screen| {
        !screen.alternate_screen()
    });
    terminal.look(|screen| {
        assert!(
            screen.contents().contains("before"),
            "{}",
            screen.contents()
        );
        assert!(!screen.hide_cursor() && !screen.bracketed_paste());
        assert!(!screen.application_cursor() && !screen.application_keypad());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    });
}

/// A terminal that nobody has changed.
#[track_caller]
fn untouched() -> Terminal {
    let mut command = std::process::Command::new("sleep");
    command.arg("1000");
    Terminal::spawn("sleep".to_owned(), command, None, 24, 80)
}

#[test]
fn after_a_kill_of_the_container() {
    check(
        |project, _| {
            project.engine.docker(&["kill", &project.container()]);
        },
        125,
    );
}

#[test]
fn after_a_kill_of_the_session() {
    check(
        |project, _| {
            project.warpdock(&["kill", "1"]).run().success();
        },
        129,
    );
}

#[test]
fn after_sigterm() {
    check(|_, terminal| terminal.signal(Signal::TERM), 143);
}

#[test]
fn after_sighup() {
    check(|_, terminal| terminal.signal(Signal::HUP), 129);
}

#[test]
fn after_the_detach_keys() {
    check(|_, terminal| terminal.send("\x10\x11"), 0);
}

#[test]
fn after_an_exit() {
    let project = Project::up(BUSYBOX);
    let mut terminal = project.warpdock(&["shell"]).in_terminal(24, 80);
    let before = modes(&untouched().settings());
    terminal.wait_for("/app #");
    terminal.send_line("exit 9");
    assert_eq!(terminal.wait(wait::LONG), 9);
    assert_eq!(modes(&terminal.settings()), before);
}

#[test]
fn after_a_session_that_could_not_be_opened() {
    let project = Project::up(BUSYBOX);
    let mut terminal = project
        .warpdock(&["exec", "--", "nope"])
        .in_terminal(24, 80);
    let before = modes(&untouched().settings());
    assert_eq!(terminal.wait(wait::LONG), 127);
    assert_eq!(modes(&terminal.settings()), before);
    terminal.wait_for("nope: not found in the container");
}

#[test]
fn while_the_client_is_stopped() {
    let project = Project::up(BUSYBOX);
    // A shell with job control around it, which says so and has the terminal meanwhile.
    let mut terminal = project
        .home
        .command(
            "/bin/bash".as_ref(),
            project.workspace.path(),
            &["--norc", "-i"],
        )
        .env("WARPDOCK", env!("CARGO_BIN_EXE_warpdock"))
        .env("PS1", "host> ")
        .in_terminal(24, 80);
    terminal.wait_for("host>");
    terminal.send_line("\"$WARPDOCK\" shell --name mine");
    terminal.wait_for("/app #");
    let client = wait::until("the client to be listed", wait::LONG, || {
        let children = std::fs::read_to_string(format!(
            "/proc/{0}/task/{0}/children",
            terminal.pid().as_raw_nonzero()
        ));
        let children = children.expect("bash runs");
        let first = children
            .split_whitespace()
            .next()
            .and_then(|pid| pid.parse().ok());
        first
            .and_then(rustix::process::Pid::from_raw)
            .ok_or(children)
    });
    rustix::process::kill_process(client, Signal::TSTP).expect("it runs");
    terminal.wait_for("Stopped");
    terminal.send_line("echo on the $((1 + 1))nd prompt");
    terminal.wait_for("\non the 2nd prompt");
    terminal.send_line("fg");
    terminal.send_line("echo inside $((6 * 7))");
    terminal.wait_for("\ninside 42");
    terminal.send_line("exit");
    terminal.wait_until("the prompt around it", |screen| {
        screen.contents().trim_end().ends_with("/app # exit\nhost>")
    });
    terminal.send_line("echo back $((6 * 8))");
    terminal.wait_for("\nback 48");
}
