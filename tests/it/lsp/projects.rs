//! A project's configuration while it is edited: what is wrong in its files, and what the linter
//! goes by.

use serde_json::{Value, json};

use crate::{
    lsp::{home, server},
    support::{
        editor::{self, Editor, codes, lines, uri},
        engine::{self, Engine},
        home::Home,
        workspace::Workspace,
    },
};

const DEVCONTAINER: &str = r#"
//- /.devcontainer/devcontainer.json
{
  "image": "warpdock-test/busybox:1",
  "containerEnv": { "A": "b" }
}
//- /.env
A=b
"#;

#[test]
fn a_devcontainer_json_is_checked_while_it_is_typed() {
    let home = home();
    let workspace = Workspace::new(DEVCONTAINER);
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let path = ".devcontainer/devcontainer.json";
    let document = uri(workspace.join(path));
    editor.did_open(&document, "jsonc", &workspace.read(path));
    // What is on the disk is not what counts.
    editor.did_change(
        &document,
        2,
        "{\n  \"image\": \"warpdock-test/busybox:1\",\n  \"mounts\": 3, // 😀\n}\n",
    );
    let (version, diagnostics) = editor.diagnostics(&document);
    let seen = lines(&diagnostics);
    assert_eq!(version, 2);
    assert!(seen.starts_with("2:12-2:13 error "), "{seen}");
    editor.did_change(
        &document,
        3,
        "{\n  // \u{1f600}\n  \"image\": \"\u{1f600}\", \"gpu\" 1 }\n",
    );
    let (version, diagnostics) = editor.diagnostics(&document);
    assert_eq!(version, 3);
    // The emoji is two columns of UTF-16.
    assert_eq!(
        diagnostics[0]["range"]["start"]["line"],
        2,
        "{}",
        lines(&diagnostics)
    );
    editor.did_change(&document, 4, &workspace.read(path));
    assert_eq!(editor.diagnostics(&document), (json!(4), Vec::new()));
    editor.leave();
}

#[test]
fn an_env_file_is_checked_while_it_is_typed() {
    let home = home();
    let workspace = Workspace::new(DEVCONTAINER);
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let document = uri(workspace.join(".env"));
    editor.did_open(&document, "dotenv", "A=b\n");
    editor.did_change(&document, 2, "A=b\nB c\n");
    let (version, diagnostics) = editor.diagnostics(&document);
    assert_eq!(version, 2);
    assert_eq!(codes(&diagnostics), ["env-line"]);
    assert_eq!(diagnostics[0]["range"]["start"]["line"], 1);
    editor.did_change(&document, 3, "A=b\nA=c\n");
    let (_, diagnostics) = editor.diagnostics(&document);
    assert!(lines(&diagnostics).starts_with("1:0-1:3 warning env-duplicate"));
    // What is thrown away does not count any more.
    editor.did_close(&document);
    assert_eq!(editor.diagnostics(&document).1, Vec::<Value>::new());
    editor.leave();
}

#[test]
fn an_env_file_that_the_configuration_names_is_one() {
    let home = home();
    let workspace = Workspace::new(
        r#"
//- /.devcontainer/devcontainer.json
{ "image": "x", "customizations": { "warpdock": { "envFile": "conf/training.vars" } } }
//- /conf/training.vars
A=b
"#,
    );
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let document = uri(workspace.join("conf/training.vars"));
    editor.did_open(&document, "plaintext", "A b\n");
    let diagnostics = editor.diagnostics_until(&document, |it| !it.is_empty());
    assert_eq!(codes(&diagnostics), ["env-line"]);
    editor.leave();
}

#[test]
fn a_second_configuration_is_checked_for_itself() {
    let home = home();
    let workspace = Workspace::new(
        r#"
//- /.devcontainer/devcontainer.json
{ "image": "x" }
//- /.devcontainer/other/devcontainer.json
{ "image": "x", "mounts": 3 }
"#,
    );
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let path = ".devcontainer/other/devcontainer.json";
    let document = uri(workspace.join(path));
    editor.did_open(&document, "jsonc", &workspace.read(path));
    let (_, diagnostics) = editor.diagnostics(&document);
    assert!(
        lines(&diagnostics).starts_with("0:26-0:27 error "),
        "{}",
        lines(&diagnostics)
    );
    editor.leave();
}

#[test]
fn folders_come_and_go() {
    let home = home();
    let one = Workspace::named("one é", DEVCONTAINER);
    let two = Workspace::named("two", DEVCONTAINER);
    let mut editor = Editor::open(server(&home), &[one.path()]);
    let document = uri(two.join(".env"));
    editor.did_open(&document, "dotenv", "A b\n");
    editor.settle();
    editor.all_read();
    let change = |added: Vec<Value>, removed: Vec<Value>| json!({ "event": { "added": added, "removed": removed } });
    let folder = editor::folder(two.path());
    editor.notify(
        "workspace/didChangeWorkspaceFolders",
        change(vec![folder.clone()], vec![]),
    );
    let (_, diagnostics) = editor.diagnostics(&document);
    assert_eq!(codes(&diagnostics), ["env-line"]);
    let first = uri(one.join(".env"));
    editor.did_open(&first, "dotenv", "A b\nB c\n");
    let (_, diagnostics) = editor.diagnostics(&first);
    assert_eq!(codes(&diagnostics).len(), 2);
    editor.notify(
        "workspace/didChangeWorkspaceFolders",
        change(vec![], vec![folder]),
    );
    editor.settle();
    editor.unread();
    editor.leave();
}

#[test]
fn the_linter_goes_by_what_the_project_builds() {
    let home = home();
    let workspace = Workspace::new(
        r#"
//- /.devcontainer/devcontainer.json
{ "build": { "dockerfile": "../Dockerfile" }, "workspaceFolder": "/elsewhere" }
//- /Dockerfile
FROM warpdock-test/no-cmd:1
"#,
    );
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let document = uri(workspace.join("Dockerfile"));
    let build = |target: &str| {
        format!(
            "{{ \"build\": {{ \"dockerfile\": \"../Dockerfile\", \"target\": \"{target}\" }} }}"
        )
    };
    let text = "FROM scratch AS one\nFROM busybox AS two\nCMD [\"x\"]\n";
    editor.did_open(&document, "dockerfile", text);
    let params = json!({ "textDocument": { "uri": document } });
    let line = |editor: &mut Editor| {
        let lenses = editor.request("textDocument/codeLens", params.clone());
        lenses[0]["range"]["start"]["line"].clone()
    };
    assert_eq!(line(&mut editor), 1);
    // Saved by another program: the editor watches.
    let path = ".devcontainer/devcontainer.json";
    workspace.write(path, build("one"));
    let change = json!({ "changes": [{ "uri": uri(workspace.join(path)), "type": 2 }] });
    editor.notify("workspace/didChangeWatchedFiles", change);
    crate::support::wait::until(
        "the other stage",
        crate::support::wait::LONG,
        || match line(&mut editor) {
            it if it == 0 => Ok(()),
            it => Err(it),
        },
    );
    editor.unread();
    editor.leave();
}

#[test]
fn an_editor_that_can_watches_files_and_asks_for_buttons_again() {
    let home = home();
    let workspace = Workspace::new("//- /Dockerfile\nFROM busybox\nCMD [\"x\"]\n");
    let able = json!({ "capabilities": { "workspace": {
        "didChangeWatchedFiles": { "dynamicRegistration": true },
        "codeLens": { "refreshSupport": true },
    } } });
    let mut editor = Editor::open_with(server(&home), &[workspace.path()], able);
    let (id, params) = editor.asked("client/registerCapability");
    assert_eq!(
        params["registrations"][0]["method"],
        "workspace/didChangeWatchedFiles"
    );
    editor.reply(&id, Value::Null);
    let document = uri(workspace.join("Dockerfile"));
    editor.did_open(&document, "dockerfile", "FROM busybox\nCMD [\"x\"]\n");
    let params = json!({ "textDocument": { "uri": document } });
    assert!(editor.request("textDocument/codeLens", params).is_array());
    editor.settle();
    editor.unread();
    workspace.write(".devcontainer/devcontainer.json", "{ \"image\": \"x\" }");
    editor.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": uri(workspace.join(".devcontainer/devcontainer.json")), "type": 1 }] }),
    );
    let (id, _) = editor.asked("workspace/codeLens/refresh");
    editor.reply(&id, Value::Null);
    editor.unread();
    editor.leave();
}

#[test]
fn an_image_that_the_engine_has_is_known_a_moment_later() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new("//- /Dockerfile\nFROM busybox\n");
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let document = uri(workspace.join("Dockerfile"));
    // Neither brings a command; only of the first the engine knows.
    let text = format!("FROM {}\n", engine::NO_CMD);
    editor.did_open(&document, "dockerfile", &text);
    let diagnostics = editor.diagnostics_until(&document, |it| !it.is_empty());
    let seen = lines(&diagnostics);
    assert!(seen.contains("WD001"), "{seen}");
    editor.did_change(&document, 2, "FROM warpdock-test/that-is-not-here:1\n");
    editor.diagnostics_until(&document, <[Value]>::is_empty);
    editor.leave();
}
