//! Images that the engine has: one by name, all of them, and the one verb that goes to a registry.

use std::collections::BTreeMap;

use bollard::query_parameters::{CreateImageOptionsBuilder, ListImagesOptionsBuilder};
use futures_util::StreamExt;

use crate::engine::Engine;
use crate::error::Error;

/// An image in the engine. An empty list or text of the image's configuration is `None`, as it is
/// to the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// `sha256:…`.
    pub id: String,
    /// Names with tags.
    pub tags: Vec<String>,
    /// ENTRYPOINT.
    pub entrypoint: Option<Vec<String>>,
    /// CMD.
    pub cmd: Option<Vec<String>>,
    /// USER.
    pub user: Option<String>,
    /// WORKDIR.
    pub working_folder: Option<String>,
    /// ENV, in its order.
    pub env: Vec<(String, String)>,
    /// LABEL.
    pub labels: BTreeMap<String, String>,
    /// SHELL.
    pub shell: Option<Vec<String>>,
    /// `amd64`, `arm64`, …
    pub architecture: String,
    /// `linux`.
    pub os: String,
    /// Bytes on the engine's disk, shared layers included.
    pub size: u64,
}

/// A line of `docker images`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSummary {
    /// `sha256:…`.
    pub id: String,
    /// Names with tags; empty for an untagged one.
    pub tags: Vec<String>,
    /// Seconds since 1970.
    pub created: i64,
    /// Bytes.
    pub size: u64,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// Something that happened during a pull or a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferEvent {
    /// A line of the engine: `Pulling from library/busybox`, `Loaded image: x:1`.
    Status { text: String },
    /// One layer's progress in bytes; `total` 0: unknown.
    Layer {
        id: String,
        text: String,
        current: u64,
        total: u64,
    },
    /// Bytes of the archive that went to the engine, of how many on disk.
    Sent { bytes: u64, total: u64 },
}

impl Engine {
    /// The image of this name or id; `None`: the engine has none. Never goes to a registry.
    ///
    /// # Errors
    /// [`Error::ImageNameInvalid`], [`Error::EngineLost`], [`Error::EngineSilent`], [`Error::Refused`].
    pub async fn image(&self, name: &str) -> Result<Option<ImageFacts>, Error> {
        let image = match self.docker().inspect_image(name).await {
            Ok(image) => image,
            Err(bollard::errors::Error::DockerResponseServerError {
                status_code: 404, ..
            }) => return Ok(None),
            Err(error) => {
                let error = self.failed(&format!("looking at image `{name}`"), error);
                return Err(named_wrongly(name, error));
            }
        };
        let config = image.config.unwrap_or_default();
        Ok(Some(ImageFacts {
            id: image.id.unwrap_or_default(),
            tags: image.repo_tags.unwrap_or_default(),
            entrypoint: config.entrypoint.filter(|words| !words.is_empty()),
            cmd: config.cmd.filter(|words| !words.is_empty()),
            user: config.user.filter(|user| !user.is_empty()),
            working_folder: config.working_dir.filter(|folder| !folder.is_empty()),
            env: pairs(config.env.unwrap_or_default()),
            labels: config.labels.unwrap_or_default().into_iter().collect(),
            shell: config.shell.filter(|words| !words.is_empty()),
            architecture: image.architecture.unwrap_or_default(),
            os: image.os.unwrap_or_default(),
            size: bytes(image.size.unwrap_or(0)),
        }))
    }

    /// Every image that the engine has, intermediate layers excluded.
    ///
    /// # Errors
    /// [`Error::EngineLost`], [`Error::EngineSilent`], [`Error::Refused`].
    pub async fn images(&self) -> Result<Vec<ImageSummary>, Error> {
        let options = ListImagesOptionsBuilder::default().all(false).build();
        let images = self.docker().list_images(Some(options)).await;
        let images = images.map_err(|error| self.failed("listing images", error))?;
        let summaries = images.into_iter().map(|image| ImageSummary {
            id: image.id,
            tags: image
                .repo_tags
                .into_iter()
                .filter(|tag| tag != "<none>:<none>")
                .collect(),
            created: image.created,
            size: bytes(image.size),
            labels: image.labels.into_iter().collect(),
        });
        Ok(summaries.collect())
    }

    /// Gives an image a further name.
    ///
    /// # Errors
    /// [`Error::ImageMissing`], and those of [`Engine::image`].
    pub async fn tag(&self, image: &str, repository: &str, tag: &str) -> Result<(), Error> {
        let options = bollard::query_parameters::TagImageOptionsBuilder::default()
            .repo(repository)
            .tag(tag)
            .build();
        match self.docker().tag_image(image, Some(options)).await {
            Err(bollard::errors::Error::DockerResponseServerError {
                status_code: 404, ..
            }) => Err(Error::ImageMissing {
                name: image.to_owned(),
            }),
            answer => answer.map_err(|error| self.failed(&format!("tagging `{image}`"), error)),
        }
    }

    /// Fetches an image from its registry, anonymously: only when somebody asked for it by name.
    ///
    /// # Errors
    /// [`Error::PullFailed`] with the engine's words, [`Error::DiskFull`], [`Error::EngineLost`].
    pub async fn pull(
        &self,
        name: &str,
        mut on_event: impl FnMut(TransferEvent) + Send,
    ) -> Result<(), Error> {
        // Without a tag the engine would fetch every tag of the repository.
        let (repository, tag) = match split_reference(name) {
            (repository, Some(tag)) => (repository, tag),
            (repository, None) => (repository, "latest"),
        };
        let options = CreateImageOptionsBuilder::default()
            .from_image(repository)
            .tag(tag)
            .build();
        let docker = self.patient_docker();
        let mut lines = docker.create_image(Some(options), None, None);
        while let Some(line) = lines.next().await {
            let line = line.map_err(|error| self.pull_failed(name, error))?;
            let text = line.status.unwrap_or_default();
            let progress = line.progress_detail.unwrap_or_default();
            on_event(match (line.id, progress.current) {
                (Some(id), current) => TransferEvent::Layer {
                    id,
                    text,
                    current: bytes(current.unwrap_or(0)),
                    total: bytes(progress.total.unwrap_or(0)),
                },
                (None, _) => TransferEvent::Status { text },
            });
        }
        Ok(())
    }

    fn pull_failed(&self, name: &str, error: bollard::errors::Error) -> Error {
        match self.failed(&format!("pulling `{name}`"), error) {
            Error::Refused { message, .. } | Error::Conflict { message, .. } => Error::PullFailed {
                name: name.to_owned(),
                message,
            },
            other => other,
        }
    }
}

/// `name`, `name:tag` or `name@digest` → what `/images/create` takes. A colon before a slash
/// belongs to the registry's port.
pub(crate) fn split_reference(name: &str) -> (&str, Option<&str>) {
    if let Some((repository, digest)) = name.split_once('@') {
        return (repository, Some(digest));
    }
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    }
}

/// `NAME=value` texts. One without `=` is a name that is unset, and says nothing.
pub(crate) fn pairs(variables: Vec<String>) -> Vec<(String, String)> {
    let pairs = variables.into_iter().filter_map(|variable| {
        let (name, value) = variable.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    pairs.collect()
}

fn bytes(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A refusal that is about the name itself.
fn named_wrongly(name: &str, error: Error) -> Error {
    match error {
        Error::Refused {
            status, message, ..
        } if status == 400
            || message.contains("invalid reference format")
            || message.contains("must be lowercase") =>
        {
            Error::ImageNameInvalid {
                name: name.to_owned(),
                message,
            }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_not_a_tag() {
        assert_eq!(split_reference("a/b:1"), ("a/b", Some("1")));
        assert_eq!(split_reference("h:5000/b"), ("h:5000/b", None));
        assert_eq!(split_reference("h:5000/b:2"), ("h:5000/b", Some("2")));
        assert_eq!(split_reference("b@sha256:1f"), ("b", Some("sha256:1f")));
    }

    #[test]
    fn a_name_that_no_image_can_have_is_told_apart() {
        let refused = |status, message: &str| Error::Refused {
            what: "looking at image `MY:::x`".to_owned(),
            status,
            message: message.to_owned(),
        };
        let error = named_wrongly("MY:::x", refused(400, "invalid reference format"));
        assert_eq!(
            error.to_string(),
            "`MY:::x` is not an image's name: invalid reference format"
        );
        assert!(error.remedy().contains("NAME[:TAG]"), "{}", error.remedy());
        let other = refused(500, "the disk is on fire");
        assert_eq!(named_wrongly("x", other.clone()), other);
    }
}
