//! A workspace that the person does not trust: its texts are checked, and nothing is run.

use serde_json::json;

use crate::{
    lsp::{home, server},
    support::{
        daemon,
        editor::{Editor, uri},
        workspace::Workspace,
    },
};

const PROJECT: &str = r#"
//- /Dockerfile
FROM warpdock-test/busybox:1
"#;

#[test]
fn an_untrusted_window_checks_texts_and_runs_nothing() {
    let home = home();
    let workspace = Workspace::new(PROJECT);
    // Whatever the workspace's settings say of the linter.
    let options = json!({ "initializationOptions": { "trusted": false, "lintProfile": ["x"] } });
    let mut editor = Editor::open_with(server(&home), &[workspace.path()], options);
    let dockerfile = uri(workspace.join("Dockerfile"));
    editor.did_open(&dockerfile, "dockerfile", "FORM busybox\n");
    editor.diagnostics(&dockerfile);
    let target = json!({ "workspace": workspace.path() });
    for method in [
        "container/up",
        "container/endpoint",
        "image/load",
        "doctor/run",
    ] {
        let params = match method {
            "container/up" | "container/endpoint" => json!({ "target": target }),
            "image/load" => json!({ "archive": "/x.tar" }),
            _ => target.clone(),
        };
        let error = editor.refused(method, params);
        assert_eq!(error["data"]["kind"], "untrusted", "{method}: {error}");
        let remedy = error["data"]["remedy"][0].as_str().expect("a remedy");
        assert!(remedy.contains("trust it"), "{remedy}");
    }
    let document = json!({ "textDocument": { "uri": dockerfile } });
    assert_eq!(
        editor.request("textDocument/codeLens", document.clone()),
        json!(null)
    );
    // A workspace has settings, and must not be able to say this of itself.
    let settings = json!({ "settings": { "warpdock": { "trusted": true }, "trusted": true } });
    editor.notify("workspace/didChangeConfiguration", settings);
    let error = editor.refused("container/up", json!({ "target": target }));
    assert_eq!(error["data"]["kind"], "untrusted");
    editor.unread();
    editor.leave();
    // Trusted meanwhile: the editor starts the server anew.
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    editor.did_open(&dockerfile, "dockerfile", "FORM busybox\n");
    editor.diagnostics(&dockerfile);
    editor.did_change(&dockerfile, 2, &workspace.read("Dockerfile"));
    let lenses = editor.request("textDocument/codeLens", document);
    assert_eq!(lenses[0]["command"]["command"], "warpdock.build");
    // Its base image is asked for now, which ends at once without a terminal.
    editor.diagnostics_until(&dockerfile, |found| !found.is_empty());
    editor.settle();
    editor.leave();
    daemon::only(&home);
}
