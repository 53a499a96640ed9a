//! Reading the container's account files, at each use: an image may change them.

use std::fs::File;
use std::io::Read;

use crate::users::{Accounts, Ids};

/// More than any real one; a device in its place must not fill memory.
const MAX_LENGTH: u64 = 4 << 20;

/// The files as they are now.
pub(crate) fn read() -> Accounts {
    Accounts {
        passwd: text("/etc/passwd"),
        group: text("/etc/group"),
    }
}

/// Init's own ids.
pub(crate) fn own_ids() -> Ids {
    let groups = rustix::process::getgroups().unwrap_or_default();
    Ids {
        uid: rustix::process::getuid().as_raw(),
        gid: rustix::process::getgid().as_raw(),
        groups: groups
            .into_iter()
            .map(rustix::process::Gid::as_raw)
            .collect(),
    }
}

fn text(path: &str) -> String {
    let mut bytes = Vec::new();
    // A named pipe in its place would never open.
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) | Err(_) => return String::new(),
    }
    if let Ok(file) = File::open(path) {
        // What was read before an error is still true.
        let _ = file.take(MAX_LENGTH).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
