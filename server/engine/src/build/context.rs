//! The build context as a tar stream, without what the ignore file leaves out.
//!
//! Runs on a thread of its own and never holds more than a few chunks. Modes, times and symlinks
//! are kept, owners are not (a build's files belong to root), sockets, devices and pipes are left
//! out as the docker CLI does.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tar::{Builder as Archive, EntryType, Header};
use tokio::sync::mpsc;

use super::ignore::Ignore;
use super::regular;
use crate::error::Error;
use crate::exchange::ChunkSender;

const CHUNK: usize = 256 << 10;
const REPORT_EVERY: Duration = Duration::from_millis(100);
/// The name of a Dockerfile that is not in the context. Always the same, so that it does not
/// disturb the cache.
const FOREIGN_DOCKERFILE: &str = ".warpdock.Dockerfile";

/// What to pack.
pub(crate) struct Context {
    root: PathBuf,
    ignore: Ignore,
    /// Name in the archive and text.
    dockerfile: (String, String),
    /// Left in although ignored: the classic builder takes it out itself.
    keep_ignore_file: bool,
}

/// So far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) done: bool,
}

impl Context {
    /// Reads the ignore file and decides the Dockerfile's name.
    pub(crate) fn new(spec: &super::BuildSpec, keep_ignore_file: bool) -> Result<Context, Error> {
        let root = spec
            .context
            .canonicalize()
            .map_err(|error| unreadable(&spec.context, &error))?;
        if !root.is_dir() {
            return Err(unreadable(&root, &io::ErrorKind::NotADirectory.into()));
        }
        let (ignore_path, ignore_text) = match &spec.ignore {
            Some(text) => (root.join(".dockerignore"), text.clone()),
            None => ignore_file(&spec.dockerfile_path, &root)?,
        };
        let ignore = Ignore::parse(&ignore_text).map_err(|bad| Error::SpecInvalid {
            what: format!("{}:{}", ignore_path.display(), bad.line),
            value: bad.text,
            expected: bad.expected.to_owned(),
        })?;
        let name = name_within(&spec.dockerfile_path, &root)
            .unwrap_or_else(|| FOREIGN_DOCKERFILE.to_owned());
        Ok(Context {
            root,
            ignore,
            dockerfile: (name, spec.dockerfile.clone()),
            keep_ignore_file,
        })
    }

    pub(crate) fn dockerfile_name(&self) -> &str {
        &self.dockerfile.0
    }

    /// Packs everything into the channel. Ends early and without an error when nobody reads any
    /// more.
    pub(crate) fn pack(
        self,
        chunks: ChunkSender,
        reports: mpsc::UnboundedSender<Packed>,
    ) -> Result<(), Error> {
        let failure = chunks.clone();
        let mut packer = Packer {
            archive: Archive::new(ChunkWriter {
                chunks,
                buffer: BytesMut::with_capacity(CHUNK),
                written: 0,
            }),
            reports,
            last_report: Instant::now(),
            files: 0,
        };
        match self.pack_all(&mut packer) {
            Ok(()) => Ok(()),
            Err(Stop::Abandoned) => Ok(()),
            Err(Stop::Failed(error)) => {
                // Breaks the request off: a context that is cut short must not be built.
                let broken = io::Error::other(error.to_string());
                let _ = failure.blocking_send(Err(broken));
                Err(error)
            }
        }
    }

    fn pack_all(&self, packer: &mut Packer) -> Result<(), Stop> {
        let (name, text) = &self.dockerfile;
        let mut header = empty_header(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(text.len() as u64);
        packer.append(&mut header, Path::new(name), text.as_bytes())?;
        self.pack_folder(packer, Path::new(""), &mut Vec::new())?;
        packer.finish()
    }

    /// `unwritten` are ignored folders above, written once something in them is not ignored.
    fn pack_folder(
        &self,
        packer: &mut Packer,
        folder: &Path,
        unwritten: &mut Vec<(PathBuf, Metadata)>,
    ) -> Result<(), Stop> {
        let path = self.root.join(folder);
        let failed = |error: io::Error| Stop::Failed(unreadable(&path, &error));
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name());
        }
        // The order of a folder on disk is nobody's; a stable one makes equal archives.
        names.sort();
        for name in names {
            let relative = folder.join(name);
            if relative != Path::new(&self.dockerfile.0) {
                self.pack_entry(packer, relative, unwritten)?;
            }
        }
        Ok(())
    }

    fn pack_entry(
        &self,
        packer: &mut Packer,
        relative: PathBuf,
        unwritten: &mut Vec<(PathBuf, Metadata)>,
    ) -> Result<(), Stop> {
        let path = self.root.join(&relative);
        // Patterns are text; a name that is not is matched as well as it can be.
        let text = relative.to_string_lossy();
        let ignored =
            self.ignore.matches(&text) && !(self.keep_ignore_file && text == ".dockerignore");
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(_) if ignored => return Ok(()),
            // Gone since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Stop::Failed(unreadable(&path, &error))),
        };
        if !ignored {
            for (folder, metadata) in unwritten.drain(..) {
                packer.folder(&folder, &metadata)?;
            }
        }
        match (metadata.is_dir(), ignored) {
            (true, false) => {
                packer.folder(&relative, &metadata)?;
                self.pack_folder(packer, &relative, &mut Vec::new())
            }
            (true, true) if self.ignore.may_bring_back_within(&text) => {
                let depth = unwritten.len();
                unwritten.push((relative.clone(), metadata));
                self.pack_folder(packer, &relative, unwritten)?;
                // Still there: nothing in it was wanted.
                unwritten.truncate(depth);
                Ok(())
            }
            (false, false) => packer.file(&path, &relative, &metadata),
            (_, true) => Ok(()),
        }
    }
}

/// Why packing ended before its end.
enum Stop {
    /// Nobody reads.
    Abandoned,
    Failed(Error),
}

struct Packer {
    archive: Archive<ChunkWriter>,
    reports: mpsc::UnboundedSender<Packed>,
    last_report: Instant,
    files: u64,
}

impl Packer {
    fn folder(&mut self, relative: &Path, metadata: &Metadata) -> Result<(), Stop> {
        let mut header = header_of(metadata, EntryType::Directory);
        header.set_size(0);
        self.append(&mut header, relative, io::empty())
    }

    fn file(&mut self, path: &Path, relative: &Path, metadata: &Metadata) -> Result<(), Stop> {
        let failed = |error: io::Error| Stop::Failed(unreadable(path, &error));
        if metadata.is_symlink() {
            let target = fs::read_link(path).map_err(failed)?;
            let mut header = header_of(metadata, EntryType::Symlink);
            header.set_size(0);
            let appended = self.archive.append_link(&mut header, relative, target);
            return self.count(appended);
        }
        if !metadata.is_file() {
            return Ok(());
        }
        let mut file = regular::open(path).map_err(failed)?;
        // Of the open file: its path may lead elsewhere by now.
        let metadata = file.metadata().map_err(failed)?;
        let mut header = header_of(&metadata, EntryType::Regular);
        header.set_size(metadata.len());
        let mut reader = ExactReader {
            file: &mut file,
            left: metadata.len(),
            failure: None,
        };
        let appended = self.archive.append_data(&mut header, relative, &mut reader);
        match reader.failure {
            Some(error) => Err(failed(error)),
            None => self.count(appended),
        }
    }

    fn append(&mut self, header: &mut Header, name: &Path, content: impl Read) -> Result<(), Stop> {
        let appended = self.archive.append_data(header, name, content);
        self.count(appended)
    }

    /// The archive is written to a channel: the one way that fails is that nobody reads. A name
    /// that the format cannot carry is told as it is.
    fn count(&mut self, appended: io::Result<()>) -> Result<(), Stop> {
        match appended {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Err(Stop::Abandoned),
            Err(error) => {
                return Err(Stop::Failed(Error::Unreadable {
                    path: "the build context".to_owned(),
                    message: error.to_string(),
                }));
            }
        }
        self.files += 1;
        if self.last_report.elapsed() >= REPORT_EVERY {
            self.last_report = Instant::now();
            self.report(false);
        }
        Ok(())
    }

    fn report(&self, done: bool) {
        let _ = self.reports.send(Packed {
            files: self.files,
            bytes: self.archive.get_ref().written,
            done,
        });
    }

    fn finish(&mut self) -> Result<(), Stop> {
        let finished = self.archive.finish();
        let flushed = finished.and_then(|()| self.archive.get_mut().flush());
        match flushed {
            Ok(()) => {
                self.report(true);
                Ok(())
            }
            Err(_) => Err(Stop::Abandoned),
        }
    }
}

fn header_of(metadata: &Metadata, kind: EntryType) -> Header {
    let mut header = empty_header(kind);
    header.set_mode(metadata.permissions().mode() & 0o7777);
    header.set_mtime(u64::try_from(metadata.mtime()).unwrap_or(0));
    header
}

fn empty_header(kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

/// Gives exactly as many bytes as the header promised: a file that grows meanwhile is cut, one
/// that shrinks is a failure.
struct ExactReader<'file> {
    file: &'file mut File,
    left: u64,
    failure: Option<io::Error>,
}

impl Read for ExactReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if wanted == 0 {
            return Ok(0);
        }
        match self.file.read(&mut buffer[..wanted]) {
            Ok(0) => {
                self.failure = Some(io::Error::other("it became shorter while it was read"));
                Ok(0)
            }
            Ok(length) => {
                self.left -= length as u64;
                Ok(length)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.failure = Some(error);
                Err(kind.into())
            }
        }
    }
}

/// Collects chunks and sends them; waits when the other side is slow.
struct ChunkWriter {
    chunks: ChunkSender,
    buffer: BytesMut,
    written: u64,
}

impl ChunkWriter {
    fn send(&mut self) -> io::Result<()> {
        let chunk: Bytes = self.buffer.split().freeze();
        self.chunks
            .blocking_send(Ok(chunk))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        self.written += bytes.len() as u64;
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.buffer.is_empty() {
            true => Ok(()),
            false => self.send(),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::Unreadable {
        path: path.display().to_string(),
        message: error.to_string(),
    }
}

/// The Dockerfile's own ignore file comes first, then the context's.
fn ignore_file(dockerfile: &Path, root: &Path) -> Result<(PathBuf, String), Error> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    for path in [PathBuf::from(own), root.join(".dockerignore")] {
        match regular::read(&path) {
            Ok(text) => return Ok((path, String::from_utf8_lossy(&text).into_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&path, &error)),
        }
    }
    Ok((PathBuf::new(), String::new()))
}

/// The Dockerfile's path relative to the context, if it is in it.
fn name_within(dockerfile: &Path, root: &Path) -> Option<String> {
    let folder = dockerfile.parent()?.canonicalize().ok()?;
    let name = dockerfile.file_name()?;
    let relative = folder.join(name);
    Some(relative.strip_prefix(root).ok()?.to_str()?.to_owned())
}

#[cfg(test)]
mod tests;
