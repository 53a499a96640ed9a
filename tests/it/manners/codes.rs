//! The documented exit codes, and what is said with them.

use rustix::process::Signal;

use crate::support::{engine::BUSYBOX, project::Project, wait};

#[test]
fn wrong_usage_is_2_and_says_what_was_meant() {
    let project = Project::of_image(BUSYBOX);
    let checks: [(&[&str], &str); 9] = [
        (&["exce", "true"], "exec"),
        (&["up", "--imgae", "x"], "--image"),
        (&["exec"], "COMMAND"),
        (&["kill"], "SESSION"),
        (&["completion", "tcsh"], "bash"),
        (&["up", "--image", "x", "--dockerfile", "y"], "--dockerfile"),
        (&["ps", "--ids", "--json"], "--json"),
        (&["daemon"], "status"),
        (&["--image", "x", "up"], "warpdock up --image"),
    ];
    for (arguments, expected) in checks {
        let finished = project.warpdock(arguments).run().expect_code(2);
        assert_eq!(finished.stdout(), "", "{finished}");
        assert!(
            finished.stderr().contains(expected),
            "{expected:?} is not in {finished}"
        );
        assert!(
            finished.stderr().starts_with("error: ") || arguments == ["daemon"],
            "{finished}"
        );
    }
    assert!(
        project
            .engine
            .containers_mounting(project.workspace.path())
            .is_empty()
    );
}

#[test]
fn what_needs_a_container_that_is_not_there_is_3() {
    let project = Project::of_image(BUSYBOX);
    let status = project.warpdock(&["status"]).run().expect_code(3);
    assert!(status.stdout().contains("warpdock up"), "{status}");
    for arguments in [&["sessions"][..], &["logs"], &["logs", "x"], &["kill", "x"]] {
        let finished = project.warpdock(arguments).run().expect_code(3);
        assert!(
            finished.stderr().contains("no container is running"),
            "{finished}"
        );
        assert!(finished.stderr().contains("warpdock up"), "{finished}");
    }
    // Nothing to do is done.
    project.warpdock(&["down"]).run().success();
    project.warpdock(&["ps"]).run().success();
}

#[test]
fn what_fails_is_1_and_125_where_codes_pass_through() {
    let project = Project::of_image("warpdock-test/no-such-image:1");
    let finished = project.warpdock(&["up"]).run().expect_code(1);
    assert!(finished.stderr().contains("no-such-image"), "{finished}");
    for arguments in [&["exec", "--", "true"][..], &["run"], &["shell"], &[]] {
        let finished = project.warpdock(arguments).run().expect_code(125);
        assert_eq!(finished.stdout(), "");
        assert!(finished.stderr().contains("no-such-image"), "{finished}");
    }
}

#[test]
fn interrupted_is_130_and_nothing_is_left() {
    let project = Project::new("//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN sleep 1000\n");
    for arguments in [&["up"][..], &["exec", "--", "true"]] {
        let running = project.warpdock(arguments).start();
        running.wait_for("sleep 1000");
        running.signal(Signal::INT);
        let finished = running.wait(wait::LONG).expect_code(130);
        assert!(finished.stderr().contains("interrupted"), "{finished}");
        assert!(
            project
                .engine
                .containers_mounting(project.workspace.path())
                .is_empty()
        );
    }
}

#[test]
fn a_workspace_that_does_not_exist_is_named() {
    let project = Project::of_image(BUSYBOX);
    let finished = project
        .warpdock(&["-C", "/no/such/folder", "up"])
        .run()
        .expect_code(1);
    assert!(finished.stderr().contains("/no/such/folder"), "{finished}");
}
