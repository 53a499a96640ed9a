//! What an editor offers at a place: fixes, a comment that hides, buttons.

use serde_json::{Value, json};

use crate::{
    lsp::{home, server},
    support::{
        editor::{Editor, codes, uri},
        workspace::Workspace,
    },
};

const URI: &str = "file:///nowhere/Dockerfile";

/// What an editor says that can do everything.
fn able() -> Value {
    json!({ "capabilities": {
        "textDocument": {
            "publishDiagnostics": {
                "versionSupport": true,
                "codeDescriptionSupport": true,
                "tagSupport": { "valueSet": [1, 2] },
            },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } },
        },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
    } })
}

fn place(line: u32) -> Value {
    let at = json!({ "line": line, "character": 1 });
    json!({ "start": at, "end": at })
}

fn ask(editor: &mut Editor, line: u32, only: Value) -> Vec<Value> {
    let mut context = json!({ "diagnostics": [] });
    if !only.is_null() {
        context["only"] = json!([only]);
    }
    let params = json!({
        "textDocument": { "uri": URI },
        "range": place(line),
        "context": context,
    });
    let actions = editor.request("textDocument/codeAction", params);
    actions.as_array().expect("a list").clone()
}

/// The text after an action, done as an editor does it. Columns count bytes here, as all is ASCII.
#[track_caller]
fn apply(text: &str, action: &Value, version: i64) -> String {
    let change = &action["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], version);
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let offset = |position: &Value| {
        let line = position["line"].as_u64().expect("a line");
        let column = position["character"].as_u64().expect("a column");
        starts[usize::try_from(line).expect("small")] + usize::try_from(column).expect("small")
    };
    let mut text = text.to_owned();
    let edits = change["edits"].as_array().expect("edits");
    for edit in edits.iter().rev() {
        let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        text.replace_range(range, edit["newText"].as_str().expect("a text"));
    }
    text
}

#[test]
fn a_fix_that_is_applied_mends_the_text() {
    let home = home();
    let mut editor = Editor::open_with(server(&home), &[], able());
    let text = "FROM busybox\nUSRE app\nCMD [\"x\"]\n";
    editor.did_open(URI, "dockerfile", text);
    let (_, diagnostics) = editor.diagnostics(URI);
    assert_eq!(codes(&diagnostics), ["SYN010"]);
    let page = diagnostics[0]["codeDescription"]["href"].as_str();
    assert!(
        page.is_some_and(|page| page.ends_with("SYN010")),
        "{page:?}"
    );
    let actions = ask(&mut editor, 1, json!("quickfix"));
    let fix = &actions[0];
    assert_eq!(
        (&fix["kind"], &fix["isPreferred"]),
        (&json!("quickfix"), &json!(true))
    );
    assert_eq!(fix["diagnostics"][0], diagnostics[0]);
    let mended = apply(text, fix, 1);
    assert_eq!(mended, text.replace("USRE", "USER"));
    editor.did_change(URI, 2, &mended);
    assert_eq!(editor.diagnostics(URI), (json!(2), Vec::new()));
    // Elsewhere nothing is offered.
    assert_eq!(ask(&mut editor, 0, Value::Null), Vec::<Value>::new());
    editor.leave();
}

#[test]
fn a_comment_hides_a_finding() {
    let home = home();
    let mut editor = Editor::open_with(server(&home), &[], able());
    let text = "FROM busybox\nUSRE app\nCMD [\"x\"]\n";
    editor.did_open(URI, "dockerfile", text);
    editor.diagnostics(URI);
    let actions = ask(&mut editor, 1, json!("quickfix"));
    let hide = actions.last().expect("an action");
    let title = hide["title"].as_str().expect("a title");
    assert!(title.starts_with("Ignore SYN010"), "{title}");
    let hidden = apply(text, hide, 1);
    assert_eq!(
        hidden,
        text.replace("USRE", "# warpdock ignore=SYN010\nUSRE")
    );
    editor.did_change(URI, 2, &hidden);
    assert_eq!(editor.diagnostics(URI), (json!(2), Vec::new()));
    editor.leave();
}

#[test]
fn everything_that_is_safe_is_fixed_at_once() {
    let home = home();
    let mut editor = Editor::open_with(server(&home), &[], able());
    let text = "FROM busybox\nUSRE app\nWROKDIR /a\nCMD [\"x\"]\n";
    editor.did_open(URI, "dockerfile", text);
    let (_, diagnostics) = editor.diagnostics(URI);
    assert_eq!(codes(&diagnostics), ["SYN010", "SYN010"]);
    let actions = ask(&mut editor, 0, json!("source.fixAll"));
    assert_eq!(actions.len(), 1, "{actions:?}");
    let fixed = apply(text, &actions[0], 1);
    assert_eq!(fixed, "FROM busybox\nUSER app\nWORKDIR /a\nCMD [\"x\"]\n");
    editor.leave();
}

#[test]
fn an_editor_that_only_knows_commands_is_offered_no_actions() {
    let home = home();
    let mut editor = Editor::start(server(&home));
    let welcome = editor.initialize(&[], json!({}));
    assert_eq!(welcome["capabilities"].get("codeActionProvider"), None);
    editor.leave();
}

#[test]
fn a_hover_says_what_is_at_a_place() {
    let home = home();
    let hover = json!({ "hover": { "contentFormat": ["markdown", "plaintext"] } });
    let able = json!({ "capabilities": { "textDocument": hover } });
    let mut editor = Editor::open_with(server(&home), &[], able);
    // An image that the engine has would have findings of its own, a moment later.
    let text = "# 😀 é\nFROM pytorch/pytorch:2.1.2-cuda12.1-cudnn8-runtime\nENV A=\"😀\" B=$A\nCMD [\"x\"]\n";
    editor.did_open(URI, "dockerfile", text);
    let mut at = |line: u32, column: u32| {
        let position = json!({ "line": line, "character": column });
        let params = json!({ "textDocument": { "uri": URI }, "position": position });
        editor.request("textDocument/hover", params)
    };
    let image = at(1, 10);
    assert_eq!(image["contents"]["kind"], "markdown");
    let words = image["contents"]["value"].as_str().expect("a text");
    assert!(words.contains("12.1"), "{words}");
    let variable = at(2, 15);
    let words = variable["contents"]["value"].as_str().expect("a text");
    assert!(words.contains('😀'), "{words}");
    assert_eq!(
        variable["range"]["start"],
        json!({ "line": 2, "character": 13 })
    );
    assert_eq!(at(0, 1), Value::Null);
    assert_eq!(at(99, 99), Value::Null);
    editor.unread();
    editor.leave();
}

#[test]
fn the_dockerfile_that_is_built_has_buttons() {
    let home = home();
    let workspace = Workspace::new(
        r#"
//- /Dockerfile
FROM warpdock-test/busybox:1 AS first
CMD ["true"]
FROM warpdock-test/busybox:1
CMD ["true"]
//- /other.Dockerfile
FROM warpdock-test/busybox:1
CMD ["true"]
"#,
    );
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let mut lenses = |name: &str| {
        let document = uri(workspace.join(name));
        editor.did_open(&document, "dockerfile", &workspace.read(name));
        let params = json!({ "textDocument": { "uri": document } });
        editor.request("textDocument/codeLens", params)
    };
    let found = lenses("Dockerfile");
    let found: Vec<_> = found.as_array().expect("a list").iter().collect();
    let commands: Vec<_> = found
        .iter()
        .map(|it| {
            (
                it["range"]["start"]["line"].clone(),
                it["command"]["command"].clone(),
            )
        })
        .collect();
    assert_eq!(
        commands,
        [
            (json!(2), json!("warpdock.build")),
            (json!(2), json!("warpdock.reopenInContainer")),
            (json!(3), json!("warpdock.runDefaultCommand")),
        ]
    );
    for lens in found {
        assert_eq!(lens["command"]["arguments"], json!([workspace.path()]));
    }
    let other = lenses("other.Dockerfile");
    assert_eq!(
        other[0]["command"]["arguments"],
        json!([workspace.path(), workspace.join("other.Dockerfile")])
    );
    assert_eq!(other[1]["command"]["arguments"], json!([workspace.path()]));
    editor.leave();
}
