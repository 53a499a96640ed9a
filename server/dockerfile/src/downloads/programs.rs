//! The table of the programs that download. It is looked up elsewhere: here is only what they are.

/// A program: its names, the subcommands that download, its default host, how it is kept offline.
pub(super) struct Program {
    pub(super) names: &'static [&'static str],
    /// Empty: the program downloads whatever it is told.
    pub(super) subcommands: &'static [&'static str],
    pub(super) host: Option<&'static str>,
    pub(super) offline: &'static [&'static str],
    /// Counts only with an address in its arguments.
    pub(super) needs_address: bool,
}

const fn program(
    names: &'static [&'static str],
    subcommands: &'static [&'static str],
    host: Option<&'static str>,
) -> Program {
    Program {
        names,
        subcommands,
        host,
        offline: &[],
        needs_address: false,
    }
}

/// The programs that are known to download.
pub(super) const PROGRAMS: &[Program] = &[
    Program {
        offline: &["--no-index"],
        ..program(
            &["pip", "pip3"],
            &["install", "download", "wheel"],
            Some("pypi.org"),
        )
    },
    program(&["pipx"], &["install", "run", "inject"], Some("pypi.org")),
    program(
        &["pipenv"],
        &["install", "sync", "update"],
        Some("pypi.org"),
    ),
    Program {
        offline: &["--offline", "--no-index"],
        ..program(
            &["uv"],
            &[
                "pip install",
                "pip sync",
                "sync",
                "add",
                "lock",
                "tool install",
                "python install",
            ],
            Some("pypi.org"),
        )
    },
    program(
        &["poetry", "pdm"],
        &["install", "add", "update", "sync", "lock"],
        Some("pypi.org"),
    ),
    program(&["easy_install"], &[], Some("pypi.org")),
    Program {
        offline: &["--offline"],
        ..program(
            &["conda", "mamba", "micromamba"],
            &["env create", "env update", "install", "create", "update"],
            Some("conda.anaconda.org"),
        )
    },
    Program {
        offline: &["--no-download"],
        ..program(
            &["apt-get", "apt", "aptitude"],
            &[
                "update",
                "install",
                "upgrade",
                "dist-upgrade",
                "full-upgrade",
                "build-dep",
                "source",
                "download",
                "satisfy",
            ],
            None,
        )
    },
    program(
        &["add-apt-repository"],
        &[],
        Some("ppa.launchpadcontent.net"),
    ),
    Program {
        offline: &["--no-network"],
        ..program(&["apk"], &["add", "update", "upgrade", "fetch"], None)
    },
    Program {
        offline: &["--cacheonly", "-C"],
        ..program(
            &["yum", "dnf", "microdnf", "tdnf"],
            &[
                "install",
                "update",
                "upgrade",
                "groupinstall",
                "makecache",
                "localinstall",
                "builddep",
                "distro-sync",
            ],
            None,
        )
    },
    program(
        &["zypper"],
        &[
            "install", "in", "refresh", "ref", "update", "up", "dup", "addrepo", "ar",
        ],
        None,
    ),
    Program {
        needs_address: true,
        ..program(&["rpm"], &[], None)
    },
    program(
        &["pacman"],
        &["-S", "-Sy", "-Syu", "-Syyu", "-Syy", "-Su"],
        None,
    ),
    program(&["curl", "wget", "wget2", "aria2c", "axel"], &[], None),
    program(
        &["git"],
        &[
            "clone",
            "fetch",
            "pull",
            "submodule update",
            "lfs pull",
            "lfs fetch",
            "ls-remote",
        ],
        None,
    ),
    program(&["svn"], &["checkout", "co", "export", "update"], None),
    program(&["hg"], &["clone", "pull"], None),
    Program {
        offline: &["--offline"],
        ..program(
            &["npm", "pnpm"],
            &["install", "i", "ci", "add", "update", "exec", "fetch"],
            Some("registry.npmjs.org"),
        )
    },
    Program {
        offline: &["--offline"],
        ..program(
            &["yarn"],
            &["install", "add", "global add", ""],
            Some("registry.npmjs.org"),
        )
    },
    program(&["npx", "bunx"], &[], Some("registry.npmjs.org")),
    program(
        &["bun"],
        &["install", "add", "i"],
        Some("registry.npmjs.org"),
    ),
    program(
        &["go"],
        &["get", "install", "mod download", "mod tidy"],
        Some("proxy.golang.org"),
    ),
    Program {
        offline: &["--offline", "--frozen"],
        ..program(
            &["cargo"],
            &["install", "fetch", "build", "update", "binstall"],
            Some("index.crates.io"),
        )
    },
    program(
        &["rustup"],
        &[
            "install",
            "update",
            "toolchain install",
            "target add",
            "component add",
            "default",
        ],
        Some("static.rust-lang.org"),
    ),
    Program {
        offline: &["--local"],
        ..program(
            &["gem"],
            &["install", "update", "fetch"],
            Some("rubygems.org"),
        )
    },
    Program {
        offline: &["--local"],
        ..program(
            &["bundle", "bundler"],
            &["install", "update", ""],
            Some("rubygems.org"),
        )
    },
    program(
        &["composer"],
        &[
            "install",
            "require",
            "update",
            "create-project",
            "global require",
        ],
        Some("repo.packagist.org"),
    ),
    Program {
        offline: &["-o", "--offline"],
        ..program(
            &["mvn", "mvnw"],
            &[
                "install",
                "package",
                "verify",
                "dependency:go-offline",
                "compile",
            ],
            Some("repo.maven.apache.org"),
        )
    },
    program(
        &["dotnet"],
        &["restore", "build", "publish", "tool install"],
        Some("api.nuget.org"),
    ),
    program(
        &["huggingface-cli", "hf"],
        &["download"],
        Some("huggingface.co"),
    ),
    program(&["gdown"], &[], Some("drive.google.com")),
    program(&["apt-key"], &["adv"], None),
    Program {
        needs_address: true,
        ..program(
            &["aws", "gsutil", "gcloud", "rclone", "rsync", "scp"],
            &[],
            None,
        )
    },
    program(&["docker", "podman"], &["pull"], None),
    program(&["nvm", "fnm", "n"], &["install"], Some("nodejs.org")),
    program(&["pyenv"], &["install"], Some("www.python.org")),
    program(&["playwright"], &["install"], None),
    program(&["cpanm", "cpan"], &[], Some("www.cpan.org")),
    program(&["luarocks"], &["install"], Some("luarocks.org")),
];
