//! `initializeCommand`: on this machine, outside the container, and only when somebody agreed to
//! it. It ends with all that it started when the `up` is cancelled.

use std::{os::unix::process::ExitStatusExt, path::Path, process::Stdio, time::Duration};

use config::model::Config;
use protocol::container::Progress;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    error::Error,
    project,
    up::{
        consent,
        hooks::{Lines, Step, commands},
        trip::Trip,
    },
};

/// How long the output of a command on this machine is read on after its end.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long a cancelled command on this machine has to end by itself.
const UNTIL_KILLED: Duration = Duration::from_secs(2);

/// Runs `initializeCommand` on this machine, if somebody agreed to it and to all else that the
/// project asks of the machine.
pub async fn initialize(trip: &Trip, config: &Config) -> Result<(), Error> {
    consent::agreed(trip, config).await?;
    let Some(hook) = &config.hooks.initialize else {
        return Ok(());
    };
    trip.say_phase(
        "hooks",
        "Running initializeCommand on this machine".to_owned(),
    );
    for (index, (label, argv)) in commands(&hook.value).into_iter().enumerate() {
        let step = Step::begin(trip, index, label);
        let code = on_this_machine(trip, &step, &argv).await?;
        step.end(code)?;
        if code != 0 {
            return Err(Error::HostHook {
                command: argv.join(" "),
                code,
                place: project::place(&hook.origin, &trip.workspace),
            });
        }
    }
    Ok(())
}

async fn on_this_machine(trip: &Trip, step: &Step<'_>, argv: &[String]) -> Result<i32, Error> {
    let doing = || format!("run initializeCommand in {}", trip.workspace.display());
    let Some((program, arguments)) = argv.split_first() else {
        return Ok(0);
    };
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .current_dir(Path::new(&trip.workspace))
        .env_clear()
        .envs(&trip.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|source| Error::Io {
            doing: doing(),
            source,
        })?;
    let mut group = Group::of(&child);
    let output = pass_on(trip, step.number, child.stdout.take());
    let errors = pass_on(trip, step.number, child.stderr.take());
    let all_output = async { tokio::join!(output, errors) };
    tokio::pin!(all_output);
    let ended = tokio::select! {
        ended = child.wait() => {
            // What it left running on purpose may hold its output open for ever.
            let _all_read = tokio::time::timeout(LAST_WORDS, all_output).await;
            ended
        }
        _ = &mut all_output => child.wait().await,
    };
    group.0 = None;
    let status = ended.map_err(|source| Error::Io {
        doing: doing(),
        source,
    })?;
    Ok(status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(128))
}

/// The processes of a command on this machine: ended with all that they started, unless the
/// command came to its end by itself.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &tokio::process::Child) -> Group {
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        Group(pid.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let Some(pid) = self.0 else {
            return;
        };
        let _gone = kill_process_group(pid, Signal::TERM);
        tokio::spawn(async move {
            tokio::time::sleep(UNTIL_KILLED).await;
            let _gone = kill_process_group(pid, Signal::KILL);
        });
    }
}

async fn pass_on(trip: &Trip, step: u32, stream: Option<impl AsyncRead + Unpin>) {
    let Some(mut stream) = stream else {
        return;
    };
    let mut say = |text: String| trip.operation.say(Progress::Output { step, text });
    let mut lines = Lines::default();
    let mut bytes = vec![0; 16 << 10];
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        lines.add(&bytes[..count], &mut say);
    }
    lines.end(&mut say);
}
