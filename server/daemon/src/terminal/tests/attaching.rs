//! Leaving a session, coming back to it, and reading what it wrote.

use anyhow::Result;
use session::frame::{Control, Exit, Keep, Open};

use super::support::*;
use crate::terminal::{Outcome, Streams, logs};

/// A session that outlives its clients for a while.
fn kept(script: &str) -> Open {
    Open {
        keep: Keep::Grace { seconds: 60 },
        ..in_terminal(script)
    }
}

/// Opens, waits for a text, and leaves by the keys.
fn leave_after(init: &Init, request: Open, text: &str) -> Result<Window> {
    let window = Window::open(SIZE)?;
    let client = Client::open(init, &window, request)?;
    window.wait_for(text)?;
    window.type_in(b"\x10\x11")?;
    let outcome = client.outcome()?;
    assert!(matches!(outcome, Outcome::Detached { .. }), "{outcome:?}");
    assert!(!window.is_raw()?);
    Ok(window)
}

#[test]
fn the_keys_leave_and_attach_comes_back_to_the_same_screen() -> Result<()> {
    let init = Init::start()?;
    let script =
        "printf 'one\\n\\033[1;31mtwo\\033[0m\\nready $ '; read line; echo \"got $line\"; exit 7";
    let first = leave_after(&init, kept(script), "ready $ ")?;
    let second = Window::open(SIZE)?;
    let client = Client::attach(&init, &second, "1")?;
    second.wait_for("ready $ ")?;
    assert_eq!(
        second.screen(SIZE).screen().contents_formatted(),
        first.screen(SIZE).screen().contents_formatted()
    );
    second.type_in(b"hello\r")?;
    second.wait_for("got hello")?;
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(7))));
    Ok(())
}

#[test]
fn the_first_key_alone_reaches_the_program_after_a_moment() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let script = "stty raw -echo; echo ready; head -c 1 | od -An -tx1";
    let client = Client::open(&init, &window, in_terminal(script))?;
    window.wait_for("ready")?;
    window.type_in(b"\x10")?;
    window.wait_for("10")?;
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(0))));
    Ok(())
}

#[test]
fn leaving_switches_off_what_the_program_switched_on() -> Result<()> {
    let init = Init::start()?;
    let script = "printf '\\033[?1049h\\033[?1000h\\033[?25lready'; sleep 60";
    let window = leave_after(&init, kept(script), "ready")?;
    window.wait_for("\x1b[?1049l\x1b[?25h\x1b[?1000l")?;
    assert!(!window.screen(SIZE).screen().alternate_screen());
    Ok(())
}

#[test]
fn an_editor_is_drawn_again() -> Result<()> {
    let init = Init::start()?;
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), "first line\nsecond line\n漢字\n")?;
    let script = format!(
        "echo shell line; exec vi -u NONE -N {}",
        file.path().display()
    );
    let first = leave_after(&init, kept(&script), "漢字")?;
    let second = Window::open(SIZE)?;
    let client = Client::attach(&init, &second, "1")?;
    second.wait_for("漢字")?;
    let shown = second.screen(SIZE);
    assert!(shown.screen().alternate_screen());
    assert!(
        shown
            .screen()
            .contents()
            .starts_with("first line\nsecond line\n漢字\n~")
    );
    // Where the cursor was, and in the same modes, edits go on.
    second.type_in(b"jdd:wq\r")?;
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(0))));
    assert_eq!(std::fs::read_to_string(file.path())?, "first line\n漢字\n");
    let after = second.screen(SIZE);
    assert!(!after.screen().alternate_screen());
    assert!(
        after.screen().contents().contains("shell line"),
        "{}",
        after.screen().contents()
    );
    drop(first);
    Ok(())
}

#[test]
fn an_ended_session_shows_what_it_left() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    Client::open(&init, &window, kept("echo last words; exit 9"))?.outcome()?;
    let second = Window::open(SIZE)?;
    let outcome = Client::attach(&init, &second, "1")?.outcome()?;
    assert!(
        matches!(outcome, Outcome::Exit(Exit::Code(9))),
        "{outcome:?}"
    );
    second.wait_for("last words")?;
    Ok(())
}

#[test]
fn more_than_the_ring_holds_comes_back_from_its_end() -> Result<()> {
    let init = Init::start()?;
    let script = "i=0; while [ $i -lt 40000 ]; do i=$((i+1)); echo \"line number $i\"; done; printf 'ready $ '; sleep 60";
    leave_after(&init, kept(script), "ready $ ")?;
    let second = Window::open(SIZE)?;
    let client = Client::attach(&init, &second, "1")?;
    second.wait_for("ready $ ")?;
    let contents = second.screen(SIZE).screen().contents();
    assert!(
        contents.ends_with("line number 39999\nline number 40000\nready $ "),
        "{contents}"
    );
    second.type_in(b"\x03")?;
    client.outcome()?;
    Ok(())
}

#[test]
fn logs_are_written_as_they_were() -> Result<()> {
    let init = Init::start()?;
    let mut request = kept("printf '\\033[6nout\\n'; exit 4");
    request.name = Some("training".to_owned());
    let window = Window::open(SIZE)?;
    Client::open(&init, &window, request)?.outcome()?;
    let (seen, output) = pipe()?;
    let nothing = null()?;
    let streams = Streams {
        input: std::os::fd::AsFd::as_fd(&nothing),
        output: std::os::fd::AsFd::as_fd(&output),
        error: std::os::fd::AsFd::as_fd(&nothing),
    };
    let outcome = logs(init.connect()?, "training", false, streams)?;
    assert!(
        matches!(
            outcome,
            Outcome::Detached { .. } | Outcome::Exit(Exit::Code(4))
        ),
        "{outcome:?}"
    );
    drop(output);
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::fs::File::from(seen), &mut text)?;
    assert_eq!(text, "\x1b[6nout\r\n");
    Ok(())
}

#[test]
fn logs_follow_until_the_end() -> Result<()> {
    let init = Init::start()?;
    let mut request = kept("echo begun; read line; echo \"got $line\"; exit 4");
    request.keep = Keep::Forever;
    let window = leave_after(&init, request, "begun")?;
    let shown = Window::open(SIZE)?;
    let connection = init.connect()?;
    let terminal = shown.terminal()?;
    let follower = std::thread::spawn(move || {
        let terminal = std::os::fd::AsFd::as_fd(&terminal);
        let streams = Streams {
            input: terminal,
            output: terminal,
            error: terminal,
        };
        logs(connection, "1", true, streams)
    });
    shown.wait_for("begun")?;
    let mut connection = init.connect()?;
    connection.ask(&session::frame::Request::Attach(session::frame::Attach {
        session: "1".to_owned(),
        size: None,
    }))?;
    let (mut sender, _receiver) = connection.split();
    sender.data(b"it\r")?;
    sender.control(&Control::Detach)?;
    shown.wait_for("got it")?;
    until("the follower ends", || follower.is_finished().then_some(()))?;
    let outcome = follower.join().expect("no panic")?;
    assert!(
        matches!(outcome, Outcome::Exit(Exit::Code(4))),
        "{outcome:?}"
    );
    drop(window);
    Ok(())
}
