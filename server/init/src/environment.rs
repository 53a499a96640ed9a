//! The environment of a session: what the engine gave PID 1, what a shell expects of its
//! user, what the client asked for, in this order. Pure.

use std::collections::BTreeMap;

use crate::users::Identity;

/// What docker sets where an image says nothing.
pub(crate) const DEFAULT_PATH: &str =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const DEFAULT_TERM: &str = "xterm-256color";

/// Names and values.
pub(crate) type Environment = BTreeMap<Vec<u8>, Vec<u8>>;

/// What decides a session's environment.
pub(crate) struct Origin<'a> {
    /// What PID 1 got.
    pub(crate) inherited: &'a Environment,
    /// PID 1's user.
    pub(crate) own: &'a Identity,
    /// The session's user.
    pub(crate) user: &'a Identity,
    /// The shell that exists for that user.
    pub(crate) shell: Option<&'a str>,
    /// It has a terminal.
    pub(crate) terminal: bool,
    /// The client's changes.
    pub(crate) changes: &'a [(String, Option<String>)],
}

/// The session's environment.
pub(crate) fn environment(origin: &Origin<'_>) -> Environment {
    let mut environment = origin.inherited.clone();
    let same_user = origin.own.uid == origin.user.uid;
    let home = origin.user.home.as_deref().unwrap_or("/");
    // The engine sets HOME to PID 1's home where the image does not set it. An image's own
    // HOME holds for every user, as with `docker exec --user`.
    let engine_home = origin.own.home.as_deref().unwrap_or("/");
    let of_the_engine = |value: &Vec<u8>| value.as_slice() == engine_home.as_bytes();
    if !same_user
        && environment
            .get(b"HOME".as_slice())
            .is_some_and(of_the_engine)
    {
        environment.remove(b"HOME".as_slice());
    }
    let mut defaults = vec![
        ("HOME", home),
        ("PATH", DEFAULT_PATH),
        ("USER", origin.user.name.as_str()),
        ("LOGNAME", origin.user.name.as_str()),
    ];
    if let Some(shell) = origin.shell {
        defaults.push(("SHELL", shell));
    }
    if origin.terminal {
        defaults.push(("TERM", DEFAULT_TERM));
    }
    for (name, value) in defaults {
        environment
            .entry(name.into())
            .or_insert_with(|| value.into());
    }
    for (name, value) in origin.changes {
        match value {
            Some(value) => environment.insert(name.clone().into(), value.clone().into()),
            None => environment.remove(name.as_bytes()),
        };
    }
    environment
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn user(name: &str, uid: u32) -> Identity {
        Identity {
            uid,
            gid: uid,
            groups: vec![uid],
            name: name.to_owned(),
            home: (uid < 2000).then(|| format!("/home/{name}")),
            shell: None,
        }
    }

    fn check(
        inherited: &[(&str, &str)],
        user: &Identity,
        changes: &[(&str, Option<&str>)],
        expect: Expect,
    ) {
        let inherited = inherited
            .iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect();
        let changes: Vec<_> = changes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
            .collect();
        let environment = environment(&Origin {
            inherited: &inherited,
            own: &self::user("root", 0),
            user,
            shell: Some("/bin/bash"),
            terminal: true,
            changes: &changes,
        });
        let mut text = String::new();
        for (name, value) in environment {
            text.push_str(&String::from_utf8_lossy(&name));
            text.push('=');
            text.push_str(&String::from_utf8_lossy(&value));
            text.push('\n');
        }
        expect.assert_eq(&text);
    }

    #[test]
    fn another_user_gets_its_own_home() {
        check(
            &[("HOME", "/home/root"), ("PATH", "/opt/conda/bin:/bin")],
            &user("dev", 1000),
            &[],
            expect![[r#"
                HOME=/home/dev
                LOGNAME=dev
                PATH=/opt/conda/bin:/bin
                SHELL=/bin/bash
                TERM=xterm-256color
                USER=dev
            "#]],
        );
    }

    #[test]
    fn an_image_that_sets_home_keeps_it() {
        check(
            &[("HOME", "/workspace")],
            &user("4242", 4242),
            &[
                ("TERM", Some("screen")),
                ("USER", None),
                ("LANG", Some("C.UTF-8")),
            ],
            expect![[r#"
                HOME=/workspace
                LANG=C.UTF-8
                LOGNAME=4242
                PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
                SHELL=/bin/bash
                TERM=screen
            "#]],
        );
    }
}
