//! What is remembered about a container beyond its labels: which lifecycle commands have run,
//! and what the GPU's proof was. Losing it costs a repeated command and a repeated proof.

use std::{
    collections::HashMap,
    fs, io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use protocol::container::Gpu;
use serde::{Deserialize, Serialize};

use crate::private;

/// What is remembered about one container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    /// The container's id; a record of another one is void.
    pub container: String,
    /// The start that the proof was made in, as the engine names it.
    pub started_at: String,
    /// The start in which `postStartCommand` has succeeded, as the engine names it.
    pub post_start_done: String,
    /// The workspace folder that was mounted at that start, by device and inode: a folder that
    /// is deleted and made anew is another one, and the container goes on with the old.
    pub workspace: Option<(u64, u64)>,
    /// Lifecycle commands that have succeeded in this container.
    pub hooks_done: Vec<String>,
    /// What was seen of the GPU.
    pub gpu: Option<Gpu>,
    /// The shell that the sessions' user was seen to have.
    pub shell: Option<Shell>,
}

/// A user's shell in a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shell {
    /// Whose; `None`: the image's user.
    pub user: Option<String>,
    /// Its path in the container.
    pub path: String,
}

/// The records, by key: in memory, and in a folder for the next daemon.
#[derive(Debug)]
pub struct Records {
    folder: PathBuf,
    known: Mutex<HashMap<String, Record>>,
}

impl Records {
    /// Records that are kept in `folder`, which is made when first needed.
    pub fn new(folder: PathBuf) -> Records {
        Records {
            folder,
            known: Mutex::default(),
        }
    }

    /// The record of a container; a fresh one when there is none.
    pub fn of(&self, key: &str, container: &str) -> Record {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = known
            .get(key)
            .filter(|record| record.container == container)
        {
            return record.clone();
        }
        let record = fs::read(self.path(key))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok())
            .filter(|record| record.container == container)
            .unwrap_or_else(|| Record {
                container: container.to_owned(),
                ..Record::default()
            });
        known.insert(key.to_owned(), record.clone());
        record
    }

    /// Remembers; an error means that only this daemon will.
    pub fn keep(&self, key: &str, record: Record) -> io::Result<()> {
        let bytes = serde_json::to_vec(&record)?;
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.to_owned(), record);
        private::write(&self.path(key), &bytes)
    }

    /// Forgets a container that is gone.
    pub fn forget(&self, key: &str) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
        let _was_not_there = fs::remove_file(self.path(key));
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_outlives_the_daemon_and_not_its_container() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let record = Record {
            container: "a".to_owned(),
            started_at: "t".to_owned(),
            ..Record::default()
        };
        Records::new(folder.path().join("x"))
            .keep("k", record.clone())
            .expect("kept");
        assert_eq!(Records::new(folder.path().join("x")).of("k", "a"), record);
        assert_eq!(
            Records::new(folder.path().join("x"))
                .of("k", "b")
                .started_at,
            ""
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_costs_the_next_daemon_only() {
        let records = Records::new(PathBuf::from("/proc/nowhere"));
        let record = Record {
            container: "a".to_owned(),
            started_at: "t".to_owned(),
            ..Record::default()
        };
        assert!(records.keep("k", record.clone()).is_err());
        assert_eq!(records.of("k", "a"), record);
    }
}
