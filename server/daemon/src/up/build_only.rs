//! The image alone: built, or fetched where that was asked for, with the container as it is.

use engine::container::ContainerFacts;
use protocol::container::{Done, Up};

use crate::{
    changes,
    error::Error,
    up::{
        consent, image,
        trip::{Project, Trip},
    },
};

impl Trip {
    /// Has the image. What the container does not have of it yet is among the changes.
    pub async fn build_only(
        &self,
        existing: Option<&ContainerFacts>,
        project: Project,
    ) -> Result<Up, Error> {
        let Some(source) = &project.config.source else {
            // The configuration says so as a problem; this is the last net.
            return Err(Error::Problems(project.warnings));
        };
        consent::agreed(self, &project.config).await?;
        image::ensure(self, source).await?;
        let changes = match existing {
            Some(container) => changes::of(&self.machine, container, &project.config).await?,
            None => Vec::new(),
        };
        self.done(project, Done::Nothing, changes).await
    }
}
