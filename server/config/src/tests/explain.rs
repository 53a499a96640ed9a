//! `docker run` lines, both ways.

use expect_test::{Expect, expect};

use super::support::{inputs, resolved};
use crate::drift;
use crate::explain::{Rendering, Surroundings, parse_docker_line, render_docker_line};
use crate::model::{Config, GpuNeed, Severity};

pub(super) fn here() -> Surroundings {
    Surroundings {
        cwd: Some("/work/hmm".to_owned()),
        home: Some("/home/me".to_owned()),
        ids: Some((1000, 100)),
    }
}

#[track_caller]
fn json(line: &str, expect: Expect) {
    let text = match parse_docker_line(line, &here()) {
        Ok(run) => run.devcontainer_json,
        Err(problem) => format!("[{}] {}\n", problem.code, problem.message),
    };
    expect.assert_eq(&text);
}

/// The configuration of a devcontainer.json on a disk that has every mount source.
pub(super) fn config(json: &str) -> Config {
    let fixture = format!(
        "//- /work/hmm/.devcontainer/devcontainer.json\n{json}\n//- /data/x\n//- /work/hmm/sub/x\n//- /tmp/.X11-unix/x\n//- /data/sww_code/hmm/x\n"
    );
    let resolved = resolved(&inputs(), &fixture);
    let is_bad = |severity: Severity| severity == Severity::Error;
    assert!(
        !resolved
            .problems
            .iter()
            .any(|problem| is_bad(problem.severity)),
        "{json}\n{:?}",
        resolved.problems
    );
    resolved.config
}

const FIRST: &str =
    "sudo docker run --gpus all -it --rm -v /data/sww_code/hmm:/app my_gpu_env:1229 /bin/bash";

#[test]
fn the_line_of_the_readme_becomes_two_entries() {
    json(
        FIRST,
        expect![[r#"
        {
          "image": "my_gpu_env:1229",
          "hostRequirements": { "gpu": true }
        }
    "#]],
    );
    let run = parse_docker_line(FIRST, &Surroundings::default()).expect("this is a line");
    assert_eq!(run.workspace.as_deref(), Some("/data/sww_code/hmm"));
    assert_eq!(run.image, "my_gpu_env:1229");
    assert_eq!(run.command, ["/bin/bash"]);
    assert_eq!(run.warnings, []);
    let shown = run
        .explanations
        .iter()
        .map(|it| format!("{}\n  {}.\n  {}.\n", it.written, it.does, it.instead));
    expect![[r#"
        sudo
          Runs docker as the administrator, because the engine's socket is closed to your user.
          Nothing to write: where the socket is closed, Warpdock reaches the engine over `sudo docker` too.
        docker run
          Makes a container from an image and starts it.
          `warpdock` in the project folder makes the container once, starts it, and opens a shell in it.
        --gpus all
          Gives the container GPUs of the host.
          `hostRequirements.gpu` asks for them; Warpdock chooses the engine's way to give them, and looks from inside whether they are there.
        -i
          Keeps the input open, so that you can type.
          Nothing to write: `warpdock shell`, `exec` and `run` do it when they are used from a terminal.
        -t
          Gives the process a terminal, with colours and line editing.
          Nothing to write: `warpdock shell`, `exec` and `run` do it when they are used from a terminal.
        --rm
          Removes the container, and what was changed in it, when it ends.
          Nothing to write: the container stays for the next `up` and the next terminal, and `warpdock down` removes it.
        -v /data/sww_code/hmm:/app
          Makes a folder of the host, or a volume, visible in the container.
          This is the project: `warpdock` in /data/sww_code/hmm mounts it at /app by itself.
        my_gpu_env:1229
          Names the image: the file system, programs and defaults that the container starts from.
          It becomes `image`; an image that is present is used, and nothing is downloaded unasked.
        /bin/bash
          Runs a shell instead of the image's own command.
          Nothing to write: `warpdock` opens the user's shell, and as many more as you like.
    "#]].assert_eq(&shown.collect::<String>());
    let config = config(&run.devcontainer_json);
    assert_eq!(config.gpu.value.need, GpuNeed::Required);
    assert_eq!(config.workspace_folder.value, "/app");
}

#[test]
fn pasted_lines_are_read_as_a_shell_would() {
    json(
        "$ cd /work/hmm && \\\n  docker run -itd --name box \\  \n  --shm-size=8g --ipc=host -p 6006:6006 \\\n  -v $(pwd):/workspace -v ~/.cache:/root/.cache:ro -v \"$PWD/sub\":/sub -w /workspace/sub \\\n  -e HF_TOKEN -e 'A=b c' -u $(id -u):$(id -g) --ulimit memlock=-1 nvcr.io/nvidia/pytorch:23.10-py3 python train.py --lr 1 | tee log\n",
        expect![[r#"
            {
              "image": "nvcr.io/nvidia/pytorch:23.10-py3",
              "workspaceMount": "type=bind,source=${localWorkspaceFolder},target=/workspace",
              "workspaceFolder": "/workspace/sub",
              "containerUser": "1000:100",
              "containerEnv": { "A": "b c" },
              "mounts": [
                "type=bind,source=/home/me/.cache,target=/root/.cache,readonly",
                "type=bind,source=${localWorkspaceFolder}/sub,target=/sub"
              ],
              "appPort": ["6006:6006"],
              "runArgs": ["--name=box", "--shm-size=8g", "--ipc=host", "--env=HF_TOKEN", "--ulimit=memlock=-1"],
              "customizations": { "warpdock": { "command": ["python", "train.py", "--lr", "1"] } }
            }
        "#]],
    );
}

#[test]
fn other_programs_and_older_ways_are_known() {
    json(
        "NV_GPU=0,1 nvidia-docker run --rm img nvidia-smi",
        expect![[r#"
            {
              "image": "img",
              "hostRequirements": { "gpu": true },
              "customizations": { "warpdock": { "command": ["nvidia-smi"], "gpu": "\"device=0,1\"" } }
            }
        "#]],
    );
    json(
        "podman run --device nvidia.com/gpu=all --security-opt=label=disable img",
        expect![[r#"
            {
              "image": "img",
              "hostRequirements": { "gpu": true },
              "securityOpt": ["label=disable"]
            }
        "#]],
    );
    json(
        "docker --context x container run --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=2 img bash -l",
        expect![[r#"
            {
              "image": "img",
              "hostRequirements": { "gpu": true },
              "containerEnv": { "NVIDIA_VISIBLE_DEVICES": "2" },
              "customizations": { "warpdock": { "gpu": "device=2" } }
            }
        "#]],
    );
    json(
        "sudo -E docker run --gpus '\"device=0,1\"' --privileged --cap-add SYS_PTRACE --read-only img",
        expect![[r#"
            {
              "image": "img",
              "hostRequirements": { "gpu": true },
              "privileged": true,
              "capAdd": ["SYS_PTRACE"],
              "runArgs": ["--read-only"],
              "customizations": { "warpdock": { "gpu": "\"device=0,1\"" } }
            }
        "#]],
    );
    json(
        "docker run --gpus 2 -v /tmp/.X11-unix:/tmp/.X11-unix -v data:/data img",
        expect![[r#"
            {
              "image": "img",
              "hostRequirements": { "gpu": true },
              "mounts": [
                "type=bind,source=/tmp/.X11-unix,target=/tmp/.X11-unix",
                "type=volume,source=data,target=/data"
              ],
              "customizations": { "warpdock": { "gpu": 2 } }
            }
        "#]],
    );
}

#[test]
fn relative_paths_are_relative_to_where_the_line_is_typed() {
    json(
        "docker run -v .:/app -v ./sub:/sub -v ../data:/data --env-file a.env img",
        expect![[r#"
            {
              "image": "img",
              "mounts": [
                "type=bind,source=${localWorkspaceFolder}/sub,target=/sub",
                "type=bind,source=/work/data,target=/data"
              ],
              "runArgs": ["--env-file=${localWorkspaceFolder}/a.env"]
            }
        "#]],
    );
    json(
        "cd /data && docker run -v .:/code --mount type=bind,source=x,target=/x --env-file /b.env img",
        expect![[r#"
            {
              "image": "img",
              "workspaceMount": "type=bind,source=${localWorkspaceFolder},target=/code",
              "workspaceFolder": "/code",
              "mounts": ["type=bind,source=${localWorkspaceFolder}/x,target=/x"],
              "runArgs": ["--env-file=/b.env"]
            }
        "#]],
    );
}

#[test]
fn what_is_no_line_says_what_was_expected() {
    json(
        "",
        expect![[r#"
        [no-docker-run] expected a `docker run` line, found nothing
    "#]],
    );
    json(
        "ls -l",
        expect![[r#"
            [no-docker-run] expected a `docker run` line, found `ls -l`
        "#]],
    );
    json(
        "docker exec -it x bash",
        expect![[r#"
            [no-docker-run] expected a `docker run` line, found `docker exec`
        "#]],
    );
    json(
        "docker run -it --rm",
        expect![[r#"
        [no-image] no image is named; expected one after the flags
    "#]],
    );
    json(
        "docker run --shm-sise 8g img",
        expect![[r#"
        [unknown-flag] `--shm-sise` is no flag of docker run
    "#]],
    );
    json(
        "docker run -v 'a:/b img",
        expect![[r#"
        [shell] a single quote is not closed
    "#]],
    );
    json(
        "docker run -v $(find x):/b img",
        expect![[r#"
        [shell] `$(find x)` is a command of your shell; write its result in its place
    "#]],
    );
    json(
        "docker run --cpus many img",
        expect![[r#"
        [flag-value] `--cpus` is `many`; expected a number of CPUs such as 1.5
    "#]],
    );
}

#[test]
fn every_prefix_of_a_line_is_read_without_a_panic() {
    let line = "$ sudo docker run -it -v \"$PWD\":/äpp -e 'ä=${X:-y}' --gpus '\"device=0\"' `pwd` $(id -u) im\\\n g ü";
    for (end, _) in line.char_indices() {
        let _ = parse_docker_line(&line[..end], &here());
        let _ = parse_docker_line(&line[end..], &here());
    }
}

const LINES: [&str; 8] = [
    "docker run --gpus all -v /work/hmm:/app img",
    "docker run -v /work/hmm:/code -w /code/sub img python train.py 'a b'",
    "docker run --gpus '\"device=0,1\"' -v /work/hmm:/app -v /data:/data:ro -v cache:/root/.cache --tmpfs /t img",
    "docker run --gpus 2 --shm-size 8g --ipc host --name box -h name --network host -u 1000:1000 -v /work/hmm:/app img",
    "docker run -e A=1 -e 'B=x \"y\" $z' -e C= -v /work/hmm:/app --entrypoint '' img sh -c 'echo $HOME'",
    "docker run --privileged --read-only --cap-add A --cap-drop B --security-opt c -m 8g --memory-swap -1 --cpus 1.5 -p 127.0.0.1:80:80 img",
    "docker run --device /dev/fuse --device /dev/a:/dev/b:r --ulimit memlock=-1:-1 --sysctl a.b=1 -l x=y --dns 1.1.1.1 --add-host a:1.2.3.4 --group-add video img",
    "docker run --pid host --uts host --userns host --cgroupns host --runtime runc --restart always --platform linux/amd64 --cpuset-cpus 0-3 --pids-limit 5 --oom-score-adj 5 --stop-timeout 5 img",
];

/// Line to devcontainer.json to configuration to line to devcontainer.json: the same file, the same configuration.
#[test]
fn a_line_survives_the_way_there_and_back() {
    for line in LINES {
        let first = parse_docker_line(line, &here()).expect("this is a line");
        let config = config(&first.devcontainer_json);
        for wrapped in [false, true] {
            let rendering = Rendering {
                sudo: wrapped,
                wrapped,
                ..Rendering::default()
            };
            // A configuration that asks for no GPU wants one if there is one, and a line cannot say that.
            let gpu_flags = (config.gpu.value.need == GpuNeed::Optional).then(Vec::new);
            let back = render_docker_line(
                &config,
                &Rendering {
                    gpu_flags,
                    ..rendering
                },
            );
            let second = parse_docker_line(&back, &here()).expect("what we write is a line");
            let again = self::config(&second.devcontainer_json);
            assert_eq!(
                drift::compare(&config, &again),
                [],
                "{line}\n{back}\n{}",
                second.devcontainer_json
            );
        }
    }
}

#[test]
fn a_configuration_is_written_as_a_line() {
    let mut config = config(
        "{ \"image\": \"img\", \"containerEnv\": { \"A\": \"it's\" }, \"mounts\": [\"type=bind,\\\"source=/data\\\",target=/a:b\"], \"runArgs\": [\"-e\", \"TOKEN\"] }",
    );
    expect![[r#"docker run -it --rm --gpus all -v /work/hmm:/app --mount 'type=bind,source=/data,target=/a:b' -w /app -e "A=it's" -e TOKEN img"#]].assert_eq(&render_docker_line(&config, &Rendering::default()));
    config.gpu.value.need = GpuNeed::None;
    let rendering = Rendering {
        sudo: true,
        wrapped: true,
        image: Some("other:1".to_owned()),
        gpu_flags: None,
        shm_bytes: Some(3 << 30),
    };
    expect![[r#"
        sudo docker run \
          -it \
          --rm \
          -v /work/hmm:/app \
          --mount 'type=bind,source=/data,target=/a:b' \
          -w /app \
          -e "A=it's" \
          -e TOKEN \
          --shm-size 3g \
          other:1"#]]
    .assert_eq(&render_docker_line(&config, &rendering));
}

#[test]
fn every_flag_has_its_sentences() {
    for it in crate::explain::all_flags() {
        for text in [&it.does, &it.instead] {
            assert!(
                text.len() > 10 && !text.ends_with('.'),
                "{}: {text}",
                it.written
            );
        }
    }
}
