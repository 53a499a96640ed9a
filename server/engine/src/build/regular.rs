//! Reading a file that anybody may have put there: a regular file of bounded size, or an error.
//! A named pipe would hold the reader for ever, and `/dev/zero` has no end.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// A file of a project beyond this size, in bytes, is no configuration but somebody's mistake.
pub const LARGEST: u64 = 16 << 20;

/// Opens a regular file, and never waits.
///
/// # Errors
/// As [`File::open`], and `InvalidInput` for what is no regular file.
pub fn open(path: &Path) -> io::Result<File> {
    // Even opening a device may do something. What is there now may be another file in a moment,
    // so that the open one is asked again.
    if !fs::metadata(path)?.is_file() {
        return Err(not_regular());
    }
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(not_regular()),
    }
}

/// Reads a regular file of at most [`LARGEST`] bytes.
///
/// # Errors
/// As [`open`], and `FileTooLarge`.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST {
        true => Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "larger than 16 MiB",
        )),
        false => Ok(bytes),
    }
}

fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_and_a_device_are_refused_at_once() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )?;
        for path in [pipe.as_path(), Path::new("/dev/zero"), folder.path()] {
            let error = read(path).expect_err("no regular file");
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{path:?}");
        }
        Ok(())
    }

    #[test]
    fn a_file_is_read_up_to_the_limit() -> anyhow::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        file.as_file().set_len(LARGEST)?;
        assert_eq!(read(file.path())?.len() as u64, LARGEST);
        file.as_file().set_len(LARGEST + 1)?;
        let error = read(file.path()).expect_err("too large");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        Ok(())
    }
}
