//! The daemon's log: a file that is started anew when it is large, and never a reason to fail.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use tracing::Level;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt};

use crate::private;

/// A log beyond this size, in bytes, is moved aside at the daemon's start.
const KEPT: u64 = 4 << 20;

/// Lines that may wait for the disk. The queue is allocated whole, and the crate's own
/// 128,000 would be four megabytes of an idle daemon.
const WAITING_LINES: usize = 4096;

/// Starts logging to `path`; the guard flushes at the end. `WARPDOCK_LOG` sets the level.
///
/// A folder that cannot be made, or a full disk, costs the log and nothing else.
pub fn start(path: &Path) -> WorkerGuard {
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .finish(Forgiving {
            file: open(path).ok(),
        });
    // Names and levels are enough, and do not keep the pages of a regex engine in memory.
    let level = std::env::var("WARPDOCK_LOG").ok();
    let filter = level
        .and_then(|level| level.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(Level::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_writer(writer);
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        // A second start in one process, as in tests: the first log goes on.
    }
    guard
}

fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|file| file.len() > KEPT) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    private::append(path)
}

/// Writes to a file where there is one, and says nothing when that fails.
struct Forgiving {
    file: Option<File>,
}

impl Write for Forgiving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(file) = &mut self.file {
            let _full_disk = file.write_all(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
