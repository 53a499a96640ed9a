//! The rules about what a container starts and what the workspace's mount hides, in cases that
//! their pages do not show.

use dockerfile::parse::parse;
use expect_test::{Expect, expect};
use lint::context::{Context, ImageFacts};

#[track_caller]
fn check(text: &str, expect: Expect) {
    check_with(text, &Context::default(), expect);
}

#[track_caller]
fn check_with(text: &str, context: &Context<'_>, expect: Expect) {
    let findings = lint::lint::lint(&parse(text), context);
    let lines = findings
        .iter()
        .filter(|it| it.code.starts_with("WD"))
        .map(|it| {
            let place = it.range.of(text);
            format!(
                "{} {} `{place}`: {}\n",
                it.code,
                it.level.name(),
                it.message
            )
        });
    expect.assert_eq(&lines.collect::<String>());
}

#[test]
fn the_engine_says_what_an_image_brings() {
    let context = Context {
        images: &|_| {
            Some(ImageFacts {
                cmd: vec!["serve".to_owned()],
                ..ImageFacts::default()
            })
        },
        ..Context::default()
    };
    check_with("FROM debian:12\n", &context, expect![""]);
}

#[test]
fn a_command_of_an_earlier_stage_is_inherited() {
    check(
        "FROM debian:12 AS base\nCMD [\"serve\"]\nFROM base\nRUN true\n",
        expect![""],
    );
    check(
        "FROM debian:12 AS base\nCMD [\"serve\"]\nFROM base\nENTRYPOINT [\"bash\"]\n",
        expect![[r#"
            WD002 info `["bash"]`: `bash` ends at once under `docker run` without a terminal; Warpdock keeps the container running
        "#]],
    );
}

#[test]
fn the_target_is_what_is_looked_at() {
    let context = Context {
        target: Some("dev"),
        ..Context::default()
    };
    check_with(
        "FROM debian:12 AS dev\nFROM dev\nCMD [\"serve\"]\n",
        &context,
        expect![[r#"
            WD001 info `debian:12`: no CMD or ENTRYPOINT: the base image's `bash` ends at once under `docker run` without a terminal; Warpdock keeps the container running
        "#]],
    );
}

#[test]
fn an_entrypoint_that_starts_cmd_is_looked_through() {
    check(
        "FROM debian:12\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"service\", \"ssh\", \"start\"]\n",
        expect![[r#"
            WD002 warning `["service", "ssh", "start"]`: `service ssh start` goes to the background, so CMD ends at once; write the service's own program, in the foreground
        "#]],
    );
    check(
        "FROM debian:12\nENTRYPOINT [\"python3\"]\nCMD [\"app.py\"]\n",
        expect![""],
    );
}

#[test]
fn what_is_started_last_decides() {
    for quiet in [
        "CMD service ssh start && tail -f /dev/null",
        "CMD service ssh start; exec python3 app.py",
        "CMD a & b & wait",
        "CMD [\"sh\", \"-c\", \"nginx && sleep infinity\"]",
        "CMD echo 'print(1)' | python3",
        "CMD test -t 0 || bash",
    ] {
        check(&format!("FROM debian:12\n{quiet}\n"), expect![""]);
    }
    check(
        "FROM debian:12\nCMD [\"sh\", \"-c\", \"python3 a.py & cron\"]\n",
        expect![[r#"
            WD002 warning `cron`: `cron` goes to the background, so CMD ends at once; write cron -f
        "#]],
    );
}

#[test]
fn the_workspace_itself_is_not_hidden() {
    check(
        "FROM python:3.12\nWORKDIR /app\nADD . /app\nCOPY a b ./c/\nRUN pip install . && mkdir -p data\nCMD [\"python\", \"a\"]\n",
        expect![""],
    );
}

#[test]
fn what_is_made_below_the_mount_is_hidden() {
    check(
        "\
FROM golang:1.22 AS build
WORKDIR /app
RUN go build -o /app/server .
FROM debian:12
ARG DIR=/app
WORKDIR $DIR
COPY --from=build /app/server bin/
RUN cd lib && make && cd /tmp && make
RUN git clone https://example.com/team/tool.git && cd tool && pip install -e .
RUN curl -o model.bin https://example.com/model.bin && rm model.bin
CMD [\"/app/bin/server\"]
",
        expect![[r#"
            WD003 warning `bin/`: this comes from build and is in /app/bin, which the workspace mounted at /app hides: put it elsewhere
            WD003 warning `make`: `make` builds in /app/lib, which the workspace mounted at /app hides: build it again in the container
            WD003 warning `git clone https://example.com/team/tool.git`: `git clone` clones in /app/tool, which the workspace mounted at /app hides: clone it elsewhere, such as below /opt
        "#]],
    );
}

#[test]
fn what_is_installed_from_there_is_not_missed() {
    check(
        "\
FROM debian:12
WORKDIR /app/src
RUN git clone https://example.com/a.git && cd a && cmake -B build && cmake --build build && cmake --install build
RUN cd b && make && make install
CMD [\"a\"]
",
        expect![""],
    );
}

#[test]
fn another_mount_is_looked_at_where_it_is() {
    let context = Context {
        workspace_folder: "/workspaces/project",
        ..Context::default()
    };
    check_with(
        "FROM node:22\nWORKDIR /app\nRUN npm ci\nWORKDIR /workspaces/project\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n",
        &context,
        expect![[r#"
            WD003 warning `npm ci`: `npm ci` installs in /workspaces/project/node_modules, which the workspace mounted at /workspaces/project hides: make it elsewhere or again in the container, or make /workspaces/project/node_modules a VOLUME
        "#]],
    );
}

#[test]
fn the_example_of_the_project_is_at_most_an_information() {
    let text = include_str!("../../../examples/hmm/Dockerfile");
    let findings = lint::lint::lint(&parse(text), &Context::default());
    let levels = findings.iter().map(|it| it.level);
    assert!(
        levels.max() <= Some(lint::finding::Level::Info),
        "{findings:#?}"
    );
}
