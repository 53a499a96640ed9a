//! What works in every container that has a shell, whatever its image and options.

use serde_json::Value;

use crate::support::{
    engine::{BUSYBOX, Engine, Options},
    project::Project,
    seen::has,
    user::User,
    wait,
};

/// What is asked of a container.
pub(crate) struct Kind<'a> {
    /// The user id of its sessions.
    pub(crate) uid: u32,
    /// Whether a session may be another user's.
    pub(crate) others: bool,
    /// What `docker diff` shows but for our own mount points.
    pub(crate) diff: &'a [&'a str],
}

/// Sessions are root's, and may be anybody's.
pub(crate) const ROOT: Kind = Kind {
    uid: 0,
    others: true,
    diff: &[],
};

/// Checks all that a container must do.
#[track_caller]
pub(crate) fn check(project: &Project, kind: &Kind) {
    commands(project, kind);
    another_user(project, kind);
    terminal(project, kind);
    leftovers(project);
    nothing_installed(project, kind);
    stop(project);
}

/// As [`check`], of a container that this devcontainer.json makes.
#[track_caller]
pub(crate) fn check_configured(devcontainer: &str, kind: &Kind) {
    let project = Project::configured(devcontainer);
    project.good(&["up", "--trust"]);
    check(&project, kind);
}

#[track_caller]
fn commands(project: &Project, kind: &Kind) {
    let line = "echo out; echo err >&2; cat; exit 42";
    let finished = project
        .warpdock(&["exec", "--", "sh", "-c", line])
        .input("in\n")
        .run()
        .expect_code(42);
    assert_eq!(finished.stdout(), "out\nin\n");
    assert_eq!(finished.stderr(), "err\n");
    let killed = project.warpdock(&["exec", "--", "sh", "-c", "kill -9 $$"]);
    killed.run().expect_code(137);
    let missing = project
        .warpdock(&["exec", "--", "no-such-command"])
        .run()
        .expect_code(127);
    has(&missing.stderr(), &["no-such-command"]);
    let seen = project.inside("id -u; pwd; echo inside > made; cat made");
    assert_eq!(seen, format!("{}\n/app\ninside\n", kind.uid));
    assert_eq!(project.workspace.read("made"), "inside\n");
    std::fs::remove_file(project.workspace.join("made")).expect("it is there");
    assert_eq!(project.inside("ls"), "");
}

/// A session of another user is that user's, or a clear error.
#[track_caller]
fn another_user(project: &Project, kind: &Kind) {
    let other = ["exec", "--user", "4711:4712", "--", "sh", "-c"];
    let finished = project.warpdock(&[&other[..], &["id -u; id -g"]].concat());
    if kind.others {
        assert_eq!(finished.run().success().stdout(), "4711\n4712\n");
        return;
    }
    let refused = finished.run().expect_code(125);
    assert_eq!(refused.stdout(), "");
    has(
        &refused.stderr(),
        &["who may not become 4711", "leave out --user"],
    );
    // Naming the user that it is anyway is no change of user.
    let same = kind.uid.to_string();
    let own = project.good(&["exec", "--user", &same, "--", "id", "-u"]);
    assert_eq!(own.stdout().trim(), same);
}

#[track_caller]
fn terminal(project: &Project, kind: &Kind) {
    let mut shell = project.warpdock(&["shell"]).in_terminal(24, 80);
    let prompt = match kind.uid {
        0 => "# ",
        _ => "$ ",
    };
    shell.wait_for(prompt);
    shell.send_line("stty size; tty >/dev/null && echo $((6 * 7))");
    shell.wait_for("24 80");
    shell.wait_for("42");
    // Whose the terminal is: programs open it by its name.
    shell.send_line("echo direct >/dev/tty && echo $((7 * 9))");
    shell.wait_for("63");
    shell.send_line("sleep 1000");
    project.wait_until_runs("sleep 1000");
    shell.send("\x03");
    shell.send_line("echo code $?");
    shell.wait_for("code 130");
    shell.send_line("exit 3");
    assert_eq!(shell.wait(wait::LONG), 3);
}

/// Descendants in every kind of hiding are known and can be ended.
#[track_caller]
fn leftovers(project: &Project) {
    let line = "trap '' HUP TERM
        setsid sleep 1001 &
        (setsid setsid sleep 1002 &)
        env -i setsid sh -c '(sleep 1003; :) & exec sleep 1004' &
        nohup sleep 1005 >/dev/null 2>&1 &
        echo begun";
    let begun = project.good(&["exec", "--", "sh", "-c", line]);
    assert_eq!(begun.stdout(), "begun\n");
    let session = wait::until("what was left to be listed", wait::LONG, || {
        let sessions = project.sessions();
        let left = sessions.into_iter().find(|it| it["state"] == "leftover");
        let listed = left.as_ref().map(Value::to_string).unwrap_or_default();
        let all = ["1001", "1002", "1003", "1004", "1005"];
        match left {
            Some(left) if all.iter().all(|it| listed.contains(&format!("sleep {it}"))) => Ok(left),
            _ => Err(listed),
        }
    });
    project.good(&["kill", &session["id"].to_string()]);
    project.wait_until_nothing_runs();
}

/// Our mount points, and whatever the image's and the options' own are.
#[track_caller]
fn nothing_installed(project: &Project, kind: &Kind) {
    let diff = project.engine.docker(&["diff", &project.container()]);
    let unexpected: Vec<_> = diff
        .lines()
        .filter(|line| !line.starts_with("A /.warpdock") && *line != "A /app")
        .filter(|line| !kind.diff.contains(line))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
}

/// The engine asks it to stop; it ends by itself, though a session will not listen. Started
/// again by hand it is as before.
#[track_caller]
fn stop(project: &Project) {
    let stubborn = "trap '' HUP TERM INT; while :; do sleep 1; done";
    project.good(&["run", "--detach", "--", "sh", "-c", stubborn]);
    project.wait_until_runs("sleep 1");
    let container = project.container();
    // 137 where the engine had to kill it.
    project.engine.docker(&["stop", "--time", "30", &container]);
    assert_eq!(project.inspect()["State"]["ExitCode"], 0);
    project.engine.docker(&["start", &container]);
    let finished = project.good(&["exec", "--no-up", "--", "echo", "again"]);
    assert_eq!(finished.stdout(), "again\n");
    assert_eq!(project.container(), container);
}

/// An engine that maps root of its containers to an ordinary user.
pub(crate) struct Remapped {
    pub(crate) project: Project,
    _user: User,
}

impl Remapped {
    /// With a project of busybox, that is up.
    #[track_caller]
    pub(crate) fn up() -> Remapped {
        // `useradd` gives the user subordinate ids, and `userdel` takes them back.
        let user = User::new();
        let engine = Engine::private(&Options {
            gpu: "none",
            config: &format!(r#"{{ "userns-remap": "{}" }}"#, user.name()),
            images: &[BUSYBOX],
            ..Options::default()
        });
        let project = Project::on(
            engine,
            &format!("//- /.devcontainer.json\n{{ \"image\": \"{BUSYBOX}\" }}\n"),
        );
        project.good(&["up"]);
        Remapped {
            project,
            _user: user,
        }
    }
}
