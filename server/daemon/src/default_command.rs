//! What an image runs by default: ENTRYPOINT and CMD, as Docker puts them together. Both forms and
//! what is inherited are settled in the image's own configuration, so that it is only read.

use std::time::Duration;

use config::model::Config;
use engine::container::ContainerFacts;
use protocol::image::DefaultCommand;
use session::frame::{Keep, Open, Reply, Request, Stdio};

use crate::{
    error::Error,
    labels,
    machine::Machine,
    session_environment,
    up::{prove::session_words, start},
};

/// The default command of a container's image.
pub async fn of(
    machine: &Machine,
    container: &ContainerFacts,
    config: &Config,
) -> Result<DefaultCommand, Error> {
    let name = container
        .labels
        .get(labels::IMAGE)
        .cloned()
        .unwrap_or_default();
    let Some(image) = machine.engine.image(&container.image_id).await? else {
        return Err(engine::error::Error::ImageMissing { name }.into());
    };
    let entrypoint = match &config.run.entrypoint {
        // As `--entrypoint` does: an empty one means none, and the image's CMD goes with the old one.
        Some(entrypoint) if entrypoint.value.is_empty() => Vec::new(),
        Some(entrypoint) => vec![entrypoint.value.clone()],
        None => image.entrypoint.unwrap_or_default(),
    };
    // A command of the configuration takes CMD's place, as one behind the image does in docker's line.
    let cmd = match (&config.command, &config.run.entrypoint) {
        (Some(command), _) => command.value.clone(),
        (None, Some(_)) => Vec::new(),
        (None, None) => image.cmd.unwrap_or_default(),
    };
    Ok(DefaultCommand {
        argv: [entrypoint.clone(), cmd.clone()].concat(),
        entrypoint,
        cmd,
        working_folder: image.working_folder,
        user: config
            .container_user
            .as_ref()
            .map(|user| user.value.clone())
            .or(image.user),
        image: name,
    })
}

/// How long init may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Runs it as a session that stays.
pub async fn open(
    container: &ContainerFacts,
    config: &Config,
    command: DefaultCommand,
) -> Result<(), Error> {
    let mut connection = start::connect(container, ANSWER_LIMIT).await?;
    let open = Open {
        name: Some("default".to_owned()),
        argv: command.argv.into_iter().map(String::into_bytes).collect(),
        env: session_environment::of(config, container)
            .into_iter()
            .collect(),
        cwd: command.working_folder,
        user: command.user,
        stdio: Stdio::Pipes { stdin: false },
        keep: Keep::Forever,
    };
    let name = container.name.clone();
    let doing = "running the image's default command".to_owned();
    let reply = tokio::task::spawn_blocking(move || {
        connection.ask_within(&Request::Open(open), ANSWER_LIMIT)
    })
    .await
    .map_err(|_panicked| Error::AnswerLost)?;
    match reply {
        Ok(Reply::Opened(_)) => Ok(()),
        Ok(Reply::Failed(failure)) => Err(Error::Session {
            name,
            doing,
            message: session_words(&failure),
        }),
        Ok(other) => Err(Error::Session {
            name,
            doing,
            message: format!("unexpected answer {other:?}"),
        }),
        Err(source) => Err(Error::Init { name, source }),
    }
}
