//! How this crate sees the disk: through a trait, so that it does no I/O itself, and remembering what it looked at.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

/// What a path is, symlinks followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A socket, a device node, a pipe.
    Other,
}

/// The disk, as the caller sees it. Paths are absolute.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Whatever reading gave; `NotFound` means that there is no such file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// What is at the path; `None`: nothing, or nothing that we may see.
    fn kind(&self, path: &Path) -> Option<PathKind>;
    /// The names in a folder, in any order; empty when it cannot be read.
    fn list(&self, folder: &Path) -> Vec<String>;
}

/// [`Files`] that remembers every path that was asked for.
pub(crate) struct Reader<'a> {
    files: &'a dyn Files,
    seen: RefCell<Vec<PathBuf>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(files: &'a dyn Files) -> Self {
        Reader {
            files,
            seen: RefCell::new(Vec::new()),
        }
    }

    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.note(path);
        self.files.read(path)
    }

    pub(crate) fn kind(&self, path: &Path) -> Option<PathKind> {
        self.note(path);
        self.files.kind(path)
    }

    pub(crate) fn list(&self, folder: &Path) -> Vec<String> {
        self.note(folder);
        let mut names = self.files.list(folder);
        names.sort();
        names
    }

    /// Without remembering: for mount sources, which are not ours to watch.
    pub(crate) fn exists(&self, path: &Path) -> bool {
        self.files.kind(path).is_some()
    }

    pub(crate) fn into_seen(self) -> Vec<PathBuf> {
        let mut seen = self.seen.into_inner();
        seen.sort();
        seen.dedup();
        seen
    }

    fn note(&self, path: &Path) {
        self.seen.borrow_mut().push(path.to_path_buf());
    }
}
