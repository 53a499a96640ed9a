//! What RUN installs with pip, uv, conda and the systems' package managers: names, versions and
//! where from, with their places. What is wrong with it is the rules' business.

use dockerfile::range::TextRange;

use crate::{
    base::BaseFacts,
    facts::{Argument, Facts, RunCommand},
    gpu_installs::packages::{conda_package, pip_package, source_package, system_package},
};

mod packages;
#[cfg(test)]
mod tests;

/// A command that installs packages.
#[derive(Debug, Clone)]
pub struct Install {
    /// The command.
    pub command: RunCommand,
    /// With what.
    pub tool: Tool,
    /// What, in the order of the command.
    pub packages: Vec<Package>,
    /// Indexes and pages of links.
    pub sources: Vec<Source>,
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
pub struct Package {
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
    pub word: Argument,
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
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// Its address, or the name of uv's backend.
    pub url: String,
    /// The word; `None`: a variable gives it.
    pub word: Option<Argument>,
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
const PIP_VALUES: &str = "-c -C -t -p --constraint --target --platform --prefix --root --trusted-host --python \
    --cache-dir --timeout --retries --progress-bar --config-settings --config-setting --index- \
    strategy --no-binary --only-binary --global-option --install-option --build-option --proxy \
    --log --cert --src --exists-action --implementation --abi --python-version --upgrade- \
    strategy --group --resolution --prerelease --no-binary-package --no-build-package --no- \
    build-isolation-package --override --build-constraint --keyring-provider --resume-retries \
    --upgrade-package -P --refresh-package --link-mode --report --root-user-action --use- \
    feature --allow-insecure-host --exclude-newer";

/// conda's options that take a word.
const CONDA_VALUES: &str = "-n --name -p --prefix -c --channel --repodata-fn --solver -f --file --platform -r --root- \
    prefix --log-level";

/// What a file installs, found out once.
#[derive(Debug)]
pub(crate) struct Installed {
    installs: Vec<Install>,
}

impl Facts<'_> {
    /// The install commands, in the order of the file.
    pub fn installs(&self) -> &[Install] {
        &self.installed().installs
    }

    /// What is known of the image from outside that a stage is built on.
    pub fn base(&self, stage: usize) -> Option<&BaseFacts> {
        self.images.get(stage)?.base.as_deref()
    }

    fn installed(&self) -> &Installed {
        self.installed.get_or_init(|| Installed {
            installs: self
                .run_commands()
                .filter_map(|command| install(self, command))
                .collect(),
        })
    }
}

/// What a command installs.
fn install(file: &Facts<'_>, command: &RunCommand) -> Option<Install> {
    let (tool, arguments) = tool(command)?;
    if tool == Tool::System && !arguments.iter().any(is_of_gpus) {
        return None;
    }
    let mut install = Install {
        command: command.clone(),
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
            for word in arguments.iter().filter(|it| is_of_gpus(it)) {
                install.packages.extend(system_package(word));
            }
        }
    }
    Some(install)
}

/// Of the systems' packages nothing else is asked for.
fn is_of_gpus(word: &Argument) -> bool {
    let text = word.text();
    text.contains("cuda") || text.contains("nvidia")
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

impl Install {
    /// The package of this name.
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|it| it.name == name)
    }

    fn pip(&mut self, arguments: &[Argument]) {
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
                _ if takes_word(PIP_VALUES, option) => {
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
                word: Some(word.clone()),
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

    fn conda(&mut self, arguments: &[Argument]) {
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
                            word: Some(word.clone()),
                        });
                    }
                }
                _ if takes_word(CONDA_VALUES, text) => {
                    words.next();
                }
                _ if text.starts_with('-') => {}
                _ => self.packages.extend(conda_package(word)),
            }
        }
    }
}

fn takes_word(options: &str, option: &str) -> bool {
    options.split_whitespace().any(|it| it == option)
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
