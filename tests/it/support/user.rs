//! An ordinary user of this machine, outside the docker group. Needs root, as the
//! engine does.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

/// The password of users that have one.
pub(crate) const PASSWORD: &str = "open sesame";

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
    pub(crate) fn may_sudo(self, program: &str) -> User {
        let rule = format!("{} ALL=(root) NOPASSWD:SETENV: {program}\n", self.name);
        self.sudoers(&rule)
    }

    /// The same, and sudo asks for the user's password.
    #[track_caller]
    pub(crate) fn may_sudo_with_password(self, program: &str) -> User {
        let rule = format!("{} ALL=(root) {program}\n", self.name);
        self.with_password().sudoers(&rule)
    }

    /// As [`User::may_sudo_with_password`], and sudo never remembers that it was given.
    #[track_caller]
    pub(crate) fn may_sudo_with_password_each_time(self, program: &str) -> User {
        let name = &self.name;
        let rule = format!("{name} ALL=(root) {program}\nDefaults:{name} timestamp_timeout=0\n");
        self.with_password().sudoers(&rule)
    }

    /// Gives the user the password [`PASSWORD`].
    #[track_caller]
    pub(crate) fn with_password(self) -> User {
        let hash = Command::new("openssl")
            .args(["passwd", "-6", PASSWORD])
            .output()
            .expect("openssl is installed");
        let hash = String::from_utf8_lossy(&hash.stdout).trim().to_owned();
        run("usermod", &["--password", &hash, &self.name]);
        self
    }

    #[track_caller]
    fn sudoers(mut self, rules: &str) -> User {
        let path = PathBuf::from(format!("/etc/sudoers.d/{}", self.name));
        let rules = format!("{rules}Defaults:{} !requiretty\n", self.name);
        fs::write(&path, rules).expect("sudo is installed and tests run as root");
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
