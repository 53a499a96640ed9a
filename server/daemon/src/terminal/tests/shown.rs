//! What a person in a terminal sees and types.

use anyhow::Result;
use session::frame::{Exit, Failure, Size};

use super::support::*;
use crate::terminal::Outcome;

#[test]
fn the_terminal_is_raw_while_the_session_runs_and_never_after() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let before = format!("{:?}", window.settings()?);
    let client = Client::open(
        &init,
        &window,
        in_terminal("echo ready; read line; exit 42"),
    )?;
    window.wait_for("ready")?;
    assert!(window.is_raw()?);
    window.type_in(b"\r")?;
    let outcome = client.outcome()?;
    assert!(
        matches!(outcome, Outcome::Exit(Exit::Code(42))),
        "{outcome:?}"
    );
    assert_eq!(format!("{:?}", window.settings()?), before);
    Ok(())
}

#[test]
fn a_signal_that_ends_the_command_is_told() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let client = Client::open(&init, &window, in_terminal("kill -9 $$"))?;
    let outcome = client.outcome()?;
    assert!(
        matches!(outcome, Outcome::Exit(Exit::Signal(9))),
        "{outcome:?}"
    );
    assert_eq!(outcome.code(), 137);
    assert!(!window.is_raw()?);
    Ok(())
}

#[test]
fn what_init_refuses_is_told_and_leaves_the_terminal_alone() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let mut request = in_terminal("");
    request.argv = vec![b"no-such-command".to_vec()];
    let outcome = Client::open(&init, &window, request)?.outcome()?;
    assert!(
        matches!(&outcome, Outcome::Failed(Failure::CommandNotFound { command }) if command == "no-such-command"),
        "{outcome:?}"
    );
    assert_eq!(outcome.code(), 127);
    assert!(!window.is_raw()?);
    Ok(())
}

#[test]
fn control_keys_reach_the_program() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let script = "stty raw -echo; echo ready; head -c 3 | od -An -tx1; exit 5";
    let client = Client::open(&init, &window, in_terminal(script))?;
    window.wait_for("ready")?;
    window.type_in(b"\x03\x1a\x1c")?;
    window.wait_for("03 1a 1c")?;
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(5))));
    Ok(())
}

#[test]
fn ctrl_c_interrupts_the_program_and_not_the_client() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let client = Client::open(&init, &window, in_terminal("echo ready; exec sleep 60"))?;
    window.wait_for("ready")?;
    window.type_in(b"\x03")?;
    let outcome = client.outcome()?;
    assert!(
        matches!(outcome, Outcome::Exit(Exit::Signal(2))),
        "{outcome:?}"
    );
    Ok(())
}

#[test]
fn ctrl_c_ends_a_flood() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let client = Client::open(&init, &window, in_terminal("yes; exit 6"))?;
    window.wait_until("much", |seen| seen.len() > 1 << 20)?;
    window.type_in(b"\x03")?;
    let outcome = client.outcome()?;
    assert!(
        matches!(outcome, Outcome::Exit(Exit::Signal(2))),
        "{outcome:?}"
    );
    Ok(())
}

#[test]
fn characters_arrive_whole_however_they_are_cut() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let script = "stty raw -echo; echo ready; head -c 9 | od -An -tx1; printf '\\303'; sleep 0.1; printf '\\251!'";
    let client = Client::open(&init, &window, in_terminal(script))?;
    window.wait_for("ready")?;
    for byte in "é漢🐋".bytes() {
        window.type_in(&[byte])?;
    }
    window.wait_for("c3 a9 e6 bc a2 f0 9f 90 8b")?;
    window.wait_for("é!")?;
    client.outcome()?;
    Ok(())
}

#[test]
fn every_byte_passes_both_ways() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let client = Client::open(
        &init,
        &window,
        in_terminal("stty raw -echo; echo ready; head -c 256"),
    )?;
    window.wait_for("ready")?;
    let all: Vec<u8> = (0..=255).collect();
    // Not 0x10 0x11 in a row: they would detach.
    let typed: Vec<u8> = all
        .iter()
        .copied()
        .filter(|it| *it != 0x11)
        .chain([0x11])
        .collect();
    window.type_in(&typed)?;
    window.wait_until("256 bytes", |seen| seen.ends_with(&typed))?;
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(0))));
    Ok(())
}

#[test]
fn the_session_follows_the_windows_size() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let script = "trap 'stty size' WINCH; stty size; echo ready; while :; do sleep 0.02; done";
    let client = Client::open(&init, &window, in_terminal(script))?;
    window.wait_for("ready")?;
    window.wait_for("24 80")?;
    window.resize(Size {
        rows: 30,
        cols: 100,
    })?;
    // The window is not this process's own, so that the kernel tells somebody else.
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::WINCH)?;
    window.wait_for("30 100")?;
    window.type_in(b"\x03")?;
    client.outcome()?;
    Ok(())
}

#[test]
fn a_window_that_was_resized_meanwhile_is_told_at_once() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(Size {
        rows: 30,
        cols: 100,
    })?;
    let script = "until [ \"$(stty size)\" = '30 100' ]; do sleep 0.02; done; echo resized";
    let client = Client::open(&init, &window, in_terminal(script))?;
    window.wait_for("resized")?;
    client.outcome()?;
    Ok(())
}

#[test]
fn a_window_that_is_closed_ends_the_client() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let client = Client::open(&init, &window, in_terminal("echo ready; sleep 60"))?;
    window.wait_for("ready")?;
    window.close()?;
    let outcome = client.outcome()?;
    assert!(
        matches!(outcome, Outcome::Signalled { signal: 1, .. }),
        "{outcome:?}"
    );
    until("the session ends with its only client", || {
        init.sessions()
            .ok()?
            .iter()
            .all(|it| it.exit.is_some())
            .then_some(())
    })
}

#[test]
fn a_killed_container_ends_the_client_and_the_terminal_is_as_before() -> Result<()> {
    let mut init = Init::start()?;
    let window = Window::open(SIZE)?;
    let before = format!("{:?}", window.settings()?);
    let script = "printf '\\033[?1049h\\033[?1hready'; sleep 60";
    let client = Client::open(&init, &window, in_terminal(script))?;
    window.wait_for("ready")?;
    init.kill()?;
    let outcome = client.outcome()?;
    assert!(
        matches!(&outcome, Outcome::ConnectionLost { session: Some(session), .. } if session.id > 0),
        "{outcome:?}"
    );
    assert_eq!(format!("{:?}", window.settings()?), before);
    window.wait_for("\x1b[?1049l\x1b[?1l")?;
    Ok(())
}
