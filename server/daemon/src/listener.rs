//! The daemon's life: one per user and build, on a private socket, gone when idle.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    process::{Command, ExitCode, Stdio},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    net::UnixListener,
    signal::unix::{SignalKind, signal},
    time::Instant,
};

use crate::{connection, hand, hub::Hub, log, paths::Paths, summon};

/// Without a client and without work the daemon ends after this time.
const IDLE: Duration = Duration::from_secs(30 * 60);

/// Nobody waits longer, and beyond it clocks overflow.
const LONGEST_IDLE: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// How long what is under way may take to clean up at the daemon's end.
const END_LIMIT: Duration = Duration::from_secs(20);

/// `warpdock daemon start`: leave the session of whoever called, start the daemon, end.
///
/// The daemon inherits standard output and says one line on it.
pub fn start() -> ExitCode {
    // It fails for a session leader, who has no terminal to leave.
    let _already_leader = rustix::process::setsid();
    let started = Command::new("/proc/self/exe")
        .arg0("warpdock")
        .args(["daemon", "serve"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(_child) => ExitCode::SUCCESS,
        Err(error) => {
            let _reader_gone = writeln!(io::stdout(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// `warpdock daemon serve`: serve until idle or told to end.
pub fn serve() -> ExitCode {
    let paths = match Paths::open() {
        Ok(paths) => paths,
        Err(error) => return refuse(&error.to_string()),
    };
    let _flushes_the_log = log::start(&paths.log());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(64)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error.to_string()),
    };
    let code = runtime.block_on(run(paths));
    // Work that ignores its cancellation must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(2));
    code
}

async fn run(paths: Paths) -> ExitCode {
    let folder = match paths.daemon() {
        Ok(folder) => folder,
        Err(error) => return refuse(&error.to_string()),
    };
    let lock = match lock(&folder.join("lock")) {
        Ok(Some(lock)) => lock,
        Ok(None) => return say("already running"),
        Err(error) => return refuse(&format!("cannot lock {}: {error}", folder.display())),
    };
    // Only the holder of the lock unlinks and binds.
    let bound = bind(&folder.join(summon::SOCKET))
        .and_then(|listener| Ok((listener, bind(&folder.join(summon::HAND_SOCKET))?)));
    let (listener, hand_listener) = match bound {
        Ok(bound) => bound,
        Err(error) => return refuse(&format!("cannot listen in {}: {error}", folder.display())),
    };
    let hub = Hub::new(paths);
    tracing::info!(
        pid = std::process::id(),
        build = crate::paths::build_id(),
        "ready"
    );
    if say("ready") == ExitCode::FAILURE {
        return ExitCode::FAILURE;
    }
    detach_output();
    accept(&hub, listener, hand_listener).await;
    for socket in [summon::SOCKET, summon::HAND_SOCKET] {
        let _gone_already = fs::remove_file(folder.join(socket));
    }
    end_in_any_case();
    if !hub.end(END_LIMIT).await {
        tracing::error!("what was under way has not ended");
    }
    drop(lock);
    tracing::info!("ended");
    ExitCode::SUCCESS
}

async fn accept(hub: &Arc<Hub>, listener: UnixListener, hand_listener: UnixListener) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        tracing::error!("cannot listen for signals");
        return;
    };
    let idle = idle_limit();
    let mut quiet_since = Instant::now();
    loop {
        if hub.clients.load(Ordering::SeqCst) > 0 || hub.is_busy() {
            quiet_since = Instant::now();
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    quiet_since = Instant::now();
                    connection::accept(hub, stream);
                }
                Err(error) => {
                    // Out of file descriptors, most likely: let the others finish.
                    tracing::error!(%error, "cannot accept a client");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            accepted = hand_listener.accept() => match accepted {
                Ok((stream, _)) => hand::take(hub, stream),
                Err(error) => {
                    tracing::error!(%error, "cannot accept what is handed over");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            () = hub.stop.cancelled() => return tracing::info!("told to stop"),
            _ = terminate.recv() => return tracing::info!("SIGTERM"),
            _ = interrupt.recv() => return tracing::info!("SIGINT"),
            () = hub.client_left.notified() => {}
            () = tokio::time::sleep_until(quiet_since + idle) => {
                if hub.clients.load(Ordering::SeqCst) == 0 && !hub.is_busy() {
                    return tracing::info!("idle");
                }
            }
        }
    }
}

/// The lock is not to be held for ever, whatever keeps the runtime: a later command waits for it.
fn end_in_any_case() {
    std::thread::spawn(|| {
        std::thread::sleep(END_LIMIT + Duration::from_secs(5));
        std::process::exit(1);
    });
}

fn idle_limit() -> Duration {
    idle_seconds(std::env::var("WARPDOCK_IDLE_SECONDS").ok().as_deref())
}

/// What is no length of time is as if it was not said.
fn idle_seconds(text: Option<&str>) -> Duration {
    text.and_then(|seconds| seconds.parse().ok())
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|idle| *idle <= LONGEST_IDLE)
        .unwrap_or(IDLE)
}

fn lock(path: &std::path::Path) -> io::Result<Option<File>> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {
            // For whoever waits for us in vain. A full disk costs the number and nothing else.
            let _unnamed = file
                .set_len(0)
                .and_then(|()| writeln!(&file, "{}", std::process::id()));
            Ok(Some(file))
        }
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

fn bind(path: &std::path::Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    UnixListener::bind(path)
}

/// Lets go of the pipe to the starter, whose reader waits for its end.
fn detach_output() {
    if let Ok(null) = File::options().write(true).open("/dev/null") {
        let _stays_a_pipe = rustix::stdio::dup2_stdout(&null);
    }
}

fn refuse(reason: &str) -> ExitCode {
    tracing::error!(reason, "not started");
    say(reason);
    ExitCode::FAILURE
}

fn say(line: &str) -> ExitCode {
    match writeln!(io::stdout(), "{line}").and_then(|()| io::stdout().flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_length_of_time_is_not_heeded() {
        for text in [
            None,
            Some("-1"),
            Some("nan"),
            Some("inf"),
            Some("1e18"),
            Some("x"),
        ] {
            assert_eq!(idle_seconds(text), IDLE, "{text:?}");
        }
        assert_eq!(idle_seconds(Some("0.5")), Duration::from_millis(500));
    }

    #[test]
    fn the_lock_names_its_holder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lock");
        fs::write(&path, "12345678901\n").expect("an old one");
        let held = lock(&path).expect("no error");
        assert!(held.is_some());
        assert_eq!(
            fs::read_to_string(&path).expect("readable"),
            format!("{}\n", std::process::id())
        );
    }
}
