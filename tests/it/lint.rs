//! `lint`: no engine and no daemon are needed, so these tests have none.

use serde_json::{Value, json};

use crate::support::{
    seen::has,
    warpdock::{Finished, Warpdock},
    workspace::Workspace,
};

/// The binary in a folder with these files, and nothing of the machine around it.
fn warpdock(folder: &Workspace, arguments: &[&str]) -> Warpdock {
    let arguments = [&["lint"], arguments].concat();
    Warpdock::new(
        env!("CARGO_BIN_EXE_warpdock").into(),
        arguments.into_iter().map(Into::into).collect(),
        folder.path().to_owned(),
        vec![("HOME".into(), folder.path().into())],
        None,
    )
    .env_remove("DOCKER_HOST")
}

/// What a run says, as `path code` lines.
#[track_caller]
fn codes(finished: &Finished) -> Vec<String> {
    let report = finished.json();
    let files = report["files"].as_array().expect("a list of files");
    let lines = files.iter().flat_map(|file| {
        let findings = file["findings"].as_array().expect("a list of findings");
        let path = file["path"].as_str().expect("a path");
        findings
            .iter()
            .map(move |it| format!("{path} {}", it["code"].as_str().expect("a code")))
    });
    lines.collect()
}

#[test]
fn the_exit_code_says_what_was_found() {
    let folder = Workspace::new(
        "//- /good\nFROM debian:12\nCMD [\"serve\"]\n//- /bad\nFROM debian:12\nUSRE a\nCMD [\"serve\"]\n//- /info\nFROM debian:12\nCMD [\"bash\"]\n",
    );
    warpdock(&folder, &["good"]).run().expect_code(0);
    let bad = warpdock(&folder, &["good", "bad"]).run().expect_code(1);
    has(
        &bad.stdout(),
        &[
            "bad:2:1: error:",
            "USRE a",
            "^^^^",
            "Change to USER",
            "1 error",
        ],
    );
    warpdock(&folder, &["info"]).run().expect_code(1);
    warpdock(&folder, &["--threshold", "warning", "info"])
        .run()
        .expect_code(0);
    let absent = warpdock(&folder, &["good", "absent"]).run().expect_code(2);
    has(&absent.stderr(), &["absent"]);
    warpdock(&folder, &[]).run().expect_code(2);
}

#[test]
fn json_has_what_an_editor_needs() {
    let folder = Workspace::new("//- /Dockerfile\n# ä😀\nFROM debian:12\nRUN echo 😀 \nUSRE a\n");
    let finished = warpdock(&folder, &["--format", "json", "Dockerfile"]).run();
    let report = finished.expect_code(1).json();
    assert_eq!(report["version"], 1);
    let findings = report["files"][0]["findings"].as_array().expect("a list");
    let finding = findings
        .iter()
        .find(|it| it["code"] == "SYN010")
        .expect("the unknown instruction is found");
    let place =
        json!({ "start": { "line": 3, "character": 0 }, "end": { "line": 3, "character": 4 } });
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["range"], place);
    assert_eq!(finding["fixes"][0]["safe"], true);
    assert_eq!(
        finding["fixes"][0]["edits"],
        json!([{ "range": place, "newText": "USER" }])
    );
    let aliases = finding["aliases"].as_array().expect("a list");
    assert!(aliases.contains(&json!("dockerfile-utils/UNKNOWN_INSTRUCTION")));
}

#[test]
fn folders_are_searched_and_standard_input_is_read() {
    let folder = Workspace::new(
        "//- /Dockerfile\nFROM a:1\nUSRE a\n//- /b/gpu.Dockerfile\nFROM a:1\nUSRE a\n//- /b/notes.txt\nUSRE\n//- /node_modules/Dockerfile\nUSRE\n//- /.gitignore\nnode_modules\n",
    );
    let finished = warpdock(&folder, &["--format", "json", "."]).run();
    assert_eq!(
        codes(&finished),
        ["./Dockerfile SYN010", "./b/gpu.Dockerfile SYN010"]
    );
    let finished = warpdock(&folder, &["--format", "json", "-"])
        .input("FROM a:1\nUSRE a\n")
        .run();
    assert_eq!(codes(&finished), ["- SYN010"]);
}

#[test]
fn the_nearest_hadolint_file_is_heard() {
    let folder = Workspace::new(
        "//- /a/b/Dockerfile\nFROM debian:12\nCMD python3 app.py\n//- /a/.hadolint.yaml\noverride:\n  error: [DL3025]\n//- /off.yaml\nignored: [DL3025]\n//- /wrong.yaml\nfailure-threshold: loud\n",
    );
    let finished = warpdock(&folder, &["--format", "hadolint-json", "a/b/Dockerfile"]).run();
    let report: Value = finished.json();
    assert_eq!(report[0]["code"], "DL3025");
    assert_eq!(report[0]["level"], "error");
    assert_eq!(report[0]["line"], 2);
    warpdock(&folder, &["--config", "off.yaml", "a/b/Dockerfile"])
        .run()
        .expect_code(0);
    let wrong = warpdock(&folder, &["--config", "wrong.yaml", "a/b/Dockerfile"])
        .run()
        .expect_code(2);
    has(
        &wrong.stderr(),
        &["wrong.yaml", "failure-threshold", "loud"],
    );
}

#[test]
fn a_rule_is_explained_offline() {
    let folder = Workspace::new("");
    let page = warpdock(&folder, &["--explain", "buildkit/JSONArgsRecommended"]).run();
    has(&page.stdout(), &["# DL3025", "## Why"]);
    has(
        &warpdock(&folder, &["--explain", "all"]).run().stdout(),
        &["| [WD001](WD001.md) |"],
    );
    let unknown = warpdock(&folder, &["--explain", "nothing"]).run();
    has(&unknown.expect_code(2).stderr(), &["nothing"]);
}
