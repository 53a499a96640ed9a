//! `explain`, `config` and `doctor`.

use serde_json::{Value, json};

use crate::support::{
    engine::{BUSYBOX, Engine, Options, READY},
    home::Home,
    project::Project,
    seen::{has, text},
    workspace::Workspace,
};

const LINE: &str =
    "sudo docker run --gpus all -it --rm -v /data/sww_code/hmm:/app my_gpu_env:1229 /bin/bash";

/// The configuration that a line means, for an engineer to read.
#[track_caller]
fn meant(line: &str) -> Value {
    let explained = Project::new("").json(&["explain", line]);
    json5(text(&explained["devcontainer"]))
}

/// JSON with comments on lines of their own.
#[track_caller]
fn json5(text: &str) -> Value {
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    serde_json::from_str(&lines.join("\n")).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn the_line_is_explained_flag_by_flag() {
    let project = Project::new("");
    let explained = project.good(&["explain", LINE]).stdout();
    has(
        &explained,
        &[
            "sudo",
            "--gpus all",
            "-i",
            "-t",
            "--rm",
            "-v /data/sww_code/hmm:/app",
            READY,
            "/bin/bash",
            "Warpdock:",
            ".devcontainer/devcontainer.json",
            "Then, in /data/sww_code/hmm: warpdock",
        ],
    );
    let explained = project.json(&["explain", LINE]);
    assert_eq!(explained["image"], READY);
    assert_eq!(explained["workspace"], "/data/sww_code/hmm");
    assert_eq!(explained["command"], json!(["/bin/bash"]));
    assert_eq!(explained["warnings"], json!([]));
    let configuration = json5(text(&explained["devcontainer"]));
    assert_eq!(configuration["image"], READY);
}

#[test]
fn it_may_be_pasted_unquoted_wrapped_from_a_pipe_and_in_the_old_spelling() {
    let expected = meant(LINE);
    let wrapped = LINE.replace(" -", " \\\n    -");
    assert_eq!(meant(&wrapped), expected);
    assert_eq!(meant(&format!("$ {LINE}")), expected);
    assert_eq!(
        meant(
            "sudo nvidia-docker run -it --rm -v /data/sww_code/hmm:/app my_gpu_env:1229 /bin/bash"
        ),
        expected
    );
    let project = Project::new("");
    let words: Vec<_> = ["--json", "explain"]
        .into_iter()
        .chain(LINE.split(' '))
        .collect();
    let unquoted = project.good(&words).json();
    assert_eq!(json5(text(&unquoted["devcontainer"])), expected);
    let piped = project
        .warpdock(&["--json", "explain", "-"])
        .input(wrapped)
        .run()
        .success()
        .json();
    assert_eq!(json5(text(&piped["devcontainer"])), expected);
}

#[test]
fn what_it_writes_brings_the_same_container_up() {
    let project = Project::new("//- /x\nhere\n");
    let line = format!(
        "docker run --gpus all -it --rm -v {}:/srv -e COLOUR='dark red' --shm-size 96m --hostname there --cap-drop ALL {BUSYBOX} sleep 5",
        project.path().display()
    );
    let written = project.good(&["explain", "--write", &line]);
    has(&written.stdout(), &["written to"]);
    project.good(&["up"]);
    assert_eq!(
        project.inside(
            "pwd; cat x; echo $COLOUR; hostname; df -k /dev/shm | tail -n 1 | awk '{print $2}'"
        ),
        "/srv\nhere\ndark red\nthere\n98304\n"
    );
    has(
        &project.inside("grep CapEff /proc/self/status"),
        &["0000000000000000"],
    );
    assert_eq!(project.status()["gpu"]["visible"], true);
    // It replaces nothing.
    let again = project
        .warpdock(&["explain", "--write", &line])
        .run()
        .expect_code(1);
    has(&again.stderr(), &["devcontainer.json"]);
}

#[test]
fn the_line_of_the_present_configuration_means_the_same() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "workspaceFolder": "/srv", "containerEnv": {{ "A": "it's 1" }},
              "hostRequirements": {{ "gpu": true }}, "runArgs": ["--ipc=host", "--ulimit", "memlock=-1"] }}"#
    ));
    let line = project.good(&["explain"]).stdout();
    has(
        &line,
        &[
            "docker run",
            "--gpus all",
            "--ipc",
            "--ulimit",
            &format!("{}:/srv", project.path().display()),
            BUSYBOX,
        ],
    );
    let back = project.json(&["explain", line.trim()]);
    assert_eq!(back["image"], BUSYBOX);
    assert_eq!(
        back["workspace"],
        json!(project.path().display().to_string())
    );
    let configuration = json5(text(&back["devcontainer"]));
    assert_eq!(configuration["workspaceFolder"], "/srv");
    assert_eq!(configuration["containerEnv"]["A"], "it's 1");
}

#[test]
fn a_line_that_is_none_is_told_what_is_missing() {
    let project = Project::new("");
    for (line, words) in [
        ("docker run --gpus all", "image"),
        ("docker run --no-such-flag x busybox", "--no-such-flag"),
        ("podman-compose up", "docker run"),
        ("docker run -e 'unfinished busybox", "quote"),
    ] {
        let finished = project.warpdock(&["explain", line]).run();
        assert_ne!(finished.code(), 0, "{finished}");
        has(&finished.stderr(), &[words]);
    }
}

#[test]
fn config_says_where_each_value_came_from() {
    let project = Project::new(concat!(
        "//- /.devcontainer/devcontainer.json\n",
        "{\n  \"image\": \"warpdock-test/busybox:1\",\n  \"containerEnv\": { \"A\": \"1\" },\n  \"remoteUser\": \"worker\"\n}\n",
        "//- /.env\nB=2\nAPI_TOKEN=hush\n",
    ));
    let plain = project.good(&["config"]).stdout();
    has(
        &plain,
        &["containerEnv.A", "containerEnv.B", "/app", "worker"],
    );
    assert!(!plain.contains("hush"), "{plain}");
    let explained = project
        .good(&["config", "--explain", "--shm-size", "1g"])
        .stdout();
    let origin = |name: &str| {
        let line = explained
            .lines()
            .find(|line| line.split_whitespace().next() == Some(name))
            .unwrap_or_else(|| panic!("no {name} in\n{explained}"));
        line.split_whitespace()
            .last()
            .expect("it has words")
            .to_owned()
    };
    assert_eq!(
        origin("containerEnv.A"),
        ".devcontainer/devcontainer.json:3:26"
    );
    assert_eq!(origin("containerEnv.B"), ".env:1:1");
    assert_eq!(origin("remoteUser"), ".devcontainer/devcontainer.json:4:17");
    assert_eq!(origin("workspaceFolder"), "default");
    assert_eq!(origin("shmSize"), "--shm-size");
    assert_eq!(origin("image"), ".devcontainer/devcontainer.json:2:12");
    assert_eq!(origin("gpu"), "default");
    assert!(
        !explained.contains('{'),
        "for people, not for programs:\n{explained}"
    );
}

#[test]
fn config_names_what_is_wrong_and_ends_with_one() {
    let project =
        Project::new("//- /.devcontainer.json\n{\n  \"image\": 3,\n  \"containerENV\": {}\n}\n");
    let finished = project.warpdock(&["config"]).run().expect_code(1);
    has(
        &finished.stderr(),
        &[
            ".devcontainer.json:2:12",
            "image",
            "containerENV",
            "containerEnv",
        ],
    );
}

#[test]
fn config_and_explain_need_no_engine() {
    let engine = Engine::shared();
    let home = Home::new(&engine).with("DOCKER_HOST", "unix:///not/there.sock");
    let workspace = Workspace::new("//- /Dockerfile\nFROM warpdock-test/busybox:1\n");
    for arguments in [&["config"][..], &["explain"], &["explain", LINE]] {
        home.warpdock(workspace.path(), arguments).run().success();
    }
}

/// The checks of a report, by name.
fn checks(report: &Value) -> Vec<(String, String)> {
    let lines = report["lines"].as_array().expect("a report has lines");
    lines
        .iter()
        .map(|line| {
            (
                text(&line["check"]).to_owned(),
                text(&line["state"]).to_owned(),
            )
        })
        .collect()
}

#[test]
fn the_doctor_has_a_line_for_each_thing() {
    let project = Project::new("");
    let finished = project.warpdock(&["doctor"]).run();
    for check in ["engine", "socket", "gpu", "shm", "disk"] {
        assert!(
            finished.stdout().to_lowercase().contains(check),
            "no {check} in {finished}"
        );
    }
    has(&finished.stdout(), &["Docker 20."]);
    let report = project.warpdock(&["doctor", "--json"]).run().json();
    let all = checks(&report);
    assert!(
        all.contains(&("engine".to_owned(), "ok".to_owned())),
        "{all:?}"
    );
    assert!(
        all.contains(&("socket".to_owned(), "ok".to_owned())),
        "{all:?}"
    );
    for line in report["lines"].as_array().expect("a report has lines") {
        let needs_remedy = line["state"] == "failed" || line["state"] == "warning";
        assert!(!needs_remedy || line["remedy"].is_string(), "{line}");
    }
}

#[test]
fn the_doctor_without_an_engine_says_what_to_do() {
    let engine = Engine::shared();
    let home = Home::new(&engine).with("DOCKER_HOST", "unix:///not/there.sock");
    let workspace = Workspace::new("");
    let finished = home
        .warpdock(workspace.path(), &["doctor"])
        .run()
        .expect_code(1);
    has(
        &finished.stdout(),
        &["/not/there.sock", "DOCKER_HOST", "->"],
    );
    let report = home
        .warpdock(workspace.path(), &["doctor", "--json"])
        .run()
        .json();
    assert_eq!(
        checks(&report)[0],
        ("engine".to_owned(), "failed".to_owned())
    );
}

#[test]
fn the_doctor_knows_an_engine_without_the_toolkit() {
    let engine = Engine::private(&Options {
        gpu: "none",
        ..Options::default()
    });
    let project = Project::on(engine, "");
    let with = Project::new("").warpdock(&["doctor"]).run().stdout();
    let without = project.warpdock(&["doctor"]).run().stdout();
    assert_ne!(
        with.lines()
            .filter(|line| line.contains("toolkit"))
            .collect::<Vec<_>>(),
        without
            .lines()
            .filter(|line| line.contains("toolkit"))
            .collect::<Vec<_>>(),
        "with:\n{with}\nwithout:\n{without}"
    );
}
