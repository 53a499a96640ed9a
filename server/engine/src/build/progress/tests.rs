use expect_test::{Expect, expect};

use super::*;

fn show(events: &[BuildEvent]) -> String {
    let lines = events.iter().map(|event| match event {
        BuildEvent::StepStarted { step, name } => format!("{step} start {name}\n"),
        BuildEvent::StepCached { step, name } => format!("{step} cached {name}\n"),
        BuildEvent::StepDone {
            step,
            name,
            duration,
        } => {
            // Of the classic builder it is ours to measure.
            let seconds = duration.as_secs();
            format!("{step} done {name} {seconds} s\n")
        }
        BuildEvent::Log { step, bytes } => {
            format!("{step} log {:?}\n", String::from_utf8_lossy(bytes))
        }
        other => format!("{other:?}\n"),
    });
    lines.collect()
}

fn check(lines: &[&str], expect: Expect) {
    let mut progress = Progress::new("Dockerfile".to_owned(), "FROM x:1\nRUN y\n".to_owned());
    let mut events = Vec::new();
    for line in lines {
        progress.line(line.as_bytes(), &mut events);
    }
    let end = match progress.end(&mut events) {
        Ok(id) => format!("image {id}\n"),
        Err(Error::BuildFailed {
            step,
            exit_code,
            tail,
            ..
        }) => format!("failed {step} {exit_code:?} {tail:?}\n"),
        Err(error) => format!("{}: {error}\n", error.kind()),
    };
    expect.assert_eq(&format!("{}{end}", show(&events)));
}

#[test]
fn the_classic_builder() {
    check(
        &[
            r#"{"stream":"Step 1/3 : FROM busybox"}"#,
            r#"{"stream":"\n"}"#,
            r#"{"stream":" ---\u003e 1fa4d7c1\n"}"#,
            r#"{"stream":"Step 2/3 : RUN true"}"#,
            r#"{"stream":" ---\u003e Using cache\n"}"#,
            r#"{"stream":"Step 3/3 : RUN echo hi"}"#,
            r#"{"stream":" ---\u003e Running in 5d1\n"}"#,
            r#"{"stream":"hi\n"}"#,
            r#"{"stream":"Removing intermediate container 5d1\n"}"#,
            r#"{"aux":{"ID":"sha256:first"}}"#,
            r#"{"aux":{"ID":"sha256:last"}}"#,
            r#"{"stream":"Successfully built 0123\n"}"#,
        ],
        expect![[r#"
            0 start FROM busybox
            0 done FROM busybox 0 s
            1 start RUN true
            1 cached RUN true
            2 start RUN echo hi
            2 log "hi\n"
            2 done RUN echo hi 0 s
            image sha256:last
        "#]],
    );
}

#[test]
fn a_failed_step_of_the_classic_builder_keeps_its_last_lines() {
    check(
        &[
            r#"{"stream":"Step 1/1 : RUN make"}"#,
            r#"{"stream":"compiling\n"}"#,
            r#"{"stream":"\u001b[91mno rule"}"#,
            r#"{"stream":"\u001b[0m"}"#,
            r#"{"errorDetail":{"code":2,"message":"The command '/bin/sh -c make' returned a non-zero code: 2"},"error":"The command"}"#,
        ],
        expect![[r#"
            0 start RUN make
            0 log "compiling\n"
            0 log "\u{1b}[91mno rule"
            0 log "\u{1b}[0m"
            failed RUN make Some(2) ["compiling", "no rule"]
        "#]],
    );
}

/// A `StatusResponse` with one vertex.
fn trace(name: &str, started: bool, completed: bool, error: &str) -> String {
    let field = |number: u8, bytes: &[u8]| {
        let length = u8::try_from(bytes.len()).expect("short in a test");
        [&[number << 3 | 2, length], bytes].concat()
    };
    let mut vertex = [field(1, name.as_bytes()), field(3, name.as_bytes())].concat();
    if started {
        vertex.extend(field(5, &[8, 10]));
    }
    if completed {
        vertex.extend(field(6, &[8, 13]));
    }
    if !error.is_empty() {
        vertex.extend(field(7, error.as_bytes()));
    }
    let log = [field(1, name.as_bytes()), field(4, b"out\rput\n")].concat();
    let mut message = field(1, &vertex);
    if started && !completed {
        message.extend(field(3, &log));
    }
    let text = STANDARD.encode(message);
    format!(r#"{{"id":"moby.buildkit.trace","aux":"{text}"}}"#)
}

#[test]
fn buildkit() {
    check(
        &[
            &trace("[1/2] FROM x", false, false, ""),
            &trace("[2/2] RUN y", false, false, ""),
            &trace("[1/2] FROM x", true, true, ""),
            &trace("[2/2] RUN y", true, false, ""),
            &trace("[2/2] RUN y", true, true, ""),
            r#"{"id":"moby.image.id","aux":{"ID":"sha256:1"}}"#,
        ],
        expect![[r#"
            0 start [1/2] FROM x
            0 done [1/2] FROM x 3 s
            1 start [2/2] RUN y
            1 log "out\rput\n"
            1 done [2/2] RUN y 3 s
            image sha256:1
        "#]],
    );
}

#[test]
fn a_failed_step_of_buildkit_is_the_one_that_says_so() {
    check(
        &[
            &trace("[a 2/2] RUN long", true, false, ""),
            &trace("[b 2/2] RUN short", true, false, ""),
            &trace("[a 2/2] RUN long", true, true, "context canceled"),
            &trace("[b 2/2] RUN short", true, true, "exit code: 3"),
            r#"{"errorDetail":{"message":"process \"short\" did not complete successfully: exit code: 3"},"error":"x"}"#,
        ],
        expect![[r#"
            0 start [a 2/2] RUN long
            0 log "out\rput\n"
            1 start [b 2/2] RUN short
            1 log "out\rput\n"
            failed [b 2/2] RUN short Some(3) ["put"]
        "#]],
    );
}

#[test]
fn a_stream_that_just_ends_is_a_failure() {
    check(
        &["{}", "rubbish", r#"{"stream":"?"}"#],
        expect![[r#"
        failed the build None []
    "#]],
    );
}

#[test]
fn steps_are_called_as_the_dockerfile_calls_them() {
    check(
        &[
            &trace(
                "[1/2] FROM docker.io/library/x:1@sha256:0123",
                true,
                true,
                "",
            ),
            &trace("copy /context /", true, true, ""),
            &trace(
                "[2/2] RUN y",
                true,
                true,
                "executor failed running [/bin/sh -c y]: exit code: 3",
            ),
            r#"{"errorDetail":{"message":"executor failed running [/bin/sh -c y]: exit code: 3"},"error":"x"}"#,
        ],
        expect![[r#"
            0 start [1/2] FROM x:1
            0 done [1/2] FROM x:1 3 s
            1 start [internal] sending the build context
            1 done [internal] sending the build context 3 s
            2 start [2/2] RUN y
            failed [2/2] RUN y Some(3) []
        "#]],
    );
}
