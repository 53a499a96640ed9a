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
    let options = json!({ "initializationOptions": { "trusted": false } });
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
    // Trusted meanwhile.
    let settings = json!({ "settings": { "warpdock": { "trusted": true } } });
    editor.notify("workspace/didChangeConfiguration", settings);
    let lenses = editor.request("textDocument/codeLens", document);
    assert!(lenses.is_array(), "{lenses}");
    editor.leave();
    daemon::only(&home);
}
