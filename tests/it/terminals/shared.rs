//! Several clients on one session: who typed last sets the size.

use rustix::process::Signal;

use crate::support::{engine::BUSYBOX, project::Project, terminal::Terminal, wait};

/// A session that says its size whenever it changes, with a client of 24 lines, and
/// another client of 30.
#[track_caller]
fn two(project: &Project) -> (Terminal, Terminal) {
    let line = "stty -echo; trap 'echo size $(stty size)' WINCH; echo size $(stty size); while :; do sleep 0.02; done";
    let arguments = ["run", "--name", "shared", "--", "sh", "-c", line];
    let first = project.warpdock(&arguments).in_terminal(24, 80);
    first.wait_for("size 24 80");
    let second = project.warpdock(&["attach", "shared"]).in_terminal(30, 100);
    second.wait_for("size 24 80");
    (first, second)
}

/// Waits until the last size that the session has said is this one.
#[track_caller]
fn wait_for_size(terminal: &Terminal, size: &str) {
    let what = format!("size {size} at the end");
    terminal.wait_until(&what, |screen| {
        let text = screen.contents();
        text.trim_end().ends_with(&format!("size {size}"))
    });
}

#[test]
fn who_typed_last_sets_the_size() {
    let project = Project::up(BUSYBOX);
    let (mut first, mut second) = two(&project);
    second.send("x");
    wait_for_size(&second, "30 100");
    first.send("x");
    wait_for_size(&first, "24 80");
    // A resize of the other waits until it types.
    second.resize(40, 120);
    first.resize(25, 81);
    wait_for_size(&first, "25 81");
    second.send("x");
    wait_for_size(&second, "40 120");
}

#[test]
fn who_stays_alone_has_the_size() {
    let project = Project::up(BUSYBOX);
    let (mut first, second) = two(&project);
    first.send("\x10\x11");
    first.wait(wait::LONG);
    wait_for_size(&second, "30 100");
}

#[test]
fn who_stays_alone_after_a_kill_has_the_size() {
    let project = Project::up(BUSYBOX);
    let (mut first, second) = two(&project);
    first.signal(Signal::KILL);
    first.wait(wait::LONG);
    wait_for_size(&second, "30 100");
}

#[test]
fn both_see_and_both_type_and_both_end() {
    let project = Project::up(BUSYBOX);
    let mut first = project.warpdock(&["shell"]).in_terminal(24, 80);
    first.wait_for("/app #");
    let mut second = project.warpdock(&["attach"]).in_terminal(24, 80);
    second.wait_for("/app #");
    first.send_line("echo $((6 * 7))");
    second.wait_for("\n42");
    second.send_line("echo $((6 * 8))");
    first.wait_for("\n48");
    let listed = project
        .warpdock(&["sessions", "--json"])
        .run()
        .success()
        .json();
    assert_eq!(listed[0]["clients"], 2, "{listed:#}");
    first.send_line("exit 6");
    assert_eq!(first.wait(wait::LONG), 6);
    assert_eq!(second.wait(wait::LONG), 6);
}

#[test]
fn one_that_leaves_does_not_end_the_other() {
    let project = Project::up(BUSYBOX);
    let mut first = project.warpdock(&["shell"]).in_terminal(24, 80);
    first.wait_for("/app #");
    let mut second = project.warpdock(&["attach"]).in_terminal(24, 80);
    second.wait_for("/app #");
    second.signal(Signal::KILL);
    second.wait(wait::LONG);
    first.send_line("echo $((6 * 7))");
    first.wait_for("\n42");
}
