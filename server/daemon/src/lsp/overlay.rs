//! The disk as the editor sees it: its unsaved texts in the place of files, and its names for them.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use config::files::{Files, PathKind};

use crate::project::ThisMachine;

/// The same folder under two names, where a link leads to it.
pub struct Names<'a> {
    /// The editor's.
    pub editor: &'a Path,
    /// Its own.
    pub own: &'a Path,
}

/// The disk, with the editor's texts in the place of its files.
pub struct Overlay<'a> {
    /// The texts, by the files' own names.
    pub texts: HashMap<PathBuf, &'a str>,
}

impl Names<'_> {
    /// A file's own name.
    pub fn own(&self, path: &Path) -> PathBuf {
        renamed(path, self.editor, self.own)
    }

    /// The editor's name for a file.
    pub fn editor(&self, path: &Path) -> PathBuf {
        renamed(path, self.own, self.editor)
    }
}

fn renamed(path: &Path, from: &Path, to: &Path) -> PathBuf {
    match path.strip_prefix(from) {
        Ok(rest) => to.join(rest),
        Err(_) => path.to_owned(),
    }
}

impl Files for Overlay<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.texts.get(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => ThisMachine.read(path),
        }
    }

    fn kind(&self, path: &Path) -> Option<PathKind> {
        match self.texts.contains_key(path) {
            true => Some(PathKind::File),
            false => ThisMachine.kind(path),
        }
    }

    fn list(&self, folder: &Path) -> Vec<String> {
        ThisMachine.list(folder)
    }
}
