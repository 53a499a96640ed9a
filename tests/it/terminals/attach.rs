//! Coming back to a session: its screen is rebuilt as it was.

use rustix::process::Signal;

use crate::support::{
    engine::{BUSYBOX, READY},
    project::Project,
    terminal::Terminal,
    wait,
};

/// Kills a client as a broken connection does, and comes back in a new terminal.
#[track_caller]
fn come_back(project: &Project, mut terminal: Terminal, rows: u16, cols: u16) -> Terminal {
    terminal.signal(Signal::KILL);
    terminal.wait(wait::LONG);
    project.warpdock(&["attach"]).in_terminal(rows, cols)
}

/// What a screen shows, and how.
#[derive(Debug, PartialEq)]
struct Shown {
    text: String,
    formatted: String,
    cursor: (u16, u16),
    modes: String,
}

fn shown(screen: &vt100::Screen) -> Shown {
    Shown {
        text: screen.contents(),
        formatted: screen.contents_formatted().escape_debug().to_string(),
        cursor: screen.cursor_position(),
        modes: format!(
            "alternate={} hidden={} paste={} cursor={} keypad={} mouse={:?}/{:?}",
            screen.alternate_screen(),
            screen.hide_cursor(),
            screen.bracketed_paste(),
            screen.application_cursor(),
            screen.application_keypad(),
            screen.mouse_protocol_mode(),
            screen.mouse_protocol_encoding(),
        ),
    }
}

/// The terminal comes to show what was seen before.
#[track_caller]
fn wait_until_shows(terminal: &Terminal, before: &Shown) {
    wait::until("the screen that there was", wait::LONG, || {
        let now = terminal.look(shown);
        match now == *before {
            true => Ok(()),
            false => Err(format!("{now:#?}\ninstead of\n{before:#?}")),
        }
    });
}

#[track_caller]
fn shell(project: &Project) -> Terminal {
    let terminal = project.warpdock(&["shell"]).in_terminal(24, 80);
    terminal.wait_until("a prompt", |screen| {
        screen.contents().contains("/app #") || screen.contents().contains("/app#")
    });
    terminal
}

#[test]
fn a_killed_client_leaves_the_shell_and_its_screen() {
    let project = Project::up(BUSYBOX);
    let mut terminal = shell(&project);
    terminal.send_line("x=kept; echo $((6 * 7))");
    terminal.wait_for("\n42\n/app #");
    let before = terminal.look(shown);
    let mut terminal = come_back(&project, terminal, 24, 80);
    wait_until_shows(&terminal, &before);
    terminal.send_line("echo =$x=; exit 5");
    terminal.wait_for("\n=kept=");
    assert_eq!(terminal.wait(wait::LONG), 5);
}

#[test]
fn what_was_written_meanwhile_is_there() {
    let project = Project::up(BUSYBOX);
    let mut terminal = shell(&project);
    terminal.send_line("while [ ! -e go ]; do sleep 0.02; done; echo $((6 * 7)); touch done");
    terminal.wait_for("touch done");
    terminal.signal(Signal::KILL);
    terminal.wait(wait::LONG);
    project.workspace.write("go", "");
    wait::until_true("the command to end", wait::LONG, || {
        project.workspace.join("done").exists()
    });
    let terminal = project.warpdock(&["attach"]).in_terminal(24, 80);
    terminal.wait_for("\n42\n/app #");
}

#[test]
fn lines_that_scrolled_away_are_in_the_scrollback() {
    let project = Project::up(BUSYBOX);
    let mut terminal = shell(&project);
    terminal.send_line("seq 1001 1300");
    terminal.wait_for("1300\n/app #");
    let terminal = come_back(&project, terminal, 24, 80);
    terminal.wait_for("1300\n/app #");
    let history = terminal.history();
    for number in 1001..=1300 {
        assert!(
            history.contains(&number.to_string()),
            "{number} is not in\n{history}"
        );
    }
}

#[test]
fn colours_wide_characters_and_modes_come_back() {
    let project = Project::up(BUSYBOX);
    let mut terminal = shell(&project);
    terminal.send_line(
        r"clear; printf '\033[1;31mred\033[0m é日本😀\033[7;5H\033[38;2;1;2;3m\033[4mhere\033[?2004h\033[?1002h\033[?1006h\033[?1h\033=\033[?25l'; cat",
    );
    terminal.wait_until("the drawing", |screen| screen.hide_cursor());
    let before = terminal.look(shown);
    let terminal = come_back(&project, terminal, 24, 80);
    wait_until_shows(&terminal, &before);
}

#[test]
fn an_editor_comes_back_as_it_was() {
    let project = Project::up(READY);
    let text: String = (1..=300).map(|number| format!("line {number}\n")).collect();
    project.workspace.write("text", text);
    let mut terminal = shell(&project);
    terminal.send_line("echo earlier; vi text");
    terminal.wait_until("the editor", |screen| {
        screen.alternate_screen() && screen.contents().contains("line 20")
    });
    terminal.send("150Gz\r3l");
    terminal.wait_until("the place", |screen| {
        screen.contents().starts_with("line 150\n")
    });
    terminal.send("5jixyz\x1b");
    terminal.wait_for("linxyze 155");
    terminal.wait_until("insert mode's end", |screen| {
        !screen.contents().contains("-- INSERT --")
    });
    let before = terminal.look(shown);
    let mut terminal = come_back(&project, terminal, 24, 80);
    wait_until_shows(&terminal, &before);
    // And it is alive, with the shell's screen behind it.
    terminal.send(":q!\r");
    terminal.wait_until("the shell's screen", |screen| {
        !screen.alternate_screen() && screen.contents().contains("earlier")
    });
}

#[test]
fn a_pager_comes_back_as_it_was() {
    let project = Project::up(READY);
    let text: String = (1..=300).map(|number| format!("line {number}\n")).collect();
    project.workspace.write("text", text);
    let mut terminal = shell(&project);
    terminal.send_line("less text");
    terminal.wait_for("line 20");
    terminal.send(" jj");
    terminal.wait_until("the place", |screen| {
        screen.contents().starts_with("line 26\n")
    });
    let before = terminal.look(shown);
    let mut terminal = come_back(&project, terminal, 24, 80);
    wait_until_shows(&terminal, &before);
    terminal.send("q");
    terminal.wait_until("the shell's screen", |screen| !screen.alternate_screen());
}

#[test]
fn an_editor_is_drawn_for_the_size_of_the_new_terminal() {
    let project = Project::up(READY);
    let text: String = (1..=300).map(|number| format!("line {number}\n")).collect();
    project.workspace.write("text", text);
    let mut terminal = shell(&project);
    terminal.send_line("vi text");
    terminal.wait_until("the editor", |screen| {
        screen.alternate_screen() && screen.contents().contains("line 20")
    });
    let mut terminal = come_back(&project, terminal, 40, 100);
    terminal.wait_until("the larger editor", |screen| {
        screen.alternate_screen() && screen.contents().contains("line 39")
    });
    terminal.send(":q!\r");
    terminal.wait_until("the shell's screen", |screen| !screen.alternate_screen());
    terminal.send_line("stty size");
    terminal.wait_for("40 100");
}

#[test]
fn old_output_asks_the_terminal_nothing_again() {
    let project = Project::up(BUSYBOX);
    let mut terminal = shell(&project);
    // Cursor position, device attributes, the clipboard.
    terminal.send_line(r"printf '\033[6n\033[c\033]52;c;aGk=\007'; echo $((6 * 7))");
    terminal.wait_for("\n42");
    let terminal = come_back(&project, terminal, 24, 80);
    terminal.wait_for("\n42");
    let raw = terminal.raw();
    for question in [b"\x1b[6n".as_slice(), b"\x1b[c", b"\x1b]52"] {
        assert!(
            !raw.windows(question.len()).any(|window| window == question),
            "{}",
            raw.escape_ascii()
        );
    }
}

#[test]
fn attach_takes_a_name_and_without_one_the_newest_that_nobody_looks_at() {
    let project = Project::up(BUSYBOX);
    let mut sessions = Vec::new();
    for name in ["one", "two", "three"] {
        let arguments = ["shell", "--name", name];
        let mut terminal = project.warpdock(&arguments).in_terminal(24, 80);
        terminal.wait_for("/app #");
        terminal.send_line(&format!("echo this is ${{x:-{name}}}"));
        terminal.wait_for(&format!("\nthis is {name}"));
        sessions.push(terminal);
    }
    // The third is looked at, the others are not.
    for terminal in &mut sessions[..2] {
        terminal.signal(Signal::KILL);
        terminal.wait(wait::LONG);
    }
    wait::until_true("the clients to be gone", wait::LONG, || {
        project.sessions()[..2]
            .iter()
            .all(|session| session["clients"] == 0)
    });
    project
        .warpdock(&["attach"])
        .in_terminal(24, 80)
        .wait_for("this is two");
    project
        .warpdock(&["attach", "one"])
        .in_terminal(24, 80)
        .wait_for("this is one");
    project
        .warpdock(&["attach", "3"])
        .in_terminal(24, 80)
        .wait_for("this is three");
}

#[test]
fn attach_without_any_session_says_what_to_do() {
    let project = Project::up(BUSYBOX);
    let finished = project.warpdock(&["attach"]).run().expect_code(125);
    assert!(
        finished.stderr().contains("no session with a terminal"),
        "{finished}"
    );
    assert!(finished.stderr().contains("warpdock shell"), "{finished}");
}

#[test]
fn logs_of_a_full_screen_do_not_touch_the_terminal() {
    let project = Project::up(BUSYBOX);
    let mut terminal = shell(&project);
    terminal.send_line(r"printf '\033[?1049h\033[?1000h\033[?25l\033[31mdrawn\033[6n'; cat");
    terminal.wait_for("drawn");
    let mut looker = project.warpdock(&["logs"]).in_terminal(24, 80);
    assert_eq!(looker.wait(wait::LONG), 0);
    looker.wait_for("drawn");
    looker.look(|screen| {
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    });
}
