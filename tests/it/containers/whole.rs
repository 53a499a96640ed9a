//! All or nothing: several at once, Ctrl-C, failed starts.

use rustix::process::Signal;
use serde_json::Value;

use super::OF_BUSYBOX;
use crate::support::{
    engine::{BUSYBOX, NO_CMD},
    project::Project,
    seen::{has, text},
    wait,
};

#[test]
fn two_ups_at_once_make_one_container() {
    let project = Project::new(OF_BUSYBOX);
    let ups: Vec<_> = (0..4)
        .map(|_| project.warpdock(&["up", "--json"]).start())
        .collect();
    let ids: Vec<Value> = ups
        .into_iter()
        .map(|up| up.wait(wait::LONG).success().json()["status"]["id"].clone())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    project.container();
}

#[test]
fn an_up_with_other_wishes_waits_for_the_one_under_way() {
    let project = Project::new("");
    let one = project
        .warpdock(&["up", "--json", "--image", BUSYBOX])
        .start();
    let other = project
        .warpdock(&["up", "--json", "--image", NO_CMD])
        .start();
    one.wait(wait::LONG).success();
    other.wait(wait::LONG).success();
    project.container();
}

#[test]
fn ctrl_c_at_any_moment_leaves_nothing() {
    for moment in ["=> Building", "=> Creating", "=> Looking for the GPU"] {
        let project = Project::new(OF_BUSYBOX);
        let up = project.warpdock(&["up"]).start();
        up.wait_for(moment);
        up.signal(Signal::INT);
        let finished = up.wait(wait::LONG);
        // It may have been quicker than we were.
        if finished.code() == 0 {
            project.container();
            continue;
        }
        let finished = finished.expect_code(130);
        has(&finished.stderr(), &["nothing was left behind"]);
        assert!(project.containers().is_empty(), "after {moment}");
        project.good(&["up"]);
        project.container();
    }
}

#[test]
fn ctrl_c_on_a_container_that_was_there_leaves_it_there() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "postAttachCommand": "test -e /app/go || sleep 1000" }}"#
    ));
    project.workspace.write("go", "");
    project.good(&["up"]);
    let container = project.container();
    std::fs::remove_file(project.workspace.join("go")).expect("it is there");
    let up = project.warpdock(&["up"]).start();
    up.wait_for("Running postAttachCommand");
    up.signal(Signal::INT);
    up.wait(wait::LONG).expect_code(130);
    assert_eq!(project.container(), container);
    project.wait_until_nothing_runs();
}

#[test]
fn a_failed_start_leaves_nothing_and_does_not_poison_the_next() {
    let broken = [
        // Refused at the creation, and at the start.
        r#"["--cap-add=NOT_A_CAPABILITY"]"#,
        r#"["--device=/dev/not-there"]"#,
        r#"["--ipc=container:not-there"]"#,
        r#"["--cpuset-cpus=4000"]"#,
    ];
    let project = Project::configured("{}");
    for flags in broken {
        project.configure(&format!(
            r#"{{ "image": "{BUSYBOX}", "runArgs": {flags} }}"#
        ));
        let failure = project.failure(&["up"]);
        assert!(!text(&failure["message"]).is_empty());
        assert!(project.containers().is_empty(), "after {flags}: {failure}");
        assert_eq!(project.status()["state"], "absent");
        project.configure(&format!(r#"{{ "image": "{BUSYBOX}" }}"#));
        project.good(&["up"]);
        project.good(&["down"]);
    }
}

#[test]
fn a_mount_source_that_is_missing_is_named() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "mounts": ["type=bind,source=/not/there,target=/data"] }}"#
    ));
    let failure = project.failure(&["up"]);
    has(text(&failure["message"]), &["/not/there"]);
    assert!(project.containers().is_empty());
}

#[test]
fn a_client_that_is_killed_leaves_nothing_half_made() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "postCreateCommand": "echo begun; sleep 1000" }}"#
    ));
    let up = project.warpdock(&["up"]).start();
    up.wait_for("begun");
    up.signal(Signal::KILL);
    wait::until("the container to be gone", wait::LONG, || {
        match project.containers().as_slice() {
            [] => Ok(()),
            ids => Err(ids.join(" ")),
        }
    });
}

#[test]
fn the_second_of_two_goes_on_when_the_first_gives_up() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "postCreateCommand": "echo begun; until [ -e go ]; do :; done" }}"#
    ));
    let first = project.warpdock(&["up"]).start();
    first.wait_for("begun");
    let second = project.warpdock(&["up"]).start();
    second.wait_for("begun");
    first.signal(Signal::INT);
    first.wait(wait::LONG).expect_code(130);
    project.workspace.write("go", "");
    second.wait(wait::LONG).success();
    project.container();
}

#[test]
fn down_ends_an_up_under_way_and_status_tells_of_it() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "onCreateCommand": "echo begun; sleep 1000" }}"#
    ));
    let up = project.warpdock(&["up"]).start();
    up.wait_for("begun");
    project.good(&["down"]);
    let finished = up.wait(wait::LONG).expect_code(130);
    has(&finished.stderr(), &["warpdock down"]);
    assert!(project.containers().is_empty());
}
