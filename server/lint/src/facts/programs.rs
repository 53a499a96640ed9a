//! What programs do once they are started: read from a terminal, go to the background, start another.

use std::borrow::Cow;

/// A program and its arguments.
#[derive(Debug, Clone)]
pub struct Program<'w> {
    /// The name without folder and version.
    name: Cow<'w, str>,
    arguments: &'w [&'w str],
}

/// Programs that talk to a terminal when they are started without a script, and end when there is
/// none.
const INTERACTIVE: &[&str] = &[
    "ash",
    "bash",
    "bpython",
    "clojure",
    "csh",
    "dash",
    "erl",
    "fish",
    "ghci",
    "iex",
    "ipython",
    "irb",
    "jshell",
    "julia",
    "ksh",
    "lua",
    "node",
    "perl",
    "php",
    "psql",
    "pwsh",
    "python",
    "R",
    "rails console",
    "scala",
    "sh",
    "sqlite3",
    "swift",
    "tclsh",
    "zsh",
];

/// Programs that start what stands behind them. Scripts of that kind in known images have
/// `entrypoint` in their names.
const WRAPPERS: &[&str] = &[
    "tini",
    "tini-static",
    "dumb-init",
    "catatonit",
    "gosu",
    "su-exec",
    "env",
    "exec",
    "s6-setuidgid",
    "entry.sh",
    "entrypoint",
    "init",
    "my_init",
    "conda",
    "micromamba",
    "nice",
    "setpriv",
    "shell",
];

/// How a program goes to the background.
struct Forks {
    names: &'static [&'static str],
    /// One of these must be among the arguments; empty: it does so by itself.
    when: &'static [&'static str],
    /// One of these keeps it in the foreground; an entry that ends with `*` is a beginning.
    unless: &'static [&'static str],
    /// What to write instead, behind "write".
    instead: &'static str,
}

const FORKS: &[Forks] = &[
    Forks {
        names: &["service"],
        when: &["start", "restart"],
        unless: &[],
        instead: "the service's own program, in the foreground",
    },
    Forks {
        names: &["systemctl"],
        when: &["start", "restart"],
        unless: &[],
        instead: "the service's own program, in the foreground",
    },
    Forks {
        names: &["rc-service"],
        when: &["start", "restart"],
        unless: &[],
        instead: "the service's own program, in the foreground",
    },
    Forks {
        names: &["invoke-rc.d"],
        when: &["start", "restart"],
        unless: &[],
        instead: "the service's own program, in the foreground",
    },
    Forks {
        names: &["nginx"],
        when: &[],
        unless: &[
            "daemon off*",
            "-t",
            "-T",
            "-v",
            "-V",
            "-h",
            "-s",
            "-c*",
            "-p*",
        ],
        instead: "nginx -g 'daemon off;'",
    },
    Forks {
        names: &["sshd"],
        when: &[],
        unless: &["-D*", "-d*", "-i", "-t", "-T", "-e*", "-*D*"],
        instead: "/usr/sbin/sshd -D",
    },
    Forks {
        names: &["apachectl", "apache2ctl"],
        when: &["start", "restart", "graceful"],
        unless: &["FOREGROUND", "-DFOREGROUND"],
        instead: "apachectl -D FOREGROUND",
    },
    Forks {
        names: &["httpd", "apache2"],
        when: &["start", "restart"],
        unless: &["FOREGROUND", "-DFOREGROUND"],
        instead: "httpd -D FOREGROUND",
    },
    Forks {
        names: &["cron"],
        when: &[],
        unless: &["-f*", "-*f"],
        instead: "cron -f",
    },
    Forks {
        names: &["crond"],
        when: &[],
        unless: &["-f*", "-n*", "-d*", "-*f"],
        instead: "crond -f",
    },
    Forks {
        names: &["rsyslogd"],
        when: &[],
        unless: &["-n*", "-N*"],
        instead: "rsyslogd -n",
    },
    Forks {
        names: &["pm2"],
        when: &["start", "restart"],
        unless: &["--no-daemon"],
        instead: "pm2-runtime",
    },
    Forks {
        names: &["gunicorn"],
        when: &["-D", "--daemon"],
        unless: &[],
        instead: "it without --daemon",
    },
    Forks {
        names: &["uwsgi"],
        when: &["-d", "--daemonize", "--daemonize2"],
        unless: &[],
        instead: "it without --daemonize",
    },
    Forks {
        names: &["memcached", "haproxy"],
        when: &["-d", "-D"],
        unless: &["-db"],
        instead: "it without -d",
    },
    Forks {
        names: &["pg_ctl", "pg_ctlcluster"],
        when: &["start", "restart"],
        unless: &["--foreground"],
        instead: "postgres itself",
    },
    Forks {
        names: &["catalina.sh"],
        when: &["start"],
        unless: &[],
        instead: "catalina.sh run",
    },
    Forks {
        names: &["screen"],
        when: &["-dm", "-dmS", "-d"],
        unless: &[],
        instead: "the program itself",
    },
    Forks {
        names: &["tmux"],
        when: &["-d", "start-server"],
        unless: &["attach", "a"],
        instead: "the program itself",
    },
];

impl<'w> Program<'w> {
    /// Reads a program and its arguments.
    pub fn of(words: &'w [&'w str]) -> Program<'w> {
        let (program, arguments) = match words.split_first() {
            Some((program, arguments)) => (*program, arguments),
            None => ("", words),
        };
        Program {
            name: base_name(program),
            arguments,
        }
    }

    /// Whether it talks to a terminal and ends where there is none.
    pub fn is_interactive(&self) -> bool {
        let only_options = self.arguments.iter().all(|argument| {
            matches!(
                *argument,
                "-i" | "-l"
                    | "-il"
                    | "-li"
                    | "--login"
                    | "--interactive"
                    | "-a"
                    | "--norc"
                    | "--noprofile"
            )
        });
        INTERACTIVE.contains(&&*self.name) && only_options
    }

    /// Whether it prepares something and then starts what is given to it.
    pub fn wraps(&self) -> bool {
        let only_options = self
            .arguments
            .iter()
            .all(|argument| argument.starts_with('-'));
        let name = self.name.trim_end_matches(".sh").trim_end_matches(".py");
        let is_script = name.ends_with("entrypoint") || name.ends_with("_entrypoint");
        (is_script || WRAPPERS.contains(&&*self.name) || WRAPPERS.contains(&name)) && only_options
            || (self.name == "conda" || self.name == "micromamba")
    }

    /// What to write instead, if the program goes to the background and so ends at once.
    pub fn forks(&self) -> Option<&'static str> {
        if self.is_init_script() {
            return Some("the service's own program, in the foreground");
        }
        let forks = FORKS.iter().find(|it| it.names.contains(&&*self.name))?;
        let stays = self.arguments.iter().any(|argument| {
            forks
                .unless
                .iter()
                .any(|pattern| matches(pattern, argument))
        });
        let asked = forks.when.is_empty()
            || self.arguments.iter().any(|argument| {
                let name = argument.split('=').next().unwrap_or(argument);
                forks.when.contains(&name)
            });
        (asked && !stays).then_some(forks.instead)
    }

    fn is_init_script(&self) -> bool {
        self.name.starts_with("/etc/init.d/")
            && self
                .arguments
                .iter()
                .any(|it| matches!(*it, "start" | "restart"))
    }
}

/// A pattern with at most two stars.
fn matches(pattern: &str, text: &str) -> bool {
    let text = text.trim_matches(['\'', '"', ';']);
    match pattern.split('*').collect::<Vec<_>>().as_slice() {
        [all] => *all == text,
        [start, ""] => text.starts_with(start),
        [start, end] => text.starts_with(start) && text.ends_with(end),
        [start, middle, _] => text
            .strip_prefix(start)
            .is_some_and(|rest| !text.starts_with("--") && rest.contains(middle)),
        _ => false,
    }
}

/// The name without folder and version, but for scripts of `/etc/init.d`.
fn base_name(program: &str) -> Cow<'_, str> {
    if program.starts_with("/etc/init.d/") {
        return Cow::Borrowed(program);
    }
    let name = program.rsplit('/').next().unwrap_or(program);
    let unversioned = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    match unversioned {
        "python" | "php" | "perl" | "ruby" | "lua" | "ipython" | "pypy" => {
            Cow::Borrowed(unversioned)
        }
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_and_interpreters_need_a_terminal() {
        for line in [
            "/bin/bash",
            "bash -l",
            "python3",
            "python3.11",
            "node",
            "sh -i",
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(Program::of(&words).is_interactive(), "{line}");
        }
        for line in [
            "bash -c x",
            "bash start.sh",
            "python -m http.server",
            "python app.py",
            "redis-server",
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(!Program::of(&words).is_interactive(), "{line}");
        }
    }

    #[test]
    fn services_that_go_to_the_background_are_known() {
        for line in [
            "service nginx start",
            "/etc/init.d/ssh start",
            "nginx",
            "/usr/sbin/sshd",
            "apachectl start",
            "cron",
            "gunicorn --daemon app:app",
            "pm2 start app.js",
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(Program::of(&words).forks().is_some(), "{line}");
        }
        let nginx = ["nginx", "-g", "daemon off;"];
        assert_eq!(Program::of(&nginx).forks(), None);
        for line in [
            "/usr/sbin/sshd -D",
            "sshd -eD",
            "apachectl -D FOREGROUND",
            "cron -f",
            "crond -l 2 -f",
            "gunicorn app:app",
            "pm2-runtime app.js",
            "pm2 start --no-daemon app.js",
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(Program::of(&words).forks(), None, "{line}");
        }
    }
}
