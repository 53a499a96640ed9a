//! Images built from a Dockerfile, and images that are not there.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::support::{
    engine::{BASE, BUSYBOX, OTHER_ARCH},
    project::Project,
    seen::{has, text},
    wait,
    warpdock::Finished,
};

/// Nothing waits for a network; this is time enough for a loaded machine to say no.
const AT_ONCE: Duration = Duration::from_secs(5);

/// `up` with the classic builder.
#[track_caller]
fn classic(project: &Project, arguments: &[&str]) -> Finished {
    project
        .warpdock(arguments)
        .env("DOCKER_BUILDKIT", "0")
        .run()
}

/// Runs the check with each of the engine's builders.
#[track_caller]
fn with_both_builders(fixture: &str, check: impl Fn(&Project, &dyn Fn(&[&str]) -> Finished)) {
    let project = Project::new(fixture);
    check(&project, &|arguments| project.warpdock(arguments).run());
    let project = Project::new(fixture);
    check(&project, &|arguments| classic(&project, arguments));
}

#[test]
fn steps_are_told_with_their_durations_and_output() {
    with_both_builders(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nCOPY x unlike /\nRUN echo some words && echo more >&2\n//- /x\nfrom the context\n",
        |project, run| {
            // What no build has had yet is in no cache.
            project
                .workspace
                .write("unlike", project.path().to_string_lossy().as_bytes());
            let finished = run(&["up"]).success();
            has(
                &finished.stderr(),
                &[
                    "=> Building the image from Dockerfile",
                    "echo some words",
                    " s\n",
                    "some words\n",
                    "more\n",
                ],
            );
            assert_eq!(project.inside("cat /x"), "from the context\n");
            project.good(&["down"]);
            has(&run(&["up"]).success().stderr(), &["cached"]);
        },
    );
}

#[test]
fn arguments_and_target_of_the_configuration_count() {
    let fixture = concat!(
        "//- /docker/Dockerfile.dev\n",
        "ARG BASE=nothing\nFROM $BASE AS one\nARG WORD=default\nRUN echo $WORD > /word\n",
        "FROM one AS two\nRUN echo two > /two\n",
        "//- /.devcontainer/devcontainer.json\n",
        r#"{ "build": { "dockerfile": "../docker/Dockerfile.dev", "context": "..", "target": "one",
             "args": { "BASE": "warpdock-test/busybox:1", "WORD": "${localWorkspaceFolderBasename} it's" } } }"#,
        "\n",
    );
    with_both_builders(fixture, |project, run| {
        run(&["up"]).success();
        assert_eq!(
            project.inside("cat /word; ls /two 2>/dev/null || echo no two"),
            "project it's\nno two\n"
        );
        run(&["rebuild", "--target", "two"]).success();
        assert_eq!(project.inside("cat /two"), "two\n");
    });
}

#[test]
fn what_dockerignore_names_stays_out() {
    let fixture = concat!(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nCOPY . /context\n",
        "//- /.dockerignore\n# a comment\n*.log\n!keep.log\nsecret/\n**/cache\n",
        "//- /a.log\n//- /keep.log\n//- /secret/key\n//- /deep/er/cache/x\n//- /deep/er/y\n//- /with space\n",
    );
    with_both_builders(fixture, |project, run| {
        run(&["up"]).success();
        assert_eq!(
            project.inside("cd /context; find . -type f | grep -v -e Dockerfile -e ignore | sort"),
            "./deep/er/y\n./keep.log\n./with space\n"
        );
    });
}

#[test]
fn the_dockerfile_is_found_where_people_put_it() {
    for path in [
        "docker/Dockerfile",
        ".devcontainer/Dockerfile",
        "Containerfile",
        "docker/Containerfile",
    ] {
        let project = Project::new("");
        project.workspace.write(
            path,
            "FROM warpdock-test/busybox:1\nRUN echo found > /found\n",
        );
        has(&project.good(&["up"]).stderr(), &[&format!("from {path}")]);
        assert_eq!(project.inside("cat /found"), "found\n", "{path}");
    }
}

#[test]
fn another_dockerfile_can_be_chosen() {
    let project = Project::new(concat!(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\n",
        "//- /images/gpu.Dockerfile\nFROM warpdock-test/busybox:1\nCOPY top /top\n",
        "//- /top\nof the workspace\n",
    ));
    project.good(&["up", "-f", "images/gpu.Dockerfile", "--context", "."]);
    assert_eq!(project.inside("cat /top"), "of the workspace\n");
    // Later commands need not repeat it.
    assert_eq!(project.status()["changes"], json!([]));
}

#[test]
fn an_absent_base_image_is_an_immediate_error_with_the_ways_on() {
    let fixture = "//- /Dockerfile\n# syntax=docker/dockerfile:1\nFROM warpdock-test/busybox:1 AS one\n\nFROM warpdock-test/busybx:1\nCOPY --from=one /etc/passwd /x\n";
    with_both_builders(fixture, |project, run| {
        let finished = run(&["up"]).expect_code(1);
        assert!(finished.took < AT_ONCE, "{finished}");
        has(
            &finished.stderr(),
            &[
                "image warpdock-test/busybx:1 is not on this machine",
                "Dockerfile:4 asks for it",
                BUSYBOX,
                "--pull",
                "docker pull warpdock-test/busybx:1",
                "warpdock load",
            ],
        );
        assert!(project.containers().is_empty());
    });
}

#[test]
fn an_absent_ready_image_is_an_immediate_error_too() {
    let project = Project::new("");
    let finished = project
        .warpdock(&[
            "up",
            "--image",
            "pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtim",
        ])
        .run()
        .expect_code(1);
    assert!(finished.took < AT_ONCE, "{finished}");
    has(
        &finished.stderr(),
        &["is not on this machine", BASE, "--pull", "warpdock load"],
    );
    let failure = project.failure(&["up", "--image", "nothing-is/like-this"]);
    assert_eq!(failure["kind"], "image-missing");
    assert!(
        !failure["remedy"].to_string().contains("near that name"),
        "{failure}"
    );
}

#[test]
fn a_pull_that_cannot_work_says_so() {
    let project = Project::new("");
    // An address that refuses at once.
    let failure = project.failure(&["up", "--pull", "--image", "127.0.0.1:1/some/image:1"]);
    assert_eq!(failure["kind"], "pull-failed");
    has(
        text(&failure["message"]),
        &["127.0.0.1:1/some/image:1", "refused"],
    );
}

#[test]
fn an_image_for_another_machine_is_refused_before_it_is_started() {
    let project = Project::new("");
    let failure = project.failure(&["up", "--image", OTHER_ARCH]);
    assert_eq!(failure["kind"], "wrong-architecture");
    assert!(project.containers().is_empty());
}

#[test]
fn a_failing_step_is_named_with_its_last_words_and_leaves_nothing() {
    let fixture = "//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN echo fine\nRUN echo a last word; exit 23\n";
    with_both_builders(fixture, |project, run| {
        let before =
            project
                .engine
                .docker(&["ps", "--all", "--quiet", "--filter", "status=exited"]);
        let failure = run(&["up", "--json"]).expect_code(1).json()["error"].clone();
        assert_eq!(failure["kind"], "build-failed");
        has(
            text(&failure["message"]),
            &["the RUN of Dockerfile:3", "exit code 23"],
        );
        has(text(&failure["detail"]), &["a last word"]);
        assert!(project.containers().is_empty());
        let after = project
            .engine
            .docker(&["ps", "--all", "--quiet", "--filter", "status=exited"]);
        for left in after.lines().filter(|id| !before.contains(id)) {
            // Other tests have containers that end as well.
            let command =
                project
                    .engine
                    .try_docker(&["inspect", "--format", "{{.Config.Cmd}}", left]);
            assert!(!command.is_ok_and(|command| command.contains("exit 23")));
        }
        project.workspace.write(
            "Dockerfile",
            "FROM warpdock-test/busybox:1\nRUN echo fine\n",
        );
        run(&["up"]).success();
    });
}

#[test]
fn a_step_without_a_network_says_that_it_needs_one() {
    // The stand-in has no pip; wget's words are those of a machine without a network.
    let fixture = "//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN wget -q http://files.example.org/model.bin\n";
    with_both_builders(fixture, |_, run| {
        let finished = run(&["up"]).expect_code(1);
        has(
            &finished.stderr(),
            &[
                "the RUN of Dockerfile:2",
                "the internet",
                "files.example.org",
                "warpdock load",
            ],
        );
    });
}

#[test]
fn what_the_classic_builder_lacks_is_named_with_its_line() {
    let project = Project::new(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\n\nRUN --mount=type=cache,target=/c echo mounted > /x\n",
    );
    let finished = classic(&project, &["up"]).expect_code(1);
    has(
        &finished.stderr(),
        &["Dockerfile:3", "--mount", "classic builder"],
    );
    project.good(&["up"]);
    assert_eq!(project.inside("cat /x"), "mounted\n");
}

#[test]
fn a_dockerfile_that_is_none_is_told_with_its_line() {
    with_both_builders(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUNN echo x\n",
        |project, run| {
            let finished = run(&["up"]).expect_code(1);
            has(&finished.stderr(), &["Dockerfile:2", "RUNN"]);
            assert!(project.containers().is_empty());
        },
    );
}

#[test]
fn a_dockerfile_that_does_nothing_is_told() {
    for words in ["", "# only a comment\n", "RUN echo x\n"] {
        let project = Project::new("");
        project.workspace.write("Dockerfile", words);
        let finished = project.warpdock(&["up"]).run().expect_code(1);
        has(&finished.stderr(), &["Dockerfile", "FROM"]);
    }
}

#[test]
fn a_file_that_copy_does_not_find_is_named() {
    with_both_builders(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nCOPY not-there /x\n",
        |_, run| has(&run(&["up"]).expect_code(1).stderr(), &["not-there"]),
    );
}

#[test]
fn a_rebuild_without_the_cache_runs_every_step_again() {
    let project = Project::new(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN cat /proc/sys/kernel/random/uuid > /made\n",
    );
    project.good(&["up"]);
    let made = || project.inside("cat /made");
    let first = made();
    project.good(&["rebuild"]);
    assert_eq!(made(), first);
    project.good(&["rebuild", "--no-cache"]);
    assert_ne!(made(), first);
}

#[test]
fn ctrl_c_ends_the_build_and_its_processes() {
    let project = Project::new(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nRUN echo begun && exec sleep 31415\n",
    );
    for buildkit in ["1", "0"] {
        let up = project
            .warpdock(&["up"])
            .env("DOCKER_BUILDKIT", buildkit)
            .start();
        up.wait_for("begun\n");
        up.signal(Signal::INT);
        up.wait(wait::LONG).expect_code(130);
        wait::until_true("the step to end", wait::LONG, || !runs("31415"));
        assert!(project.containers().is_empty());
    }
}

/// Some process of this machine has this argument.
fn runs(argument: &str) -> bool {
    let entries = std::fs::read_dir("/proc").expect("/proc is mounted");
    entries.flatten().any(|entry| {
        let words = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        words
            .split(|byte| *byte == 0)
            .any(|word| word == argument.as_bytes())
    })
}

#[test]
fn an_image_comes_out_of_a_file() {
    let project = Project::new("");
    let name = format!("warpdock-test/loaded-{}:1", std::process::id());
    let file = project.workspace.join("image.tar");
    let path = file.to_string_lossy().into_owned();
    project.engine.docker(&["tag", BUSYBOX, &name]);
    project.engine.docker(&["save", "--output", &path, &name]);
    project.engine.docker(&["rmi", &name]);
    assert_eq!(
        project.failure(&["up", "--image", &name])["kind"],
        "image-missing"
    );
    has(&project.good(&["load", "image.tar"]).stdout(), &[&name]);
    project.good(&["up", "--image", &name]);
    project.good(&["down"]);
    project.engine.docker(&["rmi", &name]);
    project.workspace.write("broken.tar", "this is no archive");
    project
        .warpdock(&["load", "broken.tar"])
        .run()
        .expect_code(1);
    project
        .warpdock(&["load", "not-there.tar"])
        .run()
        .expect_code(1);
}

#[test]
fn the_default_command_is_the_last_of_the_dockerfile_in_both_forms() {
    for (lines, expected) in [
        (
            "CMD [\"echo\", \"first\"]\nCMD [\"echo\", \"a  b\"]\n",
            "a  b\n",
        ),
        ("CMD echo $((6 * 7))\n", "42\n"),
        (
            "ENTRYPOINT [\"echo\", \"from\"]\nCMD [\"cmd\"]\n",
            "from cmd\n",
        ),
    ] {
        let project = Project::new("");
        project.workspace.write(
            "Dockerfile",
            format!("FROM warpdock-test/busybox:1\n{lines}"),
        );
        assert_eq!(project.good(&["run"]).stdout(), expected);
    }
}
