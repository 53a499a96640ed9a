//! Who a session runs as, from the container's passwd and group files. Pure.
//!
//! A static binary must not ask glibc (its name service loads libraries of the
//! container), so the files are read by hand, as docker reads them.

use serde::{Deserialize, Serialize};
use session::frame::Failure;

/// A user as the kernel and a shell know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The user id.
    pub(crate) uid: u32,
    /// The primary group.
    pub(crate) gid: u32,
    /// Supplementary groups.
    pub(crate) groups: Vec<u32>,
    /// The name in passwd, else the uid as text.
    pub(crate) name: String,
    /// The home folder in passwd.
    pub(crate) home: Option<String>,
    /// The login shell in passwd.
    pub(crate) shell: Option<String>,
}

/// The ids that a process has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ids {
    /// The user id.
    pub(crate) uid: u32,
    /// The primary group.
    pub(crate) gid: u32,
    /// Supplementary groups.
    pub(crate) groups: Vec<u32>,
}

/// The container's account files; empty where there are none.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    /// /etc/passwd.
    pub(crate) passwd: String,
    /// /etc/group.
    pub(crate) group: String,
}

struct Passwd<'a> {
    name: &'a str,
    uid: u32,
    gid: u32,
    home: &'a str,
    shell: &'a str,
}

struct Group<'a> {
    name: &'a str,
    gid: u32,
    members: &'a str,
}

impl Accounts {
    /// The user that init itself runs as.
    pub(crate) fn describe(&self, ids: &Ids) -> Identity {
        let entry = self.users().find(|it| it.uid == ids.uid);
        identity(ids.clone(), entry)
    }

    /// The user that `spec` means: `name`, `uid`, `name:group`, `uid:gid`.
    ///
    /// # Errors
    /// When a name is in neither file. An unknown number is allowed, with group 0; init's own
    /// means no change.
    pub(crate) fn resolve(&self, spec: &str, own: &Ids) -> Result<Identity, Failure> {
        let unknown = || Failure::UnknownUser {
            user: spec.to_owned(),
        };
        let (user, group) = match spec.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (spec, None),
        };
        let entry = self.user(user);
        let uid = match &entry {
            Some(entry) => entry.uid,
            None => user.parse().map_err(|_| unknown())?,
        };
        if entry.is_none() && group.is_none() && uid == own.uid {
            return Ok(identity(own.clone(), None));
        }
        let gid = match group {
            None | Some("") => entry.as_ref().map_or(0, |it| it.gid),
            Some(group) => match self.groups().find(|it| it.name == group) {
                Some(group) => group.gid,
                None => group.parse().map_err(|_| unknown())?,
            },
        };
        // As docker does: a group that was asked for is the only one.
        let groups = match (group, &entry) {
            (None, Some(entry)) => self.memberships(entry.name, gid),
            _ => vec![gid],
        };
        Ok(identity(Ids { uid, gid, groups }, entry))
    }

    fn user(&self, user: &str) -> Option<Passwd<'_>> {
        let uid = user.parse::<u32>().ok();
        self.users()
            .find(|it| it.name == user)
            .or_else(|| self.users().find(|it| Some(it.uid) == uid))
    }

    fn memberships(&self, name: &str, gid: u32) -> Vec<u32> {
        let mut groups = vec![gid];
        for group in self.groups() {
            let member = group.members.split(',').any(|it| it == name);
            if member && !groups.contains(&group.gid) {
                groups.push(group.gid);
            }
        }
        groups
    }

    fn users(&self) -> impl Iterator<Item = Passwd<'_>> {
        self.passwd.lines().filter_map(|line| {
            let mut fields = line.split(':');
            Some(Passwd {
                name: fields.next()?,
                uid: fields.nth(1)?.parse().ok()?,
                gid: fields.next()?.parse().ok()?,
                home: fields.nth(1)?,
                shell: fields.next().unwrap_or_default(),
            })
        })
    }

    fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        self.group.lines().filter_map(|line| {
            let mut fields = line.split(':');
            Some(Group {
                name: fields.next()?,
                gid: fields.nth(1)?.parse().ok()?,
                members: fields.next().unwrap_or_default(),
            })
        })
    }
}

fn identity(ids: Ids, entry: Option<Passwd<'_>>) -> Identity {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Identity {
        uid: ids.uid,
        gid: ids.gid,
        groups: ids.groups,
        name: match &entry {
            Some(entry) => entry.name.to_owned(),
            None => ids.uid.to_string(),
        },
        home: entry.as_ref().and_then(|it| text(it.home)),
        shell: entry.as_ref().and_then(|it| text(it.shell)),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn accounts() -> Accounts {
        Accounts {
            passwd: "root:x:0:0:root:/root:/bin/bash\n\
                     # a comment\n\
                     broken\n\
                     dev:x:1000:1000:Dev,,,:/home/dev:/bin/zsh\n\
                     1234:x:77:77::/seventy:/bin/sh\n\
                     svc:x:999:999::/:\n"
                .to_owned(),
            group: "root:x:0:\nvideo:x:44:dev,svc\ndev:x:1000:\nrender:x:109:dev\n".to_owned(),
        }
    }

    fn check(spec: &str, expect: Expect) {
        let own = Ids {
            uid: 5000,
            gid: 5001,
            groups: vec![5001, 44],
        };
        let text = match accounts().resolve(spec, &own) {
            Ok(it) => format!(
                "{} {}:{} {:?} {:?} {:?}",
                it.name, it.uid, it.gid, it.groups, it.home, it.shell
            ),
            Err(failure) => format!("{failure:?}"),
        };
        expect.assert_eq(&text);
    }

    #[test]
    fn names_and_numbers_are_looked_up() {
        check(
            "dev",
            expect![[r#"dev 1000:1000 [1000, 44, 109] Some("/home/dev") Some("/bin/zsh")"#]],
        );
        check(
            "1000",
            expect![[r#"dev 1000:1000 [1000, 44, 109] Some("/home/dev") Some("/bin/zsh")"#]],
        );
        check("svc", expect![[r#"svc 999:999 [999, 44] Some("/") None"#]]);
        check(
            "1234",
            expect![[r#"1234 77:77 [77] Some("/seventy") Some("/bin/sh")"#]],
        );
    }

    #[test]
    fn a_group_that_is_asked_for_is_the_only_one() {
        check(
            "dev:video",
            expect![[r#"dev 1000:44 [44] Some("/home/dev") Some("/bin/zsh")"#]],
        );
        check(
            "dev:5",
            expect![[r#"dev 1000:5 [5] Some("/home/dev") Some("/bin/zsh")"#]],
        );
    }

    #[test]
    fn an_unknown_number_is_allowed_and_an_unknown_name_is_not() {
        check("4242", expect!["4242 4242:0 [0] None None"]);
        check("5000", expect!["5000 5000:5001 [5001, 44] None None"]);
        check("5000:0", expect!["5000 5000:0 [0] None None"]);
        check("4242:4243", expect!["4242 4242:4243 [4243] None None"]);
        check("nobody2", expect![[r#"UnknownUser { user: "nobody2" }"#]]);
        check(
            "dev:wheel",
            expect![[r#"UnknownUser { user: "dev:wheel" }"#]],
        );
        check("", expect![[r#"UnknownUser { user: "" }"#]]);
        check("-1", expect![[r#"UnknownUser { user: "-1" }"#]]);
    }
}
