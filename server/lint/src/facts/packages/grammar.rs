//! What package managers understand: their names, what their words ask for, and how their options
//! are written. Which of these take the next word is in `options`.

use crate::facts::packages::options;

/// The managers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the program of that name")]
pub enum Manager {
    AptGet,
    Apt,
    Aptitude,
    Apk,
    Yum,
    Dnf,
    Microdnf,
    Zypper,
    Pip,
    Pipx,
    Uv,
    Npm,
    Yarn,
    Gem,
    Go,
}

/// What a manager is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Install packages.
    Install,
    /// Install groups of packages.
    InstallGroup,
    /// Install modules.
    InstallModule,
    /// Get the lists of packages.
    Refresh,
    /// Bring what is installed up to date.
    Upgrade,
    /// Take packages away.
    Remove,
    /// Take the cache away.
    Clean,
    /// Run a package without installing it.
    Run,
    /// Anything else.
    Other,
}

/// How a manager's options are written.
#[derive(Debug)]
pub struct Grammar {
    /// The options that take the next word.
    pub values: &'static [&'static str],
    /// `-qy` is `-q -y`.
    pub clusters: bool,
}

impl Manager {
    /// The manager that a program is, by its name without folder.
    pub fn of(program: &str) -> Option<Manager> {
        Some(match program {
            "apt-get" => Manager::AptGet,
            "apt" => Manager::Apt,
            "aptitude" => Manager::Aptitude,
            "apk" => Manager::Apk,
            "yum" => Manager::Yum,
            "dnf" | "dnf5" => Manager::Dnf,
            "microdnf" => Manager::Microdnf,
            "zypper" => Manager::Zypper,
            "pipx" => Manager::Pipx,
            "uv" => Manager::Uv,
            "npm" => Manager::Npm,
            "yarn" | "yarnpkg" => Manager::Yarn,
            "gem" => Manager::Gem,
            "go" => Manager::Go,
            _ => {
                let version = program.strip_prefix("pip")?;
                let is_version = |it: u8| it.is_ascii_digit() || it == b'.' || it == b'-';
                return version.bytes().all(is_version).then_some(Manager::Pip);
            }
        })
    }

    /// How its options are written.
    pub fn grammar(self) -> &'static Grammar {
        match self {
            Manager::AptGet | Manager::Apt | Manager::Aptitude => &options::APT,
            Manager::Apk => &options::APK,
            Manager::Yum | Manager::Dnf | Manager::Microdnf => &options::DNF,
            Manager::Zypper => &options::ZYPPER,
            Manager::Pip | Manager::Pipx | Manager::Uv => &options::PIP,
            Manager::Npm => &options::NPM,
            Manager::Yarn => &options::YARN,
            Manager::Gem => &options::GEM,
            Manager::Go => &options::GO,
        }
    }

    /// Whether more words are needed to know what these ask for.
    pub(super) fn goes_on(self, words: &[&str]) -> bool {
        match (self, words) {
            (Manager::Yum | Manager::Dnf | Manager::Microdnf, [only]) => {
                matches!(*only, "module" | "group" | "groups" | "environment")
            }
            (Manager::Uv, [only]) => matches!(*only, "pip" | "tool" | "cache"),
            (Manager::Pip | Manager::Npm, ["cache"]) => true,
            (Manager::Yarn, [only]) => matches!(*only, "global" | "cache" | "workspace"),
            (Manager::Yarn, ["workspace", _]) => true,
            _ => false,
        }
    }

    /// What these words ask for.
    pub(super) fn action(self, words: &[&str]) -> Action {
        match self {
            Manager::AptGet | Manager::Apt | Manager::Aptitude => apt(words),
            Manager::Apk => match words {
                ["add"] => Action::Install,
                ["update"] => Action::Refresh,
                ["upgrade"] => Action::Upgrade,
                ["del"] => Action::Remove,
                _ => Action::Other,
            },
            Manager::Yum | Manager::Dnf | Manager::Microdnf => dnf(words),
            Manager::Zypper => match words {
                ["install" | "in"] => Action::Install,
                ["update" | "up" | "patch" | "dist-upgrade" | "dup"] => Action::Upgrade,
                ["refresh" | "ref"] => Action::Refresh,
                ["remove" | "rm"] => Action::Remove,
                ["clean" | "cc"] => Action::Clean,
                _ => Action::Other,
            },
            Manager::Pip => match words {
                ["install"] => Action::Install,
                ["uninstall"] => Action::Remove,
                ["cache", "purge"] => Action::Clean,
                _ => Action::Other,
            },
            Manager::Pipx => match words {
                ["install" | "inject"] => Action::Install,
                ["run"] => Action::Run,
                _ => Action::Other,
            },
            Manager::Uv => match words {
                ["pip" | "tool", "install"] | ["add"] => Action::Install,
                ["tool", "run"] => Action::Run,
                ["cache", "clean" | "prune"] => Action::Clean,
                _ => Action::Other,
            },
            Manager::Npm => match words {
                ["install" | "i" | "add" | "in" | "ins" | "inst" | "isntall"] => Action::Install,
                ["cache", "clean"] => Action::Clean,
                ["update" | "up" | "upgrade"] => Action::Upgrade,
                ["uninstall" | "rm" | "remove"] => Action::Remove,
                _ => Action::Other,
            },
            Manager::Yarn => match words {
                [] | ["install" | "add"] | ["global", "add"] => Action::Install,
                ["workspace", _, "install" | "add"] => Action::Install,
                ["cache", "clean" | "clear"] => Action::Clean,
                _ => Action::Other,
            },
            Manager::Gem => match words {
                ["install" | "i"] => Action::Install,
                ["cleanup"] => Action::Clean,
                ["update"] => Action::Upgrade,
                _ => Action::Other,
            },
            Manager::Go => match words {
                ["install" | "get"] => Action::Install,
                ["run"] => Action::Run,
                ["clean"] => Action::Clean,
                _ => Action::Other,
            },
        }
    }
}

fn apt(words: &[&str]) -> Action {
    match words {
        ["install"] => Action::Install,
        ["update"] => Action::Refresh,
        ["upgrade" | "dist-upgrade" | "full-upgrade" | "safe-upgrade" | "reinstall"] => {
            Action::Upgrade
        }
        ["remove" | "purge"] => Action::Remove,
        // Mostly there is nothing to take away, and then nothing is asked.
        ["autoremove" | "autopurge"] => Action::Other,
        ["clean" | "distclean" | "dist-clean" | "autoclean"] => Action::Clean,
        _ => Action::Other,
    }
}

fn dnf(words: &[&str]) -> Action {
    match words {
        ["install" | "in" | "localinstall"] => Action::Install,
        ["groupinstall"] | ["group" | "groups" | "environment", "install"] => Action::InstallGroup,
        ["module", "install"] => Action::InstallModule,
        ["update" | "upgrade" | "up" | "upgrade-minimal" | "up-min" | "update-minimal"] => {
            Action::Upgrade
        }
        ["distro-sync" | "dsync" | "swap" | "downgrade" | "reinstall" | "rei"] => Action::Upgrade,
        ["makecache" | "check-update"] => Action::Refresh,
        ["remove" | "erase"] => Action::Remove,
        ["clean"] => Action::Clean,
        _ => Action::Other,
    }
}

impl Grammar {
    /// Whether the value of this option is the next word.
    pub(super) fn takes_next(&self, option: &str) -> bool {
        if option.contains('=') && option.starts_with("--") {
            return false;
        }
        if self.values.contains(&option) {
            return true;
        }
        // `-qt stable`: the last letter of several.
        let last = option.char_indices().next_back();
        match last {
            Some((at, letter)) if self.clusters && at > 1 && !option.starts_with("--") => {
                let letters = &option[1..at];
                let takes_rest = letters.chars().any(|it| self.takes(it));
                letters.chars().all(|it| it.is_ascii_alphabetic())
                    && !takes_rest
                    && self.takes(letter)
            }
            _ => false,
        }
    }

    fn takes(&self, letter: char) -> bool {
        self.values
            .iter()
            .any(|it| it.len() == 2 && it.ends_with(letter))
    }
}
