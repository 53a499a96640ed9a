//! What commands leave behind in which folder, as far as their words tell: dependencies, builds,
//! checkouts, downloads.

use crate::facts::settings::join;
use crate::facts::{Argument, RunCommand};

/// What a command makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// What it is, as the object of "makes".
    pub what: What,
    /// Where, absolute.
    pub path: String,
}

/// The kinds of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// Packages that a program needs when it runs, beside its sources.
    Dependencies,
    /// The result of a build.
    Build,
    /// What an editable installation keeps beside the sources.
    Editable,
    /// Sources from a repository.
    Checkout,
    /// Files that are written, copied, downloaded or unpacked.
    Files,
}

/// What `command` makes.
pub fn of(command: &RunCommand) -> Vec<Product> {
    let mut products = Vec::new();
    let meaning = |word: &'_ Argument| word.value.clone().unwrap_or_else(|| UNKNOWN.to_owned());
    let meanings: Vec<String> = command.words.iter().map(meaning).collect();
    let texts: Vec<&str> = meanings.iter().map(String::as_str).collect();
    if let Some((what, place)) = made(&texts)
        && !place.contains(UNKNOWN)
        && !place.starts_with('~')
        && let Some(path) = join(command.directory.as_deref(), &place)
    {
        products.push(Product { what, path });
    }
    for output in &command.outputs {
        if let Some(value) = &output.value
            && !value.starts_with('~')
            && let Some(path) = join(command.directory.as_deref(), value)
        {
            let what = What::Files;
            products.push(Product { what, path });
        }
    }
    products
}

/// Whether a command puts what is in its folder where it belongs, so that the folder is not needed
/// any more: `make install`, `pip install .`.
pub fn installs_elsewhere(command: &RunCommand) -> bool {
    let texts: Vec<&str> = command.words.iter().map(Argument::text).collect();
    let Some((_, arguments)) = texts.split_first() else {
        return false;
    };
    let has = |word: &str| arguments.contains(&word);
    match command.name() {
        "make" | "gmake" | "ninja" | "meson" | "checkinstall" => has("install"),
        "cmake" => has("--install") || has("install"),
        "cargo" | "go" => has("install"),
        "python" | "python3" => has("setup.py") && has("install"),
        "pip" | "pip3" | "uv" => {
            let editable = has("-e") || has("--editable");
            let here = arguments.iter().any(|it| {
                *it == "." || it.starts_with("./") || it.starts_with(".[") || it.ends_with(".whl")
            });
            has("install") && here && !editable
        }
        "dpkg" => has("-i"),
        "npm" => has("install") && (has("-g") || has("--global")) && has("."),
        _ => false,
    }
}

/// The folders that a command deletes.
pub fn deletes(command: &RunCommand) -> Vec<String> {
    if command.name() != "rm" {
        return Vec::new();
    }
    let folder = command.directory.as_deref();
    let words = command.arguments().iter().map(Argument::text);
    words
        .filter(|word| !word.starts_with('-'))
        .filter_map(|word| join(folder, word.trim_end_matches("/*")))
        .collect()
}

/// Stands for a word whose meaning is not known.
const UNKNOWN: &str = "\0";

/// Targets of make that build nothing to keep.
const NO_BUILD: &[&str] = &[
    "--help",
    "--version",
    "-v",
    "check",
    "clean",
    "distclean",
    "install",
    "lint",
    "test",
];

/// What is made, and where from the command's folder.
fn made(words: &[&str]) -> Option<(What, String)> {
    let (program, arguments) = words.split_first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    let has = |word: &str| arguments.contains(&word);
    let value = |names: &[&str]| option(arguments, names);
    let here = |what: What, place: &str| Some((what, place.to_owned()));
    let global = has("-g") || has("--global") || has("global");
    let subcommand = arguments.iter().find(|it| !it.starts_with('-')).copied();
    match (name, subcommand) {
        ("npm", Some("install" | "ci" | "i")) | ("pnpm" | "bun", Some("install" | "i" | "add"))
            if !global =>
        {
            let folder = value(&["--prefix", "-C", "--dir", "--cwd"]).unwrap_or(".");
            Some((What::Dependencies, format!("{folder}/node_modules")))
        }
        ("yarn", None | Some("install" | "add")) if !global && !only_asks(arguments) => {
            let folder = value(&["--cwd"]).unwrap_or(".");
            Some((What::Dependencies, format!("{folder}/node_modules")))
        }
        ("npm" | "yarn" | "pnpm" | "bun", Some("run")) if runs_build(arguments) => {
            here(What::Build, ".")
        }
        ("yarn" | "pnpm", Some("build")) => here(What::Build, "."),
        ("composer", Some("install" | "update" | "require")) if !global => {
            here(What::Dependencies, "vendor")
        }
        ("bundle", Some("install")) if value(&["--path"]).is_some() || has("--deployment") => {
            let path = value(&["--path"]).unwrap_or("vendor/bundle");
            here(What::Dependencies, path)
        }
        ("pip" | "pip3" | "uv", _) if has("install") && (has("-e") || has("--editable")) => {
            let path = value(&["-e", "--editable"])?;
            let is_path = !path.contains("://") && !path.starts_with("git+");
            let path = path.split('[').next().unwrap_or(path);
            is_path.then(|| (What::Editable, path.to_owned()))
        }
        ("pip" | "pip3", Some("install")) => {
            let target = value(&["-t", "--target", "--prefix"])?;
            here(What::Dependencies, target)
        }
        ("uv", Some("sync")) => here(What::Dependencies, ".venv"),
        ("uv", Some("venv")) => here(
            What::Dependencies,
            operand(arguments, &["--python", "-p", "--prompt"], 1).unwrap_or(".venv"),
        ),
        ("venv" | "virtualenv", Some(folder)) => here(What::Dependencies, folder),
        ("conda" | "mamba" | "micromamba", Some("create" | "env")) => {
            here(What::Dependencies, value(&["-p", "--prefix"])?)
        }
        ("make" | "gmake" | "ninja", _) if !arguments.iter().any(|it| NO_BUILD.contains(it)) => {
            here(What::Build, value(&["-C"]).unwrap_or("."))
        }
        ("cmake", _) if has("--build") => here(What::Build, value(&["--build"])?),
        ("cargo", Some("build")) => here(What::Build, value(&["--target-dir"]).unwrap_or("target")),
        ("go", Some("build")) => here(What::Build, value(&["-o"]).unwrap_or(".")),
        ("mvn" | "mvnw", _) if has("package") || has("install") || has("compile") => {
            here(What::Build, "target")
        }
        ("gradle" | "gradlew", Some(_)) if arguments.iter().any(|it| is_gradle_build(it)) => {
            here(What::Build, "build")
        }
        ("dotnet", Some("publish" | "build")) => {
            here(What::Build, value(&["-o", "--output"]).unwrap_or("bin"))
        }
        ("tsc", _) => here(What::Build, value(&["--outDir"]).unwrap_or(".")),
        ("python" | "python3", Some("setup.py")) if has("develop") => here(What::Editable, "."),
        ("python" | "python3", Some("setup.py")) if has("build_ext") && has("--inplace") => {
            here(What::Build, ".")
        }
        ("git", Some("clone")) => Some((What::Checkout, clone_folder(&arguments[1..])?)),
        ("wget", _) => {
            let file = value(&["-O", "--output-document"]).filter(|it| *it != "-")?;
            here(What::Files, file)
        }
        ("curl", _) => here(
            What::Files,
            value(&["-o", "--output"]).filter(|it| *it != "-")?,
        ),
        ("tar", _) => here(What::Files, value(&["-C", "--directory"])?),
        ("unzip", _) => here(What::Files, value(&["-d"])?),
        ("cp" | "mv" | "ln", _) => {
            let operands: Vec<&&str> = arguments.iter().filter(|it| !it.starts_with('-')).collect();
            match operands.as_slice() {
                [_, .., last] => here(What::Files, last),
                _ => None,
            }
        }
        _ => None,
    }
}

fn runs_build(arguments: &[&str]) -> bool {
    let script = arguments.iter().skip_while(|it| **it != "run").nth(1);
    script.is_some_and(|it| *it == "build" || it.starts_with("build:"))
}

fn is_gradle_build(task: &str) -> bool {
    let task = task.rsplit(':').next().unwrap_or(task);
    matches!(
        task,
        "build" | "assemble" | "jar" | "bootJar" | "shadowJar" | "installDist"
    )
}

/// The value of an option: `-o x`, `--output x`, `--output=x`, `-ox`.
fn option<'w>(arguments: &[&'w str], names: &[&str]) -> Option<&'w str> {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        for name in names {
            if word == name {
                return words.next().copied();
            }
            if let Some(rest) = word.strip_prefix(name)
                && name.starts_with("--")
                && let Some(value) = rest.strip_prefix('=')
            {
                return Some(value);
            }
        }
    }
    None
}

/// The argument at `index` that is no option and no value of one of `with_value`.
fn operand<'w>(arguments: &[&'w str], with_value: &[&str], index: usize) -> Option<&'w str> {
    operands(arguments, with_value).get(index).copied()
}

fn operands<'w>(arguments: &[&'w str], with_value: &[&str]) -> Vec<&'w str> {
    let mut operands = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word {
            _ if with_value.contains(word) => {
                words.next();
            }
            _ if word.starts_with('-') => {}
            _ => operands.push(*word),
        }
    }
    operands
}

fn only_asks(arguments: &[&str]) -> bool {
    arguments
        .iter()
        .any(|it| matches!(*it, "--version" | "-v" | "--help"))
}

/// The folder that `git clone` makes.
fn clone_folder(arguments: &[&str]) -> Option<String> {
    let with_value = [
        "-b",
        "--branch",
        "--depth",
        "-c",
        "--config",
        "-j",
        "--jobs",
        "-o",
        "--origin",
        "--reference",
        "--filter",
        "--shallow-since",
    ];
    let operands = operands(arguments, &with_value);
    match operands.as_slice() {
        [url] => {
            let name = url.trim_end_matches('/').rsplit(['/', ':']).next()?;
            Some(name.trim_end_matches(".git").to_owned())
        }
        [_, folder, ..] => Some((*folder).to_owned()),
        [] => None,
    }
}
