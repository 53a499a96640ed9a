//! Clients that do not do as they should: garbage, halves, too much, silence.

use std::{os::unix::net::UnixListener, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    lsp::{home, server},
    support::{
        daemon,
        editor::{Editor, codes, frame},
        wait,
    },
};

const URI: &str = "file:///nowhere/Dockerfile";

#[test]
fn garbage_ends_the_connection_and_nothing_else() {
    let home = home();
    let mut other = Editor::open(server(&home), &[]);
    other.did_open(URI, "dockerfile", "FORM busybox\n");
    other.diagnostics(URI);
    let initialize = frame(&json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} },
    }));
    let garbage: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"Content-Length: 5\r\n\r\n{\"a\":",
        b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc",
        b"Content-Length: -1\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"Content-Length: 2\r\n\r\n[]",
    ];
    for bytes in garbage {
        let mut editor = Editor::start(server(&home));
        editor.write(&initialize);
        editor.answer(1).expect("it is well formed");
        editor.try_write(bytes);
        editor.close_input();
        editor.end();
    }
    // As the first thing that is said.
    let mut editor = Editor::start(server(&home));
    editor.try_write(&[b'x'; 10_000]);
    let (status, stderr) = editor.end();
    assert_eq!(status.code(), Some(1));
    assert!(stderr.contains("not what an editor says"), "{stderr}");
    other.did_change(URI, 2, "FROM busybox\nCMD [\"x\"]\n");
    assert_eq!(other.diagnostics(URI), (json!(2), Vec::new()));
    other.leave();
}

#[test]
fn half_a_message_is_waited_for_and_its_end_without_the_rest_is_quiet() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    let params = json!({ "textDocument": {
        "uri": URI, "languageId": "dockerfile", "version": 1, "text": "FORM busybox\n",
    } });
    let bytes = frame(&json!({
        "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params,
    }));
    let (first, second) = bytes.split_at(bytes.len() / 2);
    editor.write(first);
    editor.write(second);
    editor.diagnostics(URI);
    editor.write(first);
    editor.close_input();
    let (status, stderr) = editor.end();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
    // Before anything was whole.
    let mut editor = Editor::start(server(&home));
    editor.write(b"Content-Len");
    editor.close_input();
    assert!(editor.end().0.success());
}

#[test]
fn a_message_of_64_megabytes_is_taken() {
    let home = home();
    let mut editor = Editor::open(server(&home), &[]);
    let notes = "x".repeat(64 << 20);
    editor.did_open("file:///nowhere/notes.txt", "plaintext", &notes);
    editor.request("daemon/status", json!({}));
    // A Dockerfile of which nobody would say that it is one.
    let mut text = "FROM busybox\n".to_owned();
    text.push_str(&format!("# {}\n", "x".repeat(4 << 20)));
    text.push_str("RNU x\n");
    editor.did_open(URI, "dockerfile", &text);
    // The loop answers meanwhile.
    editor.request("daemon/status", json!({}));
    let (version, diagnostics) = editor.diagnostics(URI);
    assert_eq!(version, 1);
    assert!(codes(&diagnostics).contains(&"SYN010"));
    editor.leave();
}

#[test]
fn requests_that_wait_do_not_stop_the_others() {
    // An engine that takes connections and says nothing.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let socket: PathBuf = folder.path().join("engine.sock");
    let _listener = UnixListener::bind(&socket).expect("the folder is new");
    let home = home().with("DOCKER_HOST", format!("unix://{}", socket.display()));
    let mut editor = Editor::open(server(&home), &[]);
    let waiting: Vec<_> = (0..100)
        .map(|_| editor.ask("container/list", json!({})))
        .collect();
    editor.did_open(URI, "dockerfile", "FORM busybox\n");
    editor.diagnostics(URI);
    editor.request("daemon/status", json!({}));
    for id in &waiting {
        editor.notify("$/cancelRequest", json!({ "id": id }));
    }
    for id in waiting {
        let error = editor.answer(id).expect_err("it was cancelled");
        assert_eq!(error["code"], -32800);
    }
    editor.leave();
}

#[test]
fn a_client_that_never_answers_is_served() {
    let home = home();
    let able = json!({ "capabilities": {
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
    } });
    let mut editor = Editor::open_with(server(&home), &[], able);
    editor.asked("client/registerCapability");
    for version in 1..50 {
        editor.did_open(URI, "dockerfile", "FORM busybox\n");
        editor.diagnostics(URI);
        editor.did_close(URI);
        editor.diagnostics(URI);
        assert!(version > 0);
    }
    // An answer to a question that nobody asked.
    editor.reply(&json!(4711), Value::Null);
    editor.leave();
}

#[test]
fn a_client_that_does_not_read_costs_no_other_and_little_memory() {
    let home = home();
    let mut other = Editor::open(server(&home), &[]);
    let daemon = daemon::only(&home);
    let mut deaf = home.warpdock("/".as_ref(), &["stdio"]).spawn();
    let mut input = deaf.stdin.take().expect("it is a pipe");
    let writer = std::thread::spawn(move || {
        use std::io::Write;
        let say = |method: &str, params: Value| {
            frame(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
        };
        let _ = input.write_all(&frame(&json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} },
        })));
        let document = json!({ "uri": URI, "languageId": "dockerfile", "version": 1, "text": "" });
        let _ = input.write_all(&say(
            "textDocument/didOpen",
            json!({ "textDocument": document }),
        ));
        for version in 2..3000 {
            let text = "RNU x\n".repeat(100 + version % 2);
            let change = json!({
                "textDocument": { "uri": URI, "version": version },
                "contentChanges": [{ "text": text }],
            });
            if input
                .write_all(&say("textDocument/didChange", change))
                .is_err()
            {
                break;
            }
        }
        input
    });
    let input = writer.join().expect("it does not panic");
    other.did_open(URI, "dockerfile", "FORM busybox\n");
    other.diagnostics(URI);
    assert!(
        daemon::memory(daemon) < 64 << 20,
        "{}",
        daemon::memory(daemon)
    );
    drop(input);
    deaf.kill().expect("it runs");
    deaf.wait().expect("it ends");
    wait::until("the client to be forgotten", wait::LONG, || {
        let status = other.request("daemon/status", json!({}));
        match status["clients"].as_i64() {
            Some(1) => Ok(()),
            other => Err(format!("{other:?} clients")),
        }
    });
    other.leave();
}

#[test]
fn what_is_asked_before_initialize_and_after_shutdown_is_refused() {
    let home = home();
    let mut editor = Editor::start(server(&home));
    let error = editor.refused(
        "textDocument/codeLens",
        json!({ "textDocument": { "uri": URI } }),
    );
    assert_eq!(error["code"], -32002);
    editor.initialize(
        &[],
        json!({ "initializationOptions": { "environment": 3 } }),
    );
    let error = editor.refused("nonsense/ask", json!({}));
    assert_eq!(error["code"], -32601);
    editor.notify("nonsense/happened", json!({}));
    editor.notify("textDocument/didOpen", json!({ "nonsense": true }));
    editor.request("shutdown", Value::Null);
    let error = editor.refused("daemon/status", json!({}));
    assert_eq!(error["code"], -32600);
    editor.notify("exit", Value::Null);
    assert!(editor.end().0.success());
}
