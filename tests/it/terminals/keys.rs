//! What is typed and what is drawn: keys that signal, bytes, sizes.

use crate::support::{
    engine::{BUSYBOX, READY},
    project::Project,
    terminal::Terminal,
    wait,
};

/// A bash in a terminal.
#[track_caller]
fn bash() -> (Project, Terminal) {
    let project = Project::up(READY);
    let terminal = project.warpdock(&["shell"]).in_terminal(24, 80);
    terminal.wait_for("/app#");
    (project, terminal)
}

#[test]
fn ctrl_c_interrupts_the_program_and_not_the_shell() {
    let (project, mut terminal) = bash();
    terminal.send_line("sleep 1000");
    project.wait_until_runs("sleep 1000");
    terminal.send("\x03");
    terminal.send_line("echo code=$?");
    terminal.wait_for("\ncode=130");
}

#[test]
fn ctrl_z_stops_the_program_and_it_can_go_on() {
    let (project, mut terminal) = bash();
    terminal.send_line("sleep 1000");
    project.wait_until_runs("sleep 1000");
    terminal.send("\x1a");
    terminal.wait_for("Stopped");
    terminal.send_line("bg");
    terminal.wait_for("sleep 1000 &");
    terminal.send_line("kill %1; wait %1; echo code=$?");
    terminal.wait_for("\ncode=143");
}

#[test]
fn ctrl_backslash_quits_the_program() {
    let (project, mut terminal) = bash();
    terminal.send_line("sleep 1000");
    project.wait_until_runs("sleep 1000");
    terminal.send("\x1c");
    terminal.send_line("echo code=$?");
    terminal.wait_for("\ncode=131");
}

#[test]
fn ctrl_d_ends_input_and_then_the_shell() {
    let (project, mut terminal) = bash();
    terminal.send_line("cat >typed; echo code=$?");
    project.wait_until_runs("cat");
    terminal.send("a line\r\x04");
    terminal.wait_for("\ncode=0");
    terminal.send("\x04");
    assert_eq!(terminal.wait(wait::LONG), 0);
}

#[test]
fn ctrl_c_ends_exec_with_130() {
    let project = Project::up(BUSYBOX);
    let mut terminal = project
        .warpdock(&["exec", "--", "sleep", "1000"])
        .in_terminal(24, 80);
    project.wait_until_runs("sleep 1000");
    terminal.send("\x03");
    assert_eq!(terminal.wait(wait::LONG), 130);
    project.wait_until_nothing_runs();
}

#[test]
fn every_byte_can_be_typed_and_drawn() {
    let project = Project::up(BUSYBOX);
    let bytes: Vec<u8> = (0..=255).collect();
    let line =
        "stty raw -echo; printf ready; head -c 256 >typed; printf '<'; cat typed; printf '>'";
    let mut terminal = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .in_terminal(24, 80);
    terminal.wait_for("ready");
    terminal.send(&bytes);
    terminal.wait(wait::LONG);
    let typed = std::fs::read(project.workspace.join("typed")).expect("it was written");
    assert_eq!(typed, bytes);
    let drawn = [b"ready<".as_slice(), &bytes, b">"].concat();
    let raw = terminal.raw();
    assert!(
        raw.windows(drawn.len()).any(|window| window == drawn),
        "{:?}",
        raw.escape_ascii().to_string()
    );
}

#[test]
fn a_character_may_be_split_anywhere() {
    let project = Project::up(BUSYBOX);
    // é, 日, 😀, a byte at a time.
    let line = r"stty -echo; for byte in 303 251 346 227 245 360 237 230 200; do printf \\$byte; sleep 0.02; done; echo; head -n 1";
    let mut terminal = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .in_terminal(24, 80);
    terminal.wait_for("é日😀");
    for byte in "wörld 日😀\r".bytes() {
        terminal.send([byte]);
    }
    terminal.wait_for("wörld 日😀");
    assert_eq!(terminal.wait(wait::LONG), 0);
}

#[test]
fn a_resize_reaches_the_program() {
    let project = Project::up(BUSYBOX);
    let line = "trap 'echo size $(stty size)' WINCH; stty size; while :; do sleep 0.02; done";
    let terminal = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .in_terminal(24, 80);
    terminal.wait_for("24 80");
    terminal.resize(50, 132);
    terminal.wait_for("size 50 132");
    terminal.resize(10, 20);
    terminal.wait_for("size 10 20");
}

#[test]
fn typing_ahead_loses_nothing() {
    let project = Project::up(BUSYBOX);
    let mut terminal = project.warpdock(&["shell"]).in_terminal(24, 80);
    terminal.send_line("echo one >>typed");
    terminal.wait_for("/app #");
    terminal.send_line("sleep 0.3");
    for word in ["two", "three", "four"] {
        terminal.send_line(&format!("echo {word} >>typed"));
    }
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
    assert_eq!(project.workspace.read("typed"), "one\ntwo\nthree\nfour\n");
}

#[test]
fn a_large_paste_arrives_whole() {
    let project = Project::up(BUSYBOX);
    let line = "stty raw -echo; printf ready; head -c 1000000 | md5sum";
    let mut terminal = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .in_terminal(24, 80);
    terminal.wait_for("ready");
    let pasted: Vec<u8> = (0..1_000_000u32)
        .map(|number| (number % 251) as u8)
        .collect();
    terminal.send(&pasted);
    project.workspace.write("expected", &pasted);
    let sum = project
        .warpdock(&["exec", "--", "md5sum", "expected"])
        .run()
        .success();
    let sum = sum
        .stdout()
        .split(' ')
        .next()
        .map(str::to_owned)
        .expect("a sum");
    terminal.wait_for(&sum);
}

#[test]
fn with_its_output_in_a_file_a_command_reads_lines_from_the_terminal() {
    let project = Project::up(BUSYBOX);
    let line = "\"$WARPDOCK\" exec -- sh -c 'tty; cat' >out; echo code=$?";
    let mut terminal = project.sh(line).in_terminal(24, 80);
    project.wait_until_runs("cat");
    terminal.send("a lien\x7f\x7fne\r\x04");
    terminal.wait_for("code=0");
    assert_eq!(project.workspace.read("out"), "not a tty\na line\n");
}
