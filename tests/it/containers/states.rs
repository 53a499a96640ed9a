//! `down`, `status` and `ps`, also after somebody was at the container behind our back.

use std::path::Path;

use serde_json::Value;

use super::OF_BUSYBOX;
use crate::support::{
    engine::{BUSYBOX, NO_CMD},
    project::Project,
    seen::has,
};

#[test]
fn down_removes_the_container_and_nothing_else() {
    let project = Project::new(OF_BUSYBOX);
    project.good(&["up"]);
    let finished = project.good(&["down"]);
    has(&finished.stdout(), &["is gone"]);
    assert!(project.containers().is_empty());
    assert_eq!(
        project.workspace.read("Dockerfile"),
        "FROM warpdock-test/busybox:1\n"
    );
    has(&project.good(&["down"]).stdout(), &["no container"]);
    assert_eq!(project.json(&["down"])["container"], Value::Null);
}

#[test]
fn down_keep_keeps_what_was_written_and_up_starts_it_again() {
    let project = Project::up(BUSYBOX);
    project.inside("echo kept > /kept");
    let container = project.container();
    project.good(&["down", "--keep"]);
    assert_eq!(project.status()["state"], "stopped");
    project.warpdock(&["status"]).run().expect_code(3);
    let up = project.json(&["up"]);
    assert_eq!(up["done"], "started");
    assert_eq!(project.container(), container);
    assert_eq!(project.inside("cat /kept"), "kept\n");
}

#[test]
fn down_works_where_the_folder_is_gone() {
    let project = Project::up(BUSYBOX);
    std::fs::remove_dir_all(project.path()).expect("it is ours");
    let folder = project.path().display().to_string();
    let down = project
        .home
        .warpdock(Path::new("/"), &["down", "--workspace", &folder]);
    down.run().success();
    assert!(project.containers().is_empty());
}

#[test]
fn a_container_that_somebody_removed_is_made_again() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.engine.docker(&["rm", "--force", &container]);
    let status = project.warpdock(&["status"]).run().expect_code(3);
    has(&status.stdout(), &["no container", "warpdock up"]);
    assert_eq!(project.inside("pwd"), "/app\n");
    assert_ne!(project.container(), container);
}

#[test]
fn a_container_that_somebody_paused_is_resumed() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.engine.docker(&["pause", &container]);
    assert_eq!(project.status()["state"], "paused");
    project.warpdock(&["status"]).run().expect_code(3);
    let up = project.json(&["up"]);
    assert_eq!(up["done"], "started");
    assert_eq!(project.container(), container);
    project.engine.docker(&["pause", &container]);
    assert_eq!(project.inside("pwd"), "/app\n");
    project.engine.docker(&["pause", &container]);
    project.good(&["down"]);
    assert!(project.containers().is_empty());
}

#[test]
fn a_container_that_somebody_stopped_is_started_again() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.engine.docker(&["stop", &container]);
    let status = project.status();
    assert_eq!(status["state"], "stopped");
    assert_eq!(status["note"], "it was stopped");
    assert_eq!(project.inside("pwd"), "/app\n");
    assert_eq!(project.container(), container);
}

#[test]
fn a_container_that_somebody_killed_says_so_and_is_started_again() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.engine.docker(&["kill", &container]);
    has(
        &project.warpdock(&["status"]).run().expect_code(3).stdout(),
        &["stopped", "it was killed (137)"],
    );
    let up = project.json(&["up"]);
    assert_eq!(up["done"], "started");
    assert_eq!(up["status"]["note"], Value::Null);
    assert_eq!(project.inside("pwd"), "/app\n");
}

#[test]
fn status_tells_what_is_there() {
    let project = Project::new(OF_BUSYBOX);
    has(
        &project.warpdock(&["status"]).run().expect_code(3).stdout(),
        &["no container for", "warpdock up"],
    );
    assert_eq!(project.status()["state"], "absent");
    project.good(&["up"]);
    let folder = project.path().display().to_string();
    has(
        &project.good(&["status"]).stdout(),
        &["running", "image", &format!("{folder} at /app"), "GPU"],
    );
}

#[test]
fn ps_lists_every_workspace_and_no_foreign_container() {
    let project = Project::up(BUSYBOX);
    let other = project.home.path().join("other");
    std::fs::create_dir(&other).expect("the home is ours");
    let up = project.home.warpdock(&other, &["up", "--image", NO_CMD]);
    up.run().success();
    project.good(&["down", "--keep"]);
    let listed = project.good(&["ps"]).stdout();
    let rows: Vec<_> = listed
        .lines()
        .filter(|line| {
            line.contains(&*project.path().to_string_lossy())
                || line.contains(&*other.to_string_lossy())
        })
        .collect();
    assert_eq!(rows.len(), 2, "{listed}");
    has(&listed, &["stopped", "running", NO_CMD]);
    let ids = project.good(&["ps", "--ids"]).stdout();
    has(&ids, &[&project.container()]);
    let foreign = project
        .engine
        .docker(&["create", "--label", "x=y", BUSYBOX]);
    let ids = project.good(&["ps", "--ids"]).stdout();
    project.engine.docker(&["rm", foreign.trim()]);
    assert!(!ids.contains(foreign.trim()));
}
