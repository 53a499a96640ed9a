//! Texts while they are typed: what is published about them, for which version, at which place.

use serde_json::{Value, json};

use crate::{
    lsp::{home, server},
    support::editor::{Editor, codes, lines},
};

const URI: &str = "file:///nowhere/Dockerfile";

fn edit(range: [u32; 4], text: &str) -> Value {
    let [line, column, end_line, end_column] = range;
    json!({
        "range": {
            "start": { "line": line, "character": column },
            "end": { "line": end_line, "character": end_column },
        },
        "text": text,
    })
}

#[test]
fn a_dockerfile_is_checked_while_it_is_typed() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    editor.did_open(URI, "dockerfile", "FORM busybox\n");
    let (version, diagnostics) = editor.diagnostics(URI);
    assert_eq!(version, 1);
    let seen = lines(&diagnostics);
    assert!(seen.starts_with("0:0-0:4 error "), "{seen}");
    editor.did_change(URI, 2, "FROM busybox\nCMD [\"true\"]\n");
    let (version, diagnostics) = editor.diagnostics(URI);
    assert_eq!((version, lines(&diagnostics)), (2.into(), String::new()));
    editor.leave();
}

#[test]
fn what_is_the_same_is_not_said_again() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    editor.did_open(URI, "dockerfile", "FORM busybox\n");
    editor.diagnostics(URI);
    editor.did_change(URI, 2, "FORM busybox:1\n");
    editor.leave();
}

#[test]
fn a_closed_document_has_nothing_wrong() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    editor.did_open(URI, "dockerfile", "FORM busybox\n");
    editor.diagnostics(URI);
    editor.did_close(URI);
    assert_eq!(editor.diagnostics(URI), (Value::Null, Vec::new()));
    editor.leave();
}

#[test]
fn a_name_says_what_a_document_is_where_the_language_does_not() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    for (name, language) in [
        ("Containerfile", "plaintext"),
        ("gpu.Dockerfile", ""),
        ("x", "dockerfile"),
    ] {
        let uri = format!("file:///nowhere/{name}");
        editor.did_open(&uri, language, "FORM busybox\n");
        editor.diagnostics(&uri);
    }
    editor.did_open("untitled:Untitled-1", "dockerfile", "FORM busybox\n");
    editor.diagnostics("untitled:Untitled-1");
    editor.did_open("file:///nowhere/notes.txt", "plaintext", "FORM busybox\n");
    editor.leave();
}

#[test]
fn columns_are_utf_16_unless_the_editor_wishes_for_bytes() {
    let home = home();
    let text = "FROM busybox\r\nLABEL a=\"😀é\" b\r\n";
    let column = |wishes: Value, expect: &str| {
        let general = json!({ "general": { "positionEncodings": wishes } });
        let mut editor = Editor::start(server(&home));
        let welcome = editor.initialize(&[], json!({ "capabilities": general }));
        assert_eq!(welcome["capabilities"]["positionEncoding"], expect);
        editor.did_open(URI, "dockerfile", text);
        let (_, diagnostics) = editor.diagnostics(URI);
        let place = diagnostics
            .iter()
            .find(|it| it["range"]["start"]["line"] == 1)
            .expect("a label without a value");
        let column = place["range"]["start"]["character"].clone();
        editor.leave();
        column
    };
    assert_eq!(column(json!(["utf-16"]), "utf-16"), 14);
    assert_eq!(column(json!(["utf-32", "utf-16"]), "utf-32"), 13);
    assert_eq!(column(json!(["utf-8", "utf-16"]), "utf-8"), 17);
    assert_eq!(column(json!(["wtf-8"]), "utf-16"), 14);
}

#[test]
fn edits_go_where_the_editor_means() {
    for (encoding, column) in [("utf-16", 11), ("utf-8", 14)] {
        let home = home();
        let general = json!({ "general": { "positionEncodings": [encoding] } });
        let mut editor = Editor::open_with(server(&home), &[], json!({ "capabilities": general }));
        editor.did_open(URI, "dockerfile", "# é\r\nFROM busybox\r\n");
        // Behind the emoji, which this inserts first.
        let first = edit([2, 0, 2, 0], "LABEL a=\"😀\"\r\nRNU x\r\n");
        let second = edit([2, column, 2, column], "é");
        let third = edit([3, 0, 3, 3], "RUM");
        editor.did_edit(URI, 2, json!([first, second, third]));
        let diagnostics = editor.diagnostics_until(URI, |it| codes(it).contains(&"SYN010"));
        let unknown: Vec<_> = diagnostics
            .iter()
            .filter(|it| it["message"].as_str().is_some_and(|it| it.contains("RUM")))
            .collect();
        assert_eq!(unknown.len(), 1, "{}", lines(&diagnostics));
        assert_eq!(
            unknown[0]["range"]["start"],
            json!({ "line": 3, "character": 0 })
        );
        // Had the second edit gone elsewhere the label would be broken.
        assert_eq!(
            diagnostics
                .iter()
                .filter(|it| it["range"]["start"]["line"] == 2)
                .count(),
            0
        );
        editor.leave();
    }
}

#[test]
fn a_thousand_quick_edits_are_taken_in_order() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    editor.did_open(URI, "dockerfile", "FROM busybox\nCMD [\"x\"]\n");
    // Each puts a letter of a known sequence at a place that depends on all before it.
    let word: String = (0..1000)
        .map(|at| char::from(b'A' + (at % 26) as u8))
        .collect();
    for (at, letter) in word.chars().enumerate() {
        let column = u32::try_from(at).expect("small");
        let change = edit([2, column, 2, column], &letter.to_string());
        let version = i32::try_from(at).expect("small") + 2;
        editor.did_edit(URI, version, json!([change]));
    }
    let mut last = 0;
    loop {
        let (version, diagnostics) = editor.diagnostics(URI);
        let version = version.as_i64().expect("a version");
        assert!(version > last, "{version} after {last}");
        last = version;
        if version == 1001 {
            let seen = lines(&diagnostics);
            assert!(seen.contains(&word), "{seen}");
            assert!(seen.contains("2:0-2:1000 error "), "{seen}");
            break;
        }
    }
    editor.leave();
}

#[test]
fn a_long_text_is_checked_beside_the_loop_and_only_its_last_version_counts() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    let mut text = "FROM busybox\nCMD [\"x\"]\n".to_owned();
    text.push_str(&"# a comment that is of some length, and says nothing\n".repeat(20_000));
    let lines_before = text.lines().count();
    editor.did_open(URI, "dockerfile", &text);
    for version in 2..=20 {
        let line = u32::try_from(lines_before).expect("small");
        let change = edit([line, 0, line, 0], "RNU x\n");
        editor.did_edit(URI, version, json!([change]));
        // The loop answers meanwhile.
        editor.request("daemon/status", json!({}));
    }
    loop {
        let (version, diagnostics) = editor.diagnostics(URI);
        if version == 20 {
            assert_eq!(codes(&diagnostics).len(), 19);
            break;
        }
    }
    editor.leave();
}

#[test]
fn an_answer_of_the_linter_is_about_the_text_that_is_there() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    editor.did_open(URI, "dockerfile", "");
    editor.did_edit(URI, 2, json!([edit([9, 9, 99, 99], "FORM busybox")]));
    editor.diagnostics_until(URI, |it| codes(it).contains(&"SYN010"));
    editor.did_edit(URI, 3, json!([edit([0, 0, 0, 99], "")]));
    editor.diagnostics_until(URI, |it| !codes(it).contains(&"SYN010"));
    editor.did_close(URI);
    // A document that is not open, and one whose text is closed already.
    editor.did_change(URI, 4, "FORM busybox");
    editor.did_close(URI);
    editor.settle();
    let unread = editor.unread();
    assert!(
        unread
            .iter()
            .all(|it| it["params"]["diagnostics"] == json!([])),
        "{unread:?}"
    );
    editor.leave();
}
