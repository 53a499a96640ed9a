//! An ordinary user of this machine, outside the docker group. Needs root, as the
//! engine does.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

/// A user that goes when it is dropped.
pub(crate) struct User {
    name: String,
    id: u32,
    sudoers: Option<PathBuf>,
}

impl User {
    /// A new user with a group of its own and no other.
    #[track_caller]
    pub(crate) fn new() -> User {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("wdit{}x{number}", std::process::id());
        run("useradd", &["--no-create-home", "--user-group", &name]);
        let passwd = fs::read_to_string("/etc/passwd").expect("there is a passwd");
        let id = passwd
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}:")))
            .and_then(|rest| rest.split(':').nth(1))
            .and_then(|uid| uid.parse().ok())
            .expect("useradd writes the new user to passwd");
        User {
            name,
            id,
            sudoers: None,
        }
    }

    /// Lets sudo run this program as root for the user, without a password.
    #[track_caller]
    pub(crate) fn may_sudo(mut self, program: &str) -> User {
        let path = PathBuf::from(format!("/etc/sudoers.d/{}", self.name));
        let rule = format!(
            "{} ALL=(root) NOPASSWD:SETENV: {program}\nDefaults:{} !requiretty\n",
            self.name, self.name
        );
        fs::write(&path, rule).expect("sudo is installed and tests run as root");
        self.sudoers = Some(path);
        self
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its user id.
    pub(crate) fn uid(&self) -> u32 {
        self.id
    }

    /// Its group's id, which useradd makes equal where it can.
    pub(crate) fn gid(&self) -> u32 {
        self.id
    }
}

impl Drop for User {
    fn drop(&mut self) {
        if let Some(path) = &self.sudoers {
            let _ = fs::remove_file(path);
        }
        let _ = Command::new("userdel")
            .args(["--force", &self.name])
            .output();
    }
}

#[track_caller]
fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
