//! The lifecycle commands of devcontainer.json: in the container, as the session user. `host` has
//! the one that runs on this machine.

pub mod host;

use std::time::{Duration, Instant};

use config::model::{Config, Hook, Setting};
use engine::container::ContainerFacts;
use protocol::container::Progress;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use session::{
    client::{Connection, Incoming, Polled},
    frame::{Keep, Open, Reply, Request, Stdio},
};
use tokio_util::sync::CancellationToken;

use crate::{
    error::Error,
    project,
    record::Record,
    session_environment,
    up::{prove::session_words, start, trip::Trip},
};

/// A line of output beyond this length, in bytes, is shown in pieces.
const LONGEST_LINE: usize = 64 << 10;

/// Some command that runs once a container or once a start has not succeeded yet.
pub fn unfinished(config: &Config, container: &ContainerFacts, record: &Record) -> bool {
    if !config.hooks.post_start.is_empty() && record.post_start_done != start_of(container) {
        return true;
    }
    once(config)
        .into_iter()
        .any(|(name, hooks)| !hooks.is_empty() && !is_done(record, name))
}

/// Runs what has not succeeded in this container and in this start, then what runs at each `up`,
/// in order; a failure stops the later ones.
pub async fn run(trip: &Trip, container: &ContainerFacts, config: &Config) -> Result<(), Error> {
    let mut config = config.clone();
    config::variables::finish_container_env(
        &mut config,
        &session_environment::of_container(container),
    );
    let config = &config;
    let mut record = trip.hub.records.of(&trip.key, &container.id);
    for (name, hooks) in once(config) {
        if hooks.is_empty() || is_done(&record, name) {
            continue;
        }
        for hook in hooks {
            run_one(trip, container, config, name, hook).await?;
        }
        record.hooks_done.push(name.to_owned());
        trip.keep(record.clone());
    }
    if record.post_start_done != start_of(container) {
        for hook in &config.hooks.post_start {
            run_one(trip, container, config, "postStartCommand", hook).await?;
        }
        record.post_start_done = start_of(container).to_owned();
        trip.keep(record);
    }
    for hook in &config.hooks.post_attach {
        run_one(trip, container, config, "postAttachCommand", hook).await?;
    }
    Ok(())
}

fn once(config: &Config) -> [(&'static str, &[Setting<Hook>]); 3] {
    [
        ("onCreateCommand", &config.hooks.on_create),
        ("updateContentCommand", &config.hooks.update_content),
        ("postCreateCommand", &config.hooks.post_create),
    ]
}

/// The container's present start.
fn start_of(container: &ContainerFacts) -> &str {
    container.started_at.as_deref().unwrap_or_default()
}

fn is_done(record: &Record, name: &str) -> bool {
    record.hooks_done.iter().any(|done| done == name)
}

async fn run_one(
    trip: &Trip,
    container: &ContainerFacts,
    config: &Config,
    name: &str,
    hook: &Setting<Hook>,
) -> Result<(), Error> {
    trip.say_phase("hooks", format!("Running {name}"));
    let mut running = Vec::new();
    for (index, (label, argv)) in commands(&hook.value).into_iter().enumerate() {
        let step = Step::begin(trip, index, label);
        let connection = start::connect(container, Duration::from_secs(5)).await?;
        let open = Open {
            name: None,
            argv: argv.iter().map(|word| word.clone().into_bytes()).collect(),
            env: session_environment::of(config, container)
                .into_iter()
                .collect(),
            cwd: Some(config.workspace_folder.value.clone()),
            user: config.remote_user.as_ref().map(|user| user.value.clone()),
            stdio: Stdio::Pipes { stdin: false },
            keep: Keep::WhileAttached,
        };
        let operation = std::sync::Arc::clone(&trip.operation);
        let container_name = container.name.clone();
        let number = step.number;
        let task = tokio::task::spawn_blocking(move || {
            let mut known = None;
            let mut say = |text: String| {
                // PyTorch and the driver have sentences that mean something else than they say.
                known = known
                    .take()
                    .or_else(|| gpu::recognise::recognise(&text, None));
                operation.say(Progress::Output { step: number, text });
            };
            let ended = in_container(
                connection,
                open,
                &container_name,
                &operation.token,
                &mut say,
            );
            if let (Some(known), Ok(1..)) = (known, &ended) {
                let text = format!("{}; {}", known.meaning, known.remedy);
                operation.say(Progress::Note { text });
            }
            ended
        });
        running.push((step, argv, task));
    }
    // All run at once, and each must succeed; the first that failed is named.
    let mut failure = None;
    for (step, argv, task) in running {
        let ended = task.await.map_err(|_panicked| Error::AnswerLost)?;
        match ended {
            Ok(code) => {
                step.end(code)?;
                if code != 0 {
                    failure.get_or_insert(failed(name, argv.join(" "), code, hook, trip));
                }
            }
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

fn failed(name: &str, command: String, code: i32, hook: &Setting<Hook>, trip: &Trip) -> Error {
    let place = project::place(&hook.origin, &trip.workspace);
    Error::Hook {
        hook: format!("{name} ({place})"),
        command,
        code,
        place,
    }
}

/// The commands of a hook, each with a name for people.
fn commands(hook: &Hook) -> Vec<(String, Vec<String>)> {
    match hook {
        Hook::Shell { command } => {
            let argv = ["/bin/sh", "-c", command].map(str::to_owned).to_vec();
            vec![(command.clone(), argv)]
        }
        Hook::Argv { argv } => vec![(argv.join(" "), argv.clone())],
        Hook::Parallel { commands: named } => named
            .iter()
            .flat_map(|(name, hook)| {
                commands(hook)
                    .into_iter()
                    .map(move |(label, argv)| (format!("{name}: {label}"), argv))
            })
            .collect(),
    }
}

/// A command under way, as progress shows it.
struct Step<'trip> {
    trip: &'trip Trip,
    number: u32,
    name: String,
    began: Instant,
}

impl<'trip> Step<'trip> {
    fn begin(trip: &'trip Trip, index: usize, name: String) -> Step<'trip> {
        let number = u32::try_from(index).unwrap_or_default() + 1;
        trip.operation.say(Progress::StepStarted {
            step: number,
            name: name.clone(),
        });
        Step {
            trip,
            number,
            name,
            began: Instant::now(),
        }
    }

    fn end(self, code: i32) -> Result<(), Error> {
        self.trip.operation.say(Progress::StepDone {
            step: self.number,
            name: self.name,
            milliseconds: u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX),
            cached: false,
            failed: code != 0,
        });
        Ok(())
    }
}

/// Runs a command in the container and passes its output on, line by line.
fn in_container(
    mut connection: Connection,
    open: Open,
    container: &str,
    token: &CancellationToken,
    say: &mut dyn FnMut(String),
) -> Result<i32, Error> {
    let lost = |source| Error::Init {
        name: container.to_owned(),
        source,
    };
    connection.request(&Request::Open(open)).map_err(lost)?;
    let (_sender, mut receiver) = connection.split();
    let mut output = Lines::default();
    let mut errors = Lines::default();
    loop {
        // Dropping the connection ends the command: it is kept only while we are attached.
        if token.is_cancelled() {
            return Err(Error::Cancelled {
                by: "you".to_owned(),
            });
        }
        match receiver.try_next().map_err(lost)? {
            Polled::Incoming(Incoming::Stdout(bytes)) => output.add(&bytes, say),
            Polled::Incoming(Incoming::Stderr(bytes)) => errors.add(&bytes, say),
            Polled::Incoming(Incoming::Reply(Reply::Exit(exit))) => {
                output.end(say);
                errors.end(say);
                return Ok(exit.code());
            }
            Polled::Incoming(Incoming::Reply(Reply::Failed(failure))) => {
                say(session_words(&failure));
                return Ok(crate::cli::session_failure::exit_code(&failure));
            }
            Polled::Incoming(Incoming::Reply(_)) => {}
            Polled::Ended => return Err(lost(session::error::ConnectError::Closed)),
            Polled::Pending => {
                let mut waiting = [PollFd::new(&receiver, PollFlags::IN)];
                let a_moment = Timespec {
                    tv_sec: 0,
                    tv_nsec: 200_000_000,
                };
                let _interrupted = poll(&mut waiting, Some(&a_moment));
            }
        }
    }
}

/// Cuts a stream of bytes into lines.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    fn add(&mut self, bytes: &[u8], say: &mut dyn FnMut(String)) {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        // A progress bar without line ends must not fill the memory.
        for piece in lines.flat_map(|line| line.chunks(LONGEST_LINE)) {
            let line = piece.strip_suffix(b"\n");
            self.rest.extend_from_slice(line.unwrap_or(piece));
            if line.is_some() {
                say(String::from_utf8_lossy(&self.rest).into_owned());
                self.rest.clear();
            } else if self.rest.len() >= LONGEST_LINE {
                self.end(say);
            }
        }
    }

    fn end(&mut self, say: &mut dyn FnMut(String)) {
        if !self.rest.is_empty() {
            say(String::from_utf8_lossy(&self.rest).into_owned());
            self.rest.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_their_ends_and_long_ones_in_pieces() {
        let mut lines = Lines::default();
        let mut said = Vec::new();
        let mut say = |text: String| said.push(text);
        lines.add(b"one\ntw", &mut say);
        lines.add(b"o\n\nthree", &mut say);
        lines.end(&mut say);
        lines.add(&vec![b'x'; 3 * LONGEST_LINE], &mut say);
        assert_eq!(&said[..4], ["one", "two", "", "three"]);
        assert_eq!(said[4..].iter().map(String::len).max(), Some(LONGEST_LINE));
    }
}
