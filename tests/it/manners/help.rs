//! Help that teaches.

use crate::support::{engine::Engine, home::Home};

/// A home on an engine that does not matter.
fn home() -> Home {
    Home::new(&Engine::shared())
}

#[track_caller]
fn help(home: &Home, arguments: &[&str]) -> String {
    let finished = home.warpdock("/".as_ref(), arguments).run().success();
    assert_eq!(finished.stderr(), "");
    finished.stdout()
}

/// The commands that a help lists.
fn commands(help: &str) -> Vec<String> {
    let list = help
        .split("\nCommands:\n")
        .nth(1)
        .expect("commands are listed");
    let list = list.split("\n\n").next().expect("a text has a first part");
    list.lines()
        .filter_map(|line| line.split_whitespace().next())
        // `help COMMAND` is what the others' --help is.
        .filter(|command| *command != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_help_names_every_command_examples_and_exit_codes() {
    let home = home();
    let text = help(&home, &["--help"]);
    for command in [
        "up",
        "down",
        "rebuild",
        "status",
        "ps",
        "shell",
        "exec",
        "attach",
        "run",
        "sessions",
        "logs",
        "kill",
        "config",
        "explain",
        "doctor",
        "load",
        "stdio",
        "completion",
        "daemon",
    ] {
        assert!(
            commands(&text).contains(&command.to_owned()),
            "{command} is not in\n{text}"
        );
    }
    for word in [
        "Examples:",
        "Exit codes:",
        "125",
        "126",
        "127",
        "130",
        "sudo docker run --gpus all -it --rm",
    ] {
        assert!(text.contains(word), "{word:?} is not in\n{text}");
    }
}

#[test]
fn every_commands_help_teaches() {
    let home = home();
    for command in commands(&help(&home, &["--help"])) {
        let text = help(&home, &[&command, "--help"]);
        assert!(
            text.contains(&format!("Usage: warpdock {command}")),
            "{text}"
        );
        assert!(
            text.contains("Examples:\n") && text.contains("  warpdock "),
            "{text}"
        );
        let about = text.lines().next().expect("a help has a first line");
        assert!(about.len() > 10 && !about.starts_with("Usage"), "{text}");
        // Its options are its own; flags instead of files are below their heading.
        let (own, instead) = text
            .split_once("Instead of what the project's files say:")
            .unwrap_or((&text, ""));
        let instead = instead.split("Examples:").next().unwrap_or_default();
        for option in [
            "--pull",
            "--trust",
            "--workdir",
            "--tty",
            "--detach",
            "--name",
            "--no-cache",
        ] {
            let line = format!(" {option}");
            assert!(
                !instead.contains(&line),
                "{option} is below the wrong heading in\n{own}\n{instead}"
            );
        }
        // `-h` is the short one.
        assert!(help(&home, &[&command, "-h"]).len() <= text.len());
    }
}

#[test]
fn help_fits_a_terminal() {
    let home = home();
    for command in commands(&help(&home, &["--help"])) {
        let text = help(&home, &[&command, "--help"]);
        for line in text.lines() {
            // The one line that everybody has typed is as long as it is.
            assert!(
                line.chars().count() <= 100 || line.contains("docker run"),
                "{command}: {line}"
            );
        }
    }
}

#[test]
fn examples_of_the_help_are_understood() {
    let home = home();
    for command in commands(&help(&home, &["--help"])) {
        let text = help(&home, &[&command, "--help"]);
        let examples = text
            .split("Examples:\n")
            .nth(1)
            .expect("there are examples");
        for line in examples
            .lines()
            .filter(|line| line.starts_with("  warpdock "))
        {
            // Remarks stand behind two spaces. With --help nothing is done, but for exec's
            // and run's own command, whose flags are not ours.
            let line = line
                .trim()
                .split("  ")
                .next()
                .expect("a line has a first part");
            let line = match line.split_once(" -- ") {
                Some((own, _)) => own,
                None => line,
            };
            let line = line
                .split(['|', '<', '>'])
                .next()
                .expect("a line has a first part");
            let line = line.replacen("warpdock", "\"$WARPDOCK\"", 1);
            let (program, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let (command, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            let line = format!("{program} {command} --help {rest}");
            home.command("/bin/sh".as_ref(), "/".as_ref(), &["-c", &line])
                .env("WARPDOCK", env!("CARGO_BIN_EXE_warpdock"))
                .run()
                .success();
        }
    }
}

#[test]
fn the_version_is_one_line() {
    let text = help(&home(), &["--version"]);
    assert_eq!(text, format!("warpdock {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn help_into_a_pipe_that_closes_is_no_panic() {
    let home = home();
    let finished = home
        .command(
            "/bin/sh".as_ref(),
            "/".as_ref(),
            &["-c", "\"$WARPDOCK\" --help | head -n 1"],
        )
        .env("WARPDOCK", env!("CARGO_BIN_EXE_warpdock"))
        .run()
        .success();
    assert_eq!(
        finished.stdout(),
        "GPU dev containers for any editor, on any server, online or not.\n"
    );
    assert_eq!(finished.stderr(), "");
}
