//! Reads flags of `docker run`. Used for `runArgs` and for `explain`; what each flag means is `apply.rs`'s.

pub(crate) mod apply;

use crate::files::Reader;
use crate::flags::{self, Flag, Takes};
use crate::inputs::Inputs;
use crate::layer::{Layer, Rank, with};
use crate::model::{Origin, Setting};
use crate::problem::{Problems, nearest};

/// A flag as it was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) flag: &'static Flag,
    /// `true` or `false` for a flag that takes nothing.
    pub(crate) value: String,
    /// As written, its value included.
    pub(crate) written: String,
    pub(crate) origin: Origin,
}

/// Flags, and what follows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) used: Vec<Used>,
    /// From the first word that is no flag: image, command and its arguments.
    pub(crate) rest: Vec<Setting<String>>,
}

/// Splits words into flags, up to the first word that is none.
pub(crate) fn read(words: &[Setting<String>], problems: &mut Problems) -> Words {
    let mut used = Vec::new();
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let text = word.value.as_str();
        if text == "--" {
            index += 1;
            break;
        }
        if !text.starts_with('-') || text == "-" {
            break;
        }
        index += match text.strip_prefix("--") {
            Some(name) => read_long(name, word, words.get(index + 1), &mut used, problems),
            None => read_short(&text[1..], word, words.get(index + 1), &mut used, problems),
        };
    }
    Words {
        used,
        rest: words.get(index..).unwrap_or_default().to_vec(),
    }
}

/// Reads `--name`, `--name=value`, `--name value`; returns how many words it took.
fn read_long(
    text: &str,
    word: &Setting<String>,
    next: Option<&Setting<String>>,
    used: &mut Vec<Used>,
    problems: &mut Problems,
) -> usize {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let origin = &word.origin;
    if let Some(flag) = flags::long(name) {
        return match (flag.takes, value) {
            (Takes::Nothing, value) => {
                push(used, flag, value.unwrap_or("true"), &word.value, origin);
                1
            }
            (Takes::Value, Some(value)) => {
                push(used, flag, value, &word.value, origin);
                1
            }
            (Takes::Value, None) => value_of_next(flag, word, next, used, problems),
        };
    }
    // `"--gpus all"` in one string: what people write who have a shell in mind.
    if let Some((glued, _)) = name.split_once(char::is_whitespace)
        && let Some(flag) = flags::long(glued)
    {
        let value = text[glued.len()..].trim();
        problems.warning_with(
            "glued-flag",
            origin,
            format!("`{}` is one string with a flag and its value", word.value),
            format!("write two strings: \"--{glued}\", \"{value}\""),
        );
        push(used, flag, value, &word.value, origin);
        return 1;
    }
    unknown(&format!("--{name}"), origin, problems);
    // Most flags take a value, so a word after an unknown one is likely its value, and no second mistake.
    let has_value = value.is_none() && next.is_some_and(|next| !next.value.starts_with('-'));
    1 + usize::from(has_value)
}

/// Reads `-it`, `-v /a:/b`, `-v/a:/b`, `-p=80:80`; returns how many words it took.
fn read_short(
    text: &str,
    word: &Setting<String>,
    next: Option<&Setting<String>>,
    used: &mut Vec<Used>,
    problems: &mut Problems,
) -> usize {
    for (at, letter) in text.char_indices() {
        let Some(flag) = flags::short(letter) else {
            unknown(&format!("-{}", &text[at..]), &word.origin, problems);
            return 1;
        };
        let rest = &text[at + letter.len_utf8()..];
        match flag.takes {
            Takes::Nothing => match rest.strip_prefix('=') {
                Some(value) => {
                    push(
                        used,
                        flag,
                        value,
                        &format!("-{letter}={value}"),
                        &word.origin,
                    );
                    return 1;
                }
                None => push(used, flag, "true", &format!("-{letter}"), &word.origin),
            },
            Takes::Value if rest.is_empty() => {
                let word = with(&word.origin, format!("-{letter}"));
                return value_of_next(flag, &word, next, used, problems);
            }
            Takes::Value => {
                let spaced = rest.starts_with(char::is_whitespace);
                if spaced {
                    problems.warning_with(
                        "glued-flag",
                        &word.origin,
                        format!("`{}` is one string with a flag and its value", word.value),
                        format!("write two strings: \"-{letter}\", \"{}\"", rest.trim()),
                    );
                }
                let value = rest.strip_prefix('=').unwrap_or(rest).trim_start();
                push(
                    used,
                    flag,
                    value,
                    &format!("-{}", &text[at..]),
                    &word.origin,
                );
                return 1;
            }
        }
    }
    1
}

fn value_of_next(
    flag: &'static Flag,
    word: &Setting<String>,
    next: Option<&Setting<String>>,
    used: &mut Vec<Used>,
    problems: &mut Problems,
) -> usize {
    match next {
        Some(next) => {
            let written = format!("{} {}", word.value, next.value);
            push(used, flag, &next.value, &written, &next.origin);
            2
        }
        None => {
            let message = format!("`{}` has no value; expected one after it", word.value);
            problems.error("flag-value", &word.origin, message);
            1
        }
    }
}

fn push(used: &mut Vec<Used>, flag: &'static Flag, value: &str, written: &str, origin: &Origin) {
    used.push(Used {
        flag,
        value: value.to_owned(),
        written: written.to_owned(),
        origin: origin.clone(),
    });
}

fn unknown(written: &str, origin: &Origin, problems: &mut Problems) {
    let message = format!("`{written}` is no flag of docker run");
    let names = flags::FLAGS.iter().map(|flag| flag.name);
    let near = written
        .strip_prefix("--")
        .and_then(|name| nearest(name, names));
    match near {
        Some(name) => {
            let remedy = format!("did you mean `--{name}`?");
            problems.error_with("unknown-flag", origin, message, remedy);
        }
        None => problems.error("unknown-flag", origin, message),
    }
}

/// Reads a list that holds flags only, such as `runArgs`, into its own layer.
pub(crate) fn layer(
    rank: Rank,
    words: &[Setting<String>],
    inputs: &Inputs,
    reader: &Reader,
    problems: &mut Problems,
) -> Layer {
    let words = read(words, problems);
    if let Some(word) = words.rest.first() {
        problems.error(
            "not-a-flag",
            &word.origin,
            format!(
                "`{}` is no flag; only flags of docker run can stand here",
                word.value
            ),
        );
    }
    apply::layer_of(rank, &words.used, inputs, reader, problems)
}
