//! A container between its creation and its start: removed again unless it is kept.

use tokio::task::JoinHandle;

use crate::engine::Engine;
use crate::error::Error;
use crate::spec::ContainerSpec;

/// A container that is not wanted before it is started. The create request runs in a task of its
/// own: a request that is cut off half way may still make a container, and then nobody knew its id.
pub(crate) struct HalfMade {
    engine: Engine,
    creation: Option<JoinHandle<Result<String, Error>>>,
    id: Option<String>,
}

impl HalfMade {
    pub(crate) fn begin(engine: &Engine, spec: &ContainerSpec) -> HalfMade {
        let creator = engine.clone();
        let spec = spec.clone();
        HalfMade {
            engine: engine.clone(),
            creation: Some(tokio::spawn(async move { creator.create(&spec).await })),
            id: None,
        }
    }

    pub(crate) async fn created(&mut self) -> Result<String, Error> {
        let Some(creation) = &mut self.creation else {
            return Err(Error::ContainerGone { id: String::new() });
        };
        let outcome = creation.await;
        self.creation = None;
        let id = outcome.unwrap_or_else(|error| {
            Err(self
                .engine
                .transport()
                .lost("creating the container", error))
        })?;
        self.id = Some(id.clone());
        Ok(id)
    }

    pub(crate) fn keep(&mut self) {
        self.id = None;
    }
}

impl Drop for HalfMade {
    fn drop(&mut self) {
        let engine = self.engine.clone();
        let creation = self.creation.take();
        let id = self.id.take();
        if creation.is_none() && id.is_none() {
            return;
        }
        // Outside a runtime there is nothing left to do it with.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let removing = self.engine.removing();
        runtime.spawn(async move {
            let _until_it_is_gone = removing;
            let id = match (id, creation) {
                (Some(id), _) => id,
                (None, Some(creation)) => match creation.await {
                    Ok(Ok(id)) => id,
                    _ => return,
                },
                (None, None) => return,
            };
            if let Err(error) = engine.remove(&id, true).await {
                tracing::warn!(%id, %error, "could not remove a half-made container");
            }
        });
    }
}
