//! Several clients, replay, size, back-pressure, watching.

use std::time::Instant;

use session::client::{Incoming, Polled};
use session::frame::{Attach, Control, Exit, Failure, Keep, Open, Reply, Request, Size};

use crate::support::{DEADLINE, Init, SIZE, command, eventually, sh, shell, terminal};

const WIDE: Size = Size {
    rows: 40,
    cols: 200,
};

fn logs(init: &Init, session: &str, follow: bool) -> crate::support::Terminal {
    let request = Request::Logs {
        session: session.to_owned(),
        follow,
    };
    match init.join(&request) {
        Ok(terminal) => terminal,
        Err(failure) => panic!("{failure:?}"),
    }
}

#[test]
fn a_killed_client_leaves_its_shell_to_the_next() {
    let init = Init::start();
    let mut first = init.open(Open {
        keep: Keep::Grace { seconds: 60 },
        ..shell()
    });
    first.expect("ready> ");
    first.type_in("x=remembered; echo set\r");
    first.expect("set\r\n");
    let id = first.id();
    drop(first);
    eventually("the client is gone", || {
        init.session(id.parse().ok()?).filter(|it| it.clients == 0)
    });
    let mut second = init.attach(&id, Some(SIZE));
    second.expect_reply(&Reply::ReplayEnd);
    assert!(second.has("set\r\n"), "the replay has what was written");
    second.type_in("echo $x\r");
    second.expect("remembered\r\n");
}

#[test]
fn two_clients_see_the_same_and_who_types_sets_the_size() {
    let init = Init::start();
    let mut first = init.open(shell());
    first.expect("ready> ");
    let mut second = init.attach(&first.id(), Some(WIDE));
    second.expect_reply(&Reply::ReplayEnd);
    let size = |init: &Init| init.list()[0].terminal;
    assert_eq!(size(&init), Some(SIZE), "who only looks changes nothing");
    second.type_in("stty size\r");
    second.expect("40 200\r\n");
    first.expect("40 200\r\n");
    first.type_in("stty size\r");
    second.expect("24 80\r\n");
    // Who did not type last does not change the size by moving its window.
    second
        .sender
        .control(&Control::Resize(Size { rows: 9, cols: 9 }))
        .expect("init reads");
    second.type_in("stty size\r");
    first.expect("9 9\r\n");
    assert_eq!(init.list()[0].clients, 2);
}

#[test]
fn the_only_client_sets_the_size_when_it_comes() {
    let init = Init::start();
    let mut first = init.open(Open {
        keep: Keep::Forever,
        ..shell()
    });
    first.expect("ready> ");
    let id = first.id();
    first.sender.control(&Control::Detach).expect("init reads");
    eventually("the client is gone", || {
        init.list().iter().all(|it| it.clients == 0).then_some(())
    });
    let mut second = init.attach(&id, Some(WIDE));
    second.expect_reply(&Reply::ReplaySize(WIDE));
    second.type_in("stty size\r");
    second.expect("40 200\r\n");
}

#[test]
fn a_replay_keeps_streams_and_sizes_in_their_places() {
    let init = Init::start();
    let mut terminal = init.open(Open {
        keep: Keep::Forever,
        ..terminal("echo small; read x; echo wide; read x; sleep 1000")
    });
    terminal.expect("small");
    terminal
        .sender
        .control(&Control::Resize(WIDE))
        .expect("init reads");
    terminal.type_in("\r");
    terminal.expect("wide");
    let mut late = init.attach(&terminal.id(), None);
    let mut story = String::new();
    loop {
        match late.take() {
            Some(Incoming::Reply(Reply::ReplaySize(size))) => {
                story.push_str(&format!("[{}x{}]", size.cols, size.rows));
            }
            Some(Incoming::Reply(Reply::ReplayEnd)) => break,
            Some(Incoming::Stdout(bytes)) => story.push_str(&String::from_utf8_lossy(&bytes)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(story, "[80x24]small\r\n[200x40]\r\nwide\r\n");
    drop(late);

    let mut piped = init.open(Open {
        keep: Keep::Forever,
        ..sh("echo out; echo err >&2; exit 5")
    });
    assert_eq!(piped.exit(), Exit::Code(5));
    let mut late = init.attach(&piped.id(), None);
    assert_eq!(late.exit(), Exit::Code(5));
    assert_eq!(
        (late.stdout, late.stderr),
        (b"out\n".to_vec(), b"err\n".to_vec())
    );
}

#[test]
fn a_replay_is_the_end_of_what_was_written_and_says_how_much_is_lost() {
    let init = Init::start();
    let mut terminal = init.open(Open {
        keep: Keep::Grace { seconds: 60 },
        ..sh("seq 1 200000")
    });
    terminal.exit();
    let mut late = logs(&init, &terminal.id(), false);
    assert_eq!(late.exit(), Exit::Code(0));
    assert_eq!(late.stdout.len(), 256 << 10);
    assert!(terminal.stdout.ends_with(&late.stdout));
    let dropped = (terminal.stdout.len() - late.stdout.len()) as u64;
    assert!(late.replies.contains(&Reply::ReplayTruncated { dropped }));
}

#[test]
fn a_log_follows_to_the_end_and_cannot_type() {
    let init = Init::start();
    let mut owner = init.open(Open {
        keep: Keep::Forever,
        ..sh("echo one; read x; echo two; exit 4")
    });
    owner.expect("one\n");
    let mut log = logs(&init, &owner.id(), true);
    log.expect_reply(&Reply::ReplayEnd);
    let mut reader = logs(&init, &owner.id(), false);
    while reader.take().is_some() {}
    assert_eq!(reader.stdout, b"one\n");
    let mut typing = logs(&init, &owner.id(), true);
    typing.type_in("no\n");
    while typing.take().is_some() {}
    assert!(matches!(
        typing.replies.last(),
        Some(Reply::Failed(Failure::Protocol { .. }))
    ));
    owner.type_in("\n");
    assert_eq!(log.exit(), Exit::Code(4));
    assert_eq!(log.stdout, b"one\ntwo\n");
}

#[test]
fn a_client_that_does_not_read_blocks_the_command_and_costs_no_memory() {
    let init = Init::start();
    let before = init.resident();
    // It writes a line after each MiB that it could write.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let progress = folder.path().join("progress");
    let mut stalled = init.open(sh(&format!(
        "while :; do head -c 1048576 /dev/zero; echo >> {}; done",
        progress.display()
    )));
    let lines = || std::fs::read(&progress).map_or(0, |it| it.len());
    let mut last = (0, Instant::now());
    // It has stopped when nothing moves for a while.
    eventually("the command stops", || {
        if lines() != last.0 {
            last = (lines(), Instant::now());
        }
        (last.1.elapsed().as_millis() > 300).then_some(())
    });
    assert!(lines() < 4, "{} MiB went somewhere", lines());
    assert!(init.resident() < before + 2048, "{} KiB", init.resident());
    // It goes on when the client reads.
    let mut read = 0;
    while read < 8 << 20 {
        assert!(stalled.take().is_some());
        read += stalled.stdout.len();
        stalled.stdout.clear();
    }
    assert!(init.resident() < before + 2048, "{} KiB", init.resident());
}

#[test]
fn without_clients_a_command_runs_on() {
    let init = Init::start();
    let mut terminal = init.open(Open {
        keep: Keep::Forever,
        ..sh("read x; head -c 8388608 /dev/zero; exit 6")
    });
    terminal.type_in("\n");
    terminal
        .sender
        .control(&Control::Detach)
        .expect("init reads");
    let id = terminal.info.id;
    drop(terminal);
    let session = eventually("it ends", || {
        init.session(id).filter(|it| it.exit.is_some())
    });
    assert_eq!(session.exit, Some(Exit::Code(6)));
}

#[test]
fn a_stalled_client_does_not_hold_up_the_others() {
    let init = Init::start();
    let mut stalled = init.open(sh("read x; head -c 33554432 /dev/zero; exit 3"));
    let mut reads = init.attach(&stalled.id(), None);
    stalled.type_in("\n");
    let mut length = 0;
    while reads.take().is_some() {
        length += reads.stdout.len();
        reads.stdout.clear();
    }
    assert_eq!(length, 33_554_432);
    assert_eq!(reads.replies.last(), Some(&Reply::Exit(Exit::Code(3))));
    while stalled.take().is_some() {}
    assert!(
        matches!(
            stalled.replies.last(),
            Some(Reply::Failed(Failure::Protocol { .. })) | None
        ),
        "{:?}",
        stalled.replies
    );
}

#[test]
fn a_stalled_log_does_not_hold_up_the_run_and_learns_what_it_missed() {
    let init = Init::start();
    let mut owner = init.open(sh("read x; head -c 33554432 /dev/zero; echo end"));
    let mut log = logs(&init, &owner.id(), true);
    owner.type_in("\n");
    assert_eq!(owner.exit(), Exit::Code(0));
    assert_eq!(log.exit(), Exit::Code(0));
    assert!(log.has("end"));
    let missed: u64 = log
        .replies
        .iter()
        .map(|it| match it {
            Reply::ReplayTruncated { dropped } => *dropped,
            _ => 0,
        })
        .sum();
    assert!(missed > 0);
    assert_eq!(missed + log.stdout.len() as u64, 33_554_432 + 4);
}

#[test]
fn a_paste_to_a_sleeping_reader_arrives_whole() {
    let init = Init::start();
    let mut terminal = init.open(sh("sleep 0.3; wc -c"));
    let paste = vec![b'p'; 1 << 20];
    terminal.sender.data(&paste).expect("init reads");
    terminal.sender.control(&Control::Eof).expect("init reads");
    assert_eq!(terminal.exit(), Exit::Code(0));
    assert_eq!(terminal.stdout.trim_ascii(), b"1048576");
}

#[test]
fn input_and_output_at_once_do_not_lock_up() {
    let init = Init::start();
    let mut terminal = init.open(command(&["cat"]));
    let mut sent = 0;
    let mut received = 0;
    let total = 8 << 20;
    let deadline = Instant::now() + DEADLINE;
    while received < total {
        assert!(
            Instant::now() < deadline,
            "{sent} sent, {received} received"
        );
        if sent < total && terminal.sender.pending() == 0 {
            terminal.sender.queue_data(&[b'x'; 65536]);
            sent += 65536;
        }
        terminal.sender.try_flush().expect("init reads");
        match terminal.receiver.try_next().expect("init writes") {
            Polled::Incoming(Incoming::Stdout(bytes)) => received += bytes.len(),
            Polled::Pending => std::thread::yield_now(),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_watcher_sees_every_change() {
    let init = Init::start();
    let mut watcher = init.connect();
    watcher.request(&Request::Watch).expect("init reads");
    let (_sender, mut receiver) = watcher.split();
    let mut last = Vec::new();
    let mut next = || {
        let incoming = eventually(&format!("a change after {last:?}"), || {
            match receiver.try_next().expect("init speaks") {
                Polled::Pending => None,
                polled => Some(polled),
            }
        });
        match incoming {
            Polled::Incoming(Incoming::Reply(Reply::Sessions(sessions))) => {
                last = sessions.clone();
                sessions
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(next(), []);
    let mut terminal = init.open(Open {
        keep: Keep::Grace { seconds: 60 },
        ..sh("read x")
    });
    while next().iter().all(|it| it.clients != 1) {}
    terminal.type_in("\n");
    assert_eq!(terminal.exit(), Exit::Code(0));
    loop {
        let sessions = next();
        if sessions[0].exit.is_some() && sessions[0].clients == 0 {
            assert_eq!((sessions[0].pid, sessions[0].processes.len()), (0, 0));
            break;
        }
    }
}

#[test]
fn names_find_the_running_session_and_cannot_be_taken_twice() {
    let init = Init::start();
    let named = |script: &str| Open {
        name: Some("train".to_owned()),
        keep: Keep::Forever,
        ..sh(script)
    };
    let mut first = init.open(named("exit 1"));
    first.exit();
    let _second = init.open(named("sleep 1000"));
    assert_eq!(
        init.try_open(named("true")).err(),
        Some(Failure::NameTaken {
            name: "train".to_owned()
        })
    );
    let attached = init.attach("train", None);
    assert_eq!(attached.info.id, 2);
    let nobody = Request::Attach(Attach {
        session: "nobody".to_owned(),
        size: None,
    });
    assert_eq!(
        init.join(&nobody).err(),
        Some(Failure::NoSuchSession {
            session: "nobody".to_owned()
        })
    );
}
