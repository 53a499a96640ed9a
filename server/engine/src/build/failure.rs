//! What the builders' error texts mean. Pure; the texts are those of engines 20.10 to 28.5.

use crate::error::Error;

/// A failed build, as far as it can be told apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failure<'text> {
    /// The engine's words.
    pub(crate) message: &'text str,
    /// The step that failed, as the builder names it.
    pub(crate) step: Option<&'text str>,
    /// The step's last lines.
    pub(crate) tail: Vec<String>,
    /// The Dockerfile's name for a reader.
    pub(crate) dockerfile: &'text str,
}

/// The error for the reader.
pub(crate) fn classify(failure: Failure<'_>) -> Error {
    let message = failure.message.trim();
    if message.contains("no space left on device") {
        return Error::DiskFull {
            what: "building".to_owned(),
            message: message.to_owned(),
        };
    }
    if let Some(name) = missing_base(message, failure.step) {
        return Error::BaseMissing {
            name,
            message: message.to_owned(),
        };
    }
    // Syntax that this builder is too old for looks like a mistake, and is none.
    if let Some(lacking) = lacking(message) {
        return Error::BuilderLacks {
            message: format!("{lacking}: {message}"),
        };
    }
    if let Some(invalid) = invalid_dockerfile(message) {
        return Error::DockerfileInvalid {
            dockerfile: failure.dockerfile.to_owned(),
            line: line_number(message),
            message: invalid,
        };
    }
    Error::BuildFailed {
        step: failure.step.unwrap_or("the build").to_owned(),
        exit_code: exit_code(message),
        tail: failure.tail,
        message: message.to_owned(),
    }
}

/// The name of the image that a vertex of BuildKit looks for in the network.
pub(crate) fn looked_for(step: &str) -> Option<&str> {
    let step = step.trim_start_matches("[internal] ");
    let name = step
        .strip_prefix("load metadata for ")
        .or_else(|| step.strip_prefix("resolve image config for "))?;
    let name = name.trim_start_matches("docker-image://");
    Some(familiar(name))
}

/// `docker.io/library/debian:12` is what people call `debian:12`.
pub(crate) fn familiar(name: &str) -> &str {
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    name.strip_prefix("library/").unwrap_or(name)
}

/// BuildKit is asked for and the engine has none.
pub(crate) fn no_buildkit(error: &Error) -> bool {
    let message = match error {
        Error::Refused { message, .. } | Error::BuildFailed { message, .. } => message,
        _ => return false,
    };
    let message = message.to_lowercase();
    message.contains("buildkit")
        && ["not supported", "not enabled", "disabled", "unsupported"]
            .iter()
            .any(|word| message.contains(word))
}

fn missing_base(message: &str, step: Option<&str>) -> Option<String> {
    for (before, after) in [
        ("pull access denied for ", ","),
        ("manifest for ", " not found"),
        ("No such image: ", ""),
    ] {
        if let Some((_, rest)) = message.split_once(before) {
            let name = match after {
                "" => rest.lines().next().unwrap_or(rest),
                after => rest.split(after).next().unwrap_or(rest),
            };
            return Some(familiar(name.trim()).to_owned());
        }
    }
    if let Some(name) = step.and_then(looked_for) {
        return Some(name.to_owned());
    }
    // BuildKit of 24 and newer names the image in the text; it ends at a colon and a space.
    for before in [
        "failed to resolve source metadata for ",
        "failed to load metadata for ",
    ] {
        if let Some((_, rest)) = message.split_once(before) {
            let name = rest.split(": ").next().unwrap_or(rest);
            return Some(familiar(name.trim()).to_owned());
        }
    }
    // The classic builder fails in its FROM.
    let from = step.and_then(|step| step.strip_prefix("FROM "))?;
    let is_network = [
        "dial tcp",
        "no such host",
        "lookup",
        "i/o timeout",
        "request canceled",
    ]
    .iter()
    .any(|word| message.contains(word));
    let mut words = from
        .split_whitespace()
        .filter(|word| !word.starts_with("--"));
    match is_network {
        true => words.next().map(str::to_owned),
        false => None,
    }
}

fn lacking(message: &str) -> Option<&'static str> {
    let known = [
        ("the --mount option requires BuildKit", "RUN --mount"),
        ("the --chmod option requires BuildKit", "COPY --chmod"),
        ("Unknown flag: mount", "RUN --mount"),
        ("Unknown flag: chmod", "COPY --chmod"),
        ("Unknown flag: link", "COPY --link"),
        ("Unknown flag: network", "RUN --network"),
        ("Unknown flag: security", "RUN --security"),
        ("Unknown flag: exclude", "COPY --exclude"),
        ("Unknown flag: parents", "COPY --parents"),
        ("Unknown flag: checksum", "ADD --checksum"),
        ("unknown flag: mount", "RUN --mount"),
        ("unknown flag: link", "COPY --link"),
        ("unknown flag: network", "RUN --network"),
        ("unknown flag: exclude", "COPY --exclude"),
        ("unknown flag: parents", "COPY --parents"),
        (
            "failed to parse platform : \"\"",
            "FROM --platform=$BUILDPLATFORM",
        ),
    ];
    let found = known.iter().find(|(text, _)| message.contains(text));
    found.map(|(_, feature)| *feature)
}

fn invalid_dockerfile(message: &str) -> Option<String> {
    let signs = [
        "dockerfile parse error",
        "Dockerfile parse error",
        "could not be found",
        "failed to reach build target",
        "file with no instructions",
        "cannot be empty",
        "no build stage in current context",
        "unknown instruction",
        "base name (",
    ];
    if !signs.iter().any(|sign| message.contains(sign)) {
        return None;
    }
    // Without what every layer of the engine put in front.
    let start = message
        .find("dockerfile parse error")
        .or_else(|| message.find("Dockerfile parse error"));
    let text = match start {
        None => message
            .rsplit("failed to solve: ")
            .next()
            .unwrap_or(message),
        Some(start) => {
            let text = &message[start..];
            text.split_once(": ").map_or(text, |(_, rest)| rest)
        }
    };
    Some(text.trim().to_owned())
}

/// `parse error line 3:` of the classic builder and 20.10, `parse error on line 3:` of newer ones.
fn line_number(message: &str) -> Option<u32> {
    let (_, rest) = message.split_once("parse error ")?;
    let rest = rest.strip_prefix("on ").unwrap_or(rest);
    let digits = rest.strip_prefix("line ")?;
    let end = digits
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().ok()
}

fn exit_code(message: &str) -> Option<i64> {
    for before in ["exit code: ", "non-zero code: "] {
        if let Some((_, rest)) = message.rsplit_once(before) {
            let end = rest
                .find(|char: char| !char.is_ascii_digit() && char != '-')
                .unwrap_or(rest.len());
            return rest[..end].parse().ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(message: &str, step: Option<&str>, expect: Expect) {
        let failure = Failure {
            message,
            step,
            tail: Vec::new(),
            dockerfile: "Dockerfile",
        };
        let error = classify(failure);
        let code = match &error {
            Error::BuildFailed { exit_code, .. } => format!(" {exit_code:?}"),
            _ => String::new(),
        };
        expect.assert_eq(&format!("{}{code}: {error}", error.kind()));
    }

    #[test]
    fn a_failed_run_of_every_builder() {
        check(
            "process \"/bin/sh -c exit 3\" did not complete successfully: exit code: 3",
            Some("[2/2] RUN exit 3"),
            expect![
                "build-failed Some(3): build failed at `[2/2] RUN exit 3`: it ended with exit code 3"
            ],
        );
        check(
            "executor failed running [/bin/sh -c exit 3]: exit code: 3",
            Some("[2/2] RUN exit 3"),
            expect![
                "build-failed Some(3): build failed at `[2/2] RUN exit 3`: it ended with exit code 3"
            ],
        );
        check(
            "The command '/bin/sh -c exit 3' returned a non-zero code: 3",
            Some("RUN exit 3"),
            expect![
                "build-failed Some(3): build failed at `RUN exit 3`: it ended with exit code 3"
            ],
        );
    }

    #[test]
    fn a_base_that_is_not_there() {
        check(
            "failed to solve: lab/x:1: failed to do request: Head \"https://registry/v2\": dial tcp: lookup registry: no such host",
            Some("[internal] load metadata for docker.io/lab/x:1"),
            expect![[
                r#"base-missing: base image `lab/x:1` is not on this machine: failed to solve: lab/x:1: failed to do request: Head "https://registry/v2": dial tcp: lookup registry: no such host"#
            ]],
        );
        check(
            "pull access denied for nosuch, repository does not exist or may require 'docker login'",
            Some("FROM nosuch:1"),
            expect![
                "base-missing: base image `nosuch` is not on this machine: pull access denied for nosuch, repository does not exist or may require 'docker login'"
            ],
        );
        check(
            "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
            Some("FROM --platform=linux/amd64 lab/x:1 AS base"),
            expect![[
                r#"base-missing: base image `lab/x:1` is not on this machine: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host"#
            ]],
        );
        check(
            "failed to solve: failed to resolve source metadata for docker.io/library/x:1: no such host",
            None,
            expect![
                "base-missing: base image `x:1` is not on this machine: failed to solve: failed to resolve source metadata for docker.io/library/x:1: no such host"
            ],
        );
    }

    #[test]
    fn a_file_that_is_no_dockerfile() {
        check(
            "dockerfile parse error line 2: unknown instruction: FORM",
            None,
            expect!["dockerfile-invalid: Dockerfile:2: unknown instruction: FORM"],
        );
        check(
            "failed to solve: dockerfile parse error on line 12: unknown instruction: RNU (did you mean RUN?)",
            None,
            expect![
                "dockerfile-invalid: Dockerfile:12: unknown instruction: RNU (did you mean RUN?)"
            ],
        );
        check(
            "failed to solve: target stage \"dev\" could not be found",
            None,
            expect![[r#"dockerfile-invalid: Dockerfile: target stage "dev" could not be found"#]],
        );
    }

    #[test]
    fn what_this_builder_is_too_old_for() {
        check(
            "the --mount option requires BuildKit. Refer to the documentation",
            Some("RUN --mount=type=cache,target=/x true"),
            expect![
                "builder-lacks: the engine's builder cannot do this: RUN --mount: the --mount option requires BuildKit. Refer to the documentation"
            ],
        );
    }

    #[test]
    fn a_full_disk() {
        check(
            "write /var/lib/docker/tmp/x: no space left on device",
            Some("[2/2] RUN x"),
            expect![
                "disk-full: building: no space left on the engine's disk: write /var/lib/docker/tmp/x: no space left on device"
            ],
        );
    }
}
