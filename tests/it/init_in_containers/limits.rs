//! Many sessions, and a container that has nothing left to give.

use rustix::process::Pid;

use crate::support::{daemon, engine::BUSYBOX, project::Project, seen::has, wait};

/// A project of busybox with these arguments of `docker run`, that is up.
#[track_caller]
fn up_with(arguments: &str) -> Project {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "hostRequirements": {{ "gpu": false }}, "runArgs": [{arguments}] }}"#
    ));
    project.good(&["up"]);
    project
}

#[test]
fn fifty_sessions_at_once() {
    let project = Project::up(BUSYBOX);
    let line = |number: usize| format!("echo begun; read line; echo $line; exit {number}");
    let mut sessions: Vec<_> = (0..50)
        .map(|number| {
            project
                .warpdock(&["exec", "--", "sh", "-c", &line(number)])
                .start()
        })
        .collect();
    for session in &sessions {
        session.wait_for("begun");
    }
    assert_eq!(project.sessions().len(), 50);
    for (number, session) in sessions.iter_mut().enumerate() {
        session.write(format!("line {number}\n").as_bytes());
    }
    for (number, session) in sessions.into_iter().enumerate() {
        let code = i32::try_from(number).expect("it is small");
        let finished = session.wait(wait::LONG).expect_code(code);
        assert_eq!(finished.stdout(), format!("begun\nline {number}\n"));
    }
    project.wait_until_nothing_runs();
}

#[test]
fn more_sessions_than_init_holds_are_refused_with_what_to_do() {
    let project = Project::up(BUSYBOX);
    let line = "seq 1 256 | xargs -P 8 -I N \"$WARPDOCK\" run --detach --name s-N -- sleep 1000";
    project.sh(line).limit(4 * wait::LONG).run().success();
    let refused = project.warpdock(&["exec", "--", "true"]).run();
    let refused = refused.expect_code(125);
    has(
        &refused.stderr(),
        &["256 sessions already", "warpdock kill"],
    );
    project.good(&["kill", "s-7"]);
    project.good(&["exec", "--", "true"]);
}

#[test]
fn a_container_without_a_process_left_says_so_and_can_be_tidied() {
    let project = up_with(r#""--pids-limit", "12""#);
    let line = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do sleep 1000 & done; echo full; wait";
    project.good(&["run", "--detach", "--name", "many", "--", "sh", "-c", line]);
    wait::until("the container to be full", wait::LONG, || {
        let finished = project.warpdock(&["exec", "--", "true"]).run();
        match finished.code() {
            0 => Err("a session could be opened".to_owned()),
            _ => Ok(()),
        }
    });
    let refused = project.warpdock(&["exec", "--", "true"]).run();
    let refused = refused.expect_code(125);
    has(
        &refused.stderr(),
        &["the container cannot", "limits of processes"],
    );
    has(&project.sessions()[0].to_string(), &["sleep 1000"]);
    project.good(&["kill", "many"]);
    project.good(&["exec", "--", "true"]);
}

#[test]
fn a_container_without_an_open_file_left_says_so_and_can_be_tidied() {
    let project = up_with(r#""--ulimit", "nofile=64:64""#);
    let line =
        "for i in $(seq 40); do \"$WARPDOCK\" run --detach --name s-$i -- sleep 1000 || exit; done";
    let refused = project.sh(line).limit(4 * wait::LONG).run();
    let refused = refused.expect_code(125);
    has(&refused.stderr(), &["the container cannot", "open files"]);
    assert!(project.sessions().len() > 5);
    project.good(&["kill", "s-1", "s-2"]);
    project.good(&["exec", "--", "true"]);
}

#[test]
fn a_command_that_takes_all_memory_is_killed_and_nothing_else() {
    let project = up_with(r#""--memory", "64m", "--memory-swap", "64m""#);
    let mut shell = project.warpdock(&["shell"]).in_terminal(24, 80);
    shell.wait_for("# ");
    // `tail` keeps the last line, which never ends.
    let greedy = project.warpdock(&["exec", "--", "tail", "/dev/zero"]);
    greedy.run().expect_code(137);
    shell.send_line("echo $((6 * 7))");
    shell.wait_for("42");
    assert_eq!(project.inside("echo alive"), "alive\n");
}

/// Memory that is init's own, in bytes.
#[track_caller]
fn memory(project: &Project) -> u64 {
    let pid = project.inspect()["State"]["Pid"].as_i64();
    let pid = pid.and_then(|pid| i32::try_from(pid).ok());
    daemon::memory(pid.and_then(Pid::from_raw).expect("the container runs"))
}

#[test]
fn hundreds_of_sessions_leave_init_small() {
    let project = Project::up(BUSYBOX);
    let times = |count: usize, command: &str| {
        let line = format!("for i in $(seq {count}); do \"$WARPDOCK\" exec -- {command}; done");
        project.sh(&line).limit(4 * wait::LONG).run().success();
    };
    times(200, "true");
    let short = memory(&project);
    assert!(short < 512 << 10, "{short} bytes after short sessions");
    // What the last sessions wrote is kept, and its place is used again when they are forgotten.
    times(40, "seq 1 20000");
    let kept = memory(&project);
    assert!(kept > 2 << 20, "{kept} bytes");
    times(40, "true");
    times(40, "seq 1 20000");
    let again = memory(&project);
    assert!(again < 2 * kept, "{again} bytes after {kept}");
}
