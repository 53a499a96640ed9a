//! Finding a command before it is executed, so that a failure can say what is missing.
//!
//! It looks with the rights of the calling process: the session's user.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{Access, MemfdFlags};
use rustix::io::Errno;
use session::frame::Failure;

const HEADER_LENGTH: usize = 256;
const MAX_PROGRAM_HEADERS: usize = 64;

/// The file that a command's name means.
///
/// # Errors
/// When there is none, or none that this user may execute.
pub(crate) fn find(name: &[u8], path: &[u8]) -> Result<PathBuf, Failure> {
    let command = lossy(name);
    let not_found = Failure::CommandNotFound {
        command: command.clone(),
    };
    if name.is_empty() {
        return Err(not_found);
    }
    if name.contains(&b'/') {
        let file = PathBuf::from(OsStr::from_bytes(name));
        return match examine(&file) {
            Ok(()) => Ok(file),
            Err(None) => Err(not_found),
            Err(Some(reason)) => Err(Failure::NotExecutable { command, reason }),
        };
    }
    let mut refused = None;
    for folder in path.split(|&byte| byte == b':') {
        let folder = match folder {
            [] => Path::new("."),
            folder => Path::new(OsStr::from_bytes(folder)),
        };
        let file = folder.join(OsStr::from_bytes(name));
        match examine(&file) {
            Ok(()) => return Ok(file),
            // A folder of that name on PATH is no command of that name.
            Err(Some(reason)) if !file.is_dir() => {
                refused.get_or_insert(Failure::NotExecutable {
                    command: file.to_string_lossy().into_owned(),
                    reason,
                });
            }
            Err(_) => {}
        }
    }
    Err(refused.unwrap_or(not_found))
}

/// Whether the kernel, or /bin/sh for a text without `#!`, can run the file at all.
///
/// # Errors
/// When it is built for another machine, or is no program.
pub(crate) fn check_format(file: &Path) -> Result<(), Failure> {
    let Some(header) = header(file) else {
        // Executable and not readable: the kernel will say.
        return Ok(());
    };
    let reason = match &header[..] {
        [b'#', b'!', ..] => return Ok(()),
        [0x7f, b'E', b'L', b'F', ..] => match machine(&header) {
            Some(machine) if machine == std::env::consts::ARCH => return Ok(()),
            Some(machine) => format!(
                "exec format error: it is built for {machine}, this machine is {}",
                std::env::consts::ARCH
            ),
            None => "exec format error".to_owned(),
        },
        // A shell takes a text without `#!` for a script, and so does execvp.
        text if !text.contains(&0) => match Path::new("/bin/sh").exists() {
            true => return Ok(()),
            false => {
                "exec format error: it does not begin with #! and there is no /bin/sh to run it"
                    .to_owned()
            }
        },
        _ => "exec format error".to_owned(),
    };
    match kernel_takes(&header) {
        true => Ok(()),
        false => Err(Failure::NotExecutable {
            command: file.to_string_lossy().into_owned(),
            reason,
        }),
    }
}

/// What a failed execve of an existing file means.
pub(crate) fn explain(file: &Path, error: &io::Error) -> Failure {
    let command = file.to_string_lossy().into_owned();
    let errno = Errno::from_io_error(error);
    let words = words(error);
    if matches!(errno, Some(Errno::TOOBIG | Errno::NOMEM | Errno::AGAIN)) {
        return Failure::System {
            doing: format!("start {command}"),
            error: words,
        };
    }
    let reason = match (interpreter(file), errno) {
        (Some((what, path)), Some(Errno::NOENT)) => {
            format!("its {what} {path} does not exist in the container")
        }
        (Some((what, path)), Some(Errno::ACCESS)) => format!("{words}, its {what} is {path}"),
        _ => words,
    };
    Failure::NotExecutable { command, reason }
}

/// The system's words for an error, without its number.
pub(crate) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Lossy UTF-8.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `Err(None)`: there is no such file.
fn examine(file: &Path) -> Result<(), Option<String>> {
    match std::fs::metadata(file) {
        Ok(metadata) if metadata.is_dir() => Err(Some("is a directory".to_owned())),
        Ok(metadata) if !metadata.is_file() => Err(Some("is not a regular file".to_owned())),
        Ok(_) => {
            rustix::fs::access(file, Access::EXEC_OK).map_err(|errno| Some(words(&errno.into())))
        }
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::NOENT | Errno::NOTDIR) => Err(None),
            _ => Err(Some(words(&error))),
        },
    }
}

fn header(file: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)
        .ok()?
        .take(HEADER_LENGTH as u64)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

/// The machine that an ELF header names, in Rust's words for those it has.
fn machine(header: &[u8]) -> Option<String> {
    let little = *header.get(5)? == 1;
    let &[a, b] = header.get(18..20)? else {
        return None;
    };
    let number = match little {
        true => u16::from_le_bytes([a, b]),
        false => u16::from_be_bytes([a, b]),
    };
    let name = match number {
        3 => "x86",
        8 => "mips",
        20 => "powerpc",
        21 => "powerpc64",
        22 => "s390x",
        40 => "arm",
        62 => "x86_64",
        183 => "aarch64",
        243 => "riscv64",
        258 => "loongarch64",
        _ => return Some(format!("machine {number}")),
    };
    Some(name.to_owned())
}

/// Whether the kernel has a way to run files that begin so, an emulator for another
/// machine (binfmt_misc) or 32-bit support for one: it is asked with a copy of the
/// header, which fails at once when it does start.
fn kernel_takes(header: &[u8]) -> bool {
    let Ok(memory) = rustix::fs::memfd_create("header", MemfdFlags::CLOEXEC) else {
        return true;
    };
    let mut memory = File::from(memory);
    if memory.write_all(header).is_err() {
        return true;
    }
    // A file that is open for writing cannot be executed.
    let Ok(readable) = File::open(format!("/proc/self/fd/{}", memory.as_raw_fd())) else {
        return true;
    };
    drop(memory);
    let spawned = Command::new(format!("/proc/self/fd/{}", readable.as_raw_fd()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match spawned {
        Ok(mut child) => {
            let _ = child.kill();
            let _ = child.wait();
            true
        }
        Err(error) => Errno::from_io_error(&error) != Some(Errno::NOEXEC),
    }
}

/// What a script or a dynamic program needs to start, and where it expects it.
fn interpreter(file: &Path) -> Option<(&'static str, String)> {
    let header = header(file)?;
    if let Some(line) = header.strip_prefix(b"#!") {
        let line = line.split(|&byte| byte == b'\n').next()?;
        // A carriage return belongs to the path for the kernel: a file saved on Windows.
        let text = lossy(line);
        let path = text
            .trim_start_matches([' ', '\t'])
            .split([' ', '\t'])
            .next()?;
        return Some(("interpreter", path.escape_debug().to_string()));
    }
    let path = elf_loader(&mut File::open(file).ok()?)?;
    Some(("loader", path))
}

/// PT_INTERP of a little-endian 64-bit program.
fn elf_loader(file: &mut File) -> Option<String> {
    const PT_INTERP: u32 = 3;
    let mut header = [0; 64];
    file.read_exact(&mut header).ok()?;
    if header[..6] != [0x7f, b'E', b'L', b'F', 2, 1] {
        return None;
    }
    let offset = u64::from_le_bytes(*header[32..].first_chunk()?);
    let size = u16::from_le_bytes(*header[54..].first_chunk()?);
    let count = u16::from_le_bytes(*header[56..].first_chunk()?);
    for index in 0..usize::from(count).min(MAX_PROGRAM_HEADERS) {
        let at = offset.checked_add(index as u64 * u64::from(size))?;
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut entry = [0; 56];
        file.read_exact(&mut entry).ok()?;
        if u32::from_le_bytes(*entry.first_chunk()?) != PT_INTERP {
            continue;
        }
        let at = u64::from_le_bytes(*entry[8..].first_chunk()?);
        let length = u64::from_le_bytes(*entry[32..].first_chunk()?).min(4096);
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut path = Vec::new();
        file.take(length).read_to_end(&mut path).ok()?;
        let path: Vec<u8> = path.into_iter().take_while(|&byte| byte != 0).collect();
        return Some(lossy(&path));
    }
    None
}

/// The first of the shells that this process may execute, or what was tried.
///
/// # Errors
/// [`Failure::NoShell`].
pub(crate) fn shell(of_the_user: Option<&str>) -> Result<Vec<Vec<u8>>, Failure> {
    let candidates: [&[&str]; 6] = [
        &["/bin/bash"],
        &["/usr/bin/bash"],
        &["/bin/sh"],
        &["/usr/bin/sh"],
        &["/bin/ash"],
        &["/bin/busybox", "sh"],
    ];
    // An account that may not log in still has a terminal when somebody opens one for it.
    let own = of_the_user.filter(|it| !it.ends_with("/nologin") && !it.ends_with("/false"));
    let own = own.map(|it| vec![it]);
    let mut tried = Vec::new();
    for candidate in own.into_iter().chain(candidates.map(<[_]>::to_vec)) {
        let Some(file) = candidate.first() else {
            continue;
        };
        match examine(Path::new(file)) {
            Ok(()) => {
                return Ok(candidate
                    .into_iter()
                    .map(|it| it.as_bytes().to_vec())
                    .collect());
            }
            Err(_) => tried.push((*file).to_owned()),
        }
    }
    tried.dedup();
    Err(Failure::NoShell { tried })
}

/// Bytes as the system's string.
pub(crate) fn os(bytes: &[u8]) -> OsString {
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(test)]
mod tests;
