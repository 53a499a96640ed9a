//! devcontainer.json: its shapes, and its mistakes.

use expect_test::expect;

use super::support::{check_problems, devcontainer, inputs, resolved, said};
use crate::model::{GpuNeed, Source};

#[test]
fn everything_of_issue_four_is_read() {
    let resolved = resolved(
        &inputs(),
        r#"//- /work/hmm/.devcontainer/devcontainer.json
{
  // comments and trailing commas are fine
  "name": "hmm on ${localWorkspaceFolderBasename}",
  "build": { "dockerfile": "../docker/Dockerfile", "context": "..", "args": { "CUDA": "12" }, "target": "dev", "options": ["--label", "a=b", "--network=host"] },
  "workspaceFolder": "/work/${localWorkspaceFolderBasename}",
  "workspaceMount": "source=${localWorkspaceFolder},target=${containerWorkspaceFolder},type=bind",
  "mounts": ["source=cache,target=/root/.cache,type=volume", { "type": "bind", "source": "/data", "target": "/data" }],
  "containerEnv": { "A": "1", "HERE": "${containerWorkspaceFolder}" },
  "remoteEnv": { "PATH": "${containerEnv:PATH}:/opt", "GONE": null },
  "runArgs": ["--shm-size=8g", "--ipc", "host"],
  "hostRequirements": { "gpu": true, "cpus": 4, "memory": "8gb" },
  "containerUser": "root",
  "remoteUser": "me",
  "postCreateCommand": ["pip", "install", "-e", "."],
  "postStartCommand": { "a": "one", "b": ["two", "2"] },
}
//- /work/hmm/docker/Dockerfile
FROM debian:12
//- /data/x
"#,
    );
    check_problems(&resolved, expect![""]);
    let config = resolved.config;
    let Some(Source::Build(build)) = config.source.map(|source| source.value) else {
        panic!("this is a build");
    };
    assert_eq!(
        build.dockerfile.to_str(),
        Some("/work/hmm/docker/Dockerfile")
    );
    assert_eq!(build.context.to_str(), Some("/work/hmm"));
    assert_eq!(build.target.as_deref(), Some("dev"));
    assert_eq!(build.labels, [("a".to_owned(), "b".to_owned())]);
    assert_eq!(build.network.as_deref(), Some("host"));
    let env: Vec<String> = config
        .container_env
        .iter()
        .map(|(name, value)| format!("{name}={}", value.value))
        .collect();
    assert_eq!(env, ["A=1", "HERE=/work/hmm"]);
    expect![[r#"
        "hmm on hmm" (devcontainer.json:3:11)
        Some(Mount { kind: Bind, source: Some("/work/hmm"), target: "/work/hmm", read_only: false }) (devcontainer.json:6:21)
        Mount { kind: Volume, source: Some("cache"), target: "/root/.cache", read_only: false } (devcontainer.json:7:14)
        Mount { kind: Bind, source: Some("/data"), target: "/data", read_only: false } (devcontainer.json:7:62)
        GpuWish { need: Required, devices: All, capabilities: [], memory_bytes: None } (devcontainer.json:11:32)
        Parallel { commands: [("a", Shell { command: "one" }), ("b", Argv { argv: ["two", "2"] })] } (devcontainer.json:15:23)
    "#]]
    .assert_eq(
        &[
            said(&config.name),
            said(&config.workspace_mount),
            said(&config.mounts[0]),
            said(&config.mounts[1]),
            said(&config.gpu),
            said(&config.hooks.post_start[0]),
        ]
        .map(|line| line + "\n")
        .concat(),
    );
}

#[test]
fn broken_json_says_where_and_what_was_expected() {
    let cases = [
        "",
        "{",
        "{ \"image\": \"a\"\n  \"name\": \"b\" }",
        "{ \"image\" \"a\" }",
        "{ 'image': 'a' }",
        "{ image: \"a\" }",
        "{ \"image\": a }",
        "{ \"image\": }",
        "{ \"image\": \"a\" } }",
        "{ \"runArgs\": [\"a\", }",
        "{ \"image\": \"a",
        "[]",
    ];
    let mut shown = String::new();
    for json in cases {
        let resolved = devcontainer(json);
        let problem = &resolved.problems[0];
        shown.push_str(&format!(
            "{}: {}\n",
            super::support::short(&problem.origin),
            problem.message
        ));
    }
    expect![[r#"
        devcontainer.json:1:1: the file is empty; expected an object, `{ … }`
        devcontainer.json:1:1: expected `}` for the `{` here
        devcontainer.json:1:15: expected `,` or the end of the object or array
        devcontainer.json:1:11: expected `:` after the name, found `"`
        devcontainer.json:1:3: expected double quotes, found a single quote
        devcontainer.json:1:3: expected a name in double quotes, found `i`
        devcontainer.json:1:12: expected a value: a string in double quotes, a number, true, false or null, found `a`
        devcontainer.json:1:12: expected a value, found `}`
        devcontainer.json:1:18: expected the end of the file after the first value, found `}`
        devcontainer.json:1:20: expected a value, found `}`
        devcontainer.json:1:12: unterminated string literal
        devcontainer.json:1:1: `devcontainer.json`: expected an object, found an array
    "#]].assert_eq(&shown);
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    check_problems(&devcontainer("\u{feff}{ \"image\": \"a\" }"), expect![""]);
}

#[test]
fn misspelt_and_doubled_names_are_said() {
    check_problems(
        &devcontainer(
            "{ \"image\": \"a\", \"containerENV\": {}, \"image\": \"b\", \"postCreateComand\": \"x\", \"banana\": 1 }",
        ),
        expect![[r#"
            warning [duplicate-key] devcontainer.json:1:37: `image` is named twice; the one in line 1 is ignored
            warning [unknown-key] devcontainer.json:1:17: `containerENV` is not known and has no effect
              did you mean `containerEnv`?
            warning [unknown-key] devcontainer.json:1:51: `postCreateComand` is not known and has no effect
              did you mean `postCreateCommand`?
            warning [unknown-key] devcontainer.json:1:76: `banana` is not known and has no effect
        "#]],
    );
}

#[test]
fn wrong_shapes_say_what_was_expected() {
    check_problems(
        &devcontainer(
            r#"{
  "image": 3,
  "mounts": "a",
  "containerEnv": { "A": 1, "B=": "x" },
  "runArgs": "--gpus all",
  "postStartCommand": 5,
  "hostRequirements": { "gpu": "always", "cpus": "many", "memory": "8 parrots", "disk": 1 },
  "waitFor": "postCreatCommand",
  "privileged": "yes",
  "forwardPorts": [8080, "x", 0],
  "workspaceFolder": "app",
  "build": { "args": [] }
}"#,
        ),
        expect![[r#"
            error [wrong-type] devcontainer.json:2:12: `image`: expected an image's name, found a number
            error [wrong-type] devcontainer.json:3:13: `mounts`: expected an array, found a string
            error [variable-name] devcontainer.json:4:29: `containerEnv`: `B=` cannot be the name of a variable
            error [wrong-type] devcontainer.json:4:26: `containerEnv.A`: expected a string, found a number
              write "1"
            error [wrong-type] devcontainer.json:5:14: `runArgs`: expected an array of strings, found a string
            error [wrong-type] devcontainer.json:6:23: `postStartCommand`: expected a string, an array of strings, or an object of them, found a number
            error [unknown-value] devcontainer.json:7:32: `hostRequirements.gpu` is `always`; expected true, false, "optional" or an object
            error [wrong-type] devcontainer.json:7:50: `hostRequirements.cpus`: expected a whole number, found a string
            error [size] devcontainer.json:7:68: `hostRequirements.memory` is `8 parrots`; expected a size such as "8gb"
            warning [unknown-key] devcontainer.json:7:81: `disk` is not known in `hostRequirements` and has no effect
            error [unknown-value] devcontainer.json:8:14: `waitFor` is `postCreatCommand`; expected one of initializeCommand, onCreateCommand, updateContentCommand, postCreateCommand, postStartCommand
              did you mean `postCreateCommand`?
            error [wrong-type] devcontainer.json:9:17: `privileged`: expected true or false, found a string
            error [port] devcontainer.json:10:26: `forwardPorts`: `x` is no port; expected 1 to 65535, or "host:port"
            error [port] devcontainer.json:10:31: `forwardPorts`: `0` is no port; expected 1 to 65535, or "host:port"
            error [workspace-folder] devcontainer.json:11:22: `workspaceFolder`: `app` is not absolute; expected a path that starts with `/`
        "#]],
    );
}

#[test]
fn what_cannot_be_is_refused_with_the_way_out() {
    check_problems(
        &devcontainer(
            r#"{
  "image": "a",
  "dockerFile": "Dockerfile",
  "dockerComposeFile": "compose.yml",
  "features": { "ghcr.io/devcontainers/features/git:1": {} },
  "mounts": ["type=bind,source=/missing,target=/x", "type=bind,source=~/x,target=/y", "source=v,target=/", "source=v,target=/.warpdock/x", "type=bind,source=/work/hmm,target=/app", "source=v,target=/app"],
  "remoteEnv": { "A": "${localEnv:}" }
}"#,
        ),
        expect![[r#"
            error [variable-without-name] devcontainer.json:7:23: `${localEnv:}` names no variable; expected `${localEnv:NAME}`
            error [compose] devcontainer.json:4:24: `dockerComposeFile` is not supported: Warpdock starts one container, not a set of services
              name the image or the Dockerfile of the service with `image` or `build`
            error [two-sources] devcontainer.json:3:17: both `image` and `dockerFile` are set; exactly one was expected
              remove one of them
            warning [features] devcontainer.json:5:15: `features` are not installed (ghcr.io/devcontainers/features/git:1): they are downloaded and built into the image, which needs the internet
              install what they bring in the Dockerfile, or name an image that has them already
            error [mount-source-missing] devcontainer.json:6:14: the mount source /missing does not exist
              create it, or correct the path
            error [mount-source] devcontainer.json:6:53: the mount source `~/x` starts with `~`, which only a shell replaces
              write `${localEnv:HOME}` for your home folder
            error [mount-target] devcontainer.json:6:87: the mount target `/` would hide the whole container; expected a folder below it
            error [mount-target] devcontainer.json:6:108: the mount target `/.warpdock/x` is below `/.warpdock`, which is ours
            error [mount-target] devcontainer.json:6:182: two mounts have the target /app: this one, and the workspace
              give one of them another target; the workspace's is `workspaceFolder`
        "#]],
    );
}

#[test]
fn a_workspace_path_may_hold_commas_quotes_and_colons() {
    let mut inputs = inputs();
    inputs.workspace = "/work/it's, \"a:b\" é".into();
    let fixture = format!(
        "//- {}/.devcontainer.json\n{{ \"image\": \"a\", \"workspaceMount\": \"source=${{localWorkspaceFolder}},target=/x,type=bind\", \"mounts\": [\"type=bind,source=${{localWorkspaceFolder}},target=/y,readonly\"] }}",
        inputs.workspace.display()
    );
    let resolved = resolved(&inputs, &fixture);
    check_problems(&resolved, expect![""]);
    let path = Some("/work/it's, \"a:b\" é".to_owned());
    assert_eq!(
        resolved
            .config
            .workspace_mount
            .value
            .and_then(|mount| mount.source),
        path
    );
    assert_eq!(resolved.config.mounts[0].value.source, path);
    assert!(resolved.config.mounts[0].value.read_only);
}

#[test]
fn an_empty_workspace_mount_mounts_nothing() {
    let resolved =
        devcontainer("{ \"image\": \"a\", \"workspaceMount\": \"\", \"workspaceFolder\": \"/x\" }");
    check_problems(&resolved, expect![""]);
    assert_eq!(resolved.config.workspace_mount.value, None);
    assert_eq!(resolved.config.workspace_folder.value, "/x");
}

#[test]
fn every_form_of_a_gpu_requirement_is_known() {
    let need = |json: &str| {
        devcontainer(&format!("{{ \"image\": \"a\", {json} }}"))
            .config
            .gpu
            .value
            .need
    };
    assert_eq!(need("\"name\": \"x\""), GpuNeed::Optional);
    assert_eq!(
        need("\"hostRequirements\": { \"gpu\": false }"),
        GpuNeed::None
    );
    assert_eq!(
        need("\"hostRequirements\": { \"gpu\": true }"),
        GpuNeed::Required
    );
    assert_eq!(
        need("\"hostRequirements\": { \"gpu\": \"optional\" }"),
        GpuNeed::Optional
    );
    assert_eq!(
        need("\"hostRequirements\": { \"gpu\": { \"memory\": \"8gb\" } }"),
        GpuNeed::Required
    );
    assert_eq!(
        need("\"runArgs\": [\"--gpus\", \"all\"]"),
        GpuNeed::Required
    );
    assert_eq!(
        need(
            "\"runArgs\": [\"--gpus=all\"], \"customizations\": { \"warpdock\": { \"gpu\": \"none\" } }"
        ),
        GpuNeed::None
    );
}

#[test]
fn every_prefix_of_a_configuration_is_read_without_a_panic() {
    let json = "{ /* é */ \"image\": \"ä${localEnv:HOME}\", \"runArgs\": [\"-v\", \"--gpus=\\\"device=0\\\"\", \"-itéx\"], \"mounts\": [\"type=bind,\\\"source=/ü\"], // ß\n \"appPort\": [1] }";
    for (end, _) in json.char_indices() {
        devcontainer(&json[..end]);
        devcontainer(&format!("{}}}", &json[..end]));
    }
}

#[test]
fn settings_without_effect_are_said_where_they_are_set() {
    check_problems(
        &devcontainer(
            r#"{
  "image": "a",
  "updateRemoteUserUID": true,
  "userEnvProbe": "loginShell",
  "waitFor": "postCreateCommand",
  "forwardPorts": [8888, "db:5432"],
  "portsAttributes": { "8888": { "label": "x" } },
  "otherPortsAttributes": { "onAutoForward": "ignore" },
  "secrets": { "TOKEN": {} },
  "shutdownAction": "stopContainer",
  "hostRequirements": { "storage": "32gb", "gpu": { "memory": "8gb" } }
}"#,
        ),
        expect![[r#"
            warning [no-effect] devcontainer.json:3:26: `updateRemoteUserUID` has no effect yet: the user keeps the uid and gid that the image gives it
            warning [no-effect] devcontainer.json:4:19: `userEnvProbe` has no effect yet: no shell is asked: terminals and commands start with the container's environment and `remoteEnv`
            warning [no-effect] devcontainer.json:5:14: `waitFor` has no effect yet: `up` waits for every lifecycle command
            warning [no-effect] devcontainer.json:6:19: `forwardPorts` has no effect yet: a port is reachable when it is published
              "runArgs": ["-p", "127.0.0.1:8888:8888", "-p", "127.0.0.1:5432:5432"]
            warning [no-effect] devcontainer.json:7:22: `portsAttributes` has no effect yet: no port is forwarded
            warning [no-effect] devcontainer.json:8:27: `otherPortsAttributes` has no effect yet: no port is forwarded
            warning [no-effect] devcontainer.json:9:14: `secrets` has no effect yet: nobody is asked for secrets; `--env NAME` passes a variable of your environment on
            warning [no-effect] devcontainer.json:10:21: `shutdownAction` has no effect yet: the container stays up until `warpdock down`
            warning [no-effect] devcontainer.json:11:36: `hostRequirements.storage` has no effect yet: `warpdock doctor` shows what is free
            warning [no-effect] devcontainer.json:11:63: `hostRequirements.gpu.memory` has no effect yet: any GPU serves
        "#]],
    );
}

#[test]
fn what_happens_anyway_is_not_said() {
    let resolved = devcontainer(
        r#"{ "image": "a", "updateRemoteUserUID": false, "userEnvProbe": "none", "shutdownAction": "none", "forwardPorts": [], "portsAttributes": {}, "secrets": {} }"#,
    );
    check_problems(&resolved, expect![[""]]);
    let plain = devcontainer(r#"{ "image": "a" }"#).config;
    assert_eq!(plain.wait_for, None);
    assert_eq!(plain.user_env_probe, None);
    assert_eq!(plain.update_remote_user_uid, None);
}

#[test]
fn a_number_in_place_of_a_path_is_told_what_was_expected() {
    check_problems(
        &devcontainer(
            r#"{ "image": 3, "workspaceFolder": 3, "workspaceMount": 3, "remoteUser": 1000 }"#,
        ),
        expect![[r#"
            error [wrong-type] devcontainer.json:1:12: `image`: expected an image's name, found a number
            error [wrong-type] devcontainer.json:1:34: `workspaceFolder`: expected a path in the container such as "/app", found a number
            error [wrong-type] devcontainer.json:1:55: `workspaceMount`: expected a mount such as "type=bind,source=/project,target=/app", found a number
            error [wrong-type] devcontainer.json:1:72: `remoteUser`: expected a string, found a number
              write "1000"
        "#]],
    );
}
