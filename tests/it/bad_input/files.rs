//! Broken files of a project: named with line and column, and with what was expected.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::{
    bad_input::{PROJECT, refused, refused_with},
    support::{engine::Engine, home::Home, user::User, workspace::Workspace},
};

#[test]
fn a_broken_devcontainer_json_is_named_with_line_and_column() {
    refused(
        "//- /.devcontainer/devcontainer.json\n{\n  \"image\": \"warpdock-test/busybox:1\"\n  \"name\": \"x\"\n}\n",
        &[".devcontainer/devcontainer.json:2:", "expected `,`"],
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_line_and_column() {
    refused(
        "//- /.devcontainer/devcontainer.json\n{\n  \"image\": \"warpdock-test/busybox:1\",\n  \"runArgs\": \"--ipc=host\"\n}\n",
        &[".devcontainer/devcontainer.json:3:14", "runArgs"],
    );
}

#[test]
fn the_place_of_a_problem_is_there_for_programs_too() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new("//- /.devcontainer.json\n{\n  \"image\" \"x\"\n}\n");
    let finished = home
        .warpdock(workspace.path(), &["up", "--json"])
        .run()
        .expect_code(1);
    let problem = &finished.json()["error"]["problems"][0];
    let file = workspace.join(".devcontainer.json");
    assert_eq!(
        problem["file"],
        file.to_str().expect("it is UTF-8"),
        "{finished}"
    );
    assert_eq!(
        (&problem["line"], &problem["column"]),
        (&2.into(), &11.into())
    );
}

#[test]
fn a_broken_line_of_the_env_file_is_named_with_line_and_column() {
    refused(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\n//- /.env\nA=1\n\nB C=2\n",
        &[".env:3:3", "expected `=` after `B`"],
    );
}

#[test]
fn a_container_that_runs_is_reached_while_its_project_is_broken() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    workspace.write(".devcontainer/devcontainer.json", "{ half");
    let exec = ["exec", "--", "echo", "still"];
    let exec = home.warpdock(workspace.path(), &exec).run().success();
    assert_eq!(exec.stdout(), "still\n");
    home.warpdock(workspace.path(), &["status"]).run().success();
    home.warpdock(workspace.path(), &["down"]).run().success();
}

#[test]
fn a_devcontainer_json_that_is_no_text_is_an_error_and_not_a_panic() {
    let workspace = Workspace::new(PROJECT);
    for bytes in [
        &b"\xff\xfe\x00\x01"[..],
        b"",
        b"[]",
        b"7",
        b"{\"image\": \"\xc3\x28\"}",
    ] {
        workspace.write(".devcontainer/devcontainer.json", bytes);
        refused_with(&workspace, &["up"], &["devcontainer.json:1:"]);
    }
}

#[test]
fn a_very_deep_devcontainer_json_is_an_error_and_not_the_daemons_end() {
    let workspace = Workspace::new(PROJECT);
    let text = format!("{{\"image\": {}", "[".repeat(500_000));
    workspace.write(".devcontainer/devcontainer.json", text);
    refused_with(&workspace, &["up"], &["devcontainer.json:1:"]);
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    for name in ["Dockerfile", ".env", ".devcontainer.json"] {
        let workspace = Workspace::new("//- /Dockerfile\nFROM warpdock-test/busybox:1\n");
        let path = workspace.join(name);
        let _ = fs::remove_file(&path);
        let made = rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        );
        made.expect("the folder is ours");
        let home = Home::new(&Engine::shared());
        let up = home.warpdock(workspace.path(), &["up"]).run();
        match name {
            // As if it were not there: there is a Dockerfile.
            ".devcontainer.json" => up.success(),
            _ => up.expect_code(1),
        };
    }
}

#[test]
fn a_virtual_environment_called_env_is_no_env_file() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    workspace.write(".env/bin/activate", "");
    home.warpdock(workspace.path(), &["up"]).run().success();
}

#[test]
fn a_file_that_the_user_may_not_read_is_named() {
    let user = User::new();
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let file = workspace.join(".devcontainer/devcontainer.json");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("ours");
    let finished = home
        .warpdock(workspace.path(), &["config"])
        .run()
        .expect_code(1);
    let said = format!("{}{}", finished.stdout(), finished.stderr());
    assert!(said.contains("devcontainer.json"), "{said}");
    assert!(said.contains("ermission denied"), "{said}");
}

#[test]
fn a_folder_without_anything_says_what_would_do() {
    let finished = refused("//- /notes.txt\nnothing here\n", &["Dockerfile", "--image"]);
    assert!(!finished.stderr().contains("panicked"));
}

#[test]
fn an_unknown_flag_in_run_args_is_named_with_its_place() {
    refused(
        r#"
//- /.devcontainer/devcontainer.json
{
  "image": "warpdock-test/busybox:1",
  "runArgs": ["--ipc=host", "--frobnicate=3"]
}
"#,
        &[".devcontainer/devcontainer.json:3:", "--frobnicate"],
    );
    let workspace = Workspace::new(PROJECT);
    refused_with(
        &workspace,
        &["up", "--run-arg=--frobnicate"],
        &["--frobnicate"],
    );
}

#[test]
fn a_missing_mount_source_is_named_with_its_place() {
    refused(
        r#"
//- /.devcontainer/devcontainer.json
{
  "image": "warpdock-test/busybox:1",
  "mounts": ["source=/no/such/place,target=/data,type=bind"]
}
"#,
        &[".devcontainer/devcontainer.json:3:", "/no/such/place"],
    );
    let workspace = Workspace::new(PROJECT);
    let volume = ["up", "-v", "/no/such/place:/data"];
    refused_with(&workspace, &volume, &["/no/such/place", "does not exist"]);
}

#[test]
fn a_mount_source_that_goes_before_the_restart_is_named() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let data = tempfile::tempdir().expect("a folder can be made");
    let volume = format!("{}:/data", data.path().display());
    home.warpdock(workspace.path(), &["up", "-v", &volume])
        .run()
        .success();
    home.warpdock(workspace.path(), &["down", "--keep"])
        .run()
        .success();
    let place = data.path().display().to_string();
    data.close().expect("it is ours");
    let up = home
        .warpdock(workspace.path(), &["up"])
        .run()
        .expect_code(1);
    assert!(up.stderr().contains(&place), "{up}");
    fs::create_dir(&place).expect("its name is free");
    home.warpdock(workspace.path(), &["up"]).run().success();
    fs::remove_dir(&place).expect("it is empty");
}

#[test]
fn a_dockerfile_that_is_none_is_named_with_its_line() {
    refused(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nFROBNICATE all\n",
        &["Dockerfile:2", "FROBNICATE"],
    );
    refused("//- /Dockerfile\n\n# nothing\n", &["Dockerfile"]);
}
