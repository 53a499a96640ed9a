//! Flags of `docker run` in devcontainer.json.

use expect_test::expect;

use super::support::{check_problems, inputs, resolved};
use crate::Resolved;

fn with_args(args: &[&str]) -> Resolved {
    let args = serde_json::to_string(args).expect("strings are JSON");
    let fixture = format!(
        "//- /work/hmm/.devcontainer.json\n{{ \"image\": \"a\", \"runArgs\": {args} }}\n//- /data/x\n//- /work/hmm/run.env\nX=\"quoted\"\nY=1\n"
    );
    resolved(&inputs(), &fixture)
}

#[test]
fn every_carried_flag_arrives() {
    let resolved = with_args(&[
        "--name",
        "box",
        "-h",
        "host",
        "--net=host",
        "--ipc=host",
        "--pid=host",
        "--uts=host",
        "--userns=host",
        "--cgroupns=host",
        "--runtime=runc",
        "--restart=no",
        "--platform=linux/amd64",
        "--privileged",
        "--read-only",
        "-m",
        "8g",
        "--memory-swap=-1",
        "--cpus=1.5",
        "--cpuset-cpus=0-3",
        "--pids-limit=-1",
        "--oom-score-adj=500",
        "--stop-timeout=5",
        "--cap-add=SYS_PTRACE",
        "--cap-drop",
        "ALL",
        "--security-opt=seccomp=unconfined",
        "--device=/dev/fuse",
        "--device",
        "/dev/a:/dev/b:r",
        "--group-add=video",
        "--add-host=a:1.2.3.4",
        "--dns=1.1.1.1",
        "--ulimit",
        "memlock=-1",
        "--ulimit=stack=67108864:67108864",
        "-p8080:80",
        "--publish=127.0.0.1:9:9/udp",
        "-l",
        "a=b",
        "--sysctl=net.core.somaxconn=1",
        "--shm-size",
        "8gb",
        "-u",
        "1000:1000",
        "-v/data:/data:ro",
        "--mount",
        "type=tmpfs,target=/t",
        "--tmpfs",
        "/u",
        "-e",
        "A=1",
        "--env=HOME",
        "--env",
        "UNSET",
        "--env-file=run.env",
        "--entrypoint",
        "/run.sh",
        "--gpus",
        "\"device=0,1\"",
    ]);
    check_problems(
        &resolved,
        expect![[r#"
        note [env-unset] .devcontainer.json:1:815: `UNSET` is not set in your environment, so the container does not get it
    "#]],
    );
    let config = resolved.config;
    let mut run = serde_json::to_value(&config.run).expect("options are JSON");
    without_origins(&mut run);
    expect![[r#"{"addHost":["a:1.2.3.4"],"capAdd":["SYS_PTRACE"],"capDrop":["ALL"],"cgroupns":"host","containerName":"box","cpusetCpus":"0-3","devices":[{"container":"/dev/fuse","host":"/dev/fuse","permissions":"rwm"},{"container":"/dev/b","host":"/dev/a","permissions":"r"}],"dns":["1.1.1.1"],"entrypoint":"/run.sh","groupAdd":["video"],"hostname":"host","ipc":"host","labels":[["a","b"]],"memoryBytes":8589934592,"memorySwapBytes":-1,"nanoCpus":1500000000,"network":"host","oomScoreAdj":500,"pid":"host","pidsLimit":-1,"platform":"linux/amd64","privileged":true,"publish":["8080:80","127.0.0.1:9:9/udp"],"readOnly":true,"restart":"no","runtime":"runc","securityOpt":["seccomp=unconfined"],"stopTimeout":5,"sysctls":[["net.core.somaxconn","1"]],"ulimits":[{"hard":-1,"name":"memlock","soft":-1},{"hard":67108864,"name":"stack","soft":67108864}],"userns":"host","uts":"host"}"#]].assert_eq(&run.to_string());
    let env: Vec<String> = config
        .container_env
        .iter()
        .map(|(name, value)| format!("{name}={}", value.value))
        .collect();
    assert_eq!(env, ["X=\"quoted\"", "Y=1", "A=1", "HOME=/home/me"]);
    let mounts: Vec<String> = config
        .mounts
        .iter()
        .map(|mount| crate::mount::text(&mount.value))
        .collect();
    assert_eq!(
        mounts,
        [
            "type=bind,source=/data,target=/data,readonly",
            "type=tmpfs,target=/t",
            "type=tmpfs,target=/u"
        ]
    );
}

/// Leaves the values alone, and drops what was not said.
fn without_origins(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(object) => {
            if object.contains_key("origin") {
                *value = object.remove("value").unwrap_or_default();
                return without_origins(value);
            }
            object.retain(|_, value| {
                !value.is_null() && value.as_array().is_none_or(|it| !it.is_empty())
            });
            object.values_mut().for_each(without_origins);
        }
        serde_json::Value::Array(array) => array.iter_mut().for_each(without_origins),
        _ => {}
    }
}

#[test]
fn flags_that_we_replace_are_noted() {
    check_problems(
        &with_args(&["-it", "--rm", "-d", "--init", "-w", "/x"]),
        expect![[r#"
            note [flag-replaced] .devcontainer.json:1:29: `--interactive` is not needed: `warpdock shell`, `exec` and `run` do it when they are used from a terminal
            note [flag-replaced] .devcontainer.json:1:29: `--tty` is not needed: `warpdock shell`, `exec` and `run` do it when they are used from a terminal
            note [flag-replaced] .devcontainer.json:1:35: `--rm` is not needed: the container stays for the next `up` and the next terminal, and `warpdock down` removes it
            note [flag-replaced] .devcontainer.json:1:42: `--detach` is not needed: the container always runs in the background, and terminals come and go
            note [flag-replaced] .devcontainer.json:1:47: `--init` is not needed: warpdock's own first process does that
            note [flag-replaced] .devcontainer.json:1:61: `--workdir` is not needed: `workspaceFolder` says it; every terminal and command starts there
        "#]],
    );
}

#[test]
fn an_unknown_flag_is_an_error_that_names_the_nearest() {
    check_problems(
        &with_args(&["--shm-sise=8g", "--banana", "-Z", "all"]),
        expect![[r#"
            error [unknown-flag] .devcontainer.json:1:29: `--shm-sise` is no flag of docker run
              did you mean `--shm-size`?
            error [unknown-flag] .devcontainer.json:1:45: `--banana` is no flag of docker run
            error [unknown-flag] .devcontainer.json:1:56: `-Z` is no flag of docker run
            error [not-a-flag] .devcontainer.json:1:61: `all` is no flag; only flags of docker run can stand here
        "#]],
    );
}

#[test]
fn a_flag_and_its_value_in_one_string_are_understood() {
    let resolved = with_args(&["--gpus all", "-v /data:/data"]);
    check_problems(
        &resolved,
        expect![[r#"
        warning [glued-flag] .devcontainer.json:1:29: `--gpus all` is one string with a flag and its value
          write two strings: "--gpus", "all"
        warning [glued-flag] .devcontainer.json:1:42: `-v /data:/data` is one string with a flag and its value
          write two strings: "-v", "/data:/data"
    "#]],
    );
    assert_eq!(resolved.config.mounts.len(), 1);
}

#[test]
fn wrong_values_say_what_was_expected() {
    check_problems(
        &with_args(&[
            "--shm-size=big",
            "--cpus=two",
            "--ulimit=memlock",
            "-p",
            "web",
            "--device=fuse",
            "--pids-limit=x",
            "--privileged=maybe",
            "--gpus=every",
            "-v",
            "/missing:/data",
            "--mount",
            "target=relative",
            "--sysctl=x",
            "--env-file=no.env",
            "--cpu-shares=5",
            "--memory",
        ]),
        expect![[r#"
            error [flag-value] .devcontainer.json:1:258: `--memory` has no value; expected one after it
            error [flag-value] .devcontainer.json:1:29: `--shm-size` is `big`; expected a size such as 8g
            error [flag-value] .devcontainer.json:1:46: `--cpus` is `two`; expected a number of CPUs such as 1.5
            error [flag-value] .devcontainer.json:1:59: `--ulimit` is `memlock`; expected `NAME=SOFT[:HARD]`
            error [flag-value] .devcontainer.json:1:83: `--publish` is `web`; expected `[IP:][HOST:]CONTAINER[/tcp|udp]`
            error [flag-value] .devcontainer.json:1:89: `--device` is `fuse`; expected absolute paths, or a CDI name such as nvidia.com/gpu=0
            error [flag-value] .devcontainer.json:1:105: `--pids-limit` is `x`; expected a whole number
            error [flag-value] .devcontainer.json:1:122: `--privileged` is `maybe`; expected true or false
            error [gpus] .devcontainer.json:1:143: `--gpus`: `every` is no GPU request; expected `all`, a number, `device=0,1`, `required`, `optional` or `none`
            error [mount-source-missing] .devcontainer.json:1:163: the mount source /missing does not exist
              create it, or correct the path
            error [mount-target] .devcontainer.json:1:190: the mount target `relative` is not absolute; expected a path that starts with `/`
            error [flag-value] .devcontainer.json:1:208: `--sysctl` is `x`; expected `NAME=VALUE`
            error [env-file-missing] .devcontainer.json:1:221: the environment file no.env does not exist
            warning [flag-without-effect] .devcontainer.json:1:241: `--cpu-shares` has no effect with Warpdock
        "#]],
    );
}

#[test]
fn older_ways_to_ask_for_gpus_are_requests_for_gpus() {
    let gpu = |args: &[&str]| {
        serde_json::to_string(&with_args(args).config.gpu.value.devices).expect("this is JSON")
    };
    assert_eq!(gpu(&["--runtime=nvidia"]), r#"{"kind":"all"}"#);
    assert_eq!(
        gpu(&["--runtime=nvidia", "-e", "NVIDIA_VISIBLE_DEVICES=0,2"]),
        r#"{"kind":"ids","ids":["0","2"]}"#
    );
    assert_eq!(
        gpu(&["--device", "nvidia.com/gpu=all"]),
        r#"{"kind":"all"}"#
    );
    assert_eq!(
        gpu(&["--device", "nvidia.com/gpu=0", "--device=nvidia.com/gpu=1"]),
        r#"{"kind":"ids","ids":["0","1"]}"#
    );
}
