//! Images that are not there, not for this machine, or hardly images at all.

use std::time::Duration;

use crate::{
    bad_input::{PROJECT, refused, refused_with},
    support::{
        engine::{Engine, NO_SHELL, OTHER_ARCH, PRINTS_AND_EXITS},
        home::Home,
        workspace::Workspace,
    },
};

#[test]
fn an_absent_image_is_named_at_once_with_what_is_near_and_the_ways_on() {
    let workspace = Workspace::new(PROJECT);
    let finished = refused_with(
        &workspace,
        &["up", "--image", "warpdock-test/busybox:2"],
        &[
            "warpdock-test/busybox:2 is not on this machine",
            "warpdock-test/busybox:1",
            "--pull",
            "warpdock load",
        ],
    );
    assert!(finished.took < Duration::from_secs(10), "{finished}");
}

#[test]
fn an_absent_base_is_named_at_once_with_its_line() {
    let finished = refused(
        "//- /Dockerfile\nARG TAG=9\nFROM warpdock-test/busybox:$TAG\n",
        &["warpdock-test/busybox:9", "warpdock-test/busybox:1", "load"],
    );
    assert!(finished.took < Duration::from_secs(10), "{finished}");
}

#[test]
fn a_name_that_no_image_can_have_is_an_error() {
    let workspace = Workspace::new(PROJECT);
    for name in ["Not A Name", "", "UPPER/case", "a:b:c", "../../etc", "-it"] {
        let image = format!("--image={name}");
        let engine = Engine::shared();
        let home = Home::new(&engine);
        let finished = home.warpdock(workspace.path(), &["up", &image]).run();
        assert!([1, 2].contains(&finished.code()), "{name:?}: {finished}");
        assert!(finished.stderr().contains("error"), "{finished}");
        assert!(engine.containers_mounting(workspace.path()).is_empty());
    }
}

#[test]
fn an_image_for_another_machine_is_named_with_both() {
    let workspace = Workspace::new(PROJECT);
    refused_with(
        &workspace,
        &["up", "--image", OTHER_ARCH],
        &[OTHER_ARCH, "arm64", "amd64"],
    );
}

#[test]
fn an_image_without_a_shell_runs_programs_and_says_that_it_has_no_shell() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let run = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run();
    run(&["up", "--image", NO_SHELL]).success();
    run(&["exec", "--", "/true"]).success();
    run(&["run"]).success();
    let shell = run(&["shell"]).expect_code(125);
    assert!(shell.stderr().contains("no shell"), "{shell}");
    let missing = run(&["exec", "--", "ls"]).expect_code(127);
    assert!(missing.stderr().contains("ls: not found"), "{missing}");
    run(&["status"]).success();
}

#[test]
fn an_entrypoint_that_prints_and_exits_does_not_take_the_container_with_it() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let run = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run();
    run(&["up", "--image", PRINTS_AND_EXITS]).success();
    let default = run(&["run"]).success();
    assert_eq!(
        default.stdout(),
        "hello from the entrypoint and its arguments\n"
    );
    assert!(default.stderr().contains("has finished"), "{default}");
    assert_eq!(
        run(&["exec", "--", "echo", "on"]).success().stdout(),
        "on\n"
    );
}
