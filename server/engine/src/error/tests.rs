use std::collections::BTreeSet;

use expect_test::expect_file;

use super::*;

/// One of each.
fn samples() -> Vec<Error> {
    let socket = || "/var/run/docker.sock".to_owned();
    let origin = || "the default socket".to_owned();
    vec![
        Error::EngineAbsent {
            socket: socket(),
            origin: origin(),
            reason: "nothing listens on that socket".to_owned(),
        },
        Error::AccessDenied {
            socket: socket(),
            origin: origin(),
            detail: ": ada is not in the sudoers file".to_owned(),
        },
        Error::NeedsSudoPassword {
            socket: socket(),
            text: "sudo: a password is required".to_owned(),
        },
        Error::EngineElsewhere {
            address: "ssh://ada@gpu1".to_owned(),
            origin: "from DOCKER_HOST".to_owned(),
        },
        Error::AddressInvalid {
            address: "/run/docker.sock".to_owned(),
            origin: "from DOCKER_HOST".to_owned(),
            expected: "expected unix:// and the absolute path of a socket".to_owned(),
        },
        Error::DockerConfig {
            path: "/home/ada/.docker/config.json:2:21".to_owned(),
            message: "not what the docker CLI writes: expected value at line 2 column 21"
                .to_owned(),
        },
        Error::EngineSilent {
            socket: socket(),
            what: "connecting".to_owned(),
            seconds: 5,
        },
        Error::EngineLost {
            socket: socket(),
            what: "creating the container".to_owned(),
            message: "connection closed before message completed".to_owned(),
        },
        Error::ImageMissing {
            name: "my_gpu_env:1229".to_owned(),
        },
        Error::ContainerGone {
            id: "0123456789ab".to_owned(),
        },
        Error::Conflict {
            what: "creating the container".to_owned(),
            message: "the container name \"/hmm\" is already in use".to_owned(),
        },
        Error::MountMissing {
            path: "/data/sets".to_owned(),
        },
        Error::SpecInvalid {
            what: "restart policy".to_owned(),
            value: "sometimes".to_owned(),
            expected: "expected no, always, unless-stopped, on-failure or on-failure:N".to_owned(),
        },
        Error::StartFailed {
            message: "could not select device driver \"\" with capabilities: [[gpu]]".to_owned(),
        },
        Error::DiskFull {
            what: "building".to_owned(),
            message: "write /var/lib/docker/tmp/x: no space left on device".to_owned(),
        },
        Error::Refused {
            what: "listing containers".to_owned(),
            status: 500,
            message: "layer does not exist".to_owned(),
        },
        Error::BuildFailed {
            step: "[2/3] RUN make".to_owned(),
            exit_code: Some(2),
            tail: vec!["make: *** No targets.  Stop.".to_owned()],
            message: "process \"/bin/sh -c make\" did not complete successfully: exit code: 2"
                .to_owned(),
        },
        Error::DockerfileInvalid {
            dockerfile: "/home/ada/hmm/Dockerfile".to_owned(),
            line: Some(3),
            message: "unknown instruction: RNU".to_owned(),
        },
        Error::BaseMissing {
            name: "pytorch/pytorch:2.1.0".to_owned(),
            message: "dial tcp: lookup registry-1.docker.io: no such host".to_owned(),
        },
        Error::NetworkWait {
            what: "looking for image `pytorch/pytorch:2.1.0`".to_owned(),
            seconds: 20,
        },
        Error::BuilderLacks {
            message: "RUN --mount: the --mount option requires BuildKit".to_owned(),
        },
        Error::Unreadable {
            path: "/home/ada/hmm/secret".to_owned(),
            message: "permission denied".to_owned(),
        },
        Error::ArchiveUnreadable {
            path: "/data/image.tar".to_owned(),
            message: "No such file or directory (os error 2)".to_owned(),
        },
        Error::ImageNameInvalid {
            name: "MY:::x".to_owned(),
            message: "invalid reference format".to_owned(),
        },
        Error::PullFailed {
            name: "nosuch:1".to_owned(),
            message: "pull access denied for nosuch".to_owned(),
        },
        Error::LoadFailed {
            path: "/data/image.tar".to_owned(),
            message: "unexpected EOF".to_owned(),
        },
    ]
}

#[test]
fn every_error_reads_well() {
    let mut page =
        "# What can go wrong with the engine\n\nGenerated; `UPDATE_EXPECT=1 cargo test -p engine` refreshes it.\n"
            .to_owned();
    for error in samples() {
        let whose = match error.tier() {
            Tier::Input => "the project's",
            Tier::Environment => "the machine's",
        };
        page += &format!(
            "\n## {} ({whose})\n\n> {error}\n\n{}\n",
            error.kind(),
            error.remedy()
        );
    }
    expect_file!["../../docs/errors.md"].assert_eq(&page);
}

#[test]
fn the_page_has_every_error() {
    let source = include_str!("../error.rs");
    // The arms of `kind()`: a name in quotes and nothing else.
    let named = source.lines().filter_map(|line| {
        let (_, name) = line.split_once("{ .. } => \"")?;
        name.strip_suffix("\",")
    });
    let kinds = named.filter(|name| !name.contains(' ')).count();
    let shown: BTreeSet<&str> = samples().iter().map(Error::kind).collect();
    assert_eq!(shown.len(), kinds);
}

#[test]
fn texts_are_lower_case_and_have_no_full_stop() {
    for error in samples() {
        let text = error.to_string();
        assert!(!text.ends_with('.') || text.contains("Stop."), "{text}");
        assert!(!text.starts_with(char::is_uppercase), "{text}");
        let remedy = error.remedy();
        assert!(!remedy.ends_with('.'), "{remedy}");
    }
}
