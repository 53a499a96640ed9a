//! What a shell is asked for with its arguments, and how that is asked of a shell in the container.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt, OsStringExt},
};

use crate::cli::shim::place::Place;

/// How this process was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The shell.
    pub shell: &'static str,
    /// With a dash before its name.
    pub login: bool,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// What it is asked for. Places are those of the arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A shell to type at, or that reads what is piped into it.
    Terminal,
    /// `-c LINE`.
    Line { at: usize },
    /// A file with lines.
    Script { at: usize },
    /// Its version or its help, which is not about the container.
    OfTheProgram,
}

/// Options that take the next argument, beside `-c`.
const WITH_VALUE: &[&str] = &["--init-file", "--rcfile", "--init-command", "--features"];

/// Reads the arguments as bash, zsh, dash and fish do.
pub fn read(called: &Called) -> Asked {
    let arguments = &called.arguments;
    let mut at = 0;
    let (mut line, mut input) = (false, false);
    while let Some(argument) = arguments.get(at) {
        let bytes = argument.as_bytes();
        match bytes {
            b"--" | b"-" => {
                at += 1;
                break;
            }
            b"--version" | b"--help" => return Asked::OfTheProgram,
            b"--command" => line = true,
            [b'-', b'-', ..] => {
                if WITH_VALUE.iter().any(|it| it.as_bytes() == bytes) {
                    at += 1;
                }
            }
            [sign @ (b'-' | b'+'), letters @ ..] => {
                line |= *sign == b'-' && letters.contains(&b'c');
                input |= *sign == b'-' && letters.contains(&b's');
                at += letters
                    .iter()
                    .filter(|letter| takes_value(called.shell, **letter))
                    .count();
            }
            _ => break,
        }
        at += 1;
    }
    match arguments.get(at) {
        Some(_) if line => Asked::Line { at },
        Some(_) if !input => Asked::Script { at },
        // `-c` without a line: the shell itself says what is wrong.
        None if line => Asked::OfTheProgram,
        Some(_) | None => Asked::Terminal,
    }
}

/// The same line or script for a shell in the container; `None`: the script is not there.
pub fn inside(called: &Called, asked: &Asked, place: &Place) -> Option<Vec<Vec<u8>>> {
    let mut argv = vec![called.shell.as_bytes().to_vec()];
    let arguments = &called.arguments;
    let at = match asked {
        Asked::Line { at } | Asked::Script { at } => *at,
        Asked::Terminal | Asked::OfTheProgram => return None,
    };
    if called.login {
        argv.push(b"-l".to_vec());
    }
    let mut options = arguments[..at].iter();
    while let Some(option) = options.next() {
        // A file of this machine.
        if option == "--init-file" || option == "--rcfile" {
            options.next();
            continue;
        }
        argv.push(option.clone().into_vec());
    }
    match asked {
        Asked::Line { .. } => argv.push(place.line(arguments[at].as_bytes())),
        _ => argv.push(place.file(&arguments[at])?.into_bytes()),
    }
    argv.extend(arguments[at + 1..].iter().map(|it| it.clone().into_vec()));
    Some(argv)
}

/// The same for an image that has no other shell than `sh`: of options `-c` alone is known
/// everywhere.
pub fn for_sh(argv: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let called = Called {
        shell: "sh",
        login: false,
        arguments: argv.into_iter().skip(1).map(OsString::from_vec).collect(),
    };
    let (at, option) = match read(&called) {
        Asked::Line { at } => (at, Some(OsStr::new("-c"))),
        Asked::Script { at } => (at, None),
        Asked::Terminal | Asked::OfTheProgram => (0, None),
    };
    std::iter::once(OsStr::new("sh"))
        .chain(option)
        .chain(called.arguments[at..].iter().map(OsString::as_os_str))
        .map(|word| word.as_bytes().to_vec())
        .collect()
}

/// Letters whose value is the next argument.
fn takes_value(shell: &str, letter: u8) -> bool {
    match shell {
        "fish" => matches!(letter, b'C' | b'o' | b'd' | b'D'),
        "bash" => matches!(letter, b'o' | b'O'),
        _ => letter == b'o',
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn called(line: &str) -> Called {
        let mut words = line.split(' ');
        let shell = match words.next() {
            Some("bash") => "bash",
            Some("fish") => "fish",
            other => panic!("{other:?}"),
        };
        Called {
            shell,
            login: false,
            arguments: words.map(OsString::from).collect(),
        }
    }

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let called = called(line);
        let at = |at: usize| called.arguments[at].to_string_lossy().into_owned();
        let found = match read(&called) {
            Asked::Terminal => "terminal".to_owned(),
            Asked::OfTheProgram => "program".to_owned(),
            Asked::Line { at: place } => format!("line {}", at(place)),
            Asked::Script { at: place } => format!("script {}", at(place)),
        };
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn a_line_is_found_behind_every_form_of_options() {
        check("bash -c LINE", "line LINE");
        check("bash -lc LINE name a", "line LINE");
        check("bash -l -c LINE", "line LINE");
        check("bash -c -l LINE", "line LINE");
        check("bash --login -ic LINE", "line LINE");
        check("bash -o pipefail -c LINE", "line LINE");
        check("bash -eo pipefail -c LINE", "line LINE");
        check("bash +O extglob -c LINE", "line LINE");
        check("bash -c -- LINE", "line LINE");
        check("fish -C init -c LINE", "line LINE");
        check("fish --command LINE", "line LINE");
    }

    #[test]
    fn terminals_scripts_and_questions_are_told_apart() {
        check("bash --init-file /x/shellIntegration-bash.sh", "terminal");
        check("bash -i", "terminal");
        check("bash -s a b", "terminal");
        check("bash -l", "terminal");
        check("bash run.sh -c x", "script run.sh");
        check("bash -x -- run.sh", "script run.sh");
        check("bash --version", "program");
        check("bash -c", "program");
    }

    #[test]
    fn a_shell_inside_is_asked_for_the_same() {
        let place = Place {
            outside: PathBuf::from("/w"),
            named: "/w".to_owned(),
            inside: "/app".to_owned(),
        };
        let words = |argv: Vec<Vec<u8>>| {
            let argv = argv.iter().map(|word| String::from_utf8_lossy(word));
            argv.collect::<Vec<_>>().join("|")
        };
        let called = called("bash --rcfile x -o pipefail -c LINE name");
        let argv = inside(&called, &read(&called), &place).expect("it is a line");
        assert_eq!(words(argv.clone()), "bash|-o|pipefail|-c|LINE|name");
        assert_eq!(words(for_sh(argv)), "sh|-c|LINE|name");
    }
}
