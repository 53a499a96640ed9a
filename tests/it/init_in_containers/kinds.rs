//! One test for each kind of container.

use std::os::unix::fs::MetadataExt;

use crate::{
    init_in_containers::conformance::{Kind, ROOT, Remapped, check, check_configured},
    support::{
        engine::{BASE, BUSYBOX, Engine, NO_SHELL, ORDINARY_USER, Options},
        project::Project,
        seen::has,
        wait,
    },
};

/// A devcontainer.json of an image and these arguments of `docker run`.
fn with_arguments(image: &str, arguments: &str) -> String {
    format!(
        r#"{{ "image": "{image}", "hostRequirements": {{ "gpu": false }}, "runArgs": [{arguments}] }}"#
    )
}

#[test]
fn busybox() {
    check(&Project::up(BUSYBOX), &ROOT);
}

#[test]
fn debian() {
    let kind = Kind {
        // A shell of the user's that ends is not us.
        diff: &["C /root", "A /root/.bash_history"],
        ..ROOT
    };
    check(&Project::up(BASE), &kind);
}

#[test]
fn an_image_without_a_shell() {
    let project = Project::up(NO_SHELL);
    project.good(&["exec", "--", "/true"]);
    project.good(&["run"]);
    project.good(&["exec", "--user", "4711:4712", "--", "/true"]);
    let missing = project.warpdock(&["exec", "--", "sh"]).run();
    has(&missing.expect_code(127).stderr(), &["sh"]);
    let mut shell = project.warpdock(&["shell"]).in_terminal(24, 80);
    shell.wait_for("the image has no shell");
    assert_ne!(shell.wait(wait::LONG), 0);
    let diff = project.engine.docker(&["diff", &project.container()]);
    assert!(
        diff.lines()
            .all(|line| line.starts_with("A /.warpdock") || line == "A /app"),
        "{diff}"
    );
    project.engine.docker(&["stop", &project.container()]);
    assert_eq!(project.inspect()["State"]["ExitCode"], 0);
}

#[test]
fn a_read_only_root() {
    check_configured(&with_arguments(BUSYBOX, r#""--read-only""#), &ROOT);
}

#[test]
fn no_network() {
    let devcontainer = with_arguments(BUSYBOX, r#""--network", "none""#);
    check_configured(&devcontainer, &ROOT);
}

#[test]
fn every_capability_dropped() {
    let kind = Kind {
        others: false,
        ..ROOT
    };
    check_configured(&with_arguments(BUSYBOX, r#""--cap-drop", "ALL""#), &kind);
}

#[test]
fn the_capabilities_to_become_another_user_suffice_for_that() {
    let arguments = r#""--cap-drop=ALL", "--cap-add=SETUID", "--cap-add=SETGID""#;
    let project = Project::configured(&with_arguments(BUSYBOX, arguments));
    project.good(&["up"]);
    let id = ["exec", "--user", "worker", "--", "id", "-u"];
    assert_eq!(project.good(&id).stdout(), "1000\n");
    // Without KILL, root may not end another user's processes.
    let shell = ["shell", "--user", "worker"];
    let mut shell = project.warpdock(&shell).in_terminal(24, 80);
    shell.wait_for("$ ");
    shell.send_line("tty >/dev/null && echo $((6 * 7)); exit 4");
    shell.wait_for("42");
    assert_eq!(shell.wait(wait::LONG), 4);
}

#[test]
fn no_new_privileges() {
    let arguments = r#""--security-opt", "no-new-privileges""#;
    check_configured(&with_arguments(BUSYBOX, arguments), &ROOT);
}

#[test]
fn the_hosts_processes() {
    check_configured(&with_arguments(BUSYBOX, r#""--pid", "host""#), &ROOT);
}

#[test]
fn an_image_of_an_ordinary_user() {
    let kind = Kind {
        uid: 1000,
        others: false,
        ..ROOT
    };
    check(&Project::up(ORDINARY_USER), &kind);
}

#[test]
fn a_container_user_that_the_image_does_not_know() {
    let kind = Kind {
        uid: 4242,
        others: false,
        ..ROOT
    };
    let devcontainer = format!(
        r#"{{ "image": "{BASE}", "containerUser": "4242:4242", "hostRequirements": {{ "gpu": false }} }}"#
    );
    check_configured(&devcontainer, &kind);
}

#[test]
fn a_remote_user_that_is_not_the_containers() {
    let kind = Kind { uid: 1000, ..ROOT };
    let devcontainer = format!(
        r#"{{ "image": "{BUSYBOX}", "remoteUser": "worker", "hostRequirements": {{ "gpu": false }} }}"#
    );
    check_configured(&devcontainer, &kind);
}

#[test]
fn everything_forbidden_at_once() {
    let kind = Kind {
        uid: 1000,
        others: false,
        ..ROOT
    };
    let arguments = r#""--read-only", "--network=none", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--user=1000:1000", "--ipc=none", "--pids-limit=100", "--memory=256m""#;
    check_configured(&with_arguments(BUSYBOX, arguments), &kind);
}

#[test]
fn users_mapped_to_others_of_the_host() {
    let remapped = Remapped::up();
    let project = &remapped.project;
    assert_eq!(project.inside("id -u; touch mine"), "0\n");
    let made = std::fs::metadata(project.workspace.join("mine")).expect("made inside");
    assert_ne!(made.uid(), 0, "root inside is not root outside");
    std::fs::remove_file(project.workspace.join("mine")).expect("it is there");
    check(project, &ROOT);
    project.configure(&with_arguments(BUSYBOX, r#""--userns", "host""#));
    project.good(&["rebuild", "--trust"]);
    project.inside("touch mine");
    let made = std::fs::metadata(project.workspace.join("mine")).expect("made inside");
    assert_eq!(made.uid(), 0);
}

#[test]
fn an_engine_that_would_put_an_init_of_its_own_before_ours() {
    let engine = Engine::private(&Options {
        gpu: "none",
        config: r#"{ "init": true }"#,
        images: &[BUSYBOX],
        ..Options::default()
    });
    let project = Project::on(
        engine,
        &format!(
            "//- /.devcontainer.json\n{{ \"image\": \"{BUSYBOX}\", \"init\": true, \"runArgs\": [\"--init\"] }}\n"
        ),
    );
    project.good(&["up"]);
    has(
        &project.inside("tr '\\0' ' ' < /proc/1/cmdline"),
        &["warpdock-init"],
    );
}
