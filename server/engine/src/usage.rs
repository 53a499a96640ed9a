//! How full the engine's disk is.

use std::path::PathBuf;

use crate::engine::Engine;
use crate::error::Error;
use crate::process;

/// Where the engine keeps its data, and how full that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The engine's data folder.
    pub data_root: PathBuf,
    /// Bytes that an ordinary user may still write there; `None`: not this machine, or not to be seen.
    pub free_bytes: Option<u64>,
    /// Bytes of that file system.
    pub total_bytes: Option<u64>,
}

impl Engine {
    /// How full the engine's disk is.
    ///
    /// # Errors
    /// Those of [`Engine::facts`].
    pub async fn usage(&self) -> Result<Usage, Error> {
        let facts = self.known_facts().await?;
        let (free_bytes, total_bytes) = match facts.local {
            true => process::space(&facts.data_root),
            false => (None, None),
        };
        Ok(Usage {
            data_root: facts.data_root.clone(),
            free_bytes,
            total_bytes,
        })
    }
}
