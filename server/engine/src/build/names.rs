//! What the builder calls things, in the words of whoever wrote the Dockerfile. Pure.

use super::{BuildEvent, BuildSpec, failure};

/// What the Dockerfile is called in errors.
pub(crate) fn dockerfile(spec: &BuildSpec) -> String {
    match &spec.dockerfile_name {
        Some(name) => name.clone(),
        None => {
            let inside = spec.dockerfile_path.strip_prefix(&spec.context);
            inside
                .unwrap_or(&spec.dockerfile_path)
                .display()
                .to_string()
        }
    }
}

/// A step of BuildKit. What is not the Dockerfile's is called internal, as BuildKit itself does with most of it.
pub(crate) fn step(name: &str, dockerfile: &str) -> String {
    // The first step of a build whose context comes as a tar.
    if name == "copy /context /" {
        return "[internal] sending the build context".to_owned();
    }
    let (_, instruction) = split(name);
    match instruction.starts_with("FROM ") {
        true => images_in(name, dockerfile),
        false => name.to_owned(),
    }
}

/// A text with the full names of images in it, shortened to what the Dockerfile has.
pub(crate) fn images_in(text: &str, dockerfile: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let words: Vec<&str> = words
        .into_iter()
        .map(|word| image(word, dockerfile))
        .collect();
    words.join(" ")
}

/// `[2/3] RUN make` begins to run.
pub(crate) fn is_run(event: &BuildEvent) -> bool {
    match event {
        BuildEvent::StepStarted { name, .. } => split(name).1.starts_with("RUN "),
        _ => false,
    }
}

/// `docker.io/library/debian:12@sha256:…` is `debian:12`, unless the Dockerfile says it all.
fn image<'word>(word: &'word str, dockerfile: &str) -> &'word str {
    if !word.starts_with("docker.io/") || dockerfile.contains(word) {
        return word;
    }
    let name = word.split_once('@').map_or(word, |(name, _)| name);
    if dockerfile.contains(name) {
        return name;
    }
    let name = failure::familiar(name);
    match name.strip_suffix(":latest") {
        Some(short) if !dockerfile.contains(name) => short,
        _ => name,
    }
}

/// What stands in brackets, and the instruction.
fn split(name: &str) -> (&str, &str) {
    match name
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    {
        Some((counter, instruction)) => (counter, instruction),
        None => ("", name),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn images_are_called_as_the_dockerfile_calls_them() {
        let full = "[base 1/2] FROM docker.io/library/debian:12@sha256:0123";
        assert_eq!(step(full, "FROM debian:12"), "[base 1/2] FROM debian:12");
        assert_eq!(
            step(full, "FROM docker.io/library/debian:12"),
            "[base 1/2] FROM docker.io/library/debian:12"
        );
        let other = "[1/1] FROM docker.io/pytorch/pytorch:latest";
        assert_eq!(
            step(other, "FROM pytorch/pytorch"),
            "[1/1] FROM pytorch/pytorch"
        );
        assert_eq!(
            step(other, "FROM pytorch/pytorch:latest"),
            "[1/1] FROM pytorch/pytorch:latest"
        );
        let run = "[2/2] RUN pull docker.io/library/x";
        assert_eq!(step(run, ""), run);
        assert_eq!(
            images_in("resolve docker.io/library/x:1", ""),
            "resolve x:1"
        );
    }

    #[test]
    fn the_dockerfile_is_named_within_its_context() {
        let mut spec = BuildSpec {
            dockerfile_path: PathBuf::from("/work/hmm/docker/Dockerfile"),
            context: PathBuf::from("/work/hmm"),
            ..BuildSpec::default()
        };
        assert_eq!(dockerfile(&spec), "docker/Dockerfile");
        spec.context = PathBuf::from("/elsewhere");
        assert_eq!(dockerfile(&spec), "/work/hmm/docker/Dockerfile");
        spec.dockerfile_name = Some("here".to_owned());
        assert_eq!(dockerfile(&spec), "here");
    }

    #[test]
    fn only_a_run_that_runs_is_one() {
        let started = |name: &str| BuildEvent::StepStarted {
            step: 0,
            name: name.to_owned(),
        };
        assert!(is_run(&started("[2/3] RUN make")));
        assert!(!is_run(&started("[2/3] COPY RUN .")));
        assert!(!is_run(&BuildEvent::StepCached {
            step: 0,
            name: "[2/3] RUN make".to_owned()
        }));
    }
}
