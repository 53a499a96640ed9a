//! `warpdock shim`: where the stand-ins are, across upgrades.

use std::os::unix::fs::MetadataExt;

use super::*;

/// The stand-ins' folder: XDG_DATA_HOME of a home is not set.
fn data(project: &Project) -> PathBuf {
    project.home.path().join(".local/share/warpdock")
}

#[test]
fn it_is_installed_once_and_meets_the_daemon_of_its_own_build() {
    let project = Project::up(READY);
    let install = || {
        project
            .warpdock(&["shim", "install", "--json"])
            .run()
            .success()
            .json()
    };
    let links = install();
    for name in ["bash", "zsh", "sh", "fish"] {
        assert_eq!(
            links[name],
            serde_json::json!(data(&project).join("shim").join(name))
        );
    }
    let program = data(&project).join("bin/warpdock");
    let inode = fs::metadata(&program).expect("it was copied").ino();
    assert_eq!(install(), links);
    assert_eq!(fs::metadata(&program).expect("it is there").ino(), inode);
    let bash = data(&project).join("shim/bash");
    let ended = project
        .home
        .command(&bash, project.workspace.path(), &["-c", "cat /proc/1/comm"])
        .env("WARPDOCK_TARGET", project.workspace.path())
        .run()
        .success();
    assert_eq!(ended.stdout(), "warpdock-init\n");
    daemon::only(&project.home);
}

#[test]
fn an_upgrade_and_a_removal_leave_terminals_alone() {
    let project = Project::up(READY);
    project.warpdock(&["shim", "install"]).run().success();
    let program = data(&project).join("bin/warpdock");
    let bash = data(&project).join("shim/bash");
    let mut terminal = project
        .home
        .command(&bash, project.workspace.path(), &[])
        .env("WARPDOCK_TARGET", project.workspace.path())
        .in_terminal(24, 80);
    terminal.send_line("echo one $((6 * 7))");
    terminal.wait_for("one 42");
    // Another release is another file.
    let upgraded = project.home.path().join("warpdock");
    crate::support::home::copy_program(env!("CARGO_BIN_EXE_warpdock").as_ref(), &upgraded);
    let inode = fs::metadata(&program).expect("it is there").ino();
    project
        .home
        .command(&upgraded, project.workspace.path(), &["shim", "install"])
        .run()
        .success();
    assert_ne!(fs::metadata(&program).expect("it is there").ino(), inode);
    project.warpdock(&["shim", "remove"]).run().success();
    project.warpdock(&["shim", "remove"]).run().success();
    assert!(!data(&project).exists());
    terminal.send_line("echo two $((7 * 7))");
    terminal.wait_for("two 49");
    terminal.send_line("exit");
    terminal.wait(wait::LONG);
}
