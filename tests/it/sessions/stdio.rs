//! What goes into a command and comes out of it through pipes.

use crate::support::{engine::BUSYBOX, project::Project, wait};

/// Every byte, in every neighbourhood of two, more than a pipe holds.
fn all_bytes() -> Vec<u8> {
    (0..=255u8)
        .flat_map(|first| (0..=255u8).flat_map(move |second| [first, second]))
        .collect()
}

#[test]
fn all_256_values_pass_both_ways() {
    let project = Project::up(BUSYBOX);
    let bytes = all_bytes();
    let finished = project
        .warpdock(&["exec", "--", "cat"])
        .input(bytes.clone())
        .run()
        .success();
    assert!(
        finished.stdout == bytes,
        "{} of {} bytes",
        finished.stdout.len(),
        bytes.len()
    );
    let finished = project
        .warpdock(&["exec", "--", "sh", "-c", "cat >&2"])
        .input(bytes.clone())
        .run()
        .success();
    assert!(
        finished.stderr == bytes,
        "{} of {} bytes",
        finished.stderr.len(),
        bytes.len()
    );
}

#[test]
fn standard_output_and_error_stay_apart() {
    let project = Project::up(BUSYBOX);
    let line = "echo out; echo err >&2; echo out again; echo err again >&2";
    let finished = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .run()
        .success();
    assert_eq!(finished.stdout(), "out\nout again\n");
    assert_eq!(finished.stderr(), "err\nerr again\n");
}

#[test]
fn the_end_of_input_arrives() {
    let project = Project::up(BUSYBOX);
    let count = |input: &[u8]| {
        let counted = project
            .warpdock(&["exec", "--", "wc", "-c"])
            .input(input)
            .run();
        counted.success().stdout().trim().to_owned()
    };
    assert_eq!(count(b""), "0");
    assert_eq!(count(b"no newline at the end"), "21");
    // Ctrl-D's and Ctrl-C's bytes are bytes here.
    assert_eq!(count(b"\x04\x03\x1a\x1c\x04"), "5");
}

#[test]
fn input_and_output_are_passed_on_at_once() {
    let project = Project::up(BUSYBOX);
    let mut running = project.warpdock(&["exec", "--", "cat"]).start();
    for word in ["one", "two", "three"] {
        running.write(format!("{word}\n").as_bytes());
        running.wait_for(word);
    }
    running.close_input();
    let finished = running.wait(wait::LONG).success();
    assert_eq!(finished.stdout(), "one\ntwo\nthree\n");
}

#[test]
fn a_command_that_does_not_read_its_input_ends_all_the_same() {
    let project = Project::up(BUSYBOX);
    let finished = project
        .warpdock(&["exec", "--", "echo", "done"])
        .input(vec![b'x'; 8 << 20])
        .run()
        .success();
    assert_eq!(finished.stdout(), "done\n");
    // Also while the person's input stays open.
    let running = project.warpdock(&["exec", "--", "echo", "done"]).start();
    running.wait(wait::LONG).success();
}

#[test]
fn large_output_arrives_whole() {
    let project = Project::up(BUSYBOX);
    let finished = project
        .warpdock(&["exec", "--", "seq", "1", "4000000"])
        .run()
        .success();
    let expected: String = (1..=4_000_000)
        .map(|number| format!("{number}\n"))
        .collect();
    assert!(
        finished.stdout == expected.as_bytes(),
        "{} of {} bytes",
        finished.stdout.len(),
        expected.len()
    );
}

#[test]
fn a_file_is_carried_through_a_pipeline_unchanged() {
    let project = Project::up(BUSYBOX);
    project.workspace.write("in", all_bytes().repeat(64));
    let line = "\"$WARPDOCK\" exec -- gzip <in | \"$WARPDOCK\" exec -- gunzip >out";
    project.sh(line).run().success();
    let read = |name: &str| std::fs::read(project.workspace.join(name)).expect("it is there");
    assert!(read("in") == read("out"));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_command() {
    let project = Project::up(BUSYBOX);
    let line = "\"$WARPDOCK\" exec -- yes | head -n 1";
    let finished = project.sh(line).run().success();
    assert_eq!(
        (finished.stdout().as_str(), finished.stderr().as_str()),
        ("y\n", "")
    );
    project.wait_until_nothing_runs();
}

#[test]
fn standard_streams_that_are_closed_are_no_surprise() {
    let project = Project::up(BUSYBOX);
    let finished = project
        .sh("\"$WARPDOCK\" exec -- wc -c <&-")
        .run()
        .success();
    assert_eq!(finished.stdout().trim(), "0");
    project
        .sh("\"$WARPDOCK\" exec -- sh -c 'exit 4' >&-")
        .run()
        .expect_code(4);
    project
        .sh("\"$WARPDOCK\" exec -- sh -c 'exit 4' 2>&-")
        .run()
        .expect_code(4);
    project
        .sh("\"$WARPDOCK\" exec -- sh -c 'exit 4' <&- >&- 2>&-")
        .run()
        .expect_code(4);
}

#[test]
fn a_full_disk_under_the_output_is_said() {
    let project = Project::up(BUSYBOX);
    let finished = project
        .sh("\"$WARPDOCK\" exec -- echo hello >/dev/full")
        .run()
        .expect_code(125);
    assert!(
        finished.stderr().contains("cannot write standard output"),
        "{finished}"
    );
    assert!(finished.stderr().contains("No space left"), "{finished}");
    project.wait_until_nothing_runs();
}

#[test]
fn output_to_a_file_on_both_streams_keeps_its_order_within_each() {
    let project = Project::up(BUSYBOX);
    let line =
        "\"$WARPDOCK\" exec -- sh -c 'for i in 1 2 3; do echo $i; done' >>log 2>&1; echo end >>log";
    project.sh(line).run().success();
    assert_eq!(project.workspace.read("log"), "1\n2\n3\nend\n");
}
