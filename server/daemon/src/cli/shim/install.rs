//! `warpdock shim`: the links that editors name in their terminal profiles.
//!
//! They are in the user's data folder with a copy of this binary beside them, because an editor's
//! extension lives in a folder that has its version in its name, and a profile outlives it.

use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::ExitCode,
};

use protocol::failure::Tier;
use serde_json::{Map, Value};

use crate::cli::{
    Ended,
    args::{Global, shim::ShimCommand},
    failed::Failed,
    shim::NAMES,
};

/// The copy of this binary, as the links name it.
const PROGRAM: &str = "../bin/warpdock";

/// Makes or removes the links.
pub fn run(global: &Global, command: &ShimCommand) -> Ended {
    let folder = dirs::data_dir().map(|folder| folder.join("warpdock"));
    let folder = folder.ok_or_else(|| {
        Failed::ours(
            "private-folder",
            Tier::Environment,
            "neither HOME nor XDG_DATA_HOME says where to keep the links".to_owned(),
            &["set HOME"],
        )
    })?;
    let done = match command {
        ShimCommand::Install => install(&folder),
        ShimCommand::Remove => remove(&folder),
    };
    done.map_err(|error| {
        Failed::ours(
            "io",
            Tier::Environment,
            format!("cannot change {}: {error}", folder.display()),
            &["free space or fix permissions, then try again"],
        )
    })?;
    let mut out = io::stdout().lock();
    let links = NAMES.map(|name| (name, folder.join("shim").join(name)));
    match command {
        ShimCommand::Install if global.json => {
            let links: Map<String, Value> = links
                .iter()
                .map(|(name, path)| ((*name).to_owned(), path.display().to_string().into()))
                .collect();
            writeln!(out, "{}", Value::Object(links))?;
        }
        ShimCommand::Install => {
            for (_, path) in &links {
                writeln!(out, "{}", path.display())?;
            }
        }
        ShimCommand::Remove if global.json => writeln!(out, "{{}}")?,
        ShimCommand::Remove => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn install(folder: &Path) -> io::Result<()> {
    let (bin, shim) = (folder.join("bin"), folder.join("shim"));
    fs::create_dir_all(&bin)?;
    fs::create_dir_all(&shim)?;
    put_program(&bin.join("warpdock"))?;
    for name in NAMES {
        let link = shim.join(name);
        if fs::read_link(&link).is_ok_and(|target| target == Path::new(PROGRAM)) {
            continue;
        }
        let fresh = fresh(&link);
        symlink(PROGRAM, &fresh)?;
        fs::rename(&fresh, &link)?;
    }
    Ok(())
}

/// Copies this binary there unless it is there. By rename: terminals that run keep the old file,
/// and nobody starts half a new one. The time goes with it, by which a daemon knows its own build.
fn put_program(file: &Path) -> io::Result<()> {
    let own = Path::new("/proc/self/exe");
    let from = fs::metadata(own)?;
    if let Ok(there) = fs::metadata(file)
        && there.len() == from.len()
        && there.modified()? == from.modified()?
    {
        return Ok(());
    }
    let fresh = fresh(file);
    fs::copy(own, &fresh)?;
    fs::set_permissions(&fresh, Permissions::from_mode(0o755))?;
    File::options()
        .write(true)
        .open(&fresh)?
        .set_modified(from.modified()?)?;
    fs::rename(&fresh, file)
}

fn remove(folder: &Path) -> io::Result<()> {
    let links = NAMES.map(|name| folder.join("shim").join(name));
    for file in links.iter().chain([&folder.join("bin/warpdock")]) {
        match fs::remove_file(file) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    for emptied in ["shim", "bin", ""] {
        // What somebody else has put there stays.
        let _not_empty = fs::remove_dir(folder.join(emptied));
    }
    Ok(())
}

/// A name beside a file for what will replace it.
fn fresh(file: &Path) -> PathBuf {
    file.with_extension(format!("{}.new", std::process::id()))
}
