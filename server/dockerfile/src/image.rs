//! Image references: `registry/repository:tag@digest`, and the one form that the engine uses.

/// A reference to an image.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The registry as written (`nvcr.io`, `localhost:5000`); `None`: Docker Hub.
    pub registry: Option<String>,
    /// The repository as written, without the registry (`pytorch/pytorch`).
    pub repository: String,
    /// The tag.
    pub tag: Option<String>,
    /// The digest (`sha256:…`).
    pub digest: Option<String>,
}

/// Why a text is no image reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceError {
    /// There is nothing.
    Empty,
    /// A capital letter in the repository.
    Uppercase,
    /// Another character that the repository cannot have, or an empty part.
    Repository,
    /// The tag is empty, longer than 128 characters, or has a character that it cannot have.
    Tag,
    /// The digest is not `algorithm:hex`.
    Digest,
    /// 64 hexadecimal digits, which is the form of an image's id.
    Id,
}

impl std::fmt::Display for ReferenceError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            ReferenceError::Empty => "the image has no name",
            ReferenceError::Uppercase => "a repository has no capital letters",
            ReferenceError::Repository => {
                "a repository has lower-case letters, digits and single separators . _ - /"
            }
            ReferenceError::Tag => "a tag has up to 128 letters, digits, . _ -",
            ReferenceError::Digest => "a digest is sha256: and 64 hexadecimal digits",
            ReferenceError::Id => "64 hexadecimal digits are an id, not a name",
        })
    }
}

impl std::error::Error for ReferenceError {}

impl Reference {
    /// Reads a reference.
    pub fn parse(text: &str) -> Result<Reference, ReferenceError> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash belongs to the registry's port.
        let name_start = name.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match name[name_start..].split_once(':') {
            Some((last, tag)) => (&name[..name_start + last.len()], Some(tag)),
            None => (name, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (Some(first), rest),
            _ => (None, name),
        };
        check_repository(repository)?;
        if registry.is_none() && repository.len() == 64 && is_hex(repository) {
            return Err(ReferenceError::Id);
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag);
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(ReferenceError::Digest);
        }
        Ok(Reference {
            registry: registry.map(str::to_owned),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// The full form: registry, `library/` where Docker Hub has it, and `:latest` without a tag or
    /// digest. Two references to one image have the same.
    pub fn normalised(&self) -> String {
        let tag = match (&self.tag, &self.digest) {
            (Some(tag), _) => format!(":{tag}"),
            (None, Some(_)) => String::new(),
            (None, None) => ":latest".to_owned(),
        };
        let digest = match &self.digest {
            Some(digest) => format!("@{digest}"),
            None => String::new(),
        };
        match self.is_docker_hub() {
            true => format!("docker.io/{}{tag}{digest}", self.hub_repository()),
            false => format!(
                "{}/{}{tag}{digest}",
                self.registry.as_deref().unwrap_or_default(),
                self.repository
            ),
        }
    }

    /// The short form, as the engine lists it: `pytorch/pytorch:2.1.0`, `ubuntu:latest`.
    pub fn familiar(&self) -> String {
        let full = self.normalised();
        match full.strip_prefix("docker.io/") {
            Some(rest) => rest.strip_prefix("library/").unwrap_or(rest).to_owned(),
            None => full,
        }
    }

    /// Whether it is an image of Docker Hub.
    pub fn is_docker_hub(&self) -> bool {
        matches!(
            self.registry.as_deref(),
            None | Some("docker.io" | "index.docker.io")
        )
    }

    fn hub_repository(&self) -> String {
        match self.repository.contains('/') {
            true => self.repository.clone(),
            false => format!("library/{}", self.repository),
        }
    }
}

fn is_registry(text: &str) -> bool {
    text == "localhost"
        || text.contains(['.', ':'])
        || text.chars().any(|character| character.is_ascii_uppercase())
}

fn check_repository(repository: &str) -> Result<(), ReferenceError> {
    if repository.is_empty() {
        return Err(ReferenceError::Empty);
    }
    if repository.chars().any(|it| it.is_ascii_uppercase()) {
        return Err(ReferenceError::Uppercase);
    }
    match repository.split('/').all(is_path_component) {
        true => Ok(()),
        false => Err(ReferenceError::Repository),
    }
}

/// Lower-case letters and digits, separated by one dot, one or two underscores, or dashes.
fn is_path_component(component: &str) -> bool {
    let is_word = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    let mut separator = String::new();
    for character in component.chars() {
        match character {
            _ if is_word(character) => separator.clear(),
            '.' | '_' | '-' => {
                separator.push(character);
                let allowed = matches!(separator.as_str(), "." | "_" | "__")
                    || separator.chars().all(|it| it == '-');
                if !allowed {
                    return false;
                }
            }
            _ => return false,
        }
    }
    component.starts_with(is_word) && separator.is_empty()
}

fn is_tag(tag: &str) -> bool {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    tag.len() <= 128
        && tag.starts_with(is_word)
        && tag.chars().all(|it| is_word(it) || matches!(it, '.' | '-'))
}

fn is_digest(digest: &str) -> bool {
    match digest.split_once(':') {
        Some(("sha256", hex)) => hex.len() == 64 && is_hex(hex),
        Some((algorithm, hex)) => {
            algorithm.starts_with(|it: char| it.is_ascii_alphabetic())
                && hex.len() >= 32
                && is_hex(hex)
        }
        None => false,
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, normalised: &str, familiar: &str) {
        let reference = Reference::parse(text).expect("it is a reference");
        assert_eq!(reference.normalised(), normalised);
        assert_eq!(reference.familiar(), familiar);
    }

    #[test]
    fn short_names_are_of_docker_hub() {
        check("ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest");
        check(
            "pytorch/pytorch:2.1.0",
            "docker.io/pytorch/pytorch:2.1.0",
            "pytorch/pytorch:2.1.0",
        );
        check(
            "docker.io/library/ubuntu:22.04",
            "docker.io/library/ubuntu:22.04",
            "ubuntu:22.04",
        );
        check(
            "docker.io/ubuntu",
            "docker.io/library/ubuntu:latest",
            "ubuntu:latest",
        );
        check(
            "my_gpu_env:1229",
            "docker.io/library/my_gpu_env:1229",
            "my_gpu_env:1229",
        );
    }

    #[test]
    fn registries_ports_and_digests() {
        check(
            "localhost:5000/a/b",
            "localhost:5000/a/b:latest",
            "localhost:5000/a/b:latest",
        );
        check(
            "nvcr.io/nvidia/pytorch:24.01-py3",
            "nvcr.io/nvidia/pytorch:24.01-py3",
            "nvcr.io/nvidia/pytorch:24.01-py3",
        );
        let digest = format!("sha256:{}", "a".repeat(64));
        check(
            &format!("alpine@{digest}"),
            &format!("docker.io/library/alpine@{digest}"),
            &format!("alpine@{digest}"),
        );
    }

    #[test]
    fn what_the_engine_refuses_is_refused() {
        for (text, error) in [
            ("", ReferenceError::Empty),
            ("Ubuntu", ReferenceError::Uppercase),
            ("a..b", ReferenceError::Repository),
            ("a/-b", ReferenceError::Repository),
            ("a b", ReferenceError::Repository),
            ("a:", ReferenceError::Tag),
            ("a:-x", ReferenceError::Tag),
            ("a@sha256:12", ReferenceError::Digest),
        ] {
            assert_eq!(Reference::parse(text), Err(error), "{text}");
        }
        assert_eq!(Reference::parse(&"a".repeat(64)), Err(ReferenceError::Id));
    }
}
