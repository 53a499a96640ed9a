//! Reads environment files in two dialects, with a place for every variable.
//!
//! - [`Dialect::Dotenv`], the project's `.env`: as `docker compose` reads it, without replacing variables. A line is
//!   `NAME=VALUE`, with `export ` before it if you like. A value in single quotes is taken as it is; in double quotes
//!   `\n`, `\r`, `\t`, `\"`, `\$` and `\\` are read; both may run over several lines. A value without quotes ends at the line's
//!   end or at ` #`. `$NAME` stays as it is: your environment never leaks into the container through a file.
//! - [`Dialect::Docker`], `--env-file`: as `docker run` reads it. Everything after `=` is the value, quotes included;
//!   a name alone takes the user's own value; only lines that start with `#` are comments.

use std::collections::BTreeMap;
use std::path::Path;

use crate::files::Reader;
use crate::jsonc;
use crate::model::{Origin, Setting};
use crate::problem::{Problems, line_text};
use crate::source;

/// How a file is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Dialect<'a> {
    Dotenv,
    Docker {
        local_env: &'a BTreeMap<String, String>,
    },
}

/// Who wants a file, and so what it means that there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// Nobody named it: nothing.
    IfThere,
    /// A setting of ours names it: a warning.
    Named(&'a Origin),
    /// A flag of docker's names it, and docker would refuse: an error.
    Required(&'a Origin),
}

/// Reads a file.
pub(crate) fn load(
    path: &Path,
    dialect: Dialect,
    wanted: Wanted,
    workspace: &Path,
    reader: &Reader,
    problems: &mut Problems,
) -> Vec<(String, Setting<String>)> {
    let error = match reader.read(path) {
        Ok(bytes) => {
            return match jsonc::decode(&bytes, path, problems) {
                Some(text) => parse(&text, path, dialect, problems),
                None => Vec::new(),
            };
        }
        Err(error) => error,
    };
    let name = source::name(workspace, path);
    let missing = format!("the environment file {name} does not exist");
    match (wanted, error.kind() == std::io::ErrorKind::NotFound) {
        (Wanted::IfThere, true) => {}
        (Wanted::IfThere, false) => {
            let message = format!("it cannot be read: {error}");
            problems.error("env-file-unreadable", &source::whole(path), message);
        }
        (Wanted::Named(origin), true) => problems.warning("env-file-missing", origin, missing),
        (Wanted::Required(origin), true) => problems.error("env-file-missing", origin, missing),
        (Wanted::Named(origin) | Wanted::Required(origin), false) => {
            let message = format!("cannot read {name}: {error}");
            problems.error("env-file-unreadable", origin, message);
        }
    }
    Vec::new()
}

/// Reads the text of a file; a broken line is a problem, and the others are still read.
pub(crate) fn parse(
    text: &str,
    path: &Path,
    dialect: Dialect,
    problems: &mut Problems,
) -> Vec<(String, Setting<String>)> {
    let mut entries: Vec<(String, Setting<String>)> = Vec::new();
    let mut scan = Scan {
        text,
        at: 0,
        path,
        problems,
    };
    while scan.at < text.len() {
        let entry = match dialect {
            Dialect::Dotenv => scan.dotenv_line(),
            Dialect::Docker { local_env } => scan.docker_line(local_env),
        };
        let Some((name, setting)) = entry else {
            continue;
        };
        if let Some(known) = entries.iter().position(|(known, _)| *known == name) {
            let (_, known) = entries.remove(known);
            let message = format!(
                "`{name}` is set twice; the one in {} is ignored",
                line_text(&known.origin)
            );
            scan.problems
                .warning("env-duplicate", &setting.origin, message);
        }
        entries.push((name, setting));
    }
    entries
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    path: &'a Path,
    problems: &'a mut Problems,
}

impl<'a> Scan<'a> {
    /// The rest of the present line, without its end.
    fn line(&self) -> &'a str {
        let rest = &self.text[self.at..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn next_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find('\n').map_or(rest.len(), |newline| newline + 1);
    }

    fn skip_blanks(&mut self) {
        let line = self.line();
        self.at += line.len() - line.trim_start().len();
    }

    fn origin(&self, at: usize) -> Origin {
        let (line, column) = jsonc::position(self.text, at);
        Origin::File {
            path: self.path.to_path_buf(),
            line,
            column,
        }
    }

    fn broken(&mut self, at: usize, message: String) {
        let origin = self.origin(at);
        self.problems.error("env-line", &origin, message);
        self.next_line();
    }

    fn docker_line(
        &mut self,
        local_env: &BTreeMap<String, String>,
    ) -> Option<(String, Setting<String>)> {
        self.skip_blanks();
        let (start, line) = (self.at, self.line());
        if line.is_empty() || line.starts_with('#') {
            self.next_line();
            return None;
        }
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (line.trim_end(), local_env.get(line.trim_end()).cloned()),
        };
        if name.is_empty() {
            self.broken(start, "expected a name before `=`".to_owned());
            return None;
        }
        if let Some(blank) = name.find(char::is_whitespace) {
            let message = format!("the name `{name}` has a blank in it; expected `NAME=VALUE`");
            self.broken(start + blank, message);
            return None;
        }
        let origin = self.origin(start);
        self.next_line();
        value.map(|value| (name.to_owned(), Setting { value, origin }))
    }

    fn dotenv_line(&mut self) -> Option<(String, Setting<String>)> {
        self.skip_blanks();
        if self.line().is_empty() || self.line().starts_with('#') {
            self.next_line();
            return None;
        }
        if let Some(rest) = self.line().strip_prefix("export")
            && rest.starts_with([' ', '\t'])
        {
            self.at += "export".len();
            self.skip_blanks();
        }
        let (start, line) = (self.at, self.line());
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        let length = line.find(|letter| !is_part(letter)).unwrap_or(line.len());
        let name = &line[..length];
        if name.is_empty()
            || name.starts_with(|letter: char| letter.is_ascii_digit() || "-.".contains(letter))
        {
            let found = line
                .chars()
                .next()
                .map(|letter| format!(", found `{letter}`"));
            let found = found.unwrap_or_default();
            self.broken(
                start,
                format!("expected a name that starts with a letter or `_`{found}"),
            );
            return None;
        }
        self.at += length;
        self.skip_blanks();
        if !self.line().starts_with('=') {
            let found = match self.line().chars().next() {
                Some(letter) => format!("found `{letter}`"),
                None => "found the end of the line".to_owned(),
            };
            self.broken(self.at, format!("expected `=` after `{name}`, {found}"));
            return None;
        }
        self.at += 1;
        self.skip_blanks();
        let origin = self.origin(start);
        let value = match self.line().chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(name, quote)?,
            _ => self.plain(),
        };
        Some((name.to_owned(), Setting { value, origin }))
    }

    /// To the end of the line, or to a comment.
    fn plain(&mut self) -> String {
        let line = self.line();
        let mut end = line.len();
        for (at, _) in line.match_indices('#') {
            if at == 0 || line[..at].ends_with([' ', '\t']) {
                end = at;
                break;
            }
        }
        let value = line[..end].trim_end().to_owned();
        self.next_line();
        value
    }

    fn quoted(&mut self, name: &str, quote: char) -> Option<String> {
        let open = self.at;
        let mut value = String::new();
        let mut letters = self.text[open + 1..].char_indices();
        let close = loop {
            match letters.next() {
                None => {
                    let message = format!("expected a closing `{quote}` for the value of `{name}`");
                    self.broken(open, message);
                    return None;
                }
                Some((at, letter)) if letter == quote => break open + 1 + at,
                Some((_, '\\')) if quote == '"' => match letters.next() {
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, 'r')) => value.push('\r'),
                    Some((_, 't')) => value.push('\t'),
                    Some((_, letter @ ('"' | '\\' | '$'))) => value.push(letter),
                    Some((_, letter)) => value.extend(['\\', letter]),
                    None => {}
                },
                // A value over several lines has the same line ends on every system.
                Some((at, '\r')) if self.text[open + 1 + at..].starts_with("\r\n") => {}
                Some((_, letter)) => value.push(letter),
            }
        };
        self.at = close + 1;
        self.skip_blanks();
        match self.line().chars().next() {
            None | Some('#') => {
                self.next_line();
                Some(value)
            }
            Some(letter) => {
                let message = format!(
                    "expected the end of the line after the closing `{quote}`, found `{letter}`"
                );
                self.broken(self.at, message);
                None
            }
        }
    }
}

#[cfg(test)]
#[path = "env_file_tests.rs"]
mod tests;
