//! Init and its helpers are killed, and the container starts again.

use crate::support::{engine::BUSYBOX, project::Project, seen::has, wait};

/// A project whose container this restart policy keeps.
#[track_caller]
fn restarting(policy: &str) -> Project {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "hostRequirements": {{ "gpu": false }}, "runArgs": ["--restart", "{policy}"] }}"#
    ));
    project.good(&["up"]);
    project
}

#[track_caller]
fn says_again(project: &Project) {
    let finished = project.good(&["exec", "--no-up", "--", "echo", "again"]);
    assert_eq!(finished.stdout(), "again\n");
    assert_eq!(finished.stderr(), "");
}

#[test]
fn a_killed_container_that_is_started_by_hand_leaves_no_stale_socket() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    for _ in 0..3 {
        project.engine.docker(&["kill", &container]);
        project.engine.docker(&["start", &container]);
        says_again(&project);
    }
}

#[test]
fn a_container_that_the_engine_starts_again_is_found() {
    let project = restarting("always");
    let before = project.inspect()["State"]["Pid"].clone();
    let pid = before.as_i64().expect("it runs").to_string();
    let kill = std::process::Command::new("kill")
        .args(["-9", &pid])
        .status();
    assert!(kill.expect("kill is installed").success());
    wait::until("the engine to start it again", wait::LONG, || {
        let state = project.inspect()["State"].clone();
        // Between two runs it says that it runs, as restarting and with process 0.
        match state["Status"] == "running" && state["Pid"] != before {
            true => Ok(()),
            false => Err(state),
        }
    });
    says_again(&project);
}

#[test]
fn init_cannot_be_killed_from_inside() {
    let project = Project::up(BUSYBOX);
    let pid = project.inspect()["State"]["Pid"].clone();
    project.inside("kill -9 1; kill -SEGV 1; kill -STOP 1; kill -HUP 1; kill -PIPE 1");
    assert_eq!(project.inside("echo alive"), "alive\n");
    assert_eq!(project.inspect()["State"]["Pid"], pid);
}

#[test]
fn a_session_whose_helper_is_killed_ends_and_hides_nothing() {
    let project = Project::up(BUSYBOX);
    let line = "setsid sleep 1001 & kill -9 $PPID; sleep 1002";
    // A killed parent closes its files a moment before it gives its children away.
    for session in 1..=5 {
        let session = session.to_string();
        let exec = project.warpdock(&["exec", "--", "sh", "-c", line]).start();
        project.wait_until_runs("sleep 1001");
        project.wait_until_runs("sleep 1002");
        let listed = project.sessions();
        let one = listed.iter().find(|it| it["name"] == *session);
        let one = one.unwrap_or_else(|| panic!("{listed:#?}"));
        assert_eq!(one["state"], "running", "{one:#}");
        has(&one.to_string(), &["sleep 1001", "sleep 1002"]);
        project.good(&["kill", &session]);
        project.wait_until_nothing_runs();
        let finished = exec.wait(wait::LONG);
        assert_ne!(finished.code(), 0, "{finished}");
    }
    assert_eq!(project.inside("echo alive"), "alive\n");
}

#[test]
fn a_detached_run_whose_helper_is_killed_runs_on() {
    let project = Project::up(BUSYBOX);
    let line = "kill -9 $PPID; echo begun; while [ ! -e stop ]; do sleep 0.05; done; echo done";
    project.good(&["run", "--detach", "--name", "train", "--", "sh", "-c", line]);
    let follower = project.warpdock(&["logs", "-f", "train"]).start();
    follower.wait_for("begun");
    project.workspace.write("stop", "");
    let finished = follower.wait(wait::LONG);
    assert_eq!(finished.stdout(), "begun\ndone\n", "{finished}");
}
