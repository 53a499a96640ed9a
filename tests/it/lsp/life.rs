//! Beginning and end of a language server, wanted and not.

use std::path::Path;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    lsp::{home, server},
    support::{
        daemon,
        editor::{Editor, lines, uri},
        engine::Engine,
        home::Home,
        wait,
        workspace::Workspace,
    },
};

const URI: &str = "file:///nowhere/Dockerfile";

#[test]
fn an_editor_comes_and_goes() {
    let home = home();
    let workspace = Workspace::new("//- /Dockerfile\nFROM busybox\n");
    let mut editor = Editor::start(server(&home));
    let welcome = editor.initialize(&[workspace.path()], json!({}));
    assert_eq!(welcome["serverInfo"]["name"], "warpdock");
    assert_eq!(welcome["capabilities"]["positionEncoding"], "utf-16");
    editor.leave();
    daemon::only(&home);
}

#[test]
fn the_daemons_methods_are_there_too() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new("//- /Dockerfile\nFROM busybox\n");
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let status = editor.request("daemon/status", json!({}));
    assert_eq!(status["clients"], 1);
    let daemon = i64::from(daemon::only(&home).as_raw_nonzero().get());
    assert_eq!(status["pid"].as_i64(), Some(daemon));
    // The engine is the window's: DOCKER_HOST came with its environment.
    let status = editor.request("container/status", json!({ "workspace": workspace.path() }));
    assert_eq!(status["state"], "absent");
    editor.leave();
}

#[test]
fn without_the_daemon_it_is_the_same() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new("//- /Dockerfile\nFROM busybox\n");
    let in_process = home.warpdock(Path::new("/"), &["stdio", "--in-process"]);
    let mut editor = Editor::open(in_process, &[workspace.path()]);
    let status = editor.request("daemon/status", json!({}));
    let own = i64::from(editor.pid().as_raw_nonzero().get());
    assert_eq!(status["pid"].as_i64(), Some(own));
    let status = editor.request("container/status", json!({ "workspace": workspace.path() }));
    assert_eq!(status["state"], "absent");
    editor.did_open(URI, "dockerfile", "FORM busybox\n");
    let (version, diagnostics) = editor.diagnostics(URI);
    assert_eq!((version, diagnostics.is_empty()), (json!(1), false));
    editor.leave();
    let in_process = home.warpdock(Path::new("/"), &["stdio", "--in-process"]);
    let mut editor = Editor::open(in_process, &[]);
    editor.request("daemon/stop", json!({}));
    assert!(editor.end().0.success());
    assert!(daemon::all(&home).is_empty());
}

#[test]
fn two_windows_know_nothing_of_each_other() {
    let home = home();
    let mut one = Editor::open(server(&home), &[]);
    let mut other = Editor::open(server(&home), &[]);
    one.did_open(URI, "dockerfile", "FORM busybox\n");
    assert_eq!(one.diagnostics(URI).0, 1);
    other.did_open(URI, "dockerfile", "FROM busybox\nRNU x\n");
    let (_, diagnostics) = other.diagnostics(URI);
    assert!(
        lines(&diagnostics).contains("1:0-1:3 error "),
        "{}",
        lines(&diagnostics)
    );
    assert_eq!(other.request("daemon/status", json!({}))["clients"], 2);
    one.leave();
    other.did_close(URI);
    assert_eq!(other.diagnostics(URI).1, Vec::<Value>::new());
    other.leave();
    daemon::only(&home);
}

#[test]
fn a_killed_daemon_ends_the_bridge_with_a_word_and_the_next_one_starts_another() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    editor.request("daemon/status", json!({}));
    daemon::kill(&home);
    let (status, stderr) = editor.end();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("the daemon went away"), "{stderr}");
    assert!(stderr.contains("->"), "{stderr}");
    let mut editor = Editor::open(server(&home), &[]);
    editor.did_open(URI, "dockerfile", "FORM busybox\n");
    editor.diagnostics(URI);
    editor.leave();
}

#[test]
fn an_end_without_a_shutdown_is_an_error_and_one_of_the_input_is_not() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    editor.notify("exit", Value::Null);
    let (status, stderr) = editor.end();
    assert_eq!((status.code(), stderr.as_str()), (Some(1), ""));
    let mut editor = Editor::open(server(&home), &[]);
    editor.request("daemon/status", json!({}));
    editor.close_input();
    let (status, stderr) = editor.end();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn an_editor_that_is_killed_leaves_nothing_behind() {
    let home = home();
    let workspace = Workspace::new("//- /Dockerfile\nFROM busybox\n");
    let mut gone = Editor::open(server(&home), &[workspace.path()]);
    gone.did_open(&uri(workspace.join("Dockerfile")), "dockerfile", "FORM x\n");
    gone.diagnostics(&uri(workspace.join("Dockerfile")));
    rustix::process::kill_process(gone.pid(), Signal::KILL).expect("it runs");
    gone.end();
    let mut editor = Editor::open(server(&home), &[]);
    wait::until("the client to be forgotten", wait::LONG, || {
        let status = editor.request("daemon/status", json!({}));
        match status["clients"].as_i64() {
            Some(1) => Ok(()),
            other => Err(format!("{other:?} clients")),
        }
    });
    editor.leave();
}

#[test]
fn a_person_who_starts_it_is_told_what_it_is_for() {
    let home = home();
    let mut terminal = home
        .warpdock(Path::new("/"), &["stdio"])
        .in_terminal(24, 100);
    terminal.wait_for("an editor starts");
    assert_eq!(terminal.wait(wait::LONG), 2);
}
