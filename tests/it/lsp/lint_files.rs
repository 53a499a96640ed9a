//! The editor's findings are those of `warpdock lint`: the files beside a Dockerfile count, as the
//! editor has them, and so does the profile.

use serde_json::{Value, json};

use crate::{
    lsp::{home, server},
    support::{
        editor::{Editor, codes, lines, uri},
        home::Home,
        workspace::Workspace,
    },
};

const SHELL_CMD: &str = r#"
//- /Dockerfile
FROM debian:12
CMD python3 app.py
"#;

/// Opens a file as it is on the disk.
#[track_caller]
fn open(editor: &mut Editor, workspace: &Workspace, path: &str, language: &str) -> String {
    let document = uri(workspace.join(path));
    editor.did_open(&document, language, &workspace.read(path));
    document
}

/// The codes that the command line finds.
#[track_caller]
fn found(home: &Home, workspace: &Workspace, path: &str) -> Vec<String> {
    let lint = ["lint", "--format", "json", path];
    let report = home.warpdock(workspace.path(), &lint).run().json();
    let findings = report["files"][0]["findings"].as_array().expect("a list");
    let codes = findings.iter().map(|it| it["code"].as_str().expect("text"));
    codes.map(str::to_owned).collect()
}

#[test]
fn what_the_project_ignores_is_not_shown() {
    let home = home();
    let workspace = Workspace::new(
        r#"
//- /.git/HEAD
ref: refs/heads/main
//- /.hadolint.yaml
ignored: [DL3025]
override:
  error: [DL3009]
//- /images/Dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl
CMD python3 app.py
"#,
    );
    // The file is above the folder that is open, in the same repository.
    let folder = workspace.join("images");
    let mut editor = Editor::open(server(&home), &[&folder]);
    let document = open(&mut editor, &workspace, "images/Dockerfile", "dockerfile");
    let diagnostics = editor.diagnostics_until(&document, |it| {
        !codes(it).contains(&"DL3025") && lines(it).contains("error DL3009")
    });
    assert_eq!(
        codes(&diagnostics),
        found(&home, &workspace, "images/Dockerfile")
    );
    editor.leave();
}

#[test]
fn an_unsaved_hadolint_file_counts() {
    let home = home();
    let workspace = Workspace::new(SHELL_CMD);
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let document = open(&mut editor, &workspace, "Dockerfile", "dockerfile");
    let shown = |it: &[Value]| codes(it).contains(&"DL3025");
    editor.diagnostics_until(&document, shown);
    let config = uri(workspace.join(".hadolint.yaml"));
    editor.did_open(&config, "yaml", "ignored: [DL3025]\n");
    editor.diagnostics_until(&document, |it| !shown(it));
    // Half typed: it says so itself, and what it said before goes on counting.
    let half = "ignored: [DL3025]\nfailure-threshold: lo\n";
    editor.did_change(&config, 2, half);
    let (version, diagnostics) = editor.diagnostics(&config);
    let seen = lines(&diagnostics);
    assert_eq!(version, 2);
    assert!(seen.starts_with("1:0-1:18 error hadolint-config"), "{seen}");
    editor.did_change(&config, 3, "ignored: [DL3025\n");
    let (_, diagnostics) = editor.diagnostics(&config);
    assert_eq!(codes(&diagnostics), ["hadolint-config"]);
    editor.settle();
    editor.all_read();
    editor.did_change(&config, 4, "ignored: []\n");
    editor.diagnostics_until(&config, <[Value]>::is_empty);
    editor.diagnostics_until(&document, shown);
    // What is thrown away does not count any more.
    editor.did_change(&config, 5, "ignored: [DL3025]\n");
    editor.diagnostics_until(&document, |it| !shown(it));
    editor.did_close(&config);
    editor.diagnostics_until(&document, shown);
    editor.leave();
}

#[test]
fn a_hadolint_file_that_another_program_writes_counts() {
    let home = home();
    let workspace = Workspace::new(SHELL_CMD);
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let document = open(&mut editor, &workspace, "Dockerfile", "dockerfile");
    let shown = |it: &[Value]| codes(it).contains(&"DL3025");
    editor.diagnostics_until(&document, shown);
    // The project's reading has found that there is none.
    let lenses = json!({ "textDocument": { "uri": document } });
    editor.request("textDocument/codeLens", lenses);
    workspace.write(".hadolint.yml", "override: {ignore: [DL3025]}\n");
    let change = json!({ "changes": [{ "uri": uri(workspace.join(".hadolint.yml")), "type": 1 }] });
    editor.notify("workspace/didChangeWatchedFiles", change);
    let diagnostics = editor.diagnostics_until(&document, |it| !shown(it));
    assert_eq!(codes(&diagnostics), found(&home, &workspace, "Dockerfile"));
    editor.leave();
}

#[test]
fn a_file_that_is_kept_out_of_the_build_is_missed() {
    let home = home();
    let workspace = Workspace::new(
        "//- /Dockerfile\nFROM debian:12\nCOPY secret.txt /etc/\nCMD [\"serve\"]\n//- /.dockerignore\nsecret.txt\n",
    );
    let mut editor = Editor::open(server(&home), &[workspace.path()]);
    let document = open(&mut editor, &workspace, "Dockerfile", "dockerfile");
    let diagnostics = editor.diagnostics_until(&document, |it| !it.is_empty());
    assert_eq!(codes(&diagnostics), found(&home, &workspace, "Dockerfile"));
    let ignored = open(&mut editor, &workspace, ".dockerignore", "ignore");
    editor.did_change(&ignored, 2, "other.txt\n");
    editor.diagnostics_until(&document, <[Value]>::is_empty);
    editor.leave();
}

#[test]
fn the_profile_is_the_editors() {
    let home = home();
    let workspace = Workspace::new(SHELL_CMD);
    let options = |profile: &str| json!({ "initializationOptions": { "lintProfile": profile } });
    let change =
        |profile: &str| json!({ "settings": { "warpdock": { "lint": { "profile": profile } } } });
    // How an instruction is written is BuildKit's matter, the version of a package hadolint's.
    let text =
        "FROM debian:12 as x\nRUN apt-get update && apt-get install -y curl\nCMD [\"serve\"]\n";
    let mut editor = Editor::open_with(server(&home), &[workspace.path()], options("hadolint"));
    let document = uri(workspace.join("Dockerfile"));
    editor.did_open(&document, "dockerfile", text);
    let casing = |it: &[Value]| lines(it).contains("BK002");
    let pinned = |it: &[Value]| codes(it).contains(&"DL3008");
    editor.diagnostics_until(&document, |it| pinned(it) && !casing(it));
    editor.notify("workspace/didChangeConfiguration", change("buildkit"));
    editor.diagnostics_until(&document, |it| casing(it) && !pinned(it));
    editor.notify("workspace/didChangeConfiguration", change("strict"));
    editor.diagnostics_until(&document, |it| casing(it) && pinned(it));
    // What is no profile changes nothing.
    editor.notify("workspace/didChangeConfiguration", change("loud"));
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": 3 }));
    editor.settle();
    editor.all_read();
    editor.leave();
}
