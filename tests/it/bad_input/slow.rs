//! A reader that does not keep up: memory stays bounded, and nothing is lost.

use std::{fs, process::Command};

use rustix::process::Pid;

use crate::{
    bad_input::PROJECT,
    support::{daemon, engine::Engine, home::Home, wait, workspace::Workspace},
};

/// How much is read slowly, in bytes; the script of the figures does it with 1 GB.
const LENGTH: u64 = 128 << 20;

/// What init, a client and the daemon may hold meanwhile, in bytes.
const BOUND: u64 = 24 << 20;

#[test]
fn a_slow_reader_gets_every_byte_and_costs_no_memory() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    let make = format!("head -c {LENGTH} /dev/urandom > big");
    shell(&workspace, &make);
    let expected = shell(&workspace, "sha256sum < big");
    for terminal in ["", "--tty"] {
        // What comes through a terminal is text: raw, its bytes are what they were.
        let inside = match terminal {
            "" => "cat /app/big",
            _ => "stty raw; cat /app/big",
        };
        let script = format!(
            "\"$WARPDOCK\" exec {terminal} -- sh -c '{inside}' | {{ i=0; while [ $i -lt 10 ]; do head -c 1048576; sleep 0.1; i=$((i+1)); done; cat; }} | sha256sum"
        );
        let mut reader = home
            .command("/bin/sh".as_ref(), workspace.path(), &["-c", &script])
            .env("WARPDOCK", env!("CARGO_BIN_EXE_warpdock"))
            .start();
        let init = first_process(&engine, &workspace);
        let mut most = 0;
        wait::until_true("the reader's end", wait::LONG * 4, || {
            let mut watched = home.processes();
            watched.push(init);
            most = watched.into_iter().map(daemon::memory).fold(most, u64::max);
            !reader.runs()
        });
        let finished = reader.wait(wait::LONG).success();
        assert_eq!(finished.stdout(), expected, "{terminal}");
        assert!(most < BOUND, "{most} bytes, {terminal}");
    }
    fs::remove_file(workspace.join("big")).expect("it is ours");
}

#[test]
fn a_reader_that_never_reads_holds_up_nobody_else() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    let script = "\"$WARPDOCK\" exec -- sh -c 'echo > /app/begun; yes' | sleep 1000";
    let stuck = home
        .command("/bin/sh".as_ref(), workspace.path(), &["-c", script])
        .env("WARPDOCK", env!("CARGO_BIN_EXE_warpdock"))
        .start();
    wait::until_true("the flood", wait::LONG, || workspace.join("begun").exists());
    let init = first_process(&engine, &workspace);
    for _ in 0..10 {
        home.warpdock(workspace.path(), &["exec", "--", "true"])
            .run()
            .success();
        assert!(daemon::memory(init) < BOUND);
    }
    drop(stuck);
}

fn first_process(engine: &Engine, workspace: &Workspace) -> Pid {
    let container = engine.containers_mounting(workspace.path()).remove(0);
    let pid = &engine.inspect(&container)["State"]["Pid"];
    pid.as_i64()
        .and_then(|pid| Pid::from_raw(pid as i32))
        .expect("the container runs")
}

#[track_caller]
fn shell(workspace: &Workspace, script: &str) -> String {
    let output = Command::new("/bin/sh")
        .args(["-c", script])
        .current_dir(workspace.path())
        .output()
        .expect("there is a shell");
    assert!(output.status.success(), "{script}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
