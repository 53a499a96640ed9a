//! Splits a text into commands and words as a POSIX shell does, as far as pasted lines need it.

use super::Surroundings;

/// A word, and the text that it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) written: String,
}

/// The commands of a text, parted by `;`, `&&`, `||`, `|`, `&` and ends of lines. Redirections end a command.
pub(super) fn commands(text: &str, surroundings: &Surroundings) -> Result<Vec<Vec<Word>>, String> {
    let mut split = Split {
        letters: text.chars().collect(),
        at: 0,
        surroundings,
    };
    let mut commands = vec![Vec::new()];
    loop {
        split.skip_blanks();
        let Some(letter) = split.peek() else {
            break;
        };
        match letter {
            '\n' | ';' | '&' | '|' => {
                split.at += 1;
                commands.push(Vec::new());
            }
            '>' | '<' => split.skip_to_end_of_command(),
            '#' => split.skip_line(),
            _ => {
                let word = split.word()?;
                match commands.last_mut() {
                    Some(command) => command.push(word),
                    None => commands.push(vec![word]),
                }
            }
        }
    }
    commands.retain(|command: &Vec<Word>| !command.is_empty());
    Ok(commands)
}

struct Split<'a> {
    letters: Vec<char>,
    at: usize,
    surroundings: &'a Surroundings,
}

impl Split<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    /// Blanks, and line ends that a backslash joins; a backslash with blanks after it is what pasting makes of one.
    fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r' | '\u{a0}') => self.at += 1,
                Some('\\') => match self.joined_line() {
                    Some(next) => self.at = next,
                    None => return,
                },
                _ => return,
            }
        }
    }

    /// Where the next line begins, if the backslash here joins it.
    fn joined_line(&self) -> Option<usize> {
        let blanks = self.letters[self.at + 1..]
            .iter()
            .take_while(|letter| matches!(letter, ' ' | '\t' | '\r'))
            .count();
        let end = self.at + 1 + blanks;
        match self.letters.get(end) {
            Some('\n') => Some(end + 1),
            None => Some(end),
            Some(_) => None,
        }
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|letter| letter != '\n') {
            self.at += 1;
        }
    }

    fn skip_to_end_of_command(&mut self) {
        while self
            .peek()
            .is_some_and(|letter| !matches!(letter, '\n' | ';' | '&' | '|'))
        {
            self.at += 1;
        }
        // `2>&1`: the ampersand is the redirection's.
        if self.peek() == Some('&') && self.at > 0 && self.letters[self.at - 1] == '>' {
            self.at += 1;
            self.skip_to_end_of_command();
        }
    }

    fn word(&mut self) -> Result<Word, String> {
        let start = self.at;
        let mut text = String::new();
        if self.peek() == Some('~')
            && self
                .letters
                .get(start + 1)
                .is_none_or(|next| matches!(next, '/' | ' ' | ':'))
        {
            self.at += 1;
            text.push_str(&self.home());
        }
        while let Some(letter) = self.peek() {
            match letter {
                ' ' | '\t' | '\r' | '\n' | '\u{a0}' | ';' | '&' | '|' | '>' | '<' => break,
                '\\' => match self.joined_line() {
                    Some(_) => break,
                    None => {
                        self.at += 1;
                        text.extend(self.next());
                    }
                },
                '\'' | '\u{2018}' | '\u{2019}' => self.single_quoted(&mut text)?,
                '"' | '\u{201c}' | '\u{201d}' => self.double_quoted(&mut text)?,
                '$' | '`' => self.expansion(&mut text)?,
                _ => text.extend(self.next()),
            }
        }
        let written = self.letters[start..self.at].iter().collect();
        Ok(Word { text, written })
    }

    /// Quotes that a web page has bent are quotes.
    fn single_quoted(&mut self, text: &mut String) -> Result<(), String> {
        self.at += 1;
        loop {
            match self.next() {
                Some('\'' | '\u{2018}' | '\u{2019}') => return Ok(()),
                Some(letter) => text.push(letter),
                None => return Err("a single quote is not closed".to_owned()),
            }
        }
    }

    fn double_quoted(&mut self, text: &mut String) -> Result<(), String> {
        self.at += 1;
        loop {
            match self.peek() {
                Some('"' | '\u{201c}' | '\u{201d}') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('$' | '`') => self.expansion(text)?,
                Some('\\') => {
                    self.at += 1;
                    match self.next() {
                        Some(letter @ ('"' | '\\' | '$' | '`')) => text.push(letter),
                        Some('\n') => {}
                        Some(letter) => text.extend(['\\', letter]),
                        None => {}
                    }
                }
                Some(letter) => {
                    self.at += 1;
                    text.push(letter);
                }
                None => return Err("a double quote is not closed".to_owned()),
            }
        }
    }

    /// `$NAME`, `${NAME}`, `${NAME:-default}`, `$(command)`, and a command in backticks.
    fn expansion(&mut self, text: &mut String) -> Result<(), String> {
        let opening = self.next();
        match (opening, self.peek()) {
            (Some('`'), _) => {
                let command = self.until('`')?;
                text.push_str(&self.command(&command)?);
            }
            (_, Some('(')) => {
                self.at += 1;
                let command = self.until(')')?;
                text.push_str(&self.command(&command)?);
            }
            (_, Some('{')) => {
                self.at += 1;
                let inside = self.until('}')?;
                let (name, default) =
                    match inside.split_once(":-").or_else(|| inside.split_once('-')) {
                        Some((name, default)) => (name, Some(default)),
                        None => (inside.as_str(), None),
                    };
                text.push_str(&self.variable(name, default));
            }
            (_, Some(letter)) if letter.is_ascii_alphabetic() || letter == '_' => {
                let mut name = String::new();
                while let Some(letter) = self
                    .peek()
                    .filter(|it| it.is_ascii_alphanumeric() || *it == '_')
                {
                    self.at += 1;
                    name.push(letter);
                }
                text.push_str(&self.variable(&name, None));
            }
            _ => text.push('$'),
        }
        Ok(())
    }

    fn until(&mut self, close: char) -> Result<String, String> {
        let mut inside = String::new();
        loop {
            match self.next() {
                Some(letter) if letter == close => return Ok(inside),
                Some(letter) => inside.push(letter),
                None => return Err(format!("expected `{close}` to close what `$` opened")),
            }
        }
    }

    fn home(&self) -> String {
        self.surroundings
            .home
            .clone()
            .unwrap_or_else(|| "${localEnv:HOME}".to_owned())
    }

    fn folder(&self) -> String {
        self.surroundings
            .cwd
            .clone()
            .unwrap_or_else(|| "${localWorkspaceFolder}".to_owned())
    }

    fn variable(&self, name: &str, default: Option<&str>) -> String {
        let user = self.surroundings.ids.map(|(user, _)| user.to_string());
        let group = self.surroundings.ids.map(|(_, group)| group.to_string());
        match (name, default) {
            ("PWD", _) => self.folder(),
            ("HOME", _) => self.home(),
            ("UID" | "EUID", _) if user.is_some() => user.unwrap_or_default(),
            ("GID", _) if group.is_some() => group.unwrap_or_default(),
            (name, Some(default)) => format!("${{localEnv:{name}:{default}}}"),
            (name, None) => format!("${{localEnv:{name}}}"),
        }
    }

    /// The few commands that people put into such lines.
    fn command(&self, command: &str) -> Result<String, String> {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            ["pwd"] | ["pwd", "-P" | "-L"] => Ok(self.folder()),
            ["id", "-u"] => Ok(self.variable("UID", None)),
            ["id", "-g"] => Ok(self.variable("GID", None)),
            ["whoami"] | ["id", "-un"] => Ok(self.variable("USER", None)),
            ["hostname"] => Ok(self.variable("HOSTNAME", None)),
            ["basename", ..] if command.contains("pwd") || command.contains("PWD") => {
                Ok("${localWorkspaceFolderBasename}".to_owned())
            }
            _ => Err(format!(
                "`$({command})` is a command of your shell; write its result in its place"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        let commands = commands(text, &Surroundings::default()).expect("this can be split");
        commands
            .into_iter()
            .map(|command| command.into_iter().map(|word| word.text).collect())
            .collect()
    }

    #[test]
    fn quotes_joined_lines_and_operators_are_a_shells() {
        assert_eq!(
            words("a 'b c' \"d \\\" e\" f\\ g \\\n h"),
            [["a", "b c", "d \" e", "f g", "h"]]
        );
        assert_eq!(
            words("cd x && docker run y > log 2>&1; z"),
            [vec!["cd", "x"], vec!["docker", "run", "y"], vec!["z"]]
        );
        assert_eq!(words("a \\  \n b # c\nd"), [vec!["a", "b"], vec!["d"]]);
        assert_eq!(words("a ''"), [["a", ""]]);
    }

    #[test]
    fn what_is_not_known_becomes_a_variable() {
        assert_eq!(
            words("$(pwd):/a \"$PWD\" `pwd`"),
            [[
                "${localWorkspaceFolder}:/a",
                "${localWorkspaceFolder}",
                "${localWorkspaceFolder}"
            ]]
        );
        assert_eq!(
            words("~/x $HOME/y ${A:-b} '$A' $"),
            [[
                "${localEnv:HOME}/x",
                "${localEnv:HOME}/y",
                "${localEnv:A:b}",
                "$A",
                "$"
            ]]
        );
        assert!(commands("$(rm -rf x)", &Surroundings::default()).is_err());
        assert!(commands("'open", &Surroundings::default()).is_err());
    }
}
