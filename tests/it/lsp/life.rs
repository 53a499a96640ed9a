//! Beginning and end of a language server, wanted and not.

use std::path::Path;

use serde_json::json;

use crate::{
    lsp::{home, server},
    support::{daemon, editor::Editor, workspace::Workspace},
};

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
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    let status = editor.request("daemon/status", json!({}));
    assert_eq!(status["clients"], 1);
    assert_eq!(
        status["pid"].as_i64(),
        Some(i64::from(daemon::only(&home).as_raw_nonzero().get()))
    );
    editor.leave();
}

#[test]
fn without_the_daemon_it_is_the_same() {
    let home = home();
    let in_process = home.warpdock(Path::new("/"), &["stdio", "--in-process"]);
    let mut editor = Editor::open(in_process, &[]);
    let status = editor.request("daemon/status", json!({}));
    let own = i64::from(editor.pid().as_raw_nonzero().get());
    assert_eq!(status["pid"].as_i64(), Some(own));
    editor.did_open("file:///nowhere/Dockerfile", "dockerfile", "FORM busybox\n");
    let (version, diagnostics) = editor.diagnostics("file:///nowhere/Dockerfile");
    assert_eq!((version, diagnostics.is_empty()), (json!(1), false));
    editor.leave();
    assert!(daemon::all(&home).is_empty());
}
