//! Who wins, and where each value is said to come from.

use expect_test::expect;

use super::support::{check_problems, inputs, resolved, said, with_label};
use crate::inputs::{Inputs, Overrides};
use crate::model::{GpuNeed, Source};
use crate::variables;

const EVERYWHERE: &str = r#"//- /work/hmm/.devcontainer/devcontainer.json
{
  "image": "project",
  "containerEnv": { "A": "json", "B": "json", "C": "json" },
  "runArgs": ["-e", "B=runArgs", "-e", "C=runArgs", "--shm-size=1g"],
  "customizations": { "warpdock": { "containerEnv": { "C": "custom" }, "shmSize": "2g" } }
}
//- /work/hmm/.env
A=env
D=env
//- /home/me/settings.json
{ "image": "mine", "containerEnv": { "D": "user", "E": "user" }, "gpu": "none", "shmSize": "3g" }
"#;

#[test]
fn the_strongest_source_of_each_value_wins() {
    let mut inputs = inputs();
    inputs.overrides.env = vec!["F=flag".to_owned(), "TOKEN".to_owned()];
    let resolved = resolved(&inputs, EVERYWHERE);
    check_problems(&resolved, expect![""]);
    let config = resolved.config;
    let env = config
        .container_env
        .iter()
        .map(|(name, value)| format!("{name} {}\n", said(value)));
    expect![[r#"
        D "env" (.env:2:1)
        E "user" (settings.json:1:56)
        A "json" (devcontainer.json:3:26)
        B "runArgs" (devcontainer.json:4:21)
        C "custom" (devcontainer.json:5:60)
        F "flag" (--env)
        TOKEN "secret" (environment variable TOKEN)
    "#]]
    .assert_eq(&env.collect::<String>());
    assert_eq!(config.shm_bytes.map(|shm| shm.value), Some(2 << 30));
    assert_eq!(config.gpu.value.need, GpuNeed::None);
    assert_eq!(
        config.source.map(|source| source.value),
        Some(Source::Image {
            name: "project".to_owned()
        })
    );
}

#[test]
fn the_command_line_beats_everything() {
    let mut inputs = inputs();
    inputs.overrides.image = Some("flag".to_owned());
    inputs.overrides.gpus = Some("device=0,1".to_owned());
    inputs.overrides.shm_size = Some("4g".to_owned());
    inputs.overrides.workspace_folder = Some("/elsewhere/".to_owned());
    let config = resolved(&inputs, EVERYWHERE).config;
    assert_eq!(
        said(&config.gpu),
        r#"GpuWish { need: Required, devices: Ids { ids: ["0", "1"] }, capabilities: [], memory_bytes: None } (--gpus)"#
    );
    assert_eq!(
        said(&config.workspace_folder),
        r#""/elsewhere" (--workspace-folder)"#
    );
    assert_eq!(config.shm_bytes.map(|shm| shm.value), Some(4 << 30));
}

#[test]
fn a_project_file_beats_the_users_image_but_not_the_other_way() {
    let settings = "//- /home/me/settings.json\n{ \"image\": \"mine\" }\n";
    let source = |fixture: &str| {
        resolved(&inputs(), fixture)
            .config
            .source
            .map(|source| said(&source))
    };
    assert_eq!(
        source(settings).as_deref(),
        Some("Image { name: \"mine\" } (settings.json:1:12)")
    );
    let both = source(&format!("{settings}//- /work/hmm/Dockerfile\n"));
    assert!(both.expect("there is a source").starts_with("Build"));
}

#[test]
fn the_images_label_is_merged_entry_by_entry() {
    let inputs = with_label(
        r#"[
  { "remoteUser": "vscode", "postCreateCommand": "one", "containerEnv": { "A": "1" }, "capAdd": ["SYS_PTRACE"], "hostRequirements": { "gpu": true } },
  { "id": "feature", "postCreateCommand": "two", "init": true, "containerEnv": { "A": "2", "B": "2" }, "mounts": ["source=v,target=/v", "source=w,target=/w"] }
]"#,
    );
    let resolved = resolved(
        &inputs,
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"base:1\", \"postCreateCommand\": \"three\", \"containerEnv\": { \"B\": \"3\" }, \"capAdd\": [\"SYS_PTRACE\", \"NET_ADMIN\"], \"mounts\": [\"source=x,target=/v\"] }",
    );
    check_problems(&resolved, expect![""]);
    let config = resolved.config;
    let hooks: Vec<String> = config.hooks.post_create.iter().map(said).collect();
    let capabilities: Vec<&str> = config
        .run
        .cap_add
        .iter()
        .map(|setting| setting.value.as_str())
        .collect();
    let mounts: Vec<String> = config
        .mounts
        .iter()
        .map(|mount| crate::mount::text(&mount.value))
        .collect();
    let env: Vec<String> = config
        .container_env
        .iter()
        .map(|(name, value)| format!("{name}={}", value.value))
        .collect();
    assert_eq!(capabilities, ["SYS_PTRACE", "NET_ADMIN"]);
    assert_eq!(
        mounts,
        [
            "type=volume,source=w,target=/w",
            "type=volume,source=x,target=/v"
        ]
    );
    assert_eq!(env, ["A=2", "B=3"]);
    assert_eq!(config.gpu.value.need, GpuNeed::Required);
    assert!(config.run.init.is_some_and(|init| init.value));
    expect![[r#"
        Shell { command: "one" } (metadata label of image base:1)
        Shell { command: "two" } (metadata label of image base:1)
        Shell { command: "three" } (.devcontainer.json:1:43)"#]]
    .assert_eq(&hooks.join("\n"));
}

#[test]
fn a_broken_label_is_said_and_left_out() {
    let resolved = resolved(
        &with_label("[{"),
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"base:1\" }",
    );
    check_problems(
        &resolved,
        expect![[r#"
        warning [metadata] metadata label of image base:1: the label `devcontainer.metadata` of the image is ignored: expected `}` for the `{` here
    "#]],
    );
}

#[test]
fn named_environment_files_replace_the_workspaces() {
    let resolved = resolved(
        &inputs(),
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"a\", \"customizations\": { \"warpdock\": { \"envFile\": [\"prod.env\", \"no.env\"] } } }\n//- /work/hmm/.env\nA=1\n//- /work/hmm/prod.env\nB=2\n",
    );
    check_problems(
        &resolved,
        expect![[r#"
            warning [env-file-missing] .devcontainer.json:1:75: the environment file no.env does not exist
        "#]],
    );
    let names: Vec<String> = resolved
        .config
        .container_env
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["B"]);
}

#[test]
fn settings_of_the_user_are_checked_like_the_projects() {
    let resolved = resolved(
        &inputs(),
        "//- /home/me/settings.json\n{ \"imgae\": \"x\", \"gpu\": [], \"shmSize\": \"big\" }\n//- /work/hmm/Dockerfile\n",
    );
    check_problems(
        &resolved,
        expect![[r#"
        warning [unknown-key] settings.json:1:3: `imgae` is not known in `settings` and has no effect
          did you mean `image`?
        error [wrong-type] settings.json:1:24: `gpu`: expected true, false, a number, a string or an object, found an array
        error [size] settings.json:1:39: `shmSize` is `big`; expected a size such as "8g"
    "#]],
    );
}

#[test]
fn the_environment_of_the_container_is_put_in_later() {
    let mut config = resolved(
        &inputs(),
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"a\", \"remoteEnv\": { \"PATH\": \"${containerEnv:PATH}:/x\" }, \"postStartCommand\": [\"echo\", \"${containerEnv:A}\"] }",
    )
    .config;
    let env =
        [("PATH", "/bin"), ("A", "1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    variables::finish_container_env(&mut config, &env.into());
    assert_eq!(config.remote_env[0].1.value.as_deref(), Some("/bin:/x"));
    assert_eq!(
        said(&config.hooks.post_start[0]),
        "Argv { argv: [\"echo\", \"1\"] } (.devcontainer.json:1:89)"
    );
}

#[test]
fn a_flag_of_the_command_line_is_named_once() {
    let with = |overrides| Inputs {
        overrides,
        ..inputs()
    };
    let fixture = "//- /work/hmm/.devcontainer.json\n{ \"image\": \"a\" }";
    let wrong = Overrides {
        gpus: Some("bogus".to_owned()),
        shm_size: Some("big".to_owned()),
        workspace_folder: Some("app".to_owned()),
        volumes: vec!["a:b:c:d".to_owned()],
        env_file: vec!["nope".into()],
        run_args: vec!["--cpus=many".to_owned(), "--gpus=bogus".to_owned()],
        ..Overrides::default()
    };
    check_problems(
        &resolved(&with(wrong), fixture),
        expect![[r#"
        error [workspace-folder] --workspace-folder: `app` is not absolute; expected a path that starts with `/`
        error [gpus] --gpus: `bogus` is no GPU request; expected `all`, a number, `device=0,1`, `required`, `optional` or `none`
        error [size] --shm-size: expected a size such as 8g, found `big`
        error [env-file-missing] --env-file: the environment file nope does not exist
        error [mount] --volume: `a:b:c:d` has too many colons; expected `SOURCE:TARGET[:OPTIONS]`, or `--mount` for a path with colons
        error [flag-value] --run-arg: `--cpus` is `many`; expected a number of CPUs such as 1.5
        error [gpus] --run-arg: `--gpus`: `bogus` is no GPU request; expected `all`, a number, `device=0,1`, `required`, `optional` or `none`
    "#]],
    );
    let missing = Overrides {
        devcontainer: Some("nope".into()),
        ..Overrides::default()
    };
    check_problems(
        &resolved(&with(missing), fixture),
        expect![[r#"
        error [unreadable] nope:0:0: there is no such file
    "#]],
    );
}

#[test]
fn an_environment_file_of_a_flag_must_be_there_as_for_docker() {
    let resolved = resolved(
        &inputs(),
        "//- /work/hmm/.devcontainer.json\n{ \"image\": \"a\", \"runArgs\": [\"--env-file\", \"nope\"], \"customizations\": { \"warpdock\": { \"envFile\": \"no.env\" } } }",
    );
    check_problems(
        &resolved,
        expect![[r#"
        error [env-file-missing] .devcontainer.json:1:43: the environment file nope does not exist
        warning [env-file-missing] .devcontainer.json:1:97: the environment file no.env does not exist
    "#]],
    );
}
