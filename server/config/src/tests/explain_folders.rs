//! The line of the present configuration, and which mount of a line is the project.

use expect_test::expect;

use super::explain::{config, here};
use super::support::{inputs, resolved};
use crate::explain::{Rendering, parse_docker_line, render_docker_line};

#[test]
fn an_image_that_is_built_is_built_first() {
    let fixture = r#"
//- /work/hmm/.devcontainer/devcontainer.json
{ "build": { "dockerfile": "../docker/Dockerfile", "context": "..", "target": "dev", "args": { "BASE": "a b", "X": "42" },
  "options": ["--network=host"] }, "hostRequirements": { "gpu": true } }
//- /work/hmm/docker/Dockerfile
FROM a
"#;
    let config = resolved(&inputs(), fixture).config;
    expect![[r#"
        docker build -f /work/hmm/docker/Dockerfile --target dev --network host --build-arg 'BASE=a b' --build-arg 'X=42' -t warpdock-hmm /work/hmm
        docker run -it --rm --gpus all -v /work/hmm:/app -w /app --shm-size 3g warpdock-hmm"#]]
    .assert_eq(&render_docker_line(
        &config,
        &Rendering {
            shm_bytes: Some(3 << 30),
            ..Rendering::default()
        },
    ));
    let known = Rendering {
        image: Some("warpdock-hmm-12345678".to_owned()),
        sudo: true,
        ..Rendering::default()
    };
    let text = render_docker_line(&config, &known);
    assert!(text.starts_with("sudo docker build "), "{text}");
    assert!(
        text.contains("-t warpdock-hmm-12345678 /work/hmm\nsudo docker run"),
        "{text}"
    );
    assert!(text.ends_with(" warpdock-hmm-12345678"), "{text}");
    let back = parse_docker_line(&text, &here()).expect("what we write is a line");
    assert_eq!(back.image, "warpdock-hmm-12345678");
}

#[test]
fn a_configured_shm_and_that_of_the_host_are_left_alone() {
    let line = |arguments: &str| {
        let json = format!("{{ \"image\": \"a\", \"runArgs\": [{arguments}] }}");
        let rendering = Rendering {
            shm_bytes: Some(3 << 30),
            ..Rendering::default()
        };
        render_docker_line(&config(&json), &rendering)
    };
    let configured = line("\"--shm-size=96m\"");
    assert!(configured.contains("--shm-size 96m"), "{configured}");
    let shared = line("\"--ipc=host\"");
    assert!(!shared.contains("--shm-size"), "{shared}");
}

#[test]
fn a_mount_without_a_source_stays_in_the_line() {
    let resolved = resolved(
        &inputs(),
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"a\", \"mounts\": [\"type=bind,source=/nowhere,target=/n\"] }",
    );
    assert!(resolved.has_errors());
    let line = render_docker_line(&resolved.config, &Rendering::default());
    assert!(line.contains("-v /nowhere:/n"), "{line}");
}

/// What is said of the mounts, the workspace, and the warnings.
fn mounts(line: &str) -> String {
    let run = parse_docker_line(line, &here()).expect("this is a line");
    let mut text = format!("{:?}\n", run.workspace);
    for explained in run
        .explanations
        .iter()
        .filter(|it| it.written.starts_with("-v"))
    {
        text.push_str(&format!("{}: {}\n", explained.written, explained.instead));
    }
    for warning in run.warnings {
        text.push_str(&format!("warning: {}\n", warning.message));
    }
    text
}

#[test]
fn only_what_is_certainly_the_project_is_taken_for_it() {
    expect![[r#"
        None
        -v /data/set:/data: It becomes an entry of `mounts`: the folder is the same inside and outside
        warning: no mount of this line is certainly the project, so that the folder you run `warpdock` in is mounted at /app as well; if /data/set is the project, add `-w /data` to the line
    "#]].assert_eq(&mounts("docker run -v /data/set:/data img"));
    expect![[r#"
        Some("/data/code")
        -v /data/set:/data: It becomes an entry of `mounts`: the folder is the same inside and outside
        -v /data/code:/code: This is taken for the project, because commands start there (`-w`): run `warpdock` in /data/code; `workspaceFolder` says that it is mounted at /code
    "#]].assert_eq(&mounts("docker run -v /data/set:/data -v /data/code:/code -w /code img"));
    expect![[r#"
        Some("/data/code")
        -v /data/code:/workspaces/code: This is taken for the project, because projects are usually mounted at /workspaces/code: run `warpdock` in /data/code; `workspaceFolder` says where it is mounted
    "#]].assert_eq(&mounts("docker run -v /data/code:/workspaces/code img"));
    expect![[r#"
        Some("/work/hmm")
        -v /work/hmm:/x: This is the project: `workspaceFolder` says that it is mounted at /x
    "#]]
    .assert_eq(&mounts("docker run -v $PWD:/x img"));
    expect![[r#"
        Some("/work/hmm")
        -v .:/x: This is the project: `workspaceFolder` says that it is mounted at /x
        -v /data/set:/app: It becomes an entry of `mounts`: the folder is the same inside and outside
    "#]].assert_eq(&mounts("docker run -v .:/x -v /data/set:/app img"));
}
