//! Completion scripts, in the shells that are installed here.

use std::{path::Path, process::Command};

use crate::support::{engine::Engine, home::Home, warpdock::Finished};

fn home() -> Home {
    Home::new(&Engine::shared())
}

fn is_installed(shell: &str) -> bool {
    Command::new(shell).arg("-c").arg(":").output().is_ok()
}

/// Runs a line in a shell, with the binary on its PATH.
#[track_caller]
fn run(home: &Home, shell: &str, arguments: &[&str]) -> Finished {
    let binary = Path::new(env!("CARGO_BIN_EXE_warpdock"));
    let folder = binary.parent().expect("a file is in a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    home.command(shell.as_ref(), "/".as_ref(), arguments)
        .env("PATH", format!("{folder}:{path}"))
        .run()
        .success()
}

#[test]
fn bash_completes_commands_and_flags() {
    let home = home();
    let complete = |words: &str| {
        let line = format!(
            "source <(warpdock completion bash); COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             COMP_LINE=\"${{COMP_WORDS[*]}}\"; _warpdock warpdock \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             echo \"${{COMPREPLY[@]}}\""
        );
        run(&home, "bash", &["--norc", "-c", &line])
            .stdout()
            .trim()
            .to_owned()
    };
    assert_eq!(complete("warpdock ex"), "exec explain");
    assert_eq!(complete("warpdock completion f"), "fish");
    assert_eq!(complete("warpdock run --det"), "--detach-keys --detach");
}

#[test]
fn every_script_is_one_that_its_shell_reads() {
    let home = home();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = home
            .warpdock("/".as_ref(), &["completion", shell])
            .run()
            .success();
        for word in ["exec", "attach", "detach-keys"] {
            assert!(
                script.stdout().contains(word),
                "{word} is not in the script for {shell}"
            );
        }
        if is_installed(shell) {
            let path = home.path().join(shell);
            std::fs::write(&path, &script.stdout).expect("the home is ours");
            let path = path.to_str().expect("the home's path is UTF-8");
            let read = run(&home, shell, &[check, path]);
            assert_eq!(read.stderr(), "", "{shell}");
        }
    }
}

#[test]
fn zsh_and_fish_complete_commands() {
    let home = home();
    if is_installed("fish") {
        let line = "warpdock completion fish | source; complete --do-complete 'warpdock ex'";
        let listed = run(&home, "fish", &["--no-config", "-c", line]).stdout();
        assert!(
            listed.contains("exec") && listed.contains("explain"),
            "{listed}"
        );
    }
    if is_installed("zsh") {
        let line = "autoload -U compinit; compinit -D; source <(warpdock completion zsh); (( $+functions[_warpdock] )) && echo ${_comps[warpdock]}";
        assert_eq!(
            run(&home, "zsh", &["-f", "-c", line]).stdout(),
            "_warpdock\n"
        );
    }
}
