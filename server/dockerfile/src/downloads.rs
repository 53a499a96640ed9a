//! Which programs download, and from where. A table, and the reading of a few options.

/// What a command downloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Download {
    /// The program and its subcommand.
    pub(crate) what: String,
    /// Hosts in its arguments, else its default.
    pub(crate) hosts: Vec<String>,
}

/// A program: its names, the subcommands that download, its default host, how it is kept offline.
struct Program {
    names: &'static [&'static str],
    /// Empty: the program downloads whatever it is told.
    subcommands: &'static [&'static str],
    host: Option<&'static str>,
    offline: &'static [&'static str],
    /// Counts only with an address in its arguments.
    needs_address: bool,
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

const PROGRAMS: &[Program] = &[
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

/// The options of pip, uv and the like that take the place of the default host.
const INDEX_OPTIONS: [&str; 5] = [
    "--index-url",
    "-i",
    "--index",
    "--default-index",
    "--registry",
];

/// How many words start the real program: `sudo -E`, `env A=1`, `python -m`.
pub(crate) fn wrapper_length(words: &[&str]) -> usize {
    let mut length = 0;
    while let Some(word) = words.get(length) {
        // Options of a wrapper that take a word.
        let options: &[&str] = match base_name(word) {
            "sudo" => &["-u", "-g", "-C", "-h", "-p"],
            "env" => &["-u", "-C"],
            "nice" | "ionice" => &["-n", "-c"],
            "time" | "exec" | "command" | "nohup" | "builtin" | "eval" | "retry" => &["-a", "-f"],
            "timeout" => &["-k", "-s"],
            "xargs" => &["-n", "-P", "-I", "-d", "-L", "-a", "-s"],
            "gosu" | "su-exec" => &[],
            word if is_python(word) && words.get(length + 1) == Some(&"-m") => {
                return length + 2;
            }
            _ => return length,
        };
        let takes_argument = matches!(base_name(word), "timeout" | "gosu" | "su-exec");
        length += 1;
        while let Some(option) = words.get(length) {
            match option {
                _ if options.contains(option) => length += 2,
                _ if option.starts_with('-') => length += 1,
                _ if is_assignment(option) => length += 1,
                _ => break,
            }
        }
        length += usize::from(takes_argument);
    }
    length.min(words.len())
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '_')
    })
}

fn is_python(program: &str) -> bool {
    program
        .strip_prefix("python")
        .is_some_and(|rest| rest.chars().all(|it| it.is_ascii_digit() || it == '.'))
}

fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// What `words`, a program and its arguments, download.
pub(crate) fn of(words: &[&str]) -> Option<Download> {
    let (program_word, arguments) = words.split_first()?;
    let name = base_name(program_word);
    let unversioned = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    let program = PROGRAMS.iter().find(|program| {
        program.names.contains(&name) || (unversioned == "pip" && program.names.contains(&"pip"))
    })?;
    let subcommand = match program.subcommands {
        [] => "",
        subcommands => find_subcommand(subcommands, arguments)?,
    };
    if arguments.iter().any(|it| program.offline.contains(it)) || only_asks(arguments) {
        return None;
    }
    let addresses: Vec<String> = arguments.iter().filter_map(|word| host(word)).collect();
    let has_address = arguments.iter().any(|word| word.contains("://"));
    if program.needs_address && !has_address {
        return None;
    }
    if is_local(program, arguments, &addresses) {
        return None;
    }
    let index = arguments.iter().any(|word| {
        INDEX_OPTIONS
            .iter()
            .any(|option| word.split('=').next() == Some(option))
    });
    let mut hosts = addresses;
    let remote_file = program.names.contains(&"pip") && all_requirements_are_addresses(arguments);
    if let (Some(default), false, false) = (program.host, index, remote_file) {
        hosts.push(default.to_owned());
    }
    hosts.sort();
    hosts.dedup();
    let what = match subcommand {
        "" => name.to_owned(),
        _ => format!("{name} {subcommand}"),
    };
    Some(Download { what, hosts })
}

/// The subcommand among `arguments`, options skipped; `""` in the list: none at all will do.
fn find_subcommand(
    subcommands: &'static [&'static str],
    arguments: &[&str],
) -> Option<&'static str> {
    let plain: Vec<&str> = arguments
        .iter()
        .copied()
        .filter(|word| !word.starts_with('-') || word.starts_with("-S"))
        .collect();
    let matches = |subcommand: &str| {
        let parts: Vec<&str> = subcommand.split(' ').collect();
        match parts.as_slice() {
            [""] => plain.is_empty(),
            // Options with a value may stand before: `apt-get -o a=b install`, `git -C dir pull`.
            [only] => plain.iter().take(3).any(|word| word == only),
            parts => plain.windows(parts.len()).take(2).any(|it| it == parts),
        }
    };
    subcommands.iter().copied().find(|it| matches(it))
}

fn only_asks(arguments: &[&str]) -> bool {
    matches!(
        arguments,
        ["--version" | "-V" | "--help" | "-h" | "version" | "help"]
    )
}

/// Whether everything that is asked for is a file of the image.
fn is_local(program: &Program, arguments: &[&str], addresses: &[String]) -> bool {
    if !addresses.is_empty() {
        return false;
    }
    let is_path = |word: &&str| word.starts_with('/') || word.starts_with("./");
    let mut wanted = arguments
        .iter()
        .filter(|word| !word.starts_with('-'))
        .skip(1)
        .peekable();
    let is_pip = program.names.contains(&"pip");
    if is_pip && !arguments.contains(&"--no-deps") {
        return false;
    }
    let takes_files =
        is_pip || program.names.contains(&"apt-get") || program.names.contains(&"yum");
    takes_files
        && wanted.peek().is_some()
        && wanted.all(|word| is_path(word) || *word == "." || word.ends_with(".whl"))
}

fn all_requirements_are_addresses(arguments: &[&str]) -> bool {
    let no_deps = arguments.contains(&"--no-deps");
    let mut wanted = arguments
        .iter()
        .filter(|word| !word.starts_with('-'))
        .skip(1)
        .peekable();
    no_deps && wanted.peek().is_some() && wanted.all(|word| word.contains("://"))
}

/// The host of the address in `word`: `https://host/…`, `--option=https://host`, `git@host:path`.
pub(crate) fn host(word: &str) -> Option<String> {
    let authority = match word.split_once("://") {
        Some((scheme, rest)) if !scheme.ends_with("file") => {
            rest.split(['/', '?', '#', '"', '\'', ' ']).next()?
        }
        Some(_) => return None,
        None => {
            let rest = word.strip_prefix("git@")?;
            rest.split([':', '/']).next()?
        }
    };
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?.to_ascii_lowercase();
    let is_host = host.contains('.') || host == "localhost";
    let plain = host
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_'));
    (is_host && plain).then_some(host)
}
