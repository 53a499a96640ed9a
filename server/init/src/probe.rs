//! `warpdock-init probe-child`: looks at the container as the session's user would.
//!
//! A process of its own, because it changes the user, and because looking at a dead disk
//! or a dead device may never return.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{Access, Mode, OFlags};
use rustix::process::{Pid, Signal};
use session::codec;
use session::frame::{CommandOutput, DeviceNode, Exit, Failure, Probed, Reply};

use crate::become_user::become_user;
use crate::environment::DEFAULT_PATH;
use crate::job::{self, ProbeJob};
use crate::lookup;

const MAX_OUTPUT: usize = 64 << 10;

/// Runs the mode.
pub(crate) fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> io::Result<()> {
    let line = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let (job, _) = job::receive::<ProbeJob>(line.as_fd())?;
    let reply = match look(&job) {
        Ok(probed) => Reply::Probed(probed),
        Err(failure) => Reply::Failed(failure),
    };
    let mut bytes = Vec::new();
    codec::encode_reply(&reply, &mut bytes).map_err(io::Error::other)?;
    File::from(line).write_all(&bytes)
}

fn look(job: &ProbeJob) -> Result<Probed, Failure> {
    become_user(&job.become_user)?;
    let workspace = job.workspace.as_str();
    Ok(Probed {
        workspace_exists: fs::metadata(workspace).is_ok_and(|it| it.is_dir()),
        workspace_writable: rustix::fs::access(workspace, Access::WRITE_OK | Access::EXEC_OK)
            .is_ok(),
        devices: device_paths().into_iter().map(open_device).collect(),
        nvidia_smi: match job.nvidia_smi_seconds {
            0 => None,
            seconds => nvidia_smi(job, Duration::from_secs(seconds.into())),
        },
        shm_bytes: match rustix::fs::statvfs("/dev/shm") {
            Ok(statvfs) => statvfs.f_blocks.saturating_mul(statvfs.f_frsize),
            Err(_) => 0,
        },
        nvidia_visible_devices: job.nvidia_visible_devices.clone(),
        user: job.become_user.user.name.clone(),
        shell: job.shell.clone(),
    })
}

fn device_paths() -> Vec<String> {
    let mut paths = Vec::new();
    for (folder, prefix) in [("/dev", "nvidia"), ("/dev/dri", "renderD")] {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
            if name.starts_with(prefix) && !is_folder {
                paths.push(format!("{folder}/{name}"));
            }
        }
    }
    for path in ["/dev/kfd", "/dev/dxg"] {
        if fs::symlink_metadata(path).is_ok() {
            paths.push(path.to_owned());
        }
    }
    paths.sort();
    paths
}

fn open_device(path: String) -> DeviceNode {
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let errno = match rustix::fs::open(path.as_str(), flags, Mode::empty()) {
        Ok(_) => 0,
        Err(errno) => errno.raw_os_error(),
    };
    DeviceNode { path, errno }
}

/// `None`: the image has none.
fn nvidia_smi(job: &ProbeJob, limit: Duration) -> Option<CommandOutput> {
    let path = job.env.iter().find(|(name, _)| name == b"PATH");
    let path = path.map_or(DEFAULT_PATH.as_bytes(), |(_, value)| value.as_slice());
    let file = match lookup::find(b"nvidia-smi", path) {
        Ok(file) => file,
        Err(Failure::NotExecutable { command, reason }) => {
            return Some(CommandOutput {
                exit: Some(Exit::Code(126)),
                text: format!("{command}: {reason}"),
            });
        }
        Err(_) => return None,
    };
    let mut command = Command::new(&file);
    command
        .arg0("nvidia-smi")
        .arg("-L")
        .env_clear()
        .envs(
            job.env
                .iter()
                .map(|(name, value)| (lookup::os(name), lookup::os(value))),
        )
        .process_group(0)
        .stdin(Stdio::null());
    Some(match collect(command, limit) {
        Ok(output) => output,
        Err(error) => CommandOutput {
            exit: Some(Exit::Code(126)),
            text: format!("{}: {}", file.display(), lookup::words(&error)),
        },
    })
}

/// Runs a command for at most `limit`, with both outputs in one.
fn collect(mut command: Command, limit: Duration) -> io::Result<CommandOutput> {
    let deadline = Instant::now() + limit;
    let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    let mut child = command
        .stdout(Stdio::from(writer.try_clone()?))
        .stderr(Stdio::from(writer))
        .spawn()?;
    // It holds the writing ends.
    drop(command);
    let mut reader = File::from(reader);
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let ended = loop {
        if !wait_readable(&reader, deadline)? {
            break false;
        }
        match reader.read(&mut buffer)? {
            0 => break true,
            length => {
                let left = MAX_OUTPUT - bytes.len();
                bytes.extend_from_slice(&buffer[..length.min(left)]);
            }
        }
    };
    let exit = match ended {
        true => wait(&mut child, deadline)?,
        false => None,
    };
    if exit.is_none()
        && let Some(group) = Pid::from_raw(child.id().cast_signed())
    {
        // Not waited for: it may hang in the driver, where KILL does not reach it.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
    Ok(CommandOutput {
        exit,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// Its outputs are closed: the end is near, or it plays dead.
fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<Exit>> {
    use std::os::unix::process::ExitStatusExt;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(match (status.code(), status.signal()) {
                (Some(code), _) => Some(Exit::Code(code)),
                (None, Some(signal)) => Some(Exit::Signal(signal)),
                (None, None) => None,
            });
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn wait_readable(file: &File, deadline: Instant) -> io::Result<bool> {
    let left = deadline.saturating_duration_since(Instant::now());
    let timespec = Timespec::try_from(left).map_err(io::Error::other)?;
    let mut fds = [PollFd::new(file, PollFlags::IN)];
    match rustix::event::poll(&mut fds, Some(&timespec)) {
        Ok(count) => Ok(count > 0),
        Err(rustix::io::Errno::INTR) => wait_readable(file, deadline),
        Err(errno) => Err(errno.into()),
    }
}
