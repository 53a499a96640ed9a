//! The labels of our containers: the truth about what belongs to whom.

use sha2::{Digest, Sha256};

use crate::paths::hex;

/// The workspace folder on the host.
pub const WORKSPACE: &str = "warpdock.workspace";
/// The user's id on the host: one engine serves many users.
pub const UID: &str = "warpdock.uid";
/// The name of the container's folder under the runtime folder, and of its record.
pub const KEY: &str = "warpdock.key";
/// The release that made the container.
pub const RELEASE: &str = "warpdock.release";
/// The host folder with init's socket.
pub const SOCKET_FOLDER: &str = "warpdock.socket-folder";
/// The create-relevant part of the configuration, to tell what has changed.
pub const CONFIG: &str = "warpdock.config";
/// The init binary that the container was made with.
pub const INIT: &str = "warpdock.init";
/// What the command line decided, as JSON: later commands need not repeat it.
pub const OVERRIDES: &str = "warpdock.overrides";
/// How the GPU was asked for, or why not, as JSON.
pub const GPU: &str = "warpdock.gpu";
/// The image, as the project names it.
pub const IMAGE: &str = "warpdock.image";
/// The operation that made the container: what an interrupted one leaves is found by it.
pub const ATTEMPT: &str = "warpdock.attempt";
/// Configuration that an image brings, as JSON; the reference command line reads and writes it.
pub const METADATA: &str = "devcontainer.metadata";
/// As the reference command line sets it, so that its tools find the container.
pub const LOCAL_FOLDER: &str = "devcontainer.local_folder";
/// Likewise.
pub const CONFIG_FILE: &str = "devcontainer.config_file";

/// This user's id as text.
pub fn own_uid() -> String {
    rustix::process::getuid().as_raw().to_string()
}

/// A name for a workspace on an engine that is unique to this user, and readable.
pub fn key(workspace: &std::path::Path, engine: &str) -> String {
    let digest = Sha256::new()
        .chain_update(own_uid())
        .chain_update([0])
        .chain_update(workspace.as_os_str().as_encoded_bytes())
        .chain_update([0])
        .chain_update(engine)
        .finalize();
    let name = workspace.file_name().unwrap_or_default().to_string_lossy();
    format!("{}-{}", slug(&name), &hex(&digest)[..8])
}

/// A name made fit for a container's and an image's: lower case, digits and single dashes.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(40);
    let slug = slug.trim_end_matches('-');
    match slug {
        "" => "workspace".to_owned(),
        slug => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_slug_is_fit_for_names_of_containers_and_images() {
        assert_eq!(slug("My Project (v2)"), "my-project-v2");
        assert_eq!(slug("日本語"), "workspace");
        assert_eq!(slug(&"x".repeat(300)).len(), 40);
    }

    #[test]
    fn a_key_differs_by_folder_and_engine() {
        assert_ne!(key(Path::new("/a/x"), "e"), key(Path::new("/b/x"), "e"));
        assert_ne!(key(Path::new("/a/x"), "e"), key(Path::new("/a/x"), "f"));
        assert_eq!(key(Path::new("/a/x"), "e"), key(Path::new("/a/x"), "e"));
    }
}
