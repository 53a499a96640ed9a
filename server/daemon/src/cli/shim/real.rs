//! The real shell of this machine: where it is, and becoming it.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{self, Write},
    os::unix::{ffi::OsStrExt, fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use crate::cli::shim::arguments::Called;

/// Where shells are when PATH does not say.
const FOLDERS: [&str; 5] = [
    "/bin",
    "/usr/bin",
    "/usr/local/bin",
    "/run/current-system/sw/bin",
    "/opt/homebrew/bin",
];

/// The name of the folder that the links to us are in.
const OURS: &str = "shim";

/// Becomes the shell of that name, with the same arguments; returns only when there is none.
pub fn become_shell(called: &Called) -> ExitCode {
    let surroundings = Surroundings::of_this_process();
    let shell = find(called.shell, &surroundings);
    let Some((file, is_it)) = shell else {
        let _closed = writeln!(
            io::stderr(),
            "warpdock: there is no {} on this machine but this stand-in, and no sh either: install one\r",
            called.shell
        );
        return ExitCode::from(127);
    };
    let mut command = Command::new(&file);
    if is_it {
        command.args(&called.arguments);
    }
    if called.login {
        let mut name = OsString::from("-");
        name.push(file.file_name().unwrap_or_default());
        command.arg0(name);
    }
    let error = command.exec();
    let _closed = writeln!(
        io::stderr(),
        "warpdock: cannot start {}: {error}\r",
        file.display()
    );
    ExitCode::from(126)
}

/// What decides which shell is found.
struct Surroundings {
    path: OsString,
    shell: Option<PathBuf>,
    /// The user's shell in passwd.
    of_user: Option<PathBuf>,
    /// This program's file, by device and inode.
    own: Option<(u64, u64)>,
}

impl Surroundings {
    fn of_this_process() -> Surroundings {
        let own = fs::metadata("/proc/self/exe").ok();
        Surroundings {
            path: std::env::var_os("PATH").unwrap_or_default(),
            shell: std::env::var_os("SHELL").map(PathBuf::from),
            of_user: shell_of_user(),
            own: own.map(|file| (file.dev(), file.ino())),
        }
    }
}

/// The shell of that name, and whether it is one; else another, which would not understand the
/// arguments.
fn find(name: &str, surroundings: &Surroundings) -> Option<(PathBuf, bool)> {
    let folders = std::env::split_paths(&surroundings.path).filter(|folder| folder.is_absolute());
    let folders = folders.chain(FOLDERS.map(PathBuf::from));
    let named = folders.map(|folder| folder.join(name));
    let known = [&surroundings.shell, &surroundings.of_user];
    let known: Vec<PathBuf> = known.into_iter().flatten().cloned().collect();
    let of_that_name = known
        .iter()
        .filter(|file| file.file_name() == Some(OsStr::new(name)));
    let found = named
        .chain(of_that_name.cloned())
        .find(|file| is_shell(file, surroundings));
    if let Some(file) = found {
        return Some((file, true));
    }
    let other = known.into_iter().chain([PathBuf::from("/bin/sh")]);
    let mut other = other.filter(|file| is_shell(file, surroundings));
    other.next().map(|file| (file, false))
}

/// An executable file that is not us: neither this one, nor that of another release, which would
/// look for the shell in its turn and find us.
fn is_shell(file: &Path, surroundings: &Surroundings) -> bool {
    let Ok(metadata) = fs::metadata(file) else {
        return false;
    };
    let in_shim = |path: &Path| path.parent().and_then(Path::file_name) == Some(OsStr::new(OURS));
    let Ok(behind_links) = fs::canonicalize(file) else {
        return false;
    };
    file.is_absolute()
        && metadata.is_file()
        && Some((metadata.dev(), metadata.ino())) != surroundings.own
        && !in_shim(file)
        && !in_shim(&behind_links)
        && behind_links.file_name() != Some(OsStr::new("warpdock"))
        && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

/// From /etc/passwd: other sources of users set SHELL at their login.
fn shell_of_user() -> Option<PathBuf> {
    let passwd = fs::read("/etc/passwd").ok()?;
    let uid = rustix::process::getuid().as_raw().to_string();
    let line = passwd
        .split(|byte| *byte == b'\n')
        .find(|line| line.split(|byte| *byte == b':').nth(2) == Some(uid.as_bytes()))?;
    let shell = line.split(|byte| *byte == b':').nth(6)?;
    Some(PathBuf::from(OsStr::from_bytes(shell))).filter(|shell| shell.is_absolute())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn program(file: &Path) {
        let folder = file.parent().expect("it has a folder");
        fs::create_dir_all(folder).expect("made");
        fs::write(file, "").expect("written");
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    fn surroundings(path: &[&Path], own: Option<&Path>) -> Surroundings {
        Surroundings {
            path: std::env::join_paths(path).expect("no colon"),
            shell: None,
            of_user: None,
            own: own.map(|file| {
                let file = fs::metadata(file).expect("it is there");
                (file.dev(), file.ino())
            }),
        }
    }

    #[test]
    fn the_first_on_path_that_is_not_us_is_the_shell() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        program(&at("data/bin/warpdock"));
        program(&at("older/shim/zsh"));
        program(&at("mine"));
        program(&at("real/zsh"));
        for link in ["a/zsh", "b/zsh"] {
            fs::create_dir_all(at(link).parent().expect("a folder")).expect("made");
        }
        symlink(at("data/bin/warpdock"), at("a/zsh")).expect("linked");
        symlink(at("mine"), at("b/zsh")).expect("linked");
        let folders = ["a", "b", "older/shim", "real"].map(at);
        let folders = folders.each_ref().map(PathBuf::as_path);
        let found = find("zsh", &surroundings(&folders, Some(&at("mine"))));
        assert_eq!(found, Some((at("real/zsh"), true)));
    }

    #[test]
    fn another_shell_is_better_than_none_and_gets_no_arguments() {
        let found = find("warpdock-has-no-such-shell", &surroundings(&[], None));
        assert_eq!(found, Some((PathBuf::from("/bin/sh"), false)));
    }
}
