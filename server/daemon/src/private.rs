//! Files under the state folder, which are the person's alone: folders 0700, files 0600, written
//! whole or not at all.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Makes a folder and those above it; the folder itself is closed to others, whoever made it.
pub fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    close(path, 0o700)
}

/// Opens a file to append to.
pub fn append(path: &Path) -> io::Result<File> {
    path.parent().map_or(Ok(()), folder)?;
    let file = File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    close(path, 0o600)?;
    Ok(file)
}

/// Replaces a file by one with these bytes: a reader sees the old or the new.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(name);
    let mut file = File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&fresh)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        let _was_not_made = fs::remove_file(&fresh);
    }
    written
}

/// An earlier release left it open to others.
fn close(path: &Path, mode: u32) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    match metadata.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => fs::set_permissions(path, Permissions::from_mode(mode)),
    }
}
