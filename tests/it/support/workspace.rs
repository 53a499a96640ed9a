//! Project folders made from a fixture text.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// A project folder that goes when it is dropped.
pub(crate) struct Workspace {
    path: PathBuf,
    _parent: TempDir,
}

impl Workspace {
    /// A folder with the files of `fixture`: each begins with a line `//- /path`.
    #[track_caller]
    pub(crate) fn new(fixture: &str) -> Workspace {
        Workspace::named("project", fixture)
    }

    /// As [`Workspace::new`], in a folder of this name, which may have several parts.
    #[track_caller]
    pub(crate) fn named(name: &str, fixture: &str) -> Workspace {
        let parent = tempfile::Builder::new()
            .prefix("warpdock-it-")
            .tempdir()
            .expect("a temporary folder can be made");
        let path = parent.path().join(name);
        fs::create_dir_all(&path).expect("the project folder can be made");
        let workspace = Workspace {
            path: path.canonicalize().expect("the project folder exists"),
            _parent: parent,
        };
        for (path, text) in files(fixture) {
            workspace.write(path, text);
        }
        workspace
    }

    /// A copy of one of the examples.
    pub(crate) fn example(name: &str) -> Workspace {
        let workspace = Workspace::named(name, "");
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        copy(&example, &workspace.path);
        workspace
    }

    /// The folder, without links in its path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A path in it.
    pub(crate) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path.join(path)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).expect("the file's folder can be made");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// A file's text.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.path.join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// The paths and texts of a fixture.
#[track_caller]
fn files(fixture: &str) -> Vec<(&str, &str)> {
    let mut files = Vec::new();
    let mut rest = fixture;
    while let Some(start) = header(rest) {
        assert!(
            rest[..start].trim().is_empty() || !files.is_empty(),
            "a fixture begins with `//- /path`, not with {:?}",
            &rest[..start]
        );
        let line_end = rest[start..]
            .find('\n')
            .map_or(rest.len(), |length| start + length + 1);
        let path = rest[start + "//- /".len()..line_end].trim();
        let text_end = header(&rest[line_end..]).map_or(rest.len(), |length| line_end + length);
        files.push((path, &rest[line_end..text_end]));
        rest = &rest[text_end..];
    }
    assert!(
        rest.trim().is_empty(),
        "a fixture begins with `//- /path`, not with {rest:?}"
    );
    files
}

/// Where the next header line begins.
fn header(text: &str) -> Option<usize> {
    match text.starts_with("//- /") {
        true => Some(0),
        false => text.find("\n//- /").map(|newline| newline + 1),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of the copy can be made");
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries {
        let entry = entry.expect("the example's folder can be listed");
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), target).expect("the example's file can be copied");
            }
        }
    }
}

#[test]
fn a_fixture_becomes_files() {
    let workspace =
        Workspace::new("\n//- /Dockerfile\nFROM busybox\n\n//- /a/b c.txt\nx\n//- /empty");
    assert_eq!(workspace.read("Dockerfile"), "FROM busybox\n\n");
    assert_eq!(workspace.read("a/b c.txt"), "x\n");
    assert_eq!(workspace.read("empty"), "");
}
