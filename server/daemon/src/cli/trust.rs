//! What the person has agreed to: commands of a project that run on this machine.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
};

use crate::{cli::failed::Failed, paths::Paths};

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

    /// Asks on the terminal. `false`: no, or nobody is there.
    pub fn ask(workspace: &Path, message: &str) -> Result<bool, Failed> {
        if !rustix::termios::isatty(rustix::stdio::stdin()) {
            return Ok(false);
        }
        let mut out = io::stderr().lock();
        writeln!(out, "{message}")?;
        write!(
            out,
            "Run it, now and whenever {} is brought up? [y/N] ",
            workspace.display()
        )?;
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
        if let Some(folder) = self.file.parent() {
            let _asked_again = fs::create_dir_all(folder);
        }
        let _asked_again = fs::write(&self.file, bytes);
    }
}
