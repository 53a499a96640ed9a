//! Workspaces with names that break programs.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
};

use crate::{
    bad_input::PROJECT,
    support::{engine::Engine, home::Home, workspace::Workspace},
};

/// Up, both sides see each other's files, a build context and an env file work, down.
#[track_caller]
fn works(name: &str) {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::named(
        name,
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nCOPY note /note\n//- /note\nbuilt\n//- /.env\nNAME=value\n",
    );
    let run = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run().success();
    run(&["up"]);
    let script = "cat /note; echo $NAME; echo inside > /app/from-inside; pwd";
    let exec = run(&["exec", "--", "sh", "-c", script]);
    assert_eq!(exec.stdout(), "built\nvalue\n/app\n");
    assert_eq!(workspace.read("from-inside"), "inside\n");
    let status = run(&["status", "--json"]).json();
    let place = workspace.path().to_str().expect("it is UTF-8");
    assert_eq!(status["workspace"], place);
    assert_eq!(status["state"], "running");
    run(&["down"]);
}

#[test]
fn a_workspace_with_spaces() {
    works(" my  project ");
}

#[test]
fn a_workspace_with_quotes() {
    works(r#"it's "mine" `here`"#);
}

#[test]
fn a_workspace_with_colons() {
    works("a:b:ro");
}

#[test]
fn a_workspace_with_commas_and_equal_signs() {
    works("a,target=/etc,b=c");
}

#[test]
fn a_workspace_with_letters_of_all_the_world() {
    works("Überprüfung-проект-日本語-🚀");
}

#[test]
fn a_workspace_with_what_shells_and_formats_know() {
    works("$HOME ${x} %s %n *?[a] \\t #;&|<>");
}

#[test]
fn a_workspace_that_looks_like_a_flag() {
    works("--privileged");
}

#[test]
fn a_workspace_with_a_name_of_200_characters() {
    works(&"w".repeat(200));
}

#[test]
fn a_workspace_with_a_newline() {
    works("two\nlines");
}

#[test]
fn a_workspace_deep_below() {
    let part = format!("{}/", "d".repeat(100));
    works(&part.repeat(10));
}

#[test]
fn a_name_that_is_no_text_is_an_error() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let path = workspace.path().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&path).expect("the folder is ours");
    let image = ["up", "--image", "warpdock-test/busybox:1"];
    let refused = home.warpdock(&path, &image).run();
    assert!([1, 2].contains(&refused.code()), "{refused}");
    assert!(refused.stderr().contains("not UTF-8"), "{refused}");
    home.warpdock(&path, &["status"]).run().expect_code(3);
}

#[test]
fn a_symlink_and_its_target_are_one_workspace() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let link = workspace.path().with_file_name("link");
    symlink(workspace.path(), &link).expect("its name is free");
    let link = link.to_str().expect("it is UTF-8");
    let run = |arguments: &[&str]| home.warpdock("/".as_ref(), arguments).run().success();
    run(&["-C", link, "up"]);
    home.warpdock(workspace.path(), &["exec", "--no-up", "--", "true"])
        .run()
        .success();
    home.warpdock(link.as_ref(), &["up"]).run().success();
    assert_eq!(engine.containers_mounting(workspace.path()).len(), 1);
    run(&["-C", link, "down"]);
    assert_eq!(engine.containers_mounting(workspace.path()).len(), 0);
}

#[test]
fn a_workspace_that_is_not_there_is_named() {
    let home = Home::new(&Engine::shared());
    let run = |arguments: &[&str]| home.warpdock("/".as_ref(), arguments).run();
    let missing = run(&["-C", "/no/such/folder", "up"]).expect_code(1);
    assert!(missing.stderr().contains("/no/such/folder"), "{missing}");
    let file = run(&["-C", "/etc/passwd", "up"]).expect_code(1);
    assert!(file.stderr().contains("not a folder"), "{file}");
}

#[test]
fn a_workspace_that_is_deleted_meanwhile_can_still_be_taken_down() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    fs::remove_dir_all(workspace.path()).expect("it is ours");
    let place = workspace.path().to_str().expect("it is UTF-8");
    let run = |arguments: &[&str]| {
        let arguments = [&["-C", place], arguments].concat();
        home.warpdock("/".as_ref(), &arguments).run()
    };
    let status = run(&["status"]).success();
    assert!(status.stdout().contains("running"), "{status}");
    let exec = run(&["exec", "--no-up", "-w", "/", "--", "echo", "alive"]).success();
    assert_eq!(exec.stdout(), "alive\n");
    let up = run(&["up"]).expect_code(1);
    assert!(up.stderr().contains(place), "{up}");
    let listed = run(&["ps"]).success();
    assert!(listed.stdout().contains(place), "{listed}");
    run(&["down"]).success();
    assert!(engine.containers_mounting(workspace.path()).is_empty());
}

#[test]
fn a_deleted_folder_that_one_stands_in_is_an_error_with_a_reason() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let script = "rmdir \"$PWD\"; \"$WARPDOCK\" up --image x";
    let folder = workspace.join("gone");
    fs::create_dir(&folder).expect("its name is free");
    let finished = home
        .command("/bin/sh".as_ref(), &folder, &["-c", script])
        .env("WARPDOCK", env!("CARGO_BIN_EXE_warpdock"))
        .run();
    assert!([1, 2].contains(&finished.code()), "{finished}");
    assert!(finished.stderr().contains("folder"), "{finished}");
}

#[test]
fn a_workspace_that_was_moved_is_another_one() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    let moved = workspace.path().with_file_name("moved");
    fs::rename(workspace.path(), &moved).expect("its name is free");
    let status = home.warpdock(&moved, &["status"]).run().expect_code(3);
    assert!(status.stdout().contains("no container"), "{status}");
    home.warpdock(&moved, &["up"]).run().success();
    home.warpdock(&moved, &["exec", "--", "touch", "/app/here"])
        .run()
        .success();
    assert!(moved.join("here").exists());
    fs::rename(&moved, workspace.path()).expect("its name is free");
}
