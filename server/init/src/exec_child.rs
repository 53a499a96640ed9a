//! `warpdock-init exec-child`: the process that becomes a session's command.
//!
//! It gets its job and its streams over standard input, waits until init knows it, takes
//! the terminal, becomes the user, and executes. The socket's end without a word tells init that it has happened.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit};
use session::codec;
use session::frame::{Failure, Reply};

use crate::become_user::become_user;
use crate::environment::DEFAULT_PATH;
use crate::job::{self, ExecJob};
use crate::lookup;

/// The first number behind the standard streams.
const FIRST_FREE: i32 = 3;

/// Runs the mode; returns only when the command did not start.
pub(crate) fn main() -> ExitCode {
    let Ok(status) = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), FIRST_FREE) else {
        return ExitCode::FAILURE;
    };
    let failure = run(&status);
    let mut bytes = Vec::new();
    // A failure is short; and init takes silence and death for a failure too.
    if codec::encode_reply(&Reply::Failed(failure), &mut bytes).is_ok() {
        let _ = File::from(status).write_all(&bytes);
    }
    ExitCode::FAILURE
}

fn run(status: &OwnedFd) -> Failure {
    let (job, streams) = match job::receive::<ExecJob>(status.as_fd()) {
        Ok(received) => received,
        Err(error) => return system("take the session's job", &error),
    };
    // The command may kill its reaper at once: not before init knows whose it is.
    if let Err(error) = rustix::io::read(status, &mut [0]).and_then(at_least_one) {
        return system("wait for init", &error.into());
    }
    match start(&job, streams) {
        Ok(never) => match never {},
        Err(failure) => failure,
    }
}

fn start(job: &ExecJob, streams: Vec<OwnedFd>) -> Result<std::convert::Infallible, Failure> {
    rustix::process::setsid().map_err(|it| system("start a process session", &it.into()))?;
    take_streams(job.terminal, streams).map_err(|it| system("take the session's streams", &it))?;
    become_user(&job.become_user)?;
    if let Some(cwd) = &job.cwd {
        rustix::process::chdir(cwd.as_str()).map_err(|errno| Failure::BadWorkingFolder {
            path: cwd.clone(),
            reason: lookup::words(&errno.into()),
        })?;
    }
    let (current, maximum) = job.open_files;
    let limit = Rlimit { current, maximum };
    let _ = rustix::process::setrlimit(Resource::Nofile, limit);

    let name = job.argv.first().map_or(&[][..], Vec::as_slice);
    let path = job.env.iter().find(|(name, _)| name == b"PATH");
    let path = path.map_or(DEFAULT_PATH.as_bytes(), |(_, value)| value.as_slice());
    let file = lookup::find(name, path)?;
    lookup::check_format(&file)?;
    // exec resets SIGPIPE and the signal mask; handlers do not survive it.
    let error = Command::new(&file)
        .arg0(lookup::os(name))
        .args(job.argv.iter().skip(1).map(|it| lookup::os(it)))
        .env_clear()
        .envs(
            job.env
                .iter()
                .map(|(name, value)| (lookup::os(name), lookup::os(value))),
        )
        .exec();
    match error.kind() {
        io::ErrorKind::InvalidInput => Err(Failure::System {
            doing: format!("start {}", file.display()),
            error: "an argument or a variable contains a zero byte".to_owned(),
        }),
        _ => Err(lookup::explain(&file, &error)),
    }
}

/// The end of the line is no leave to go on.
fn at_least_one(length: usize) -> Result<(), Errno> {
    match length {
        0 => Err(Errno::PIPE),
        _ => Ok(()),
    }
}

/// Puts the streams at 0, 1 and 2: a terminal at all three, or standard input, output and error.
fn take_streams(terminal: bool, streams: Vec<OwnedFd>) -> io::Result<()> {
    match (terminal, streams.as_slice()) {
        (true, [terminal]) => {
            rustix::process::ioctl_tiocsctty(terminal)?;
            rustix::stdio::dup2_stdin(terminal)?;
            rustix::stdio::dup2_stdout(terminal)?;
            rustix::stdio::dup2_stderr(terminal)?;
        }
        (false, [stdin, stdout, stderr]) => {
            rustix::stdio::dup2_stdin(stdin)?;
            rustix::stdio::dup2_stdout(stdout)?;
            rustix::stdio::dup2_stderr(stderr)?;
        }
        _ => return Err(io::ErrorKind::InvalidData.into()),
    }
    Ok(())
}

fn system(doing: &str, error: &io::Error) -> Failure {
    Failure::System {
        doing: doing.to_owned(),
        error: lookup::words(error),
    }
}
