//! What a command downloads, and from where: the reading of its words and a few options.
//! Which programs download is the table's, [`programs`].

mod programs;

use self::programs::{PROGRAMS, Program};
use crate::shell::wrapper::base_name;

/// What a command downloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Download {
    /// The program and its subcommand.
    pub(crate) what: String,
    /// Hosts in its arguments, else its default.
    pub(crate) hosts: Vec<String>,
}

/// The options of pip, uv and the like that take the place of the default host.
const INDEX_OPTIONS: [&str; 5] = [
    "--index-url",
    "-i",
    "--index",
    "--default-index",
    "--registry",
];

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
