//! Signals to the client: a process of its own in a terminal of its own.

use std::process::{Child, Command};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use session::frame::{Exit, Keep, Open};

use super::support::*;
use crate::terminal::{Options, Outcome, Streams, open};

/// Tells the test below that it is the client.
const ROLE: &str = "WARPDOCK_TEST_CLIENT";

/// Not a test: the client process of the others. It ends the process.
#[test]
fn client_process() -> Result<()> {
    let Ok(role) = std::env::var(ROLE) else {
        return Ok(());
    };
    let mut parts = role.splitn(4, '\n');
    let mut part = || parts.next().context("folder, pid, kind, script");
    let endpoint = session::client::Endpoint {
        socket_folder: part()?.into(),
        pid: part()?.parse()?,
    };
    let kind = part()?;
    let script = part()?;
    let request = match kind {
        "pipes" => in_pipes(script),
        _ => Open {
            keep: Keep::Grace { seconds: 60 },
            ..in_terminal(script)
        },
    };
    let connection =
        session::client::Connection::open(&endpoint, std::time::Duration::from_secs(5))?;
    let options = Options {
        stdin: true,
        detach_keys: Vec::new(),
    };
    let outcome = open(connection, request, Streams::standard(), &options)?;
    std::process::exit(outcome.code().into());
}

/// A client process in a window that is its controlling terminal.
fn client(init: &Init, window: &Window, kind: &str, script: &str) -> Result<Child> {
    let endpoint = init.endpoint();
    let role = format!(
        "{}\n{}\n{kind}\n{script}",
        endpoint.socket_folder.display(),
        endpoint.pid
    );
    Ok(Command::new("setsid")
        .arg("--ctty")
        .arg(std::env::current_exe()?)
        .args([
            "--exact",
            "terminal::tests::leaving::client_process",
            "--nocapture",
        ])
        .env(ROLE, role)
        .stdin(window.terminal()?)
        .stdout(window.terminal()?)
        .stderr(window.terminal()?)
        .spawn()?)
}

fn code(mut client: Child) -> Result<Option<i32>> {
    Ok(until("the client ends", || client.try_wait().ok()?)?.code())
}

fn send(client: &Child, signal: Signal) -> Result<()> {
    Ok(kill_process(Pid::from_child(client), signal)?)
}

#[test]
fn a_signal_that_ends_the_client_puts_the_terminal_back_and_leaves_the_session() -> Result<()> {
    for (signal, expected) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let init = Init::start()?;
        let window = Window::open(SIZE)?;
        let before = format!("{:?}", window.settings()?);
        let client = client(&init, &window, "terminal", "echo ready; sleep 60")?;
        window.wait_for("ready\r\n")?;
        assert!(window.is_raw()?);
        send(&client, signal)?;
        assert_eq!(code(client)?, Some(expected));
        assert_eq!(format!("{:?}", window.settings()?), before);
        let sessions = init.sessions()?;
        assert_eq!(sessions.len(), 1);
        assert_eq!(sessions[0].exit, None);
    }
    Ok(())
}

#[test]
fn a_killed_client_leaves_the_session_and_another_comes_back_to_it() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let mut client = client(&init, &window, "terminal", "echo ready; read line; exit 8")?;
    window.wait_for("ready\r\n")?;
    client.kill()?;
    client.wait()?;
    until("init notices", || {
        init.sessions()
            .ok()?
            .iter()
            .all(|it| it.clients == 0)
            .then_some(())
    })?;
    let second = Window::open(SIZE)?;
    let client = Client::attach(&init, &second, "1")?;
    second.wait_for("ready")?;
    second.type_in(b"\r")?;
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(8))));
    Ok(())
}

#[test]
fn the_kernel_tells_the_client_of_a_new_size() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done";
    let client = client(&init, &window, "terminal", script)?;
    window.wait_for("ready\r\n")?;
    window.resize(session::frame::Size {
        rows: 30,
        cols: 100,
    })?;
    window.wait_for("30 100")?;
    send(&client, Signal::TERM)?;
    assert_eq!(code(client)?, Some(143));
    Ok(())
}

#[test]
fn a_stopped_client_gives_the_terminal_back_until_it_goes_on() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let client = client(
        &init,
        &window,
        "terminal",
        "echo ready; read line; echo got $line; exit 3",
    )?;
    window.wait_for("ready\r\n")?;
    send(&client, Signal::TSTP)?;
    until("the terminal is as before", || {
        window.is_raw().is_ok_and(|it| !it).then_some(())
    })?;
    send(&client, Signal::CONT)?;
    until("the terminal is raw again", || {
        window.is_raw().is_ok_and(|it| it).then_some(())
    })?;
    window.type_in(b"it\r")?;
    window.wait_for("got it")?;
    assert_eq!(code(client)?, Some(3));
    Ok(())
}

#[test]
fn without_a_terminal_a_signal_goes_to_the_session_and_its_end_is_awaited() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let script = "trap 'echo cleaning; exit 33' TERM; echo ready; while :; do sleep 0.02; done";
    let client = client(&init, &window, "pipes", script)?;
    window.wait_for("ready\r\n")?;
    send(&client, Signal::TERM)?;
    window.wait_for("cleaning")?;
    assert_eq!(code(client)?, Some(33));
    Ok(())
}

#[test]
fn a_second_signal_leaves_at_once() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let script = "trap 'echo no' INT; echo ready; while :; do sleep 0.02; done";
    let client = client(&init, &window, "pipes", script)?;
    window.wait_for("ready\r\n")?;
    send(&client, Signal::INT)?;
    window.wait_for("no\r\n")?;
    send(&client, Signal::INT)?;
    assert_eq!(code(client)?, Some(130));
    Ok(())
}
