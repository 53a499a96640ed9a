//! What RUN installs with pip, uv, conda and the systems' package managers: names, versions and
//! where from, with their places. What is wrong with it is the rules' business.

use dockerfile::range::TextRange;

use crate::facts::{Argument, Facts, RunCommand};

/// A command that installs packages.
#[derive(Debug, Clone)]
pub struct Install<'f> {
    /// The command.
    pub command: &'f RunCommand,
    /// With what.
    pub tool: Tool,
    /// What, in the order of the command.
    pub packages: Vec<Package<'f>>,
    /// Indexes and pages of links.
    pub sources: Vec<Source<'f>>,
    /// It also installs what a file lists.
    pub from_file: bool,
    /// `--no-deps`.
    pub no_dependencies: bool,
    /// `-U`.
    pub upgrade: bool,
}

/// What a command installs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// pip, and uv where it does pip's work.
    Pip,
    /// conda and its kin.
    Conda,
    /// apt, dnf and their kin.
    System,
}

/// A package of an install command.
#[derive(Debug, Clone)]
pub struct Package<'f> {
    /// The name: lower case, `-` for `_` and `.`.
    pub name: String,
    /// What stands in brackets.
    pub extras: Vec<String>,
    /// The version, where it is exactly one: without `==`.
    pub version: Option<String>,
    /// There is another condition on the version.
    pub bounded: bool,
    /// Where it comes from, if that is no index.
    pub from: Origin,
    /// The word.
    pub word: &'f Argument,
}

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An index.
    Index,
    /// A wheel, by file or address.
    Wheel,
    /// Sources: git, an archive, a folder.
    Sources,
}

/// An index, or a page of links.
#[derive(Debug, Clone)]
pub struct Source<'f> {
    /// What it is.
    pub kind: SourceKind,
    /// Its address, or the name of uv's backend.
    pub url: String,
    /// The word; `None`: a variable gives it.
    pub word: Option<&'f Argument>,
}

/// The kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// `--index-url`: nothing but this.
    Index,
    /// `--extra-index-url`: this too.
    Extra,
    /// `--find-links`: this too.
    Links,
    /// `--torch-backend`: uv picks PyTorch's index.
    Backend,
}

/// pip's and uv's options that take a word.
const PIP_VALUES: &[&str] = &[
    "-c",
    "-C",
    "-t",
    "-p",
    "--constraint",
    "--target",
    "--platform",
    "--prefix",
    "--root",
    "--trusted-host",
    "--python",
    "--cache-dir",
    "--timeout",
    "--retries",
    "--progress-bar",
    "--config-settings",
    "--config-setting",
    "--index-strategy",
    "--no-binary",
    "--only-binary",
    "--global-option",
    "--install-option",
    "--build-option",
    "--proxy",
    "--log",
    "--cert",
    "--src",
    "--exists-action",
    "--implementation",
    "--abi",
    "--python-version",
    "--upgrade-strategy",
    "--group",
    "--resolution",
    "--prerelease",
    "--no-binary-package",
    "--no-build-package",
    "--no-build-isolation-package",
    "--override",
    "--build-constraint",
    "--keyring-provider",
    "--resume-retries",
    "--upgrade-package",
    "-P",
    "--refresh-package",
    "--link-mode",
    "--report",
    "--root-user-action",
    "--use-feature",
    "--allow-insecure-host",
    "--exclude-newer",
];

/// conda's options that take a word.
const CONDA_VALUES: &[&str] = &[
    "-n",
    "--name",
    "-p",
    "--prefix",
    "-c",
    "--channel",
    "--repodata-fn",
    "--solver",
    "-f",
    "--file",
    "--platform",
    "-r",
    "--root-prefix",
    "--log-level",
];

/// Every install command, in the order of the file.
pub fn installs<'f>(file: &'f Facts<'_>) -> Vec<Install<'f>> {
    file.run_commands()
        .filter_map(|command| install(file, command))
        .collect()
}

/// What a command installs.
pub fn install<'f>(file: &Facts<'_>, command: &'f RunCommand) -> Option<Install<'f>> {
    let (tool, arguments) = tool(command)?;
    let mut install = Install {
        command,
        tool,
        packages: Vec::new(),
        sources: Vec::new(),
        from_file: false,
        no_dependencies: false,
        upgrade: false,
    };
    match tool {
        Tool::Pip => {
            install.pip(arguments);
            install.pip_variables(file);
        }
        Tool::Conda => install.conda(arguments),
        Tool::System => {
            for word in arguments.iter().filter(|it| !it.text().starts_with('-')) {
                install.packages.extend(system_package(word));
            }
        }
    }
    Some(install)
}

fn tool(command: &RunCommand) -> Option<(Tool, &[Argument])> {
    let arguments = command.arguments();
    let verb = arguments
        .iter()
        .position(|it| !it.text().starts_with('-'))?;
    let rest = &arguments[verb + 1..];
    let verb = arguments[verb].text();
    let name = command.name();
    let is_pip = name
        .strip_prefix("pip")
        .is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit() || it == b'.'));
    match (name, verb) {
        _ if is_pip && verb == "install" => Some((Tool::Pip, rest)),
        ("uv", "pip") if rest.first().is_some_and(|it| it.text() == "install") => {
            Some((Tool::Pip, &rest[1..]))
        }
        ("uv", "add") => Some((Tool::Pip, rest)),
        ("conda" | "mamba" | "micromamba", "install" | "create" | "update") => {
            Some((Tool::Conda, rest))
        }
        ("apt-get" | "apt" | "aptitude" | "yum" | "dnf" | "microdnf" | "zypper", "install") => {
            Some((Tool::System, rest))
        }
        ("apk", "add") => Some((Tool::System, rest)),
        _ => None,
    }
}

impl<'f> Install<'f> {
    /// The package of this name.
    pub fn package(&self, name: &str) -> Option<&Package<'f>> {
        self.packages.iter().find(|it| it.name == name)
    }

    fn pip(&mut self, arguments: &'f [Argument]) {
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let text = word.text();
            let (option, value) = match text.split_once('=') {
                Some((option, value)) if text.starts_with("--") => (option, Some(value)),
                _ => (text, None),
            };
            let kind = match option {
                "-i" | "--index-url" | "--default-index" | "--pypi-url" => SourceKind::Index,
                "--extra-index-url" | "--index" => SourceKind::Extra,
                "-f" | "--find-links" => SourceKind::Links,
                "--torch-backend" => SourceKind::Backend,
                "-r" | "--requirement" | "--requirements" => {
                    self.from_file = true;
                    if value.is_none() {
                        words.next();
                    }
                    continue;
                }
                "--no-deps" => {
                    self.no_dependencies = true;
                    continue;
                }
                "-U" | "--upgrade" => {
                    self.upgrade = true;
                    continue;
                }
                "-e" | "--editable" => {
                    if let Some(word) = words.next() {
                        self.packages.extend(source_package(word));
                    }
                    continue;
                }
                _ if option.starts_with("-r") && !option.starts_with("--") => {
                    self.from_file = true;
                    continue;
                }
                _ if PIP_VALUES.contains(&option) => {
                    if value.is_none() {
                        words.next();
                    }
                    continue;
                }
                _ if option.starts_with('-') => continue,
                _ => {
                    self.packages.extend(pip_package(word));
                    continue;
                }
            };
            let (word, url) = match value {
                Some(url) => (word, url),
                None => match words.next() {
                    Some(word) => (word, word.text()),
                    None => return,
                },
            };
            self.sources.push(Source {
                kind,
                url: url.to_owned(),
                word: Some(word),
            });
        }
    }

    /// pip and uv also read their options from variables.
    fn pip_variables(&mut self, file: &Facts<'_>) {
        let variables = [
            ("PIP_INDEX_URL", SourceKind::Index),
            ("UV_INDEX_URL", SourceKind::Index),
            ("UV_DEFAULT_INDEX", SourceKind::Index),
            ("PIP_EXTRA_INDEX_URL", SourceKind::Extra),
            ("UV_EXTRA_INDEX_URL", SourceKind::Extra),
            ("UV_INDEX", SourceKind::Extra),
            ("PIP_FIND_LINKS", SourceKind::Links),
            ("UV_TORCH_BACKEND", SourceKind::Backend),
        ];
        for (name, kind) in variables {
            let assigned = self.command.assignments.iter().find(|(it, _)| it == name);
            let value = match assigned {
                Some((_, value)) => value.value.clone(),
                None => file.variable(self.command.stage, self.command.instruction, name),
            };
            if let Some(url) = value.filter(|it| !it.is_empty()) {
                self.sources.push(Source {
                    kind,
                    url,
                    word: None,
                });
            }
        }
    }

    fn conda(&mut self, arguments: &'f [Argument]) {
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let text = word.text();
            match text {
                "-f" | "--file" => {
                    self.from_file = true;
                    words.next();
                }
                "-c" | "--channel" => {
                    if let Some(word) = words.next() {
                        self.sources.push(Source {
                            kind: SourceKind::Extra,
                            url: word.text().to_owned(),
                            word: Some(word),
                        });
                    }
                }
                _ if CONDA_VALUES.contains(&text) => {
                    words.next();
                }
                _ if text.starts_with('-') => {}
                _ => self.packages.extend(conda_package(word)),
            }
        }
    }
}

/// `torch==2.1.0+cu118`, `jax[cuda12]>=0.4`, `name @ git+https://…`, `git+https://…`, `x.whl`, `.`.
fn pip_package(word: &Argument) -> Option<Package<'_>> {
    let text = word.text();
    let address = text
        .split_once('@')
        .map_or(text, |(_, behind)| behind.trim());
    let is_address = address.contains("://") || address.starts_with("git+");
    let is_path = text.starts_with(['.', '/']) || text.contains(".whl");
    if is_address || is_path {
        return source_package(word);
    }
    let name_end = text
        .find(|it: char| !it.is_ascii_alphanumeric() && !matches!(it, '-' | '_' | '.'))
        .unwrap_or(text.len());
    if name_end == 0 {
        return None;
    }
    let (name, mut rest) = text.split_at(name_end);
    let mut extras = Vec::new();
    if let Some((list, behind)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
        extras = list.split(',').map(|it| it.trim().to_owned()).collect();
        rest = behind;
    }
    let rest = rest.split(';').next().unwrap_or(rest).trim();
    let version = rest
        .strip_prefix("===")
        .or_else(|| rest.strip_prefix("=="))
        .map(str::trim)
        .filter(|it| !it.contains([',', '*', '$']) && !it.is_empty());
    Some(Package {
        name: normalised(name),
        extras,
        version: version.map(str::to_owned),
        bounded: version.is_none() && !rest.is_empty(),
        from: Origin::Index,
        word,
    })
}

/// A wheel, an archive, a repository, a folder.
fn source_package(word: &Argument) -> Option<Package<'_>> {
    let text = word.text();
    let (named, address) = match text.split_once('@') {
        Some((name, address)) if !name.contains(['/', ':']) => (Some(name.trim()), address.trim()),
        _ => (None, text),
    };
    let address = address.split(['#', '?']).next().unwrap_or(address);
    let file = address
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or("");
    if let Some(stem) = file.strip_suffix(".whl") {
        let mut parts = stem.split('-');
        let name = parts.next().unwrap_or(stem);
        let version = parts.next().map(|it| it.replace("%2B", "+"));
        return Some(Package {
            name: normalised(named.unwrap_or(name)),
            extras: Vec::new(),
            version,
            bounded: false,
            from: Origin::Wheel,
            word,
        });
    }
    let name = file.split('@').next().unwrap_or(file);
    let name = name.strip_suffix(".git").unwrap_or(name);
    Some(Package {
        name: normalised(named.unwrap_or(name)),
        extras: Vec::new(),
        version: None,
        bounded: false,
        from: Origin::Sources,
        word,
    })
}

/// `pytorch-cuda=11.8`, `conda-forge::cudatoolkit=11.3.*`, `pytorch==2.1.0=py3.10_cuda11.8`.
fn conda_package(word: &Argument) -> Option<Package<'_>> {
    let text = word.text();
    let text = text.rsplit("::").next().unwrap_or(text);
    let name_end = text
        .find(['=', '<', '>', '!', ' ', '['])
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    if name.is_empty() {
        return None;
    }
    let pinned = rest.trim_start_matches('=');
    let pinned = pinned.split('=').next().unwrap_or(pinned).trim();
    let pinned = pinned.trim_end_matches(".*").trim_end_matches('*');
    let exact = rest.starts_with('=') && pinned.starts_with(|it: char| it.is_ascii_digit());
    Some(Package {
        name: normalised(name),
        extras: Vec::new(),
        version: exact.then(|| pinned.to_owned()),
        bounded: !exact && !rest.is_empty(),
        from: Origin::Index,
        word,
    })
}

/// `libcudnn8=8.9.0.131-1+cuda11.8`.
fn system_package(word: &Argument) -> Option<Package<'_>> {
    let text = word.text();
    let (name, version) = match text.split_once('=') {
        Some((name, version)) => (name, Some(version.to_owned())),
        None => (text, None),
    };
    Some(Package {
        name: name.to_ascii_lowercase(),
        extras: Vec::new(),
        version,
        bounded: false,
        from: Origin::Index,
        word,
    })
}

/// The form of a Python package's name that two spellings share.
fn normalised(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(['_', '.'], "-")
}

/// Where `part` stands in a word; all of the word where that cannot be told.
pub fn range_in(word: &Argument, part: &str) -> TextRange {
    match word.raw.find(part) {
        // With a continuation or escapes within, the written word is longer than its text.
        Some(offset) if word.raw.len() == word.range.len() && !part.is_empty() => {
            let start = word.range.start + offset;
            TextRange::new(start, start + part.len())
        }
        _ => word.range,
    }
}

/// The first `cuNNN` in a text, as written.
pub fn cuda_word(text: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(offset) = text.get(from..)?.find("cu") {
        let start = from + offset;
        let digits = text[start + 2..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        let before = text[..start].chars().next_back();
        let alone = before.is_none_or(|it| !it.is_ascii_alphanumeric());
        if alone && (2..=3).contains(&digits) {
            return Some(&text[start..start + 2 + digits]);
        }
        from = start + 2;
    }
    None
}
