//! What a folder, a file or a line of this machine is in the container.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use protocol::container::Endpoint;

/// The workspace on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its folder on this machine, without symlinks.
    pub outside: PathBuf,
    /// The same as the window calls it.
    pub named: String,
    /// Its folder in the container.
    pub inside: String,
}

impl Place {
    /// Of a container, seen from a window that is open on `target`.
    pub fn of(endpoint: &Endpoint, target: &str) -> Place {
        let inside = endpoint.workspace_folder.trim_end_matches('/');
        let outside = PathBuf::from(&endpoint.workspace);
        Place {
            named: named(&outside, target).unwrap_or_else(|| endpoint.workspace.clone()),
            outside,
            inside: match inside.is_empty() {
                true => "/".to_owned(),
                false => inside.to_owned(),
            },
        }
    }

    /// Where this process stands; `None`: that is not in the container.
    pub fn current_folder(&self) -> Option<String> {
        self.of_path(&std::env::current_dir().ok()?)
    }

    /// A file, relative to where this process stands.
    pub fn file(&self, name: &OsStr) -> Option<String> {
        self.of_path(&std::path::absolute(name).ok()?)
    }

    /// A line that an editor has made: it names the workspace's files as they are called here,
    /// where a task says `${workspaceFolder}` or `${file}`, and there they are called otherwise.
    pub fn line(&self, line: &[u8]) -> Vec<u8> {
        let mut names = vec![self.named.as_str()];
        names.extend(self.outside.to_str().filter(|it| *it != self.named));
        let mut line = line.to_vec();
        for outside in names.into_iter().filter(|it| it.len() > 1) {
            let inside = self.inside.as_str();
            line = replaced(&line, outside.as_bytes(), inside.as_bytes());
            // As an editor quotes a word without quotes.
            let quoted = backslashed(outside);
            if quoted != outside {
                line = replaced(&line, quoted.as_bytes(), backslashed(inside).as_bytes());
            }
        }
        line
    }

    fn of_path(&self, path: &Path) -> Option<String> {
        // What does not exist yet has a folder that does.
        let path = match std::fs::canonicalize(path) {
            Ok(path) => path,
            Err(_) => std::fs::canonicalize(path.parent()?)
                .ok()?
                .join(path.file_name()?),
        };
        let below = path.strip_prefix(&self.outside).ok()?.to_str()?;
        Some(match (below, self.inside.as_str()) {
            ("", inside) => inside.to_owned(),
            (below, "/") => format!("/{below}"),
            (below, inside) => format!("{inside}/{below}"),
        })
    }
}

/// What a window that is open on `target` calls the workspace; it may be open on a folder in it.
fn named(outside: &Path, target: &str) -> Option<String> {
    let below = std::fs::canonicalize(target).ok()?;
    let below = below.strip_prefix(outside).ok()?.to_str()?;
    let target = target.trim_end_matches('/');
    match below {
        "" => Some(target.to_owned()),
        below => Some(target.strip_suffix(below)?.strip_suffix('/')?.to_owned()),
    }
}

/// Replaces a path wherever it is one, and not the beginning or the end of another.
fn replaced(line: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let begins = at == 0 || !of_a_name(line[at - 1]);
        let ends = || {
            rest.get(from.len())
                .is_none_or(|next| *next == b'/' || !of_a_name(*next))
        };
        match rest.starts_with(from) && begins && ends() {
            true => {
                // The root has its slash already.
                let to = match (to, rest.get(from.len())) {
                    (b"/", Some(b'/')) => b"",
                    (to, _) => to,
                };
                out.extend_from_slice(to);
                at += from.len();
            }
            false => {
                out.push(line[at]);
                at += 1;
            }
        }
    }
    out
}

/// Whether a byte before or after a path makes another path of it.
fn of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"/._-+@%,~\\".contains(&byte)
}

fn backslashed(path: &str) -> String {
    let mut text = String::new();
    for character in path.chars() {
        if " \t\"'$`\\!&|;()<>*?[]#~{}".contains(character) {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(outside: &str, inside: &str) -> Place {
        Place {
            outside: PathBuf::from(outside),
            named: outside.to_owned(),
            inside: inside.to_owned(),
        }
    }

    #[track_caller]
    fn check(place: &Place, line: &str, expected: &str) {
        let line = place.line(line.as_bytes());
        assert_eq!(String::from_utf8_lossy(&line), expected);
    }

    #[test]
    fn the_workspaces_files_are_called_as_inside() {
        let place = place("/home/ada/hmm", "/app");
        check(
            &place,
            "python /home/ada/hmm/train.py",
            "python /app/train.py",
        );
        check(&place, "cd '/home/ada/hmm' && ls", "cd '/app' && ls");
        check(&place, "X=/home/ada/hmm:/opt make", "X=/app:/opt make");
        check(&place, "ls /home/ada/hmm", "ls /app");
    }

    #[test]
    fn other_paths_stay() {
        let place = place("/home/ada/hmm", "/app");
        for line in [
            "ls /home/ada/hmm2",
            "ls /home/ada/hmm-old/x",
            "ls /mnt/home/ada/hmm",
            "ls /home/ada",
            "ls ~/hmm",
        ] {
            check(&place, line, line);
        }
    }

    #[test]
    fn quoted_names_and_the_root_are_understood() {
        let spaced = place("/home/ada/my project", "/app");
        check(&spaced, "cat /home/ada/my\\ project/x", "cat /app/x");
        check(&spaced, "cat '/home/ada/my project/x'", "cat '/app/x'");
        let root = place("/home/ada/hmm", "/");
        check(&root, "ls /home/ada/hmm/x /home/ada/hmm", "ls /x /");
    }

    #[test]
    fn a_folder_below_the_workspace_is_one_inside() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let outside = std::fs::canonicalize(folder.path()).expect("it is there");
        std::fs::create_dir(outside.join("sub")).expect("it is ours");
        let place = Place {
            named: outside.display().to_string(),
            outside: outside.clone(),
            inside: "/app".to_owned(),
        };
        assert_eq!(place.of_path(&outside).as_deref(), Some("/app"));
        assert_eq!(
            place.of_path(&outside.join("sub")).as_deref(),
            Some("/app/sub")
        );
        assert_eq!(place.of_path(Path::new("/")), None);
    }

    #[test]
    fn the_windows_name_of_the_workspace_counts_too() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("data/hmm/sub")).expect("it is ours");
        std::os::unix::fs::symlink(at("data/hmm"), at("link")).expect("it is ours");
        let outside = std::fs::canonicalize(at("data/hmm")).expect("it is there");
        let named = |name: &str| named(&outside, at(name).to_str().expect("UTF-8"));
        let link = at("link").to_str().map(str::to_owned);
        assert_eq!(named("link"), link);
        assert_eq!(named("link/sub/"), link);
        assert_eq!(named("data"), None);
        let place = Place {
            outside: PathBuf::from("/data/hmm"),
            named: "/home/ada/hmm".to_owned(),
            inside: "/app".to_owned(),
        };
        check(&place, "cp /home/ada/hmm/x /data/hmm/y", "cp /app/x /app/y");
    }
}
