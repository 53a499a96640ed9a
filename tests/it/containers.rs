//! `up`, `down`, `rebuild`, `status` and `ps`, looked at from inside the container.

use std::{os::unix::fs::MetadataExt, path::Path};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    engine::{BUSYBOX, NO_CMD, NO_SHELL, ORDINARY_USER},
    project::Project,
    seen::{has, text},
    wait,
};

const OF_BUSYBOX: &str = "//- /Dockerfile\nFROM warpdock-test/busybox:1\n";

/// Changes as `what: from -> to (cost)`.
fn changes(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("changes are a list");
    let line = |change: &Value| {
        format!(
            "{}: {} -> {} ({})",
            text(&change["what"]),
            text(&change["from"]),
            text(&change["to"]),
            text(&change["cost"])
        )
    };
    list.iter().map(line).collect()
}

#[test]
fn a_dockerfile_alone_is_enough() {
    let project = Project::new(OF_BUSYBOX);
    let up = project.json(&["up"]);
    assert_eq!(up["done"], "created");
    assert_eq!(up["status"]["workspaceFolder"], "/app");
    assert_eq!(up["status"]["gpu"]["visible"], true);
    assert_eq!(project.inside("pwd; ls; id -u"), "/app\nDockerfile\n0\n");
}

#[test]
fn an_image_alone_is_enough_and_is_named_once() {
    let project = Project::new("");
    let up = project.json(&["up", "--image", BUSYBOX]);
    assert_eq!(up["status"]["image"], BUSYBOX);
    assert_eq!(project.inside("pwd"), "/app\n");
    let again = project.json(&["up"]);
    assert_eq!(again["done"], "nothing");
    assert_eq!(again["changes"], json!([]));
    assert_eq!(project.status()["changes"], json!([]));
}

#[test]
fn exec_brings_the_container_up_by_itself() {
    let project = Project::new("");
    let finished = project.good(&["exec", "--image", BUSYBOX, "--", "pwd"]);
    assert_eq!(finished.stdout(), "/app\n");
}

#[test]
fn a_folder_with_nothing_in_it_says_what_would_be_enough() {
    let project = Project::new("");
    let finished = project.warpdock(&["up"]).run().expect_code(1);
    has(&finished.stderr(), &["Dockerfile", "--image"]);
    assert!(project.home.containers(&project.engine).is_empty());
}

#[test]
fn an_image_without_a_shell_is_up_all_the_same() {
    let project = Project::up(NO_SHELL);
    project.good(&["exec", "--", "/true"]);
}

#[test]
fn what_is_written_under_app_is_on_the_host_and_the_other_way_round() {
    let project = Project::up(BUSYBOX);
    project.inside("echo 123 > /app/test.txt");
    assert_eq!(project.workspace.read("test.txt"), "123\n");
    std::fs::remove_file(project.workspace.join("test.txt")).expect("it is there");
    assert_eq!(project.inside("ls /app"), "");
}

#[test]
fn nothing_is_installed_in_the_container() {
    let project = Project::up(BUSYBOX);
    let diff = project.engine.docker(&["diff", &project.container()]);
    let unexpected: Vec<_> = diff
        .lines()
        .filter(|line| !line.contains("/.warpdock") && *line != "A /app")
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    has(
        &project.inside("tr '\\0' ' ' < /proc/1/cmdline"),
        &["warpdock-init"],
    );
}

#[test]
fn a_warm_up_uses_the_container_as_it_is() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.inside("echo kept > /kept");
    let again = project.json(&["up"]);
    assert_eq!(again["done"], "nothing");
    assert_eq!(project.container(), container);
    assert_eq!(project.inside("cat /kept"), "kept\n");
}

#[test]
fn a_symlink_to_the_workspace_is_the_same_workspace() {
    let project = Project::up(BUSYBOX);
    let link = project.home.path().join("link");
    std::os::unix::fs::symlink(project.path(), &link).expect("the home is ours");
    let up = project.home.warpdock(&link, &["up", "--json"]).run();
    assert_eq!(up.success().json()["done"], "nothing");
    project.container();
}

#[test]
fn a_changed_configuration_is_named_with_what_it_costs() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "containerEnv": {{ "COLOUR": "red" }} }}"#
    ));
    let first = project.json(&["up"]);
    project.configure(&format!(
        r#"{{ "image": "{BUSYBOX}", "containerEnv": {{ "COLOUR": "blue" }}, "remoteEnv": {{ "TASTE": "sour" }} }}"#
    ));
    let again = project.json(&["up"]);
    assert_eq!(again["status"]["id"], first["status"]["id"]);
    assert_eq!(
        changes(&again["changes"]),
        [
            "container variable COLOUR: one value -> another value (`warpdock rebuild` makes a new container; running sessions end)",
            "session variable TASTE: nothing -> a value (new sessions have it)",
        ]
    );
    assert_eq!(project.status()["changes"], again["changes"]);
    has(
        &project.good(&["up"]).stderr(),
        &["COLOUR", "warpdock rebuild"],
    );
    has(&project.good(&["status"]).stdout(), &["COLOUR"]);
    assert_eq!(project.variable("COLOUR").as_deref(), Some("red"));
    assert_eq!(project.variable("TASTE").as_deref(), Some("sour"));

    let rebuilt = project.json(&["rebuild"]);
    assert_eq!(rebuilt["done"], "created");
    assert_ne!(rebuilt["status"]["id"], first["status"]["id"]);
    assert_eq!(project.status()["changes"], json!([]));
    assert_eq!(project.variable("COLOUR").as_deref(), Some("blue"));
}

#[test]
fn another_image_on_the_command_line_is_a_change_and_not_a_second_container() {
    let project = Project::new("");
    project.good(&["up", "--image", BUSYBOX]);
    let again = project.json(&["up", "--image", NO_CMD]);
    assert_eq!(again["done"], "nothing");
    has(
        &changes(&again["changes"]).join("\n"),
        &[&format!("image: {BUSYBOX} -> {NO_CMD}")],
    );
    project.container();
    let rebuilt = project.json(&["rebuild", "--image", NO_CMD]);
    assert_eq!(rebuilt["status"]["image"], NO_CMD);
    project.container();
}

#[test]
fn an_image_whose_name_was_given_to_another_is_a_change() {
    let project = Project::new("");
    let name = format!("warpdock-test/moved-{}:1", std::process::id());
    project.engine.docker(&["tag", BUSYBOX, &name]);
    project.good(&["up", "--image", &name]);
    project.engine.docker(&["tag", NO_CMD, &name]);
    has(
        &changes(&project.json(&["up"])["changes"]).join("\n"),
        &[&format!("what {name} names")],
    );
    let rebuilt = project.json(&["rebuild"]);
    project.engine.docker(&["rmi", &name]);
    assert_eq!(rebuilt["changes"], json!([]));
}

#[test]
fn rebuild_has_what_the_dockerfile_says_now() {
    let project =
        Project::new("//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN echo one > /made\n");
    project.good(&["up"]);
    project.workspace.write(
        "Dockerfile",
        "FROM warpdock-test/busybox:1\nRUN echo two > /made\n",
    );
    has(
        &changes(&project.json(&["up"])["changes"]).join("\n"),
        &["Dockerfile", "`warpdock rebuild` builds the image"],
    );
    assert_eq!(project.inside("cat /made"), "one\n");
    project.good(&["rebuild"]);
    assert_eq!(project.inside("cat /made"), "two\n");
    project.container();
}

#[test]
fn a_rebuild_that_cannot_build_leaves_the_container_as_it_was() {
    let project = Project::new(OF_BUSYBOX);
    project.good(&["up"]);
    let container = project.container();
    project
        .workspace
        .write("Dockerfile", "FROM warpdock-test/busybox:1\nRUN false\n");
    assert_eq!(project.failure(&["rebuild"])["kind"], "build-failed");
    assert_eq!(project.container(), container);
    assert_eq!(project.status()["state"], "running");
}

#[test]
fn down_removes_the_container_and_nothing_else() {
    let project = Project::new(OF_BUSYBOX);
    project.good(&["up"]);
    let finished = project.good(&["down"]);
    has(&finished.stdout(), &["is gone"]);
    assert!(project.containers().is_empty());
    assert_eq!(
        project.workspace.read("Dockerfile"),
        "FROM warpdock-test/busybox:1\n"
    );
    has(&project.good(&["down"]).stdout(), &["no container"]);
    assert_eq!(project.json(&["down"])["container"], Value::Null);
}

#[test]
fn down_keep_keeps_what_was_written_and_up_starts_it_again() {
    let project = Project::up(BUSYBOX);
    project.inside("echo kept > /kept");
    let container = project.container();
    project.good(&["down", "--keep"]);
    assert_eq!(project.status()["state"], "stopped");
    project.warpdock(&["status"]).run().expect_code(3);
    let up = project.json(&["up"]);
    assert_eq!(up["done"], "started");
    assert_eq!(project.container(), container);
    assert_eq!(project.inside("cat /kept"), "kept\n");
}

#[test]
fn down_works_where_the_folder_is_gone() {
    let project = Project::up(BUSYBOX);
    std::fs::remove_dir_all(project.path()).expect("it is ours");
    let folder = project.path().display().to_string();
    let down = project
        .home
        .warpdock(Path::new("/"), &["down", "--workspace", &folder]);
    down.run().success();
    assert!(project.containers().is_empty());
}

#[test]
fn a_container_that_somebody_removed_is_made_again() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.engine.docker(&["rm", "--force", &container]);
    let status = project.warpdock(&["status"]).run().expect_code(3);
    has(&status.stdout(), &["no container", "warpdock up"]);
    assert_eq!(project.inside("pwd"), "/app\n");
    assert_ne!(project.container(), container);
}

#[test]
fn a_container_that_somebody_paused_is_resumed() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.engine.docker(&["pause", &container]);
    assert_eq!(project.status()["state"], "paused");
    project.warpdock(&["status"]).run().expect_code(3);
    let up = project.json(&["up"]);
    assert_eq!(up["done"], "started");
    assert_eq!(project.container(), container);
    project.engine.docker(&["pause", &container]);
    assert_eq!(project.inside("pwd"), "/app\n");
    project.engine.docker(&["pause", &container]);
    project.good(&["down"]);
    assert!(project.containers().is_empty());
}

#[test]
fn a_container_that_somebody_stopped_is_started_again() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.engine.docker(&["stop", &container]);
    let status = project.status();
    assert_eq!(status["state"], "stopped");
    assert_eq!(status["note"], "it was stopped");
    assert_eq!(project.inside("pwd"), "/app\n");
    assert_eq!(project.container(), container);
}

#[test]
fn a_container_that_somebody_killed_says_so_and_is_started_again() {
    let project = Project::up(BUSYBOX);
    let container = project.container();
    project.engine.docker(&["kill", &container]);
    has(
        &project.warpdock(&["status"]).run().expect_code(3).stdout(),
        &["stopped", "it was killed (137)"],
    );
    let up = project.json(&["up"]);
    assert_eq!(up["done"], "started");
    assert_eq!(up["status"]["note"], Value::Null);
    assert_eq!(project.inside("pwd"), "/app\n");
}

#[test]
fn status_tells_what_is_there() {
    let project = Project::new(OF_BUSYBOX);
    has(
        &project.warpdock(&["status"]).run().expect_code(3).stdout(),
        &["no container for", "warpdock up"],
    );
    assert_eq!(project.status()["state"], "absent");
    project.good(&["up"]);
    let folder = project.path().display().to_string();
    has(
        &project.good(&["status"]).stdout(),
        &["running", "image", &format!("{folder} at /app"), "GPU"],
    );
}

#[test]
fn ps_lists_every_workspace_and_no_foreign_container() {
    let project = Project::up(BUSYBOX);
    let other = project.home.path().join("other");
    std::fs::create_dir(&other).expect("the home is ours");
    let up = project.home.warpdock(&other, &["up", "--image", NO_CMD]);
    up.run().success();
    project.good(&["down", "--keep"]);
    let listed = project.good(&["ps"]).stdout();
    let rows: Vec<_> = listed
        .lines()
        .filter(|line| {
            line.contains(&*project.path().to_string_lossy())
                || line.contains(&*other.to_string_lossy())
        })
        .collect();
    assert_eq!(rows.len(), 2, "{listed}");
    has(&listed, &["stopped", "running", NO_CMD]);
    let ids = project.good(&["ps", "--ids"]).stdout();
    has(&ids, &[&project.container()]);
    let foreign = project
        .engine
        .docker(&["create", "--label", "x=y", BUSYBOX]);
    let ids = project.good(&["ps", "--ids"]).stdout();
    project.engine.docker(&["rm", foreign.trim()]);
    assert!(!ids.contains(foreign.trim()));
}

#[test]
fn two_ups_at_once_make_one_container() {
    let project = Project::new(OF_BUSYBOX);
    let ups: Vec<_> = (0..4)
        .map(|_| project.warpdock(&["up", "--json"]).start())
        .collect();
    let ids: Vec<Value> = ups
        .into_iter()
        .map(|up| up.wait(wait::LONG).success().json()["status"]["id"].clone())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    project.container();
}

#[test]
fn an_up_with_other_wishes_waits_for_the_one_under_way() {
    let project = Project::new("");
    let one = project
        .warpdock(&["up", "--json", "--image", BUSYBOX])
        .start();
    let other = project
        .warpdock(&["up", "--json", "--image", NO_CMD])
        .start();
    one.wait(wait::LONG).success();
    other.wait(wait::LONG).success();
    project.container();
}

#[test]
fn ctrl_c_at_any_moment_leaves_nothing() {
    for moment in ["=> Building", "=> Creating", "=> Looking for the GPU"] {
        let project = Project::new(OF_BUSYBOX);
        let up = project.warpdock(&["up"]).start();
        up.wait_for(moment);
        up.signal(Signal::INT);
        let finished = up.wait(wait::LONG);
        // It may have been quicker than we were.
        if finished.code() == 0 {
            project.container();
            continue;
        }
        let finished = finished.expect_code(130);
        has(&finished.stderr(), &["nothing was left behind"]);
        assert!(project.containers().is_empty(), "after {moment}");
        project.good(&["up"]);
        project.container();
    }
}

#[test]
fn ctrl_c_on_a_container_that_was_there_leaves_it_there() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "postAttachCommand": "test -e /app/go || sleep 1000" }}"#
    ));
    project.workspace.write("go", "");
    project.good(&["up"]);
    let container = project.container();
    std::fs::remove_file(project.workspace.join("go")).expect("it is there");
    let up = project.warpdock(&["up"]).start();
    up.wait_for("Running postAttachCommand");
    up.signal(Signal::INT);
    up.wait(wait::LONG).expect_code(130);
    assert_eq!(project.container(), container);
    project.wait_until_nothing_runs();
}

#[test]
fn a_failed_start_leaves_nothing_and_does_not_poison_the_next() {
    let broken = [
        // Refused at the creation, and at the start.
        r#"["--cap-add=NOT_A_CAPABILITY"]"#,
        r#"["--device=/dev/not-there"]"#,
        r#"["--ipc=container:not-there"]"#,
        r#"["--cpuset-cpus=4000"]"#,
    ];
    let project = Project::configured("{}");
    for flags in broken {
        project.configure(&format!(
            r#"{{ "image": "{BUSYBOX}", "runArgs": {flags} }}"#
        ));
        let failure = project.failure(&["up"]);
        assert!(!text(&failure["message"]).is_empty());
        assert!(project.containers().is_empty(), "after {flags}: {failure}");
        assert_eq!(project.status()["state"], "absent");
        project.configure(&format!(r#"{{ "image": "{BUSYBOX}" }}"#));
        project.good(&["up"]);
        project.good(&["down"]);
    }
}

#[test]
fn a_mount_source_that_is_missing_is_named() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "mounts": ["type=bind,source=/not/there,target=/data"] }}"#
    ));
    let failure = project.failure(&["up"]);
    has(text(&failure["message"]), &["/not/there"]);
    assert!(project.containers().is_empty());
}

#[test]
fn shared_memory_is_sized_for_data_loaders_and_as_told() {
    let size = |project: &Project| -> u64 {
        let df = project.inside("df -k /dev/shm | tail -n 1");
        let field = df.split_whitespace().nth(1).expect("df prints a size");
        field.parse::<u64>().expect("in kilobytes") << 10
    };
    let project = Project::up(BUSYBOX);
    assert!(size(&project) > 64 << 20);
    let project = Project::new("");
    project.good(&["up", "--image", BUSYBOX, "--shm-size", "96m"]);
    assert_eq!(size(&project), 96 << 20);
}

#[test]
fn labels_tell_whose_it_is_to_us_and_to_other_tools() {
    let project = Project::up(BUSYBOX);
    let labels = project.inspect()["Config"]["Labels"].clone();
    let folder = project.path().display().to_string();
    assert_eq!(labels["warpdock.workspace"], json!(folder));
    assert_eq!(labels["warpdock.uid"], "0");
    assert_eq!(labels["devcontainer.local_folder"], json!(folder));
    let file = project.workspace.join(".devcontainer.json");
    assert_eq!(
        labels["devcontainer.config_file"],
        json!(file.display().to_string())
    );
}

#[test]
fn mounts_of_every_kind() {
    let project = Project::configured(&format!(
        r#"{{
            "image": "{BUSYBOX}",
            "mounts": [
                "type=bind,source=${{localWorkspaceFolder}}/data,target=/data,readonly",
                {{ "type": "volume", "target": "/anonymous" }},
                {{ "type": "volume", "source": "warpdock-it-volume-${{localWorkspaceFolderBasename}}", "target": "/named" }},
                "type=tmpfs,target=/scratch"
            ],
            "runArgs": ["-v", "${{localWorkspaceFolder}}/more:/more"]
        }}"#
    ));
    project.workspace.write("data/x", "data\n");
    project.workspace.write("more/y", "more\n");
    project.good(&["up"]);
    assert_eq!(project.inside("cat /data/x /more/y"), "data\nmore\n");
    assert_eq!(
        project.inside("touch /data/z 2>/dev/null || echo no"),
        "no\n"
    );
    project.inside("touch /more/z /named/z /anonymous/z /scratch/z");
    has(&project.inside("mount"), &["tmpfs on /scratch"]);
    project.good(&["rebuild"]);
    assert_eq!(
        project.inside("ls /named /anonymous"),
        "/anonymous:\n\n/named:\nz\n"
    );
    project.good(&["down"]);
    project
        .engine
        .docker(&["volume", "rm", "warpdock-it-volume-project"]);
}

#[test]
fn the_workspace_may_be_mounted_elsewhere() {
    let project = Project::new("//- /sub/x\nhere\n");
    project.good(&["up", "--image", BUSYBOX, "--workspace-folder", "/srv/work"]);
    assert_eq!(project.inside("pwd; cat sub/x"), "/srv/work\nhere\n");
    project.configure(&format!(
        r#"{{ "image": "{BUSYBOX}",
              "workspaceMount": "type=bind,source=${{localWorkspaceFolder}}/sub,target=/code",
              "workspaceFolder": "/code" }}"#
    ));
    project.good(&["rebuild", "--image", BUSYBOX]);
    assert_eq!(project.inside("pwd; ls"), "/code\nx\n");
}

#[test]
fn variables_arrive_byte_for_byte() {
    let project = Project::new(concat!(
        "//- /.devcontainer.json\n",
        r#"{
            "image": "warpdock-test/busybox:1",
            "containerEnv": {
                "QUOTES": "it's \"so\"",
                "DOLLAR": "$HOME ${HOME} $$ $(id)",
                "BACKSLASH": "a\\b\\n\\",
                "LINES": "one\ntwo\n",
                "SPACES": "  a  b\t",
                "EQUALS": "a=b=c",
                "UMLAUT": "grün 日本 🚀",
                "EMPTY": "",
                "FOLDER": "${containerWorkspaceFolder}/x"
            },
            "remoteEnv": { "SEEN": "${containerEnv:EQUALS}!", "PATH": "/mine:${containerEnv:PATH}" }
        }"#,
        "\n//- /.env\n",
        "FROM_FILE=plain\nQUOTED=\"two words\"\nSINGLE='$not expanded'\n# a comment\nexport EXPORTED=yes\nUNTIL=end # a comment\nEQUALS=weaker\n",
    ));
    project.good(&["up"]);
    for (name, value) in [
        ("QUOTES", "it's \"so\""),
        ("DOLLAR", "$HOME ${HOME} $$ $(id)"),
        ("BACKSLASH", "a\\b\\n\\"),
        ("LINES", "one\ntwo\n"),
        ("SPACES", "  a  b\t"),
        ("EQUALS", "a=b=c"),
        ("UMLAUT", "grün 日本 🚀"),
        ("EMPTY", ""),
        ("FOLDER", "/app/x"),
        ("SEEN", "a=b=c!"),
        ("FROM_FILE", "plain"),
        ("QUOTED", "two words"),
        ("SINGLE", "$not expanded"),
        ("EXPORTED", "yes"),
        ("UNTIL", "end"),
    ] {
        assert_eq!(project.variable(name).as_deref(), Some(value), "{name}");
    }
    let path = project.variable("PATH").expect("there is a PATH");
    assert!(path.starts_with("/mine:/"), "{path}");
    let engine = project.inspect()["Config"]["Env"].to_string();
    assert!(!engine.contains("SEEN="), "remoteEnv is of sessions only");
}

#[test]
fn variables_of_the_command_line_count_most() {
    let project = Project::new("//- /.env\nA=file\nB=file\n");
    project.workspace.write("more.env", "C=more\n");
    let up = project
        .warpdock(&[
            "up",
            "--image",
            BUSYBOX,
            "-e",
            "A=flag",
            "-e",
            "TAKEN",
            "--env-file",
            "more.env",
        ])
        .env("TAKEN", "from here");
    up.run().success();
    for (name, value) in [
        ("A", "flag"),
        ("B", "file"),
        ("C", "more"),
        ("TAKEN", "from here"),
    ] {
        assert_eq!(project.variable(name).as_deref(), Some(value), "{name}");
    }
}

#[test]
fn sessions_run_as_the_users_that_the_project_names() {
    let project = Project::up(ORDINARY_USER);
    assert_eq!(
        project.inside("id -un; echo $HOME; touch mine"),
        "worker\n/home/worker\n"
    );
    let metadata = std::fs::metadata(project.workspace.join("mine")).expect("made inside");
    assert_eq!((metadata.uid(), metadata.gid()), (1000, 1000));

    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "remoteUser": "worker" }}"#
    ));
    project.good(&["up"]);
    assert_eq!(
        project.inside("id -un; echo $HOME $USER"),
        "worker\n/home/worker worker\n"
    );
    assert_eq!(project.inside("stat -c %u /proc/1"), "0\n");

    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "containerUser": "1000:1000" }}"#
    ));
    project.good(&["up"]);
    assert_eq!(project.inside("id -u; stat -c %u /proc/1"), "1000\n1000\n");

    let project = Project::new("");
    project.good(&["up", "--image", BUSYBOX, "--user", "4711:4712"]);
    assert_eq!(project.inside("id -u; id -g"), "4711\n4712\n");
}

#[test]
fn a_user_that_the_image_does_not_have_is_named() {
    let project = Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "remoteUser": "nobody-knows" }}"#
    ));
    let finished = project.warpdock(&["exec", "--", "true"]).run();
    assert_ne!(finished.code(), 0);
    has(&finished.stderr(), &["nobody-knows"]);
}

#[test]
fn flags_of_docker_run_reach_the_container() {
    let project = Project::configured(&format!(
        r#"{{
            "image": "{BUSYBOX}",
            "runArgs": [
                "--hostname=here", "--network", "none", "--cap-drop=ALL", "--read-only", "--tmpfs", "/tmp",
                "--ulimit", "nofile=123:456", "--memory=512m", "--pids-limit", "77", "--label", "x=y",
                "--add-host=there:10.1.2.3", "--name", "warpdock-it-named-{}"
            ]
        }}"#,
        std::process::id()
    ));
    let up = project.json(&["up"]);
    assert_eq!(
        up["status"]["name"],
        json!(format!("warpdock-it-named-{}", std::process::id()))
    );
    assert_eq!(
        project.inside("hostname; ulimit -n; touch /x 2>/dev/null || touch /tmp/x && echo tmp"),
        "here\n123\ntmp\n"
    );
    has(&project.inside("cat /etc/hosts"), &["10.1.2.3\tthere"]);
    has(
        &project.inside("grep CapEff /proc/self/status"),
        &["0000000000000000"],
    );
    let facts = project.inspect();
    assert_eq!(facts["HostConfig"]["Memory"], 512 << 20);
    assert_eq!(facts["HostConfig"]["PidsLimit"], 77);
    assert_eq!(facts["HostConfig"]["NetworkMode"], "none");
    assert_eq!(facts["Config"]["Labels"]["x"], "y");
}

#[test]
fn the_labels_of_an_image_bring_configuration() {
    let project = Project::new(concat!(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\n",
        r#"LABEL devcontainer.metadata='[{"containerEnv":{"A":"image","B":"image"},"remoteUser":"worker"}]'"#,
        "\n//- /.devcontainer.json\n",
        r#"{ "build": { "dockerfile": "Dockerfile" }, "containerEnv": { "A": "project" } }"#,
        "\n",
    ));
    let up = project.json(&["up"]);
    assert_eq!(
        project.inside("echo $A $B; id -un"),
        "project image\nworker\n"
    );
    assert_eq!(up["changes"], json!([]));
    let again = project.json(&["up"]);
    assert_eq!(
        again["changes"],
        json!([]),
        "what the image says is no change"
    );
    assert_eq!(project.status()["changes"], json!([]));
}
