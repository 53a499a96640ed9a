//! The shell of an editor's terminals: a stand-in for bash that goes into the container where the
//! window says so, and is the real one everywhere else.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use crate::support::{
    daemon,
    engine::{BUSYBOX, NO_SHELL, READY},
    project::Project,
    seen::has,
    wait,
    warpdock::Warpdock,
};

mod fallback;
mod install;
mod integration;
mod lines;
mod local;

/// The stand-in of a project's home.
fn stand_in(project: &Project, name: &str) -> PathBuf {
    let folder = project.home.path().join("editor/shim");
    let link = folder.join(name);
    if fs::symlink_metadata(&link).is_err() {
        fs::create_dir_all(&folder).expect("the home is ours");
        symlink(env!("CARGO_BIN_EXE_warpdock"), &link).expect("the home is ours");
    }
    link
}

/// The stand-in for bash as a window of the project that works in the container calls it.
fn in_window(project: &Project, folder: &Path, arguments: &[&str]) -> Warpdock {
    local(project, folder, arguments).env("WARPDOCK_TARGET", project.workspace.path())
}

/// As any other window calls it.
fn local(project: &Project, folder: &Path, arguments: &[&str]) -> Warpdock {
    project
        .home
        .command(&stand_in(project, "bash"), folder, arguments)
}
