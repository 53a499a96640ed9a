//! Where things live on the host.
//!
//! Sockets and locks are in `/tmp/warpdock-UID`, as tmux does it: `XDG_RUNTIME_DIR`
//! vanishes with the last login, and a training run must not. Logs and records are
//! under the state folder of the XDG base directories.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};

/// How the names of socket folders begin that were moved out of the way.
const OLD: &str = "old-";

/// The folders of this user.
#[derive(Debug, Clone)]
pub struct Paths {
    /// Sockets, locks and the init binary; private, on a local disk.
    pub runtime: PathBuf,
    /// Records of containers and what the user agreed to.
    pub state: PathBuf,
}

/// A folder of ours cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// Somebody else made it, or opened it to others.
    #[error("{} is not private to you: {reason}", path.display())]
    NotPrivate { path: PathBuf, reason: String },
    /// It cannot be made.
    #[error("cannot use the folder {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// Nobody says where home is.
    #[error("neither HOME nor XDG_STATE_HOME says where to keep state")]
    NoHome,
}

impl Paths {
    /// The folders for the process's own user, made if they are missing.
    ///
    /// `WARPDOCK_RUNTIME_DIR` moves the runtime folder.
    pub fn open() -> Result<Paths, PathError> {
        let runtime = match std::env::var_os("WARPDOCK_RUNTIME_DIR") {
            Some(folder) if !folder.is_empty() => {
                std::path::absolute(&folder).map_err(|source| PathError::Io {
                    path: PathBuf::from(&folder),
                    source,
                })?
            }
            _ => PathBuf::from(format!(
                "/tmp/warpdock-{}",
                rustix::process::getuid().as_raw()
            )),
        };
        private_folder(&runtime)?;
        let state = dirs::state_dir().ok_or(PathError::NoHome)?.join("warpdock");
        Ok(Paths { runtime, state })
    }

    /// The folder of daemons that are this very build: two builds never meet on one socket.
    pub fn daemon(&self) -> Result<PathBuf, PathError> {
        let folder = self.runtime.join(format!("daemon-{}", build_id()));
        private_folder(&folder)?;
        Ok(folder)
    }

    /// The folder of one container: outside it our own files, inside it `run`, which is mounted.
    pub fn container(&self, key: &str) -> Result<PathBuf, PathError> {
        let containers = self.runtime.join("containers");
        private_folder(&containers)?;
        let folder = containers.join(key);
        private_folder(&folder)?;
        Ok(folder)
    }

    /// The folder that is mounted into the container for init's socket;
    /// [`fresh_socket_folder`] makes it.
    pub fn socket_folder(&self, key: &str) -> Result<PathBuf, PathError> {
        self.container(key)?;
        Ok(self.socket_folder_of(key))
    }

    /// Where that folder is, made or not.
    pub fn socket_folder_of(&self, key: &str) -> PathBuf {
        self.runtime.join("containers").join(key).join("run")
    }

    /// The folder of init's binary.
    pub fn init(&self) -> PathBuf {
        self.runtime.join("init")
    }

    /// The lock of the operations on one workspace, across daemons.
    pub fn operation_lock(&self, key: &str) -> Result<PathBuf, PathError> {
        Ok(self.container(key)?.join("lock"))
    }

    /// The daemon's log file.
    pub fn log(&self) -> PathBuf {
        self.state.join("daemon.log")
    }
}

/// Makes the folder that is mounted for init's socket, new at each start of a container.
/// Everybody inside may write to it, whatever user the container has; outside, its parent keeps
/// others away.
///
/// What an earlier container left there, a hostile one most of all, may belong to another user
/// and cannot be trusted to be removable: it is moved out of the way, and goes in its own time.
pub fn fresh_socket_folder(folder: &Path) -> Result<(), PathError> {
    let failed = |source| PathError::Io {
        path: folder.to_owned(),
        source,
    };
    if let Some(parent) = folder.parent() {
        private_folder(parent)?;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let old = format!(
        "{OLD}{}-{}",
        std::process::id(),
        now.unwrap_or_default().as_nanos()
    );
    match fs::rename(folder, folder.with_file_name(old)) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    fs::create_dir(folder).map_err(failed)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o1777)).map_err(failed)?;
    folder.parent().into_iter().for_each(remove_old);
    Ok(())
}

/// Removes the folders that were moved out of the way; what cannot be removed stays.
fn remove_old(parent: &Path) {
    let old: Vec<PathBuf> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(OLD))
        .map(|entry| entry.path())
        .collect();
    if old.is_empty() {
        return;
    }
    // There may be a million files in it, and a start does not wait for them.
    std::thread::spawn(move || {
        for folder in old {
            let _stays = fs::remove_dir_all(folder);
        }
    });
}

/// Makes a folder that only its owner can enter, or checks that it is one.
pub fn private_folder(path: &Path) -> Result<(), PathError> {
    let failed = |source| PathError::Io {
        path: path.to_owned(),
        source,
    };
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let metadata = fs::symlink_metadata(path).map_err(failed)?;
    let not_private = |reason: String| PathError::NotPrivate {
        path: path.to_owned(),
        reason,
    };
    if !metadata.is_dir() {
        return Err(not_private("it is not a folder".to_owned()));
    }
    let user = rustix::process::getuid().as_raw();
    if metadata.uid() != user {
        return Err(not_private(format!(
            "it belongs to uid {}, you are {user}",
            metadata.uid()
        )));
    }
    match metadata.mode() & 0o077 {
        0 => Ok(()),
        mode => Err(not_private(format!("its mode gives others {mode:03o}"))),
    }
}

/// Names this build of the program: its release and what its file is. Not where it is: the copy that
/// `warpdock shim` makes has the same time, and meets the same daemon.
pub fn build_id() -> String {
    let file = fs::metadata("/proc/self/exe")
        .map(|file| format!("{} {} {}", file.size(), file.mtime(), file.mtime_nsec()))
        .unwrap_or_default();
    format!(
        "{}-{}",
        env!("CARGO_PKG_VERSION"),
        &hex(&Sha256::digest(file))[..12]
    )
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("open");
        fs::create_dir(&folder).expect("made");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("opened");
        assert!(matches!(
            private_folder(&folder),
            Err(PathError::NotPrivate { .. })
        ));
    }

    #[test]
    fn a_symlink_in_its_place_is_refused() {
        let home = tempfile::tempdir().expect("a temporary folder");
        private_folder(&home.path().join("real")).expect("made");
        symlink(home.path().join("real"), home.path().join("link")).expect("linked");
        assert!(matches!(
            private_folder(&home.path().join("link")),
            Err(PathError::NotPrivate { .. })
        ));
    }

    #[test]
    fn a_socket_folder_is_new_each_time_whatever_was_in_it() {
        let home = tempfile::tempdir().expect("a temporary folder");
        private_folder(&home.path().join("key")).expect("made");
        let folder = home.path().join("key/run");
        for _ in 0..3 {
            fresh_socket_folder(&folder).expect("made");
            assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 0);
            fs::create_dir_all(folder.join("init.sock/x")).expect("a folder in its way");
        }
    }

    #[test]
    fn a_private_folder_is_made_once_and_used_again() {
        let home = tempfile::tempdir().expect("a temporary folder");
        private_folder(&home.path().join("x")).expect("made");
        private_folder(&home.path().join("x")).expect("used again");
    }
}
