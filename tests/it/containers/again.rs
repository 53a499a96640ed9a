//! `up` and `rebuild` where a container is: what is used again, and what has changed.

use serde_json::{Value, json};

use super::OF_BUSYBOX;
use crate::support::{
    engine::{BUSYBOX, NO_CMD},
    project::Project,
    seen::{has, text},
};

/// Changes as `what: from -> to (cost)`.
fn changes(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("changes are a list");
    let line = |change: &Value| {
        format!(
            "{}: {} -> {} ({})",
            text(&change["what"]),
            text(&change["from"]),
            text(&change["to"]),
            text(&change["cost"])
        )
    };
    list.iter().map(line).collect()
}

#[test]
fn a_warm_up_uses_the_container_as_it_is() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.inside("echo kept > /kept");
    let again = project.json(&["up"]);
    assert_eq!(again["done"], "nothing");
    assert_eq!(project.container(), container);
    assert_eq!(project.inside("cat /kept"), "kept\n");
}

#[test]
fn a_symlink_to_the_workspace_is_the_same_workspace() {
    let project = Project::up(BUSYBOX);
    let link = project.home.path().join("link");
    std::os::unix::fs::symlink(project.path(), &link).expect("the home is ours");
    let up = project.home.warpdock(&link, &["up", "--json"]).run();
    assert_eq!(up.success().json()["done"], "nothing");
    project.container();
}

#[test]
fn a_changed_configuration_is_named_with_what_it_costs() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "containerEnv": {{ "COLOUR": "red" }} }}"#
    ));
    let first = project.json(&["up"]);
    project.configure(&format!(
        r#"{{ "image": "{BUSYBOX}", "containerEnv": {{ "COLOUR": "blue" }}, "remoteEnv": {{ "TASTE": "sour" }} }}"#
    ));
    let again = project.json(&["up"]);
    assert_eq!(again["status"]["id"], first["status"]["id"]);
    assert_eq!(
        changes(&again["changes"]),
        [
            "container variable COLOUR: one value -> another value (`warpdock rebuild` makes a new container; running sessions end)",
            "session variable TASTE: not set -> a value (new sessions have it)",
        ]
    );
    assert_eq!(project.status()["changes"], again["changes"]);
    has(
        &project.good(&["up"]).stderr(),
        &["COLOUR", "warpdock rebuild"],
    );
    has(&project.good(&["status"]).stdout(), &["COLOUR"]);
    assert_eq!(project.variable("COLOUR").as_deref(), Some("red"));
    assert_eq!(project.variable("TASTE").as_deref(), Some("sour"));

    let rebuilt = project.json(&["rebuild"]);
    assert_eq!(rebuilt["done"], "created");
    assert_ne!(rebuilt["status"]["id"], first["status"]["id"]);
    assert_eq!(project.status()["changes"], json!([]));
    assert_eq!(project.variable("COLOUR").as_deref(), Some("blue"));
}

#[test]
fn another_image_on_the_command_line_is_a_change_and_not_a_second_container() {
    let project = Project::new("");
    project.good(&["up", "--image", BUSYBOX]);
    let again = project.json(&["up", "--image", NO_CMD]);
    assert_eq!(again["done"], "nothing");
    has(
        &changes(&again["changes"]).join("\n"),
        &[&format!("image: {BUSYBOX} -> {NO_CMD}")],
    );
    project.container();
    let rebuilt = project.json(&["rebuild", "--image", NO_CMD]);
    assert_eq!(rebuilt["status"]["image"], NO_CMD);
    project.container();
}

#[test]
fn an_image_whose_name_was_given_to_another_is_a_change() {
    let project = Project::new("");
    let name = format!("warpdock-test/moved-{}:1", std::process::id());
    project.engine.docker(&["tag", BUSYBOX, &name]);
    project.good(&["up", "--image", &name]);
    project.engine.docker(&["tag", NO_CMD, &name]);
    has(
        &changes(&project.json(&["up"])["changes"]).join("\n"),
        &[&format!("what {name} names")],
    );
    let rebuilt = project.json(&["rebuild"]);
    project.engine.docker(&["rmi", &name]);
    assert_eq!(rebuilt["changes"], json!([]));
}

#[test]
fn rebuild_has_what_the_dockerfile_says_now() {
    let project =
        Project::new("//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN echo one > /made\n");
    project.good(&["up"]);
    project.workspace.write(
        "Dockerfile",
        "FROM warpdock-test/busybox:1\nRUN echo two > /made\n",
    );
    has(
        &changes(&project.json(&["up"])["changes"]).join("\n"),
        &["Dockerfile", "`warpdock rebuild` builds the image"],
    );
    assert_eq!(project.inside("cat /made"), "one\n");
    project.good(&["rebuild"]);
    assert_eq!(project.inside("cat /made"), "two\n");
    project.container();
}

#[test]
fn a_rebuild_that_cannot_build_leaves_the_container_as_it_was() {
    let project = Project::new(OF_BUSYBOX);
    project.good(&["up"]);
    let container = project.container();
    project
        .workspace
        .write("Dockerfile", "FROM warpdock-test/busybox:1\nRUN false\n");
    assert_eq!(project.failure(&["rebuild"])["kind"], "build-failed");
    assert_eq!(project.container(), container);
    assert_eq!(project.status()["state"], "running");
}
