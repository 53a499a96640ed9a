//! A command that ends at once.

use dockerfile::ast::{Body, Command as CommandForm, Instruction};
use dockerfile::logical::Logical;
use dockerfile::range::TextRange;
use dockerfile::shell::ast::{Command, CommandKind, CompoundKind, Connector, Script};
use dockerfile::shell::kind::ShellKind;
use dockerfile::shell::parse::parse;
use dockerfile::shell::wrapper::wrapper_length;

use crate::facts::Facts;
use crate::facts::programs::Program;
use crate::facts::start::{Given, exec_words};
use crate::finding::Level;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A `CMD` or `ENTRYPOINT` that ends at once: a shell without a terminal, or a service that goes
    /// to the background.
    ///
    /// ## Why
    /// A container lives as long as its first process. `docker run IMAGE` gives it no terminal, so a
    /// shell sees the end of its input and ends; a service that goes to the background leaves nothing
    /// behind that keeps the container. Warpdock keeps it all the same, and gives the command a
    /// terminal when it runs it, so a shell is only an information.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// CMD service nginx start
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// CMD ["/bin/bash"]
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// CMD python3 worker.py &
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// CMD ["nginx", "-g", "daemon off;"]
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// CMD service cron start && tail -f /var/log/syslog
    /// ```
    WD002 "command-ends" {
        level: Warning, since: "0.1.0",
        check: check
    }
}

/// Why a command ends.
enum Ends {
    Interactive(String),
    Forks(String, &'static str),
    Background,
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let Some(image) = file.target() else {
        return;
    };
    let start = file.start_of(image);
    let (decides, ends) = match (start.entrypoint, start.cmd) {
        (Given::File(entrypoint), cmd) if !start.entrypoint.is_wrapper() => {
            (entrypoint, of_entrypoint(entrypoint, cmd))
        }
        (Given::Base(_), Given::File(_)) if !start.entrypoint.is_wrapper() => return,
        (_, Given::File(cmd)) => (cmd, of_instruction(cmd)),
        _ => return,
    };
    let Some((range, ends)) = ends else {
        return;
    };
    let name = decides.keyword.name();
    match ends {
        Ends::Interactive(program) => {
            let message = format!(
                "`{program}` ends at once under `docker run` without a terminal; Warpdock keeps the \
                 container running"
            );
            report.at(range, message).level(Level::Info);
        }
        Ends::Forks(program, _) if program.contains("nginx") && configures_nginx(file) => {}
        Ends::Forks(program, instead) => {
            let message = format!(
                "`{program}` goes to the background, so {name} ends at once; write {instead}"
            );
            report.at(range, message);
        }
        Ends::Background => {
            let message = format!("`&` sends the last command to the background, so {name} ends at once");
            report.at(range, message);
        }
    }
}

/// Whether the file may keep nginx in the foreground by its configuration.
fn configures_nginx(file: &Facts<'_>) -> bool {
    file.file.text.contains("daemon off")
        || file.steps.iter().any(|step| match &step.instruction.body {
            Body::Files(_) => step.instruction.arguments.text.contains("nginx"),
            _ => false,
        })
}

type Found = Option<(TextRange, Ends)>;

fn of_entrypoint(entrypoint: &Instruction, cmd: Given<'_>) -> Found {
    let Some(mut words) = exec_words(entrypoint) else {
        return of_instruction(entrypoint);
    };
    match (cmd.exec_words(), cmd) {
        (Some(arguments), _) => words.extend(arguments),
        // The script of a shell form is behind `/bin/sh -c`.
        (None, Given::File(_)) => return None,
        (None, _) => {}
    }
    of_words(&words, entrypoint.arguments.range)
}

fn of_instruction(instruction: &Instruction) -> Found {
    match &instruction.body {
        Body::Command(CommandForm::Exec(strings)) => {
            let words: Vec<&str> = strings.iter().map(|it| it.value.text()).collect();
            let skipped = wrapper_length(&words);
            if let [shell, "-c" | "-lc" | "-ec", _] = words[skipped..]
                && ShellKind::of(shell) == ShellKind::Posix
                && let Some(script) = strings.get(skipped + 2)
            {
                return of_script(&parse(&script.value).script);
            }
            of_words(&words, instruction.arguments.range)
        }
        Body::Command(CommandForm::Shell(_)) if instruction.heredocs.is_empty() => {
            let text: Logical = instruction.logical_arguments();
            of_script(&parse(&text).script)
        }
        _ => None,
    }
}

fn of_words(words: &[&str], range: TextRange) -> Found {
    let inner = words.get(wrapper_length(words)..).unwrap_or_default();
    let program = Program::of(inner);
    let ends = match program.forks() {
        Some(instead) => Ends::Forks(inner.join(" "), instead),
        None if program.is_interactive() => Ends::Interactive(inner.join(" ")),
        None => return None,
    };
    Some((range, ends))
}

/// What the last command of a script does: with it the script ends.
fn of_script(script: &Script) -> Found {
    let last = script.items.last()?;
    if let Some((Connector::Background, range)) = last.connector {
        return Some((range, Ends::Background));
    }
    // `a || bash`, `echo x | bash`: when these run, and what they read, is not known.
    let (count, before) = (script.items.len(), script.items.len().checked_sub(2));
    let follows_or = before.is_some_and(|index| {
        matches!(script.items[index].connector, Some((Connector::Or, _)))
    });
    if follows_or || last.pipeline.commands.len() != 1 {
        return None;
    }
    let (range, ends) = of_command(last.pipeline.commands.first()?)?;
    match ends {
        // `prepare && bash` is for people with a terminal, who know.
        Ends::Interactive(_) if count > 1 => None,
        ends => Some((range, ends)),
    }
}

fn of_command(command: &Command) -> Found {
    match &command.kind {
        CommandKind::Simple(simple) => {
            if command.redirects.iter().any(|it| it.operator.contains('<')) {
                return None;
            }
            let words: Vec<String> = simple
                .words
                .iter()
                .map(|word| word.literal().unwrap_or_else(|| word.raw.clone()))
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            of_words(&words, command.range)
        }
        CommandKind::Compound(compound) => match compound.kind {
            CompoundKind::Subshell | CompoundKind::Group => of_script(compound.scripts.first()?),
            _ => None,
        },
    }
}
