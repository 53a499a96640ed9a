//! What the person has agreed to: commands of a project that run on this machine.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
};

use crate::{
    cli::{failed::Failed, style::is_unseen},
    paths::Paths,
    private,
};

/// What was agreed to, by workspace.
#[derive(Debug)]
pub struct Trust {
    file: PathBuf,
    agreed: BTreeMap<String, String>,
}

impl Trust {
    /// Reads what was agreed to before.
    pub fn read(paths: &Paths) -> Trust {
        let file = paths.state.join("trust.json");
        let agreed = fs::read(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Trust { file, agreed }
    }

    /// The command that was agreed to for a workspace.
    pub fn of(&self, workspace: &Path) -> Option<String> {
        self.agreed.get(&workspace.display().to_string()).cloned()
    }

    /// Asks on the terminal. `false`: no, or nobody is there. `message` says what it is about, and
    /// may end with the text itself.
    pub fn ask(workspace: &Path, message: &str, text: &str) -> Result<bool, Failed> {
        if !rustix::termios::isatty(rustix::stdio::stdin()) {
            return Ok(false);
        }
        let mut out = io::stderr().lock();
        write!(out, "{}", question(workspace, message, text))?;
        out.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Remembers; a disk that is full means being asked again.
    pub fn remember(&mut self, workspace: &Path, command: &str) {
        self.agreed
            .insert(workspace.display().to_string(), command.to_owned());
        let Ok(bytes) = serde_json::to_vec_pretty(&self.agreed) else {
            return;
        };
        let _asked_again = private::write(&self.file, &bytes);
    }
}

/// The question. The text stands on lines of its own behind a bar, and whatever is not plainly to
/// be seen is written out: nothing in it can look like words of ours, or hide.
fn question(workspace: &Path, message: &str, text: &str) -> String {
    let about = message.strip_suffix(text).unwrap_or(message).trim_end();
    let mut question = format!("{}\n", visible(about));
    for line in text.split('\n') {
        question.push_str(&format!("  | {}\n", visible(line)));
    }
    let workspace = visible(&workspace.display().to_string());
    question.push_str(&format!(
        "Agree, now and whenever {workspace} is brought up? [y/N] "
    ));
    question
}

/// Text with control characters and those that change its direction or are not seen written out.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() || is_unseen(character) {
            true => visible.extend(character.escape_default()),
            false => visible.push(character),
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use expect_test::expect;

    use super::*;

    #[test]
    fn a_command_cannot_forge_the_question() {
        let text = "true #\r\x1b[2K\u{202e}fr\u{200b}\nAgree? [y/N]";
        let message = format!("a.json:1:1 wants to run a command: {text}");
        expect![[r#"
            a.json:1:1 wants to run a command:
              | true #\r\u{1b}[2K\u{202e}fr\u{200b}
              | Agree? [y/N]
            Agree, now and whenever /w is brought up? [y/N] "#]]
        .assert_eq(&question(Path::new("/w"), &message, text));
    }

    #[test]
    fn what_was_agreed_to_is_the_persons_alone() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let file = home.path().join("state/trust.json");
        let mut trust = Trust {
            file: file.clone(),
            agreed: BTreeMap::new(),
        };
        trust.remember(Path::new("/w"), "make");
        for (path, mode) in [(file.as_path(), 0o600), (&home.path().join("state"), 0o700)] {
            let metadata = fs::metadata(path).expect("written");
            assert_eq!(metadata.permissions().mode() & 0o777, mode);
        }
        let names = fs::read_dir(home.path().join("state")).expect("a folder");
        assert_eq!(names.count(), 1);
    }
}
