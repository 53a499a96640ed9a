//! Texts while they are typed: what is published about them, for which version, at which place.

use crate::{
    lsp::{home, server},
    support::editor::{Editor, lines},
};

const URI: &str = "file:///nowhere/Dockerfile";

#[test]
fn a_dockerfile_is_checked_while_it_is_typed() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    editor.did_open(URI, "dockerfile", "FORM busybox\n");
    let (version, diagnostics) = editor.diagnostics(URI);
    assert_eq!(version, 1);
    assert!(
        lines(&diagnostics).starts_with("0:0-0:4 error "),
        "{}",
        lines(&diagnostics)
    );
    editor.did_change(URI, 2, "FROM busybox\nCMD [\"true\"]\n");
    let (version, diagnostics) = editor.diagnostics(URI);
    assert_eq!((version, lines(&diagnostics)), (2.into(), String::new()));
    editor.leave();
}
