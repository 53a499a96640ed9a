//! Programs that are for a running machine.

use crate::context::Profile;
use crate::facts::{Facts, RunCommand};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A program in `RUN` that is for a running machine, such as `service`, `mount` or `top`.
    ///
    /// ## Why
    /// A `RUN` leaves files behind and nothing else: no process, no mount, no session. What
    /// `service x start` starts has ended when the next instruction begins, and a screen full of
    /// processes is seen by nobody. What the container is to run belongs into `CMD` or
    /// `ENTRYPOINT`.
    ///
    /// A service that the rest of the same `RUN` talks to is fine, and reported only to those who
    /// ask for all that hadolint says.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y nginx && service nginx start
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y nginx && rm -rf /var/lib/apt/lists/*
    /// CMD ["nginx", "-g", "daemon off;"]
    /// ```
    DL3001 "no-host-program" {
        level: Info, since: "0.1.0",
        aliases: ["hadolint/DL3001"],
        check: check
    }
}

const PROGRAMS: &[&str] = &[
    "free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim",
];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for command in file.run_commands() {
        let name = command.name();
        if !PROGRAMS.contains(&name) || is_hidden(command, report.profile()) {
            continue;
        }
        let message = match name {
            "service" => "what `service` starts has ended when this RUN ends".to_owned(),
            "mount" => "what `mount` mounts is gone when this RUN ends".to_owned(),
            _ => format!("`{name}` is for a running machine and does nothing for the image"),
        };
        let beside = file.commands_beside(command);
        let is_last = beside.last().is_some_and(|it| it.range == command.range);
        // What comes behind it in the same RUN may need it.
        match is_last || matches!(name, "top" | "vim" | "shutdown") {
            true => report.at(command.name_range(), message),
            false => report.pedantic(command.name_range(), message),
        };
    }
}

/// hadolint looks at programs by the name as it is written, and not into strings.
fn is_hidden(command: &RunCommand, profile: Profile) -> bool {
    profile == Profile::Hadolint && (command.wrapped || command.quoted || command.is_disguised())
}
