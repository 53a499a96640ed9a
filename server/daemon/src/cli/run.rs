//! `warpdock run`: the image's default command or another, as a session that stays.

use std::{
    io::{self, Write},
    os::unix::ffi::OsStringExt,
    process::ExitCode,
    time::{Duration, Instant},
};

use protocol::{failure::Failure as Said, image::DefaultCommand, method::ContainerDefaultCommand};
use serde_json::json;
use session::frame::{Exit, Failure, Keep, Reply, Request};

use crate::{
    cli::{
        Ended,
        args::{Global, RunArguments},
        attach::ANSWER_LIMIT,
        call::{Call, target},
        failed::Failed,
        open::{self, Wanted},
        session_failure,
        style::Style,
    },
    terminal::{self, Outcome, Streams},
};

/// A default command that ends within this time ended at once: the person wants to know why.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Runs it, attached or not.
pub fn run(global: &Global, arguments: RunArguments) -> Ended {
    let options = open::options(&arguments.keys.detach_keys)?;
    let mut call = Call::begin()?;
    let target = target(global, &arguments.overrides)?;
    let mut way = open::way(&mut call, global, &target, &arguments.fetch)?;
    let default = match arguments.command.is_empty() {
        true => Some(call.ask::<ContainerDefaultCommand>(&target)?),
        false => None,
    };
    if let Some(default) = &default {
        nothing_to_run(default)?;
        // As Docker would: the image's user and folder, and not the session's.
        way.endpoint.user = arguments.overrides.user.clone().or(default.user.clone());
    }
    let terminal = match arguments.detach {
        true => arguments.stdio.tty,
        false => open::wants_terminal(&arguments.stdio),
    };
    let wanted = Wanted {
        argv: match &default {
            Some(default) => default
                .argv
                .iter()
                .map(|word| word.clone().into_bytes())
                .collect(),
            None => arguments
                .command
                .into_iter()
                .map(OsStringExt::into_vec)
                .collect(),
        },
        name: arguments.name,
        cwd: arguments.workdir.or_else(|| {
            default
                .as_ref()
                .and_then(|default| default.working_folder.clone())
        }),
        terminal,
        keep: Keep::Forever,
    };
    let mut request = open::request(&way, wanted);
    let container = way.endpoint.name.clone();
    if arguments.detach {
        if !terminal {
            request.stdio = session::frame::Stdio::Pipes { stdin: false };
        }
        return detach(global, way, request);
    }
    drop(call);
    let began = Instant::now();
    let outcome = terminal::open(way.connection, request, Streams::standard(), &options)
        .map_err(|error| open::terminal_failed(&error))?;
    if let (Some(default), Outcome::Failed(failure)) = (&default, &outcome) {
        return Err(Failed::Failure(Box::new(of_default(
            failure,
            &default.argv.join(" "),
        ))));
    }
    if let Some(default) = default
        && began.elapsed() < AT_ONCE
        && !global.quiet
    {
        let terminal = Streams::standard().input_is_terminal() && terminal;
        if let Some(why) = why_at_once(&outcome, &default.argv, terminal) {
            writeln!(io::stderr(), "{} {why}", Style::of_stderr().warn("note:"))?;
        }
    }
    open::end(outcome, &container)
}

fn detach(global: &Global, mut way: crate::cli::call::Way, request: session::frame::Open) -> Ended {
    let lost = |source| {
        let error = crate::error::Error::Init {
            name: way.endpoint.name.clone(),
            source,
        };
        Failed::Failure(Box::new(error.failure()))
    };
    let opened = way
        .connection
        .ask_within(&Request::Open(request), ANSWER_LIMIT);
    match opened.map_err(lost)? {
        Reply::Opened(info) => {
            let mut out = io::stdout().lock();
            match global.json {
                true => writeln!(
                    out,
                    "{}",
                    json!({ "session": crate::status::session(&info) })
                )?,
                false => writeln!(out, "{}", info.name)?,
            }
            Ok(ExitCode::SUCCESS)
        }
        Reply::Failed(failure) => Err(Failed::Failure(Box::new(session_failure::said(&failure)))),
        other => Err(Failed::ours(
            "session-protocol",
            protocol::failure::Tier::Bug,
            format!("init answered {other:?}"),
            &[],
        )),
    }
}

/// Why the default command was not started: the image names something that it does not have.
fn of_default(failure: &Failure, command: &str) -> Said {
    let mut said = session_failure::said(failure);
    let names = format!("the image's default command `{command}` names");
    match failure {
        Failure::CommandNotFound { command } => {
            said.message = format!("{names} {command}, which is not in the image");
        }
        Failure::NotExecutable { command, reason } => {
            said.message = format!("{names} {command}, which cannot be executed: {reason}");
        }
        _ => {}
    }
    said
}

fn nothing_to_run(default: &DefaultCommand) -> Result<(), Failed> {
    if !default.argv.is_empty() {
        return Ok(());
    }
    Err(Failed::ours(
        "no-default-command",
        protocol::failure::Tier::Input,
        format!(
            "image {} has neither CMD nor ENTRYPOINT: there is nothing to run by default",
            default.image
        ),
        &[
            "name a command: warpdock run -- COMMAND; or add a CMD to the Dockerfile",
            "the container itself is up and kept: warpdock shell",
        ],
    ))
}

/// Why a default command ended at once, in a sentence; `None`: its own words are enough.
fn why_at_once(outcome: &Outcome, argv: &[String], terminal: bool) -> Option<String> {
    let command = argv.join(" ");
    let exit = match outcome {
        Outcome::Exit(exit) => exit,
        // Init has said what is wrong.
        Outcome::Failed(_)
        | Outcome::Detached { .. }
        | Outcome::ConnectionLost { .. }
        | Outcome::Signalled { .. }
        | Outcome::OutputClosed => return None,
    };
    Some(match exit {
        Exit::Code(0) if is_shell(argv) && !terminal => format!(
            "the default command `{command}` is a shell, and without a terminal a shell ends at once: `warpdock shell` opens one with a terminal"
        ),
        Exit::Code(_) if is_shell(argv) => return None,
        Exit::Code(0) => format!(
            "the default command `{command}` has finished (exit code 0); the container stays up"
        ),
        Exit::Code(127) => format!("a command that `{command}` runs was not found (exit code 127)"),
        Exit::Code(126) => {
            format!("a command that `{command}` runs cannot be executed (exit code 126)")
        }
        Exit::Code(137) | Exit::Signal(9) => format!(
            "the default command `{command}` was killed (137): by hand, or by the kernel for its memory"
        ),
        Exit::Code(code) => format!(
            "the default command `{command}` ended at once with exit code {code}; the container stays up"
        ),
        Exit::Signal(signal) => {
            format!("the default command `{command}` was ended by signal {signal}")
        }
    })
}

/// The command is nothing but an interactive shell.
fn is_shell(argv: &[String]) -> bool {
    let Some((program, arguments)) = argv.split_first() else {
        return false;
    };
    let name = program.rsplit('/').next().unwrap_or(program);
    matches!(
        name,
        "sh" | "bash" | "dash" | "ash" | "zsh" | "fish" | "busybox"
    ) && arguments
        .iter()
        .all(|argument| matches!(argument.as_str(), "-l" | "-i" | "--login" | "sh"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_shell_without_a_terminal_is_explained() {
        let why = why_at_once(&Outcome::Exit(Exit::Code(0)), &words("/bin/bash"), false);
        expect!["the default command `/bin/bash` is a shell, and without a terminal a shell ends at once: `warpdock shell` opens one with a terminal"]
            .assert_eq(&why.expect("explained"));
        assert_eq!(
            why_at_once(&Outcome::Exit(Exit::Code(0)), &words("/bin/bash"), true),
            None
        );
    }

    #[test]
    fn a_killed_command_is_explained() {
        let why = why_at_once(
            &Outcome::Exit(Exit::Signal(9)),
            &words("python serve.py"),
            true,
        );
        expect!["the default command `python serve.py` was killed (137): by hand, or by the kernel for its memory"]
            .assert_eq(&why.expect("explained"));
    }

    #[test]
    fn a_script_run_by_a_shell_is_no_bare_shell() {
        assert!(!is_shell(&words("/bin/sh -c echo")));
        assert!(!is_shell(&words("bash start.sh")));
        assert!(is_shell(&words("/usr/bin/zsh -l")));
    }
}
