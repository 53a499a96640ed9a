//! What is printed: JSON for scripts, colour for people, and nothing that nobody asked for.

use serde_json::Value;

use crate::support::{
    engine::{BUSYBOX, READY},
    project::Project,
    wait,
};

#[test]
fn results_for_scripts_are_one_json_value() {
    let project = Project::of_image(BUSYBOX);
    let json = |arguments: &[&str], code: i32| -> Value {
        let mut line = vec!["--json"];
        line.extend(arguments);
        let finished = project.warpdock(&line).run().expect_code(code);
        assert_eq!(finished.stderr(), "", "{finished}");
        finished.json()
    };
    assert_eq!(json(&["status"], 3)["state"], "absent");
    assert_eq!(json(&["sessions"], 3)["error"]["kind"], "not-running");
    assert_eq!(json(&["kill", "x"], 3)["error"]["kind"], "not-running");
    assert_eq!(json(&["down"], 0)["container"], Value::Null);
    assert_eq!(json(&["up"], 0)["done"], "created");
    assert_eq!(json(&["up"], 0)["done"], "nothing");
    assert_eq!(json(&["status"], 0)["state"], "running");
    assert_eq!(json(&["ps"], 0)[0]["image"], BUSYBOX);
    assert!(json(&["config"], 0)["values"].is_array());
    assert!(json(&["explain"], 0)["dockerLine"].is_string());
    assert!(json(&["explain", "docker run -it --rm busybox"], 0).is_object());
    let started = json(&["run", "-d", "--name", "train", "--", "sleep", "1000"], 0);
    assert_eq!(started["session"]["name"], "train");
    assert_eq!(json(&["sessions"], 0)[0]["name"], "train");
    assert_eq!(
        json(&["kill", "nope"], 1)["error"]["kind"],
        "no-such-session"
    );
    assert_eq!(
        json(&["logs", "nope"], 1)["error"]["kind"],
        "no-such-session"
    );
    assert_eq!(
        json(&["exec", "--", "nope"], 127)["error"]["kind"],
        "command-not-found"
    );
    assert_eq!(
        json(&["exec", "--", "/etc"], 126)["error"]["kind"],
        "not-executable"
    );
    assert_eq!(json(&["kill", "train"], 0)["ended"][0], "train");
    assert_eq!(
        json(&["daemon", "status"], 0)["release"],
        env!("CARGO_PKG_VERSION")
    );
    assert!(json(&["rebuild"], 0)["status"].is_object());
    assert!(json(&["down"], 0)["container"].is_string());
    assert_eq!(json(&["daemon", "stop"], 0)["stopped"], true);
    let doctor = project.warpdock(&["doctor", "--json"]).run();
    assert!(doctor.json()["lines"].is_array(), "{doctor}");
}

#[test]
fn failures_for_scripts_have_kind_message_and_remedy() {
    let project = Project::of_image("warpdock-test/no-such-image:1");
    let finished = project.warpdock(&["up", "--json"]).run().expect_code(1);
    let error = &finished.json()["error"];
    assert!(
        error["kind"].is_string() && error["message"].is_string(),
        "{finished}"
    );
    assert!(
        error["remedy"]
            .as_array()
            .is_some_and(|lines| !lines.is_empty()),
        "{finished}"
    );
}

/// Escape sequences in what was printed.
fn has_escapes(text: &str) -> bool {
    text.contains('\x1b') || text.contains('\r')
}

#[test]
fn a_log_gets_plain_lines() {
    let project = Project::new(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN echo one && echo two\nRUN echo three\n",
    );
    let up = project.warpdock(&["up"]).run().success();
    assert!(
        !has_escapes(&up.stdout()) && !has_escapes(&up.stderr()),
        "{up}"
    );
    for word in ["one", "three", "RUN echo three"] {
        assert!(up.stderr().contains(word), "{word:?} is not in {up}");
    }
    for arguments in [
        &["status"][..],
        &["ps"],
        &["sessions"],
        &["doctor"],
        &["config", "--explain"],
    ] {
        let finished = project.warpdock(arguments).run();
        assert!(
            !has_escapes(&finished.stdout()) && !has_escapes(&finished.stderr()),
            "{finished}"
        );
    }
}

/// Everything that `up` and `status` draw in a terminal.
#[track_caller]
fn drawn(variable: &str, value: &str) -> String {
    let project = Project::of_image(BUSYBOX);
    let mut drawn = Vec::new();
    for command in ["up", "status", "nonsense"] {
        let mut terminal = project
            .warpdock(&[command])
            .env(variable, value)
            .in_terminal(24, 100);
        terminal.wait(wait::LONG);
        drawn.extend(terminal.raw());
    }
    String::from_utf8_lossy(&drawn).into_owned()
}

/// Whether colours or other attributes are set in it.
fn is_painted(drawn: &str) -> bool {
    drawn.split("\x1b[").skip(1).any(|sequence| {
        sequence
            .trim_start_matches(|it: char| it.is_ascii_digit() || it == ';')
            .starts_with('m')
    })
}

#[test]
fn no_color_is_honoured() {
    assert!(is_painted(&drawn("COLORTERM", "truecolor")));
    let plain = drawn("NO_COLOR", "1");
    assert!(!is_painted(&plain), "{plain:?}");
    // no-color.org: an empty one does not count.
    assert!(is_painted(&drawn("NO_COLOR", "")));
}

#[test]
fn a_dumb_terminal_gets_no_escapes() {
    let drawn = drawn("TERM", "dumb");
    assert!(!drawn.contains('\x1b'), "{drawn:?}");
}

#[test]
fn quiet_commands_say_nothing_of_their_own() {
    let project = Project::of_image(BUSYBOX);
    let check = |arguments: &[&str], stdout: &str| {
        let finished = project.warpdock(arguments).run().success();
        assert_eq!(
            (finished.stdout().as_str(), finished.stderr().as_str()),
            (stdout, "")
        );
    };
    check(&["-q", "exec", "--", "echo", "hi"], "hi\n");
    check(&["down", "-q"], "");
    check(&["up", "--quiet"], "");
    check(
        &["-q", "run", "-d", "--name", "train", "--", "sleep", "1000"],
        "train\n",
    );
    check(&["-q", "kill", "train"], "");
    check(&["-q", "rebuild"], "");
    check(&["-q", "daemon", "stop"], "");
}

#[test]
fn status_lists_what_lives_and_not_what_is_over() {
    let project = Project::up(BUSYBOX);
    project
        .warpdock(&["exec", "--", "echo", "is over"])
        .run()
        .success();
    project
        .warpdock(&["run", "-d", "--name", "train", "--", "sleep", "1000"])
        .run()
        .success();
    let status = project.warpdock(&["status"]).run().success();
    assert!(status.stdout().contains("train"), "{status}");
    assert!(!status.stdout().contains("is over"), "{status}");
}

#[test]
fn names_from_a_container_cannot_drive_the_terminal() {
    let project = Project::up(BUSYBOX);
    let line = "exec sleep 1000 # \x1b]0;owned\x07\x1b[31mred";
    project
        .warpdock(&["run", "-d", "--", "sh", "-c", line])
        .run()
        .success();
    for command in ["sessions", "status", "ps"] {
        let mut terminal = project.warpdock(&[command]).in_terminal(24, 160);
        terminal.wait(wait::LONG);
        let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
        assert!(
            !raw.contains("\x1b]0;") && !raw.contains("\x1b[31m"),
            "{raw:?}"
        );
    }
    let finished = project
        .warpdock(&["exec", "--", "\x1b]0;owned\x07"])
        .run()
        .expect_code(127);
    assert!(!finished.stderr().contains('\x1b'), "{finished}");
}

#[test]
fn a_reader_that_has_seen_enough_and_a_full_disk_are_no_panic() {
    let project = Project::up(BUSYBOX);
    for command in ["ps", "status", "config", "sessions", "completion bash"] {
        let finished = project
            .sh(&format!("\"$WARPDOCK\" {command} | true"))
            .run()
            .success();
        assert_eq!(finished.stderr(), "", "{finished}");
        let finished = project
            .sh(&format!("\"$WARPDOCK\" {command} >/dev/full"))
            .run()
            .expect_code(1);
        assert!(finished.stderr().contains("No space left"), "{finished}");
    }
}

#[test]
fn progress_in_a_terminal_leaves_a_readable_screen() {
    let project = Project::new(&format!(
        "//- /Dockerfile\nFROM {READY}\nRUN for i in 1 2 3; do echo step $i; sleep 0.1; done\n"
    ));
    let mut terminal = project
        .warpdock(&["up", "--gpus", "none"])
        .in_terminal(24, 80);
    assert_eq!(terminal.wait(wait::LONG), 0);
    let screen = terminal.screen();
    assert!(screen.contains("is up"), "{screen}");
    // The moving line has gone: no line of a step's output is left half overwritten.
    assert!(!screen.contains("step 1"), "{screen}");
    assert!(screen.contains("RUN for i in"), "{screen}");
    terminal.look(|screen| assert!(!screen.hide_cursor() && !screen.alternate_screen()));
}
