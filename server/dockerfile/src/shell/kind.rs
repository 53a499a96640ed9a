//! Which shell reads a RUN.

/// The shells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellKind {
    /// sh, bash, dash, ash, zsh, ksh: what [`super::parse`] reads.
    Posix,
    /// `cmd`.
    Cmd,
    /// PowerShell.
    PowerShell,
    /// Anything else.
    Other,
}

impl ShellKind {
    /// The shell that the words of SHELL start, also behind a wrapper such as `conda run`.
    pub fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> ShellKind {
        let mut words = words.into_iter();
        let first = words.next().map_or(ShellKind::Other, ShellKind::of);
        match first {
            ShellKind::Other if words.any(|word| ShellKind::of(word) == ShellKind::Posix) => {
                ShellKind::Posix
            }
            kind => kind,
        }
    }

    /// The shell that a program is, by its name.
    pub fn of(program: &str) -> ShellKind {
        let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
        let name = name.to_ascii_lowercase();
        match name.strip_suffix(".exe").unwrap_or(&name) {
            "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "mksh" => ShellKind::Posix,
            "cmd" => ShellKind::Cmd,
            "powershell" | "pwsh" => ShellKind::PowerShell,
            _ => ShellKind::Other,
        }
    }

    /// The shell that a script's `#!` line names; `None`: it has none.
    pub fn of_script(script: &str) -> Option<ShellKind> {
        let line = script.strip_prefix("#!")?.lines().next()?;
        let mut words = line.split_whitespace();
        let program = words.next()?;
        match program.rsplit('/').next() {
            Some("env") => Some(ShellKind::of(words.find(|word| !word.starts_with('-'))?)),
            _ => Some(ShellKind::of(program)),
        }
    }
}
