//! What the configuration says of a container, looked at from inside.

use std::os::unix::fs::MetadataExt;

use serde_json::json;

use crate::support::{
    engine::{BUSYBOX, ORDINARY_USER},
    project::Project,
    seen::has,
};

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
    // Flags count until the container is gone.
    project.good(&["down"]);
    project.configure(&format!(
        r#"{{ "image": "{BUSYBOX}",
              "workspaceMount": "type=bind,source=${{localWorkspaceFolder}}/sub,target=/code",
              "workspaceFolder": "/code" }}"#
    ));
    project.good(&["up"]);
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
