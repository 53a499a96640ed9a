//! What reaches out of the container: asked for by a project, refused to an image.

use std::path::Path;

use expect_test::{Expect, expect};

use super::support::{check_problems, devcontainer, inputs, resolved, short, with_label};
use crate::danger::dangers;

#[track_caller]
fn check(json: &str, expect: Expect) {
    let config = devcontainer(json).config;
    let shown: String = dangers(&config, Some(Path::new("/home/me")))
        .iter()
        .map(|danger| format!("{}: {}\n", short(&danger.origin), danger.what))
        .collect();
    expect.assert_eq(&shown);
}

#[test]
fn a_projects_privileges_are_dangers() {
    check(
        r#"{ "image": "x", "privileged": true, "capAdd": ["cap_sys_admin", "NET_ADMIN"],
  "securityOpt": ["seccomp=unconfined", "no-new-privileges"],
  "runArgs": ["--pid=host", "--userns=host", "--ipc=host", "--network=host"] }"#,
        expect![[r#"
            devcontainer.json:1:31: "privileged": true
            devcontainer.json:1:48: "capAdd": ["cap_sys_admin"]
            devcontainer.json:2:19: "securityOpt": ["seccomp=unconfined"]
            devcontainer.json:3:15: "runArgs": ["--pid=host"]
            devcontainer.json:3:29: "runArgs": ["--userns=host"]
        "#]],
    );
}

#[test]
fn a_projects_disks_are_dangers_and_its_gpus_are_not() {
    check(
        r#"{ "image": "x", "runArgs": ["--device=/dev/nvme0n1", "--device=/dev/mapper/root:/dev/x",
  "--device=/dev/../dev/mem", "--device=/dev/nvidia0", "--device=/dev/infiniband", "--device=/dev/kfd"] }"#,
        expect![[r#"
            devcontainer.json:1:29: "runArgs": ["--device=/dev/nvme0n1"]
            devcontainer.json:1:54: "runArgs": ["--device=/dev/mapper/root"]
            devcontainer.json:2:3: "runArgs": ["--device=/dev/../dev/mem"]
        "#]],
    );
}

#[test]
fn a_projects_mounts_of_the_machine_are_dangers_and_those_of_data_are_not() {
    check(
        r#"{ "image": "x", "mounts": [
"type=bind,source=/var/run/docker.sock,target=/a",
"type=bind,source=/,target=/b",
"type=bind,source=//data/../etc/ssl/,target=/c",
"type=bind,source=${localEnv:HOME},target=/d",
"type=bind,source=${localEnv:HOME}/.ssh/id,target=/e",
"type=bind,source=/home/you/.aws,target=/f",
"type=bind,source=/home/you/data,target=/g",
"type=bind,source=${localEnv:HOME}/.cache/huggingface,target=/h",
"type=bind,source=/etc/localtime,target=/i",
"type=bind,source=/dev/shm,target=/j",
"type=bind,source=${localWorkspaceFolder}/out,target=/k",
"type=volume,source=etc,target=/l" ] }
//- /var/run/docker.sock
//- /data/../etc/ssl/x
//- /home/me/.ssh/id
//- /home/me/.cache/huggingface/x
//- /home/you/.aws/x
//- /home/you/data/x
//- /etc/localtime
//- /dev/shm/x
//- /work/hmm/out/x
"#,
        expect![[r#"
            devcontainer.json:2:1: "mounts": ["type=bind,source=/var/run/docker.sock,target=/a"]
            devcontainer.json:3:1: "mounts": ["type=bind,source=/,target=/b"]
            devcontainer.json:4:1: "mounts": ["type=bind,source=//data/../etc/ssl/,target=/c"]
            devcontainer.json:5:1: "mounts": ["type=bind,source=/home/me,target=/d"]
            devcontainer.json:6:1: "mounts": ["type=bind,source=/home/me/.ssh/id,target=/e"]
            devcontainer.json:7:1: "mounts": ["type=bind,source=/home/you/.aws,target=/f"]
        "#]],
    );
}

#[test]
fn the_command_line_knows_what_it_asks_for() {
    let mut inputs = inputs();
    inputs.overrides.image = Some("x".to_owned());
    inputs.overrides.run_args = vec!["--privileged".to_owned()];
    inputs.overrides.volumes = vec!["/:/host".to_owned()];
    let resolved = resolved(&inputs, "");
    assert_eq!(dangers(&resolved.config, None), []);
    check_problems(
        &resolved,
        expect![[r#"
        error [mount-source-missing] --volume: the mount source / does not exist
          create it, or correct the path
    "#]],
    );
}

const LABEL: &str = r#"[{ "privileged": true, "capAdd": ["NET_ADMIN"], "securityOpt": ["no-new-privileges"],
  "mounts": ["type=bind,source=/data,target=/data", "type=volume,source=v,target=/v"] }]"#;

#[test]
fn an_images_label_is_refused_what_reaches_out_of_the_container() {
    let resolved = resolved(
        &with_label(LABEL),
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"base:1\" }\n//- /data/x\n",
    );
    check_problems(
        &resolved,
        expect![[r#"
        error [image-danger] metadata label of image base:1: the image's label `devcontainer.metadata` asks for `"privileged": true`, which reaches out of the container
          if you want that, write `"privileged": true` into devcontainer.json, or give `--run-arg=--privileged`
        error [image-danger] metadata label of image base:1: the image's label `devcontainer.metadata` asks for `"capAdd": ["NET_ADMIN"]`, which reaches out of the container
          if you want that, write `"capAdd": ["NET_ADMIN"]` into devcontainer.json, or give `--run-arg=--cap-add=NET_ADMIN`
        error [image-danger] metadata label of image base:1: the image's label `devcontainer.metadata` asks for `"mounts": ["type=bind,source=/data,target=/data"]`, which reaches out of the container
          if you want that, write `"mounts": ["type=bind,source=/data,target=/data"]` into devcontainer.json, or give `--mount=type=bind,source=/data,target=/data`
    "#]],
    );
}

#[test]
fn what_the_project_says_too_is_the_projects() {
    let resolved = resolved(
        &with_label(LABEL),
        r#"//- /work/hmm/.devcontainer.json
{ "image": "base:1", "privileged": true, "capAdd": ["NET_ADMIN"], "mounts": ["type=bind,source=/data,target=/data"] }"#,
    );
    check_problems(
        &resolved,
        expect![[r#"
        error [mount-source-missing] .devcontainer.json:1:78: the mount source /data does not exist
          create it, or correct the path
    "#]],
    );
    let all = dangers(&resolved.config, None);
    let what: Vec<&str> = all.iter().map(|danger| danger.what.as_str()).collect();
    assert_eq!(what, [r#""privileged": true"#]);
}
