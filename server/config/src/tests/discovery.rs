//! Which files are found.

use expect_test::expect;

use super::support::{check_problems, inputs, resolved};
use crate::model::{Origin, Source};

fn source(fixture: &str) -> String {
    match resolved(&inputs(), fixture)
        .config
        .source
        .map(|source| source.value)
    {
        Some(Source::Image { name }) => format!("image {name}"),
        Some(Source::Build(build)) => format!(
            "{} in {}",
            build.dockerfile.display(),
            build.context.display()
        ),
        None => "nothing".to_owned(),
    }
}

#[test]
fn a_dockerfile_alone_is_enough() {
    let resolved = resolved(&inputs(), "//- /work/hmm/Dockerfile\nFROM debian:12\n");
    check_problems(&resolved, expect![""]);
    assert_eq!(resolved.config.name.value, "hmm");
    assert_eq!(resolved.config.workspace_folder.value, "/app");
    let mount = resolved
        .config
        .workspace_mount
        .value
        .expect("the workspace is mounted");
    assert_eq!(
        (mount.source.as_deref(), mount.target.as_str()),
        (Some("/work/hmm"), "/app")
    );
}

#[test]
fn dockerfiles_are_found_in_every_usual_place() {
    assert_eq!(
        source("//- /work/hmm/docker/Dockerfile\n"),
        "/work/hmm/docker/Dockerfile in /work/hmm"
    );
    assert_eq!(
        source("//- /work/hmm/.devcontainer/Dockerfile\n"),
        "/work/hmm/.devcontainer/Dockerfile in /work/hmm"
    );
    assert_eq!(
        source("//- /work/hmm/Containerfile\n"),
        "/work/hmm/Containerfile in /work/hmm"
    );
    assert_eq!(
        source("//- /work/hmm/gpu.Dockerfile\n"),
        "/work/hmm/gpu.Dockerfile in /work/hmm"
    );
    assert_eq!(source("//- /work/hmm/Dockerfile.dockerignore\n"), "nothing");
}

#[test]
fn several_dockerfiles_are_listed_and_the_first_is_taken() {
    let resolved = resolved(
        &inputs(),
        "//- /work/hmm/docker/Dockerfile\n//- /work/hmm/Dockerfile\n//- /work/hmm/Dockerfile.cpu\n",
    );
    check_problems(
        &resolved,
        expect![[r#"
            warning [several-dockerfiles] Dockerfile:1:1: several Dockerfiles are here: Dockerfile, docker/Dockerfile, Dockerfile.cpu; Dockerfile is taken
              choose with `--dockerfile PATH`, or with `build.dockerfile` in devcontainer.json
        "#]],
    );
}

#[test]
fn an_image_on_the_command_line_is_enough() {
    let mut inputs = inputs();
    inputs.overrides.image = Some("my_gpu_env:1229".to_owned());
    let resolved = resolved(&inputs, "");
    check_problems(&resolved, expect![""]);
    let source = resolved.config.source.expect("the image is the source");
    assert_eq!(
        source.value,
        Source::Image {
            name: "my_gpu_env:1229".to_owned()
        }
    );
    assert_eq!(
        source.origin,
        Origin::Flag {
            flag: "--image".to_owned()
        }
    );
}

#[test]
fn nothing_at_all_says_what_to_do() {
    check_problems(
        &resolved(&inputs(), ""),
        expect![[r#"
            error [no-source] hmm:1:1: nothing says what the container is made from: no image, and no Dockerfile in /work/hmm
              name an image with `--image NAME`, or put a Dockerfile into the folder
        "#]],
    );
}

#[test]
fn the_first_of_several_configurations_is_taken() {
    let resolved = resolved(
        &inputs(),
        "//- /work/hmm/.devcontainer/gpu/devcontainer.json\n{\"image\":\"gpu\"}\n//- /work/hmm/.devcontainer/cpu/devcontainer.json\n{\"image\":\"cpu\"}\n",
    );
    check_problems(
        &resolved,
        expect![[r#"
            warning [several-devcontainers] devcontainer.json:1:1: several configurations are here: .devcontainer/cpu/devcontainer.json, .devcontainer/gpu/devcontainer.json; .devcontainer/cpu/devcontainer.json is taken
              choose with `--config PATH`
        "#]],
    );
}

#[test]
fn a_chosen_configuration_is_read_without_a_word() {
    let mut inputs = inputs();
    inputs.overrides.devcontainer = Some(".devcontainer/gpu/devcontainer.json".into());
    let fixture = "//- /work/hmm/.devcontainer/gpu/devcontainer.json\n{\"image\":\"gpu\"}\n//- /work/hmm/.devcontainer.json\n{}\n";
    let resolved = resolved(&inputs, fixture);
    check_problems(&resolved, expect![""]);
    inputs.overrides.devcontainer = Some("no.json".into());
    check_problems(
        &super::support::resolved(&inputs, fixture),
        expect![[r#"
            error [unreadable] no.json:0:0: there is no such file
        "#]],
    );
}

#[test]
fn a_missing_dockerfile_names_those_that_are_there() {
    let mut inputs = inputs();
    inputs.overrides.dockerfile = Some("Dockerfile.gpu".into());
    check_problems(
        &resolved(&inputs, "//- /work/hmm/docker/Dockerfile\n"),
        expect![[r#"
            error [dockerfile-missing] --dockerfile: there is no Dockerfile at Dockerfile.gpu
              these are here: docker/Dockerfile
        "#]],
    );
}

#[test]
fn everything_that_was_looked_for_is_listed() {
    let files = resolved(&inputs(), "//- /work/hmm/Dockerfile\n").files;
    for path in [
        "/work/hmm/.env",
        "/work/hmm/Dockerfile",
        "/work/hmm/.devcontainer.json",
        "/home/me/settings.json",
    ] {
        assert!(
            files.iter().any(|known| known.to_str() == Some(path)),
            "{path} is not in {files:?}"
        );
    }
}
