//! What a file means for a build: stages, images, variables, settings, features, downloads, steps.

use std::fmt::Write as _;

use dockerfile::ast::File;
use dockerfile::build::{Build, Builder, Platform};
use dockerfile::effective::{Effect, Effective};
use dockerfile::parse::parse;
use dockerfile::stages::Stages;
use expect_test::{Expect, expect};

fn stages<'a>(file: &'a File, args: &'a [(String, String)], target: Option<&'a str>) -> Stages<'a> {
    let mut build = Build::with_args(args);
    build.target = target;
    build.platform = Platform::parse("linux/amd64").expect("it is a platform");
    Stages::new(file, build)
}

fn arg(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn images(stages: &Stages<'_>) -> String {
    let mut out = String::new();
    for image in stages.needed_images() {
        let line = stages.file.line_at(image.range.start);
        let written = image.range.of(&stages.file.text);
        let name = match &image.image {
            Ok(reference) => reference.familiar(),
            Err(unresolved) => format!("unresolved: {}", unresolved.reason),
        };
        writeln!(out, "{line}: {written} = {name} ({:?})", image.how).expect("a string takes text");
    }
    out
}

#[track_caller]
fn check_images(text: &str, args: &[(String, String)], target: Option<&str>, expect: Expect) {
    let file = parse(text);
    expect.assert_eq(&images(&stages(&file, args, target)));
}

const MULTI: &str = include_str!("corpus/multi-stage.Dockerfile");
const ARGS: &str = include_str!("corpus/arg-in-from.Dockerfile");

#[test]
fn a_build_needs_the_images_of_its_stages_only() {
    check_images(
        MULTI,
        &[],
        None,
        expect![[r#"
            2: golang:1.22 = golang:1.22 (From)
            12: gcr.io/distroless/static:nonroot = gcr.io/distroless/static:nonroot (From)
            14: busybox:1.36 = busybox:1.36 (CopyFrom)
        "#]],
    );
    check_images(
        MULTI,
        &[],
        Some("TEST"),
        expect![[r#"
            2: golang:1.22 = golang:1.22 (From)
        "#]],
    );
    check_images(
        include_str!("corpus/mounts.Dockerfile"),
        &[],
        None,
        expect![[r#"
            2: python:3.12 = python:3.12 (From)
            4: python:3.12-slim = python:3.12-slim (From)
            9: ghcr.io/astral-sh/uv:0.4 = ghcr.io/astral-sh/uv:0.4 (MountFrom)
        "#]],
    );
}

#[test]
fn the_classic_builder_needs_all_stages_before_the_target() {
    let file = parse("FROM a AS one\nFROM b AS two\nFROM c\n");
    let mut build = Build::with_args(&[]);
    build.target = Some("two");
    build.builder = Builder::Classic;
    assert_eq!(
        images(&Stages::new(&file, build)),
        "1: a = a:latest (From)\n2: b = b:latest (From)\n"
    );
}

#[test]
fn arguments_choose_the_base() {
    check_images(
        ARGS,
        &[arg("CUDA", "11.8.0")],
        None,
        expect![[r#"
            5: nvidia/cuda:${CUDA}-cudnn-${FLAVOUR}-${OS} = nvidia/cuda:11.8.0-cudnn-devel-ubuntu22.04 (From)
        "#]],
    );
    check_images(
        "ARG BASE\nFROM ${BASE}\nFROM 0\nCOPY --from=$X a b\nFROM Ubuntu\n",
        &[],
        Some("1"),
        expect![[r#"
            3: 0 = 0:latest (From)
            4: $X = unresolved: variables are not expanded here; give the image a stage of its own (CopyFrom)
        "#]],
    );
    check_images(
        "ARG BASE\nFROM ${BASE}\n",
        &[],
        None,
        expect![[r#"
            2: ${BASE} = unresolved: BASE has no value (From)
        "#]],
    );
}

#[test]
fn scopes_follow_the_file() {
    let file = parse(
        "ARG V=1\nARG W=${V}.2\nFROM a AS base\nARG W\nARG V=9\nENV X=$V Y=$X\nENV Y=${X}y\nARG X=no\n\
         FROM base\nARG TARGETARCH\nENV Z=$W-$TARGETARCH-$Y-${NONE:-d}-$PATH\n",
    );
    let stages = stages(&file, &[], None);
    let scope = stages.walk(1, &mut |_, _, _, _| {});
    assert_eq!(scope.value("Z").as_deref(), Some("1.2-amd64-9y-d-"));
    assert_eq!(
        scope.get("Z").map(|it| it.unset.clone()),
        Some(vec!["PATH".to_owned()])
    );
    assert_eq!(scope.value("TARGETOS"), None);
}

fn effective(text: &str, target: Option<&str>) -> String {
    let file = parse(text);
    let effective = Effective::of_target(&stages(&file, &[], target)).expect("there is a target");
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        writeln!(out, "{name}: {value}").expect("a string takes text");
    };
    fn show<T: std::fmt::Debug>(effect: &Effect<T>) -> String {
        match effect {
            Effect::Inherited => "inherited".to_owned(),
            Effect::Cleared { .. } => "cleared".to_owned(),
            Effect::Set { value, .. } => format!("{value:?}"),
        }
    }
    line("cmd", show(&effective.cmd));
    line("entrypoint", show(&effective.entrypoint));
    line("user", show(&effective.user));
    line("workdir", show(&effective.workdir));
    for env in &effective.env {
        line(&env.name, format!("{:?} {:?}", env.value, env.unset));
    }
    let base = effective
        .base
        .as_ref()
        .map_or("none".to_owned(), |it| it.familiar());
    line("base", base);
    out
}

#[test]
fn settings_of_an_image() {
    expect![[r#"
        cmd: Argv { argv: ["/bin/bash"], shell_form: false }
        entrypoint: inherited
        user: inherited
        workdir: Workdir { path: "/app", below_base: false }
        DEBIAN_FRONTEND: "noninteractive" []
        base: pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
    "#]]
    .assert_eq(&effective(
        include_str!("corpus/pip-on-torch.Dockerfile"),
        None,
    ));
    expect![[r#"
        cmd: inherited
        entrypoint: inherited
        user: inherited
        workdir: inherited
        CUDA_MAJOR: "12" []
        CUDA_SHORT: "12.4" []
        PATH: "/opt/venv/bin:" ["PATH"]
        base: nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04
    "#]]
    .assert_eq(&effective(ARGS, None));
}

#[test]
fn settings_come_from_earlier_stages() {
    expect![[r#"
        cmd: Argv { argv: ["node", "."], shell_form: false }
        entrypoint: inherited
        user: inherited
        workdir: Workdir { path: "relative", below_base: true }
        base: node:20
    "#]]
    .assert_eq(&effective(include_str!("corpus/onbuild.Dockerfile"), None));
    expect![[r#"
        cmd: cleared
        entrypoint: Argv { argv: ["/bin/bash", "-c", "run $X"], shell_form: true }
        user: "1000:1000"
        workdir: Workdir { path: "/a/c", below_base: false }
        X: "/a" []
        base: none
    "#]]
    .assert_eq(&effective(
        "FROM scratch AS a\nENV X=/a\nWORKDIR $X/b\nCMD [\"old\"]\nFROM a\nSHELL [\"/bin/bash\", \"-c\"]\n\
         ARG ID=1000\nUSER ${ID}:$ID\nWORKDIR ../c\nENTRYPOINT run $X\n",
        None,
    ));
}

fn features(text: &str) -> String {
    let file = parse(text);
    dockerfile::features::build_features(&file)
        .iter()
        .map(|it| {
            format!(
                "{}: {} ({:?}) {:?}\n",
                file.line_at(it.range.start),
                it.kind.name(),
                it.range.of(text),
                it.kind.built_in()
            )
        })
        .collect()
}

#[test]
fn features_that_the_classic_builder_lacks() {
    expect![[r#"
        2: a platform argument in FROM --platform ("--platform=$BUILDPLATFORM") From(20)
        5: RUN --mount ("--mount=type=cache,target=/go/pkg/mod") From(20)
        13: --chmod ("--chmod=0755") From(20)
    "#]]
    .assert_eq(&features(MULTI));
    expect![[r#"
        7: a pattern in a variable (${X#p}) ("${CUDA%.*}") From(26)
        8: a pattern in a variable (${X#p}) ("${CUDA%%.*}") From(26)
    "#]]
    .assert_eq(&features(ARGS));
    expect![[r#"
        3: heredoc ("<<EOF") From(26)
        9: heredoc ("<<-\"SCRIPT\"") From(26)
        12: heredoc ("<<nginx.conf") From(26)
        12: heredoc ("<<'index.html'") From(26)
        17: heredoc ("<<PY") From(26)
        21: heredoc ("<<EOF") From(26)
    "#]]
    .assert_eq(&features(include_str!("corpus/heredocs.Dockerfile")));
    expect![[""]].assert_eq(&features(include_str!("corpus/pip-on-torch.Dockerfile")));
}

fn downloads(text: &str) -> String {
    let file = parse(text);
    dockerfile::network::network_commands(&stages(&file, &[], None))
        .iter()
        .map(|it| {
            let shown: String = it.range.of(text).chars().take(40).collect();
            format!(
                "{}: {} [{}] {shown:?}\n",
                file.line_at(it.range.start),
                it.what,
                it.hosts.join(" ")
            )
        })
        .collect()
}

#[test]
fn commands_that_download() {
    expect![[r#"
        6: pip install [pypi.org] "pip install --no-cache-dir torchdata==0."
        7: pip install [data.dgl.ai pypi.org] "pip install --no-cache-dir dgl -f https:"
        8: pip install [pypi.org] "pip install --no-cache-dir numpy pydanti"
    "#]]
    .assert_eq(&downloads(include_str!("corpus/pip-on-torch.Dockerfile")));
    expect![[r#"
        9: curl [example.com] "curl -fsSL \"$url\" -o /tmp/t"
        13: wget [] "wget -q \"$1\""
    "#]]
    .assert_eq(&downloads(include_str!(
        "corpus/shell-compounds.Dockerfile"
    )));
    expect![[r#"
        5: git clone [github.com] "git clone --depth 1 --branch ${COMMIT} $"
        6: pip install [pypi.org] "pip install -v --no-build-isolation ."
        7: wget [example.org] "wget -qO- https://example.org/install.sh"
    "#]]
    .assert_eq(&downloads(include_str!("corpus/git-and-build.Dockerfile")));
    expect![[r#"
        3: pip wheel [pypi.org] "pip wheel -w /wheels torch"
        9: uv pip install [pypi.org] "uv pip install numpy"
        11: ADD [example.com] "https://example.com/model.bin"
    "#]]
    .assert_eq(&downloads(include_str!("corpus/mounts.Dockerfile")));
    expect![[r#"
        2: apt-get update [] "\"apt-get\", \"update\""
        3: curl [example.com] "curl -fsSL https://example.com/x"
    "#]]
    .assert_eq(&downloads(include_str!("corpus/json-forms.Dockerfile")));
    expect![[r#"
        5: apt-get update [] "apt-get update"
        6: apt-get install [] "apt-get install -y --no-install-recommen"
    "#]]
    .assert_eq(&downloads(include_str!("corpus/heredocs.Dockerfile")));
}

#[test]
fn commands_that_stay_offline() {
    for command in [
        "pip install --no-index -f /wheels torch",
        "pip install --no-deps ./torch.whl",
        "pip --version",
        "apt-get clean && rm -rf /var/lib/apt/lists/*",
        "echo curl https://example.com",
        "conda install --offline -y numpy",
        "git init && git config user.name x",
        "npm run build",
        "curl --version",
        "dpkg -i /x.deb",
        "python -m compileall .",
        "apt-get install -y ./local.deb",
    ] {
        let text = format!("FROM a\nRUN {command}\n");
        assert_eq!(downloads(&text), "", "{command}");
    }
}

#[test]
fn commands_behind_others_download_too() {
    for (command, what) in [
        ("sudo -E apt-get -y install curl", "apt-get install"),
        ("python3.11 -m pip install x", "pip install"),
        ("/opt/conda/bin/pip3.10 install x", "pip3.10 install"),
        ("env A=1 PIP_INDEX_URL=x pip install x", "pip install"),
        ("bash -lc 'set -e; curl -O https://a.example/x'", "curl"),
        ("timeout 60 wget https://a.example/x", "wget"),
        ("cat list | xargs -n 1 pip install", "pip install"),
        ("test -f x || (cd y && git -C z pull)", "git pull"),
        ("X=$(curl -s https://a.example/v) && echo $X", "curl"),
        ("apk --no-cache add git", "apk add"),
        ("conda env create -f x.yml", "conda env create"),
    ] {
        let text = format!("FROM a\nRUN {command}\n");
        let found = downloads(&text);
        assert!(
            found.starts_with(&format!("2: {what} ")),
            "{command}: {found}"
        );
    }
}

#[test]
fn steps_go_back_to_their_instruction() {
    let file = parse(MULTI);
    let stages = stages(&file, &[], None);
    for (step, line) in [
        (
            "[build 1/6] FROM docker.io/library/golang:1.22@sha256:12",
            Some(2),
        ),
        (
            "[linux/amd64 build 4/6] RUN --mount=type=cache,target=/go/pkg/mod go mod download",
            Some(5),
        ),
        (
            "[build 6/6] RUN CGO_ENABLED=0 go build -o /out/server ./cmd/server",
            Some(7),
        ),
        ("[test 1/1] RUN go test ./...", Some(10)),
        (
            "[runtime 2/3] COPY --from=build --chmod=0755 /out/server /server",
            Some(13),
        ),
        ("[internal] load build definition from Dockerfile", None),
        ("exporting to image", None),
        (
            "Step 6/17 : RUN CGO_ENABLED=0 go build -o /out/server ./cmd/server",
            Some(7),
        ),
        ("Step 99/99 : RUN x", None),
    ] {
        let found = dockerfile::step::instruction_at_step(&stages, step)
            .map(|index| file.line_at(file.instructions[index].range.start));
        assert_eq!(found, line, "{step}");
    }
    let file = parse("FROM a\nENV X=1\nRUN one\nFROM a\nWORKDIR /x\nRUN two\n");
    let stages = self::stages(&file, &[], None);
    let at = |step: &str| dockerfile::step::instruction_at_step(&stages, step);
    assert_eq!(at("[stage-1 3/3] RUN two"), Some(5));
    assert_eq!(at("[stage-0  2/10] RUN one"), Some(2));
    assert_eq!(at("[stage-1 2/3] RUN two"), Some(5));
    assert_eq!(at("RUN two"), Some(5));
    assert_eq!(at("exporting to image"), None);
}

#[test]
fn what_nobody_writes_on_purpose_costs_neither_the_stack_nor_the_memory() {
    let onbuild = format!("FROM a\n{}RUN x\n", "ONBUILD ".repeat(100_000));
    assert_eq!(parse(&onbuild).instructions.len(), 2);
    let doubled = format!("ARG A=aaaaaaaa\n{}FROM $A\n", "ARG A=$A$A\n".repeat(60));
    let replaced = format!(
        "ARG A={}\nARG B=${{A//a/$A}}\nFROM x${{B##*a*a*b}}\n",
        "a".repeat(200_000)
    );
    for text in [doubled, replaced] {
        assert_eq!(stages(&parse(&text), &[], None).stages.len(), 1);
    }
}
