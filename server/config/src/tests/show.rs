//! Every value, as `warpdock config` prints it.

use expect_test::{Expect, expect};

use super::support::{inputs, resolved, short};
use crate::show;

#[track_caller]
fn check(fixture: &str, expect: Expect) {
    let config = resolved(&inputs(), fixture).config;
    let lines: Vec<String> = show::values(&config)
        .into_iter()
        .map(|it| format!("{}  {}  ({})\n", it.name, it.value, short(&it.origin)))
        .collect();
    expect.assert_eq(&lines.concat());
}

#[test]
fn an_image_alone() {
    check(
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"my_gpu_env:1229\" }",
        expect![[r#"
            name  hmm  (default)
            image  my_gpu_env:1229  (.devcontainer.json:1:12)
            workspaceFolder  /app  (default)
            workspaceMount  type=bind,source=/work/hmm,target=/app  (default)
            gpu  optional, all  (default)
            overrideCommand  true  (default)
        "#]],
    );
}

#[test]
fn values_have_the_spelling_of_those_who_write_them() {
    check(
        r#"
//- /work/hmm/.devcontainer/devcontainer.json
{
  "build": { "dockerfile": "../docker/Dockerfile", "context": "..", "target": "dev",
    "args": { "BASE": "my_gpu_env:1229", "X": "42", "PIP_TOKEN": "s3cret" }, "options": ["--network=host"] },
  "mounts": ["source=cache,target=/root/.cache", "type=bind,source=/data,target=/data,readonly"],
  "containerEnv": { "SEED": "7", "HF_TOKEN": "s3cret", "NONE": "", "TWO": "a\\nb" },
  "remoteEnv": { "PATH": null },
  "remoteUser": "me",
  "hostRequirements": { "gpu": true, "memory": "8gb", "cpus": 2 },
  "customizations": { "warpdock": { "gpu": 2, "shmSize": "3g", "command": ["python", "train.py", "a b"] } },
  "runArgs": ["--ipc=private", "--memory=3g", "--memory-swap=-1", "--cpus=1.5", "--ulimit=memlock=-1", "--device=/dev/fuse", "-l", "a=b"],
  "postCreateCommand": { "one": "pip install x", "two": ["echo", "a b"] },
  "postStartCommand": "date"
}
//- /work/hmm/docker/Dockerfile
FROM a
//- /data/x
"#,
        expect![[r#"
            name  hmm  (default)
            dockerfile  docker/Dockerfile  (devcontainer.json:2:28)
            context  .  (devcontainer.json:2:28)
            target  dev  (devcontainer.json:2:28)
            build.args  BASE=my_gpu_env:1229, X=42, PIP_TOKEN=(hidden)  (devcontainer.json:2:28)
            build.--network  host  (devcontainer.json:2:28)
            workspaceFolder  /app  (default)
            workspaceMount  type=bind,source=/work/hmm,target=/app  (default)
            mounts  type=volume,source=cache,target=/root/.cache  (devcontainer.json:4:14)
            mounts  type=bind,source=/data,target=/data,readonly  (devcontainer.json:4:50)
            containerEnv.SEED  7  (devcontainer.json:5:29)
            containerEnv.HF_TOKEN  (hidden)  (devcontainer.json:5:46)
            containerEnv.NONE  (empty)  (devcontainer.json:5:64)
            containerEnv.TWO  a\nb  (devcontainer.json:5:75)
            remoteEnv.PATH  (removed)  (devcontainer.json:6:26)
            remoteUser  me  (devcontainer.json:7:17)
            gpu  required, 2  (devcontainer.json:9:44)
            shmSize  3g  (devcontainer.json:9:58)
            --ipc  private  (devcontainer.json:10:15)
            --memory  3g  (devcontainer.json:10:32)
            --memory-swap  -1  (devcontainer.json:10:47)
            --cpus  1.5  (devcontainer.json:10:67)
            --device  /dev/fuse  (devcontainer.json:10:104)
            --ulimit  memlock=-1  (devcontainer.json:10:81)
            --label  a=b  (devcontainer.json:10:132)
            postCreateCommand  one: pip install x; two: echo 'a b'  (devcontainer.json:11:24)
            postStartCommand  date  (devcontainer.json:12:23)
            command  python train.py 'a b'  (devcontainer.json:9:75)
            overrideCommand  true  (default)
            hostRequirements.cpus  2  (devcontainer.json:8:63)
            hostRequirements.memory  8g  (devcontainer.json:8:48)
        "#]],
    );
}

#[test]
fn no_gpu_and_no_mount_are_words() {
    check(
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"a\", \"workspaceMount\": \"\", \"hostRequirements\": { \"gpu\": false } }",
        expect![[r#"
            name  hmm  (default)
            image  a  (.devcontainer.json:1:12)
            workspaceFolder  /app  (default)
            workspaceMount  (not mounted)  (.devcontainer.json:1:35)
            gpu  none  (.devcontainer.json:1:68)
            overrideCommand  true  (default)
        "#]],
    );
}
