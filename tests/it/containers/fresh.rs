//! A container that is made: with nothing configured, and what is in it.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::OF_BUSYBOX;
use crate::support::{
    engine::{BUSYBOX, NO_SHELL},
    project::Project,
    seen::has,
};

#[test]
fn a_dockerfile_alone_is_enough() {
    let project = Project::new(OF_BUSYBOX);
    let up = project.json(&["up"]);
    assert_eq!(up["done"], "created");
    assert_eq!(up["status"]["workspaceFolder"], "/app");
    assert_eq!(up["status"]["gpu"]["visible"], true);
    assert_eq!(project.inside("pwd; ls; id -u"), "/app\nDockerfile\n0\n");
}

#[test]
fn an_image_alone_is_enough_and_is_named_once() {
    let project = Project::new("");
    let up = project.json(&["up", "--image", BUSYBOX]);
    assert_eq!(up["status"]["image"], BUSYBOX);
    assert_eq!(project.inside("pwd"), "/app\n");
    let again = project.json(&["up"]);
    assert_eq!(again["done"], "nothing");
    assert_eq!(again["changes"], json!([]));
    assert_eq!(project.status()["changes"], json!([]));
}

#[test]
fn exec_brings_the_container_up_by_itself() {
    let project = Project::new("");
    let finished = project.good(&["exec", "--image", BUSYBOX, "--", "pwd"]);
    assert_eq!(finished.stdout(), "/app\n");
}

#[test]
fn a_folder_with_nothing_in_it_says_what_would_be_enough() {
    let project = Project::new("");
    let finished = project.warpdock(&["up"]).run().expect_code(1);
    has(&finished.stderr(), &["Dockerfile", "--image"]);
    assert!(project.home.containers(&project.engine).is_empty());
}

#[test]
fn an_image_without_a_shell_is_up_all_the_same() {
    let project = Project::up(NO_SHELL);
    project.good(&["exec", "--", "/true"]);
}

#[test]
fn what_is_written_under_app_is_on_the_host_and_the_other_way_round() {
    let project = Project::up(BUSYBOX);
    project.inside("echo 123 > /app/test.txt");
    assert_eq!(project.workspace.read("test.txt"), "123\n");
    std::fs::remove_file(project.workspace.join("test.txt")).expect("it is there");
    assert_eq!(project.inside("ls /app"), "");
}

#[test]
fn nothing_is_installed_in_the_container() {
    let project = Project::up(BUSYBOX);
    let diff = project.engine.docker(&["diff", &project.container()]);
    let unexpected: Vec<_> = diff
        .lines()
        .filter(|line| !line.contains("/.warpdock") && *line != "A /app")
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    has(
        &project.inside("tr '\\0' ' ' < /proc/1/cmdline"),
        &["warpdock-init"],
    );
}

#[test]
fn labels_tell_whose_it_is_to_us_and_to_other_tools() {
    let project = Project::up(BUSYBOX);
    let labels = project.inspect()["Config"]["Labels"].clone();
    let folder = project.path().display().to_string();
    assert_eq!(labels["warpdock.workspace"], json!(folder));
    assert_eq!(labels["warpdock.uid"], "0");
    assert_eq!(labels["devcontainer.local_folder"], json!(folder));
    let file = project.workspace.join(".devcontainer.json");
    assert_eq!(
        labels["devcontainer.config_file"],
        json!(file.display().to_string())
    );
}

#[test]
fn a_folder_without_the_workspace_in_it_is_remarked_on() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "workspaceMount": "", "workspaceFolder": "/not/there" }}"#
    ));
    has(
        &project.good(&["up"]).stderr(),
        &["/not/there does not exist in the container"],
    );
}

#[test]
fn a_user_who_may_not_write_to_the_project_is_remarked_on() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "remoteUser": "worker" }}"#
    ));
    std::fs::set_permissions(project.path(), std::fs::Permissions::from_mode(0o755))
        .expect("the folder is ours");
    has(
        &project.good(&["up"]).stderr(),
        &["worker may not write to /app", "remoteUser"],
    );
}
