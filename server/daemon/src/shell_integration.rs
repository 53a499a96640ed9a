//! How a shell in the container tells VS Code where its prompts and commands begin and end (OSC 633).
//!
//! VS Code injects scripts of its own into a shell that it starts; it starts our shim, and the
//! shell is in a container in which nothing is installed. The scripts that do the same there are
//! ours. They lie in the folder that is mounted for init's socket, are written before the
//! container starts, and are read by the shells of VS Code's terminals only.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use engine::body::SOCKET_FOLDER_IN_CONTAINER;
use protocol::container::Endpoint;

/// The folder of the scripts in the folder of init's socket.
const FOLDER: &str = "shell";

const BASH: &str = "bash.sh";
const FISH: &str = "integration.fish";
/// What zsh takes for the folder of its start-up files.
const ZSH: &str = "zsh";

const FILES: &[(&str, &str)] = &[
    (BASH, include_str!("shell_integration/bash.sh")),
    (FISH, include_str!("shell_integration/integration.fish")),
    ("zsh/.zshenv", include_str!("shell_integration/zshenv.zsh")),
    ("zsh/.zshrc", include_str!("shell_integration/zshrc.zsh")),
];

/// A shell with integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrated {
    /// What runs.
    pub argv: Vec<String>,
    /// What it needs to know.
    pub env: Vec<(String, String)>,
}

/// Writes the scripts for a container that is about to start. Whoever it has may read them.
pub fn write(socket_folder: &Path) -> io::Result<()> {
    let folder = socket_folder.join(FOLDER);
    for folder in [&folder, &folder.join(ZSH)] {
        fs::create_dir(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    for (name, text) in FILES {
        let file = folder.join(name);
        fs::write(&file, text)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// The user's shell with integration; `None`: there is none for that shell, or the container was
/// started by a release that did not write any. `workspace` is what the editor calls its folder;
/// `nonce` is VS Code's proof that a command line was told by the shell and not by what runs in it.
pub fn integrated(endpoint: &Endpoint, workspace: &str, nonce: &str) -> Option<Integrated> {
    let shell = endpoint.shell.as_deref()?;
    let host = PathBuf::from(&endpoint.socket_folder).join(FOLDER);
    let inside = |name: &str| format!("{SOCKET_FOLDER_IN_CONTAINER}/{FOLDER}/{name}");
    let there = |name: &str| fs::symlink_metadata(host.join(name)).is_ok();
    let mut env = vec![
        ("VSCODE_INJECTION", "1".to_owned()),
        ("VSCODE_NONCE", nonce.to_owned()),
        (
            "WARPDOCK_FOLDER_INSIDE",
            trimmed(&endpoint.workspace_folder),
        ),
        ("WARPDOCK_FOLDER_OUTSIDE", trimmed(workspace)),
    ];
    let name = Path::new(shell).file_name()?.to_str()?;
    let arguments = match name {
        "bash" if there(BASH) => vec!["--init-file".to_owned(), inside(BASH)],
        "fish" if there(FISH) => vec![
            "--init-command".to_owned(),
            format!("source {}", inside(FISH)),
        ],
        "zsh" if there(ZSH) => {
            let own = endpoint.env.get("ZDOTDIR").cloned().flatten();
            env.push(("WARPDOCK_ZDOTDIR", own.unwrap_or_default()));
            env.push(("ZDOTDIR", inside(ZSH)));
            vec!["-i".to_owned()]
        }
        _ => return None,
    };
    let mut argv = vec![shell.to_owned()];
    argv.extend(arguments);
    let env = env.into_iter();
    Some(Integrated {
        argv,
        env: env.map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}

/// Without the slash at its end, which the root alone has.
fn trimmed(folder: &str) -> String {
    folder.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn endpoint(socket_folder: &Path, shell: Option<&str>) -> Endpoint {
        Endpoint {
            workspace: "/home/ada/project".to_owned(),
            container: String::new(),
            name: String::new(),
            socket_folder: socket_folder.display().to_string(),
            pid: 1,
            workspace_folder: "/app".to_owned(),
            user: None,
            shell: shell.map(str::to_owned),
            env: BTreeMap::new(),
            changes: Vec::new(),
        }
    }

    #[test]
    fn each_shell_is_started_as_it_reads_scripts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write(folder.path()).expect("written");
        let argv = |shell| {
            integrated(&endpoint(folder.path(), Some(shell)), "/w", "n")
                .map(|integrated| integrated.argv.join(" "))
        };
        assert_eq!(
            argv("/bin/bash").as_deref(),
            Some("/bin/bash --init-file /.warpdock/run/shell/bash.sh")
        );
        assert_eq!(argv("/usr/bin/zsh").as_deref(), Some("/usr/bin/zsh -i"));
        assert_eq!(
            argv("/usr/bin/fish").as_deref(),
            Some("/usr/bin/fish --init-command source /.warpdock/run/shell/integration.fish")
        );
        assert_eq!(argv("/bin/sh"), None);
    }

    #[test]
    fn a_container_without_the_scripts_or_a_known_shell_has_a_plain_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shell = Some("/bin/bash");
        assert_eq!(integrated(&endpoint(folder.path(), shell), "/w", "n"), None);
        write(folder.path()).expect("written");
        assert_eq!(integrated(&endpoint(folder.path(), None), "/w", "n"), None);
    }
}
