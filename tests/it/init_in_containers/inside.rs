//! Init does what it is asked, as any user: nobody in the container may ask.

use crate::support::{engine::BASE, project::Project};

/// Says what init says to who comes, or why nothing.
const ATTACK: &str = r#"
import socket
stranger = socket.socket(socket.AF_UNIX)
try:
    stranger.connect("/.warpdock/run/init.sock")
    print("heard", len(stranger.recv(100)))
except OSError as error:
    print(error.strerror)
"#;

#[track_caller]
fn up(arguments: &str) -> Project {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BASE}", "hostRequirements": {{ "gpu": false }}, "runArgs": [{arguments}] }}"#
    ));
    // Some ask for the host's processes.
    project.good(&["up", "--trust"]);
    project
}

#[track_caller]
fn attack(project: &Project, user: &str) -> String {
    let words = ["exec", "--user", user, "--", "python3", "-c", ATTACK];
    project.good(&words).stdout().trim().to_owned()
}

#[track_caller]
fn is_refused(project: &Project, user: &str) {
    let answer = attack(project, user);
    let refusals = ["heard 0", "Connection reset by peer", "Permission denied"];
    assert!(refusals.contains(&answer.as_str()), "{user}: {answer}");
}

#[test]
fn no_user_of_a_container_is_heard() {
    for arguments in [
        "",
        r#""--cap-drop", "ALL", "--cap-add", "SETUID", "--cap-add", "SETGID""#,
    ] {
        let project = up(arguments);
        for user in ["0", "1000", "nobody"] {
            is_refused(&project, user);
        }
    }
}

#[test]
fn no_user_of_an_ordinary_users_container_is_heard() {
    let project = up(r#""--user", "1000:1000""#);
    is_refused(&project, "1000:1000");
}

#[test]
fn with_the_hosts_processes_only_root_is_heard_from_the_first_start_on() {
    for arguments in [r#""--pid", "host""#, r#""--pid", "host", "--read-only""#] {
        let project = up(arguments);
        is_refused(&project, "1000");
        // Who is the same user gets nothing by it.
        assert!(attack(&project, "0").starts_with("heard 1"));
        project.engine.docker(&["restart", &project.container()]);
        // Some ask for the host's processes.
        project.good(&["up", "--trust"]);
        is_refused(&project, "1000");
    }
}
