//! What is kept, what is hung up, and that nothing is left behind.

use session::frame::{Control, Exit, Failure, Keep, Open, Reply, Request};

use crate::support::{Init, eventually, is_alive, sh, shell, signal_process, terminal};

/// Children that do all they can to stay: another session, two forks, deaf to signals.
const STUBBORN: &str = "trap '' HUP TERM INT
setsid sh -c 'trap \"\" HUP TERM; while :; do sleep 1; done' &
(setsid sh -c 'trap \"\" HUP TERM; while :; do sleep 1; done' &)
env -i setsid sh -c '(trap \"\" HUP TERM; while :; do sleep 1; done) &'
echo up
while :; do sleep 1; done";

fn pids(init: &Init, id: u32) -> Vec<u32> {
    let session = init.session(id);
    let processes = session.map(|it| it.processes).unwrap_or_default();
    processes.into_iter().map(|it| it.pid).collect()
}

fn assert_none_lives(pids: &[u32]) {
    assert!(!pids.is_empty());
    let alive: Vec<_> = pids.iter().filter(|it| is_alive(**it)).collect();
    assert!(alive.is_empty(), "{alive:?}");
}

#[test]
fn a_hang_up_leaves_nothing_of_stubborn_children() {
    let init = Init::start();
    let mut stubborn = init.open(terminal(STUBBORN));
    stubborn.expect("up");
    let id = stubborn.info.id;
    let pids = eventually("all of them run", || {
        Some(pids(&init, id)).filter(|it| it.len() >= 7)
    });
    init.hang_up(&id.to_string());
    assert_none_lives(&pids);
    assert_eq!(stubborn.exit(), Exit::Signal(9));
    assert_eq!(init.session(id).expect("it is kept").processes, []);
}

#[test]
fn a_shell_needs_no_more_than_hup() {
    let init = Init::start();
    let mut shell = init.open(shell());
    shell.expect("ready> ");
    init.hang_up(&shell.id());
    assert_eq!(shell.exit(), Exit::Signal(1));
}

#[test]
fn a_task_ends_with_its_client() {
    let init = Init::start();
    let mut task = init.open(sh("sleep 1000 & echo up; wait"));
    task.expect("up");
    let pids = pids(&init, task.info.id);
    let id = task.info.id;
    drop(task);
    let session = eventually("it ends", || {
        init.session(id).filter(|it| it.exit.is_some())
    });
    assert_eq!(session.exit, Some(Exit::Signal(1)));
    eventually("nothing of it is left", || {
        pids.iter().all(|it| !is_alive(*it)).then_some(())
    });
}

#[test]
fn a_task_stays_when_its_client_says_so() {
    let init = Init::start();
    let mut task = init.open(sh("echo up; read x; exit 8"));
    task.expect("up");
    task.sender.control(&Control::Detach).expect("init reads");
    let id = task.id();
    drop(task);
    eventually("the client is gone", || {
        init.list().iter().all(|it| it.clients == 0).then_some(())
    });
    let mut task = init.attach(&id, None);
    task.type_in("\n");
    assert_eq!(task.exit(), Exit::Code(8));
}

#[test]
fn a_terminal_ends_when_its_grace_is_over_and_not_before() {
    let init = Init::start();
    let mut shell = init.open(Open {
        keep: Keep::Grace { seconds: 1 },
        ..shell()
    });
    shell.expect("ready> ");
    let id = shell.info.id;
    let left = std::time::Instant::now();
    drop(shell);
    eventually("it ends", || {
        init.session(id).filter(|it| it.exit.is_some())
    });
    assert!(left.elapsed() >= std::time::Duration::from_secs(1));
}

#[test]
fn what_a_command_leaves_behind_is_listed_and_its_output_kept() {
    let init = Init::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let go = folder.path().join("go");
    let mut parent = init.open(sh(&format!(
        "nohup sh -c 'while [ ! -e {0} ]; do sleep 0.02; done; echo late; exec sleep 1000' & echo early",
        go.display()
    )));
    assert_eq!(
        parent.exit(),
        Exit::Code(0),
        "the end is not waited for by its children"
    );
    assert_eq!(parent.stdout, b"early\n");
    let session = init.session(parent.info.id).expect("it is listed");
    assert_eq!((session.pid, session.exit), (0, Some(Exit::Code(0))));
    assert!(!session.processes.is_empty());
    std::fs::write(go, "").expect("write");
    eventually("the late output is kept", || {
        let mut late = init.attach(&parent.id(), None);
        (late.exit() == Exit::Code(0) && late.has("early\nlate\n")).then_some(())
    });
    let pids = pids(&init, parent.info.id);
    init.hang_up(&parent.id());
    assert_none_lives(&pids);
    assert_eq!(
        init.session(parent.info.id).expect("it is kept").processes,
        []
    );
}

#[test]
fn a_killed_reaper_loses_nothing() {
    let init = Init::start();
    let mut terminal = init.open(terminal(
        "setsid sh -c 'sleep 1000' & echo up; read x; exit 5",
    ));
    terminal.expect("up");
    // Before it is in a session of its own it goes with the terminal.
    let leader = eventually("both run", || {
        init.session(terminal.info.id)
            .filter(|it| it.processes.iter().any(|it| it.command == "sleep 1000"))
    });
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", leader.pid)).expect("it lives");
    let reaper = stat
        .rsplit_once(") ")
        .and_then(|(_, it)| it.split(' ').nth(1)?.parse().ok());
    signal_process(reaper.expect("a parent"), rustix::process::Signal::KILL);
    eventually("it is listed without its reaper", || {
        let parent = std::fs::read_to_string(format!("/proc/{}/stat", leader.pid)).ok()?;
        let parent = parent.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok();
        (parent == Some(init.pid())).then_some(())
    });
    terminal.type_in("\r");
    assert_eq!(terminal.exit(), Exit::Code(5));
    let left = init
        .session(terminal.info.id)
        .expect("it is listed")
        .processes;
    assert!(
        left.iter().any(|it| it.command.contains("sleep 1000")),
        "{left:?}"
    );
    init.hang_up(&terminal.id());
    assert_none_lives(&left.iter().map(|it| it.pid).collect::<Vec<_>>());
}

/// A killed reaper closes its line before its children come to init; and a command may kill
/// it before it has said anything.
#[test]
fn a_command_that_kills_its_reaper_at_once_is_known_and_can_be_ended() {
    let init = Init::start();
    for _ in 0..20 {
        let mut command = init.open(sh("kill -9 $PPID; sleep 1000"));
        let id = command.info.id;
        let pids = eventually("it sleeps", || {
            let session = init.session(id)?;
            assert_eq!(session.exit, None);
            let pids: Vec<u32> = session.processes.iter().map(|it| it.pid).collect();
            let mut sleeping = session.processes.iter();
            sleeping
                .any(|it| it.command == "sleep 1000")
                .then_some(pids)
        });
        init.hang_up(&command.id());
        assert_none_lives(&pids);
        assert_ne!(command.exit(), Exit::Code(0));
    }
}

#[test]
fn init_told_to_stop_ends_everything_quickly() {
    let mut init = Init::start();
    let mut stubborn = init.open(terminal(STUBBORN));
    stubborn.expect("up");
    let mut shell = init.open(shell());
    shell.expect("ready> ");
    let mut pids = pids(&init, stubborn.info.id);
    pids.extend(self::pids(&init, shell.info.id));
    init.signal(rustix::process::Signal::TERM);
    assert_eq!(shell.exit(), Exit::Signal(1));
    assert_eq!(stubborn.exit(), Exit::Signal(9));
    assert!(init.wait_for_end().success());
    assert_none_lives(&pids);
    assert!(!init.folder().join("init.sock").exists());
}

#[test]
fn init_without_sessions_stops_too() {
    let mut init = Init::start();
    init.signal(rustix::process::Signal::INT);
    assert!(init.wait_for_end().success());
}

#[test]
fn ended_sessions_are_kept_and_detached_runs_longest() {
    let init = Init::start();
    let mut run = init.open(Open {
        name: Some("run".to_owned()),
        keep: Keep::Forever,
        ..sh("echo kept")
    });
    run.exit();
    for _ in 0..40 {
        init.sh("true");
    }
    let sessions = eventually("old ones are forgotten", || {
        Some(init.list()).filter(|it| it.len() <= 32)
    });
    assert_eq!(sessions[0].name, "run");
    assert_eq!(sessions.last().map(|it| it.id), Some(41));
    assert_eq!(
        init.ask(&Request::HangUp {
            session: "2".to_owned()
        }),
        Reply::Failed(Failure::NoSuchSession {
            session: "2".to_owned()
        })
    );
    assert_eq!(
        init.ask(&Request::HangUp {
            session: "run".to_owned()
        }),
        Reply::Done
    );
    assert_eq!(
        init.ask(&Request::Signal {
            session: "run".to_owned(),
            signal: 15,
            to: session::frame::SignalTarget::Everything
        }),
        Reply::Failed(Failure::Ended {
            session: "run".to_owned()
        })
    );
}
