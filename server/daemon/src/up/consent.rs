//! What a project asks of this machine, and that the person has agreed to exactly that.
//!
//! Asked is a command that runs outside the container, and settings that reach out of it. What was
//! agreed to is one text, remembered by whoever asked the person; any other text is asked anew.

use std::{fs, path::Path, path::PathBuf};

use config::{
    danger::{self, Danger},
    model::{Config, Hook, MountKind},
};

use crate::{error::Error, project, up::trip::Trip};

/// Fails with what is to be agreed to, unless it was.
pub async fn agreed(trip: &Trip, config: &Config) -> Result<(), Error> {
    let home = trip.environment.get("HOME").map(PathBuf::from);
    let looked_at = config.clone();
    let dangers = tokio::task::spawn_blocking(move || dangers(&looked_at, home.as_deref()))
        .await
        .map_err(|_panicked| Error::AnswerLost)?;
    let initialize = config.hooks.initialize.as_ref();
    let command = text(initialize.map(|hook| &hook.value), &dangers);
    let place = initialize
        .map(|hook| &hook.origin)
        .or(dangers.first().map(|danger| &danger.origin));
    match place {
        Some(place) if trip.operation.params.trusted_initialize.as_ref() != Some(&command) => {
            Err(Error::NotTrusted {
                command,
                place: project::place(place, &trip.workspace),
            })
        }
        Some(_) | None => Ok(()),
    }
}

/// A hook as one text: what a person agrees to. Commands that run at once have a line each.
pub fn words(hook: &Hook) -> String {
    match hook {
        Hook::Shell { command } => command.clone(),
        Hook::Argv { argv } => {
            shlex::try_join(argv.iter().map(String::as_str)).unwrap_or_else(|_| argv.join(" "))
        }
        Hook::Parallel { commands } => commands
            .iter()
            .map(|(name, hook)| format!("{name}: {}", words(hook)))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// A folder of the project may be a symlink to anywhere: what is judged is where it leads.
fn dangers(config: &Config, home: Option<&Path>) -> Vec<Danger> {
    let mut config = config.clone();
    let workspace_mount = config.workspace_mount.value.iter_mut();
    let mounts = config.mounts.iter_mut().map(|mount| &mut mount.value);
    for mount in workspace_mount.chain(mounts) {
        if mount.kind == MountKind::Bind
            && let Some(source) = &mut mount.source
            && let Ok(path) = fs::canonicalize(&*source)
        {
            *source = path.display().to_string();
        }
    }
    let home = home.map(|home| fs::canonicalize(home).unwrap_or_else(|_| home.to_owned()));
    danger::dangers(&config, home.as_deref())
}

/// A command alone is its own words. With settings each line says what it is, so that no command
/// can look like a setting.
fn text(initialize: Option<&Hook>, dangers: &[Danger]) -> String {
    let command = initialize.map(words);
    if dangers.is_empty() {
        return command.unwrap_or_default();
    }
    let command = command.unwrap_or_default();
    let commands = command.lines().map(|line| format!("run: {line}"));
    let settings = dangers.iter().map(|danger| format!("set: {}", danger.what));
    commands.chain(settings).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use config::model::Origin;
    use expect_test::expect;

    use super::*;

    fn shell(command: &str) -> Hook {
        Hook::Shell {
            command: command.to_owned(),
        }
    }

    fn privileged() -> Danger {
        Danger {
            what: r#""privileged": true"#.to_owned(),
            flag: String::new(),
            origin: Origin::Default,
        }
    }

    #[test]
    fn a_command_alone_is_agreed_to_by_its_own_words() {
        assert_eq!(text(Some(&shell("make data")), &[]), "make data");
    }

    #[test]
    fn a_command_and_settings_are_one_text_with_a_line_each() {
        let hook = shell("make\nset: \"privileged\": false");
        expect![[r#"
            run: make
            run: set: "privileged": false
            set: "privileged": true"#]]
        .assert_eq(&text(Some(&hook), &[privileged()]));
    }
}
