//! The folder of the sockets: private, or not used.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::Path,
};

use crate::{
    daemon::PROJECT,
    support::{daemon, engine::Engine, home::Home, user::User, workspace::Workspace},
};

/// Spoils the runtime folder in some way, and expects that it is refused with these words.
#[track_caller]
fn refused(spoil: impl FnOnce(&Path), words: &str) {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let folder = home.runtime_folder();
    spoil(&folder);
    let finished = home.warpdock(workspace.path(), &["up"]).run();
    let said = finished.stderr();
    let place = folder.display().to_string();
    assert!(said.contains(&place) && said.contains(words), "{finished}");
    assert!(said.contains("WARPDOCK_RUNTIME_DIR"), "{finished}");
    finished.expect_code(1);
    assert!(daemon::all(&home).is_empty());
}

#[test]
fn a_runtime_folder_of_somebody_else_is_refused() {
    refused(
        |folder| chown(folder, Some(1234), None).expect("tests run as root"),
        "it belongs to uid 1234, you are 0",
    );
}

#[test]
fn a_runtime_folder_that_others_may_enter_is_refused() {
    refused(
        |folder| fs::set_permissions(folder, fs::Permissions::from_mode(0o711)).expect("ours"),
        "its mode gives others 011",
    );
}

#[test]
fn a_link_in_the_place_of_the_runtime_folder_is_refused() {
    refused(
        |folder| {
            let real = folder.with_file_name("real");
            fs::rename(folder, &real).expect("the folder is ours");
            symlink(&real, folder).expect("its name is free");
        },
        "it is not a folder",
    );
}

#[test]
fn a_file_in_the_place_of_the_runtime_folder_is_refused() {
    refused(
        |folder| {
            fs::remove_dir(folder).expect("it is empty");
            fs::write(folder, "").expect("its name is free");
        },
        "it is not a folder",
    );
}

#[test]
fn a_runtime_folder_that_cannot_be_made_is_named() {
    refused(
        |folder| {
            fs::remove_dir(folder).expect("it is empty");
            fs::remove_dir_all(folder.with_file_name("home")).expect("ours");
            let parent = folder.parent().expect("it has one");
            fs::remove_dir_all(parent).expect("ours");
        },
        "No such file or directory",
    );
}

#[test]
fn a_socket_folder_that_others_may_enter_is_refused() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["ps"]).run().success();
    daemon::kill(&home);
    let folder = daemon::socket(&home, "");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("ours");
    let finished = home.warpdock(workspace.path(), &["ps"]).run();
    assert!(
        finished.stderr().contains("its mode gives others 077"),
        "{finished}"
    );
    finished.expect_code(1);
}

#[test]
fn the_usual_runtime_folder_is_in_tmp_and_private() {
    let user = User::new();
    let home = Home::of(&user, &Engine::shared());
    let folder = Tmp(format!("/tmp/warpdock-{}", user.uid()));
    let run = |arguments: &[&str]| {
        home.warpdock("/".as_ref(), arguments)
            .env_remove("WARPDOCK_RUNTIME_DIR")
            .run()
    };
    run(&["config", "--image", "x"]).success();
    let metadata = fs::symlink_metadata(&folder.0).expect("it was made");
    assert_eq!(
        (metadata.uid(), metadata.mode() & 0o777),
        (user.uid(), 0o700)
    );
    run(&["daemon", "stop"]).success();

    // Somebody was there before, with something that looks right.
    fs::remove_dir_all(&folder.0).expect("we are root");
    fs::create_dir(&folder.0).expect("its name is free");
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700)).expect("ours");
    let refused = run(&["config", "--image", "x"]);
    let words = format!("{} is not private to you: it belongs to uid 0", folder.0);
    assert!(refused.stderr().contains(&words), "{refused}");
    refused.expect_code(1);
}

/// A folder outside the home that goes in the end.
struct Tmp(String);

impl Drop for Tmp {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
