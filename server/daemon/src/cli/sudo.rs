//! The person's own `sudo docker`: when the socket is closed to them and sudo wants a password, it
//! is asked here, on their terminal, by sudo itself, and the connections go to the daemon.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    process::{Command, Stdio},
    time::Duration,
};

use crate::{cli::failed::Failed, environment, hand, paths::Paths, summon};

/// How many connections are opened: one brings events, the others carry requests at a time.
const CONNECTIONS: usize = 4;

/// How long the engine may take to answer once sudo has let us through.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// Has sudo ask, and hands the connections over. `false`: there is nobody to ask.
pub fn ask(paths: &Paths) -> Result<bool, Failed> {
    if !rustix::termios::isatty(rustix::stdio::stdin()) {
        return Ok(false);
    }
    let environment = environment::of_this_process();
    let access = environment::access(&environment, Default::default());
    let engine_failed = |error: engine::error::Error| {
        Failed::Failure(Box::new(crate::error::Error::from(error).failure()))
    };
    let endpoint = access.endpoint().map_err(engine_failed)?;
    let dial = engine::access::dial_command(&access).map_err(engine_failed)?;
    writeln!(
        io::stderr(),
        "The engine's socket is closed to you; connecting with sudo docker."
    )?;
    // The first one asks. It belongs to the terminal's foreground, where Ctrl-C would end it: it
    // is only there so that the others need not ask.
    let mut first = Command::new("sudo");
    first.arg("--").args(&dial);
    let asked = open(first, Stdio::inherit())?;
    if !answers(&asked, None)? {
        return Err(engine_failed(engine::error::Error::AccessDenied {
            socket: endpoint.socket.display().to_string(),
            origin: endpoint.origin.to_string(),
            detail: ": `sudo docker` did not get through either, its words are above".to_owned(),
        }));
    }
    let mut ends = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut further = Command::new("sudo");
        further.args(["-n", "--"]).args(&dial).process_group(0);
        let end = open(further, Stdio::null())?;
        if answers(&end, Some(ANSWER_LIMIT))? {
            ends.push(OwnedFd::from(end));
        }
    }
    if ends.is_empty() {
        ends.push(OwnedFd::from(asked));
        ask_for_each(&dial, &mut ends)?;
    }
    match summon::existing(paths, summon::HAND_SOCKET)? {
        Some(stream) => hand::give(&stream, &endpoint.socket, &ends)?,
        None => return Ok(false),
    }
    Ok(true)
}

/// Where sudo remembers no password it asks for each connection: one would do for a question at
/// a time, and not for a build, nor for events beside it.
fn ask_for_each(dial: &[OsString], ends: &mut Vec<OwnedFd>) -> Result<(), Failed> {
    writeln!(
        io::stderr(),
        "sudo remembers no password here, so that it asks {CONNECTIONS} times: once for each \
         connection that is needed."
    )?;
    while ends.len() < CONNECTIONS {
        // In the background as soon as it was answered, out of Ctrl-C's way.
        let mut further = Command::new("sudo");
        further.args(["-b", "--"]).args(dial);
        let end = open(further, Stdio::inherit())?;
        if !answers(&end, None)? {
            break;
        }
        ends.push(OwnedFd::from(end));
    }
    Ok(())
}

fn open(mut command: Command, errors: Stdio) -> Result<UnixStream, Failed> {
    let (near, far) = UnixStream::pair()?;
    let far = OwnedFd::from(far);
    command.stdin(far.try_clone()?).stdout(far).stderr(errors);
    let child = command.spawn();
    // It ends with its connection, which outlives this process.
    child.map_err(|error| {
        Failed::ours(
            "access-denied",
            protocol::failure::Tier::Environment,
            format!("the engine's socket is closed to you, and sudo cannot be run: {error}"),
            &["join the docker group (`sudo usermod -aG docker $USER`, then log in again), or use a rootless engine through DOCKER_HOST"],
        )
    })?;
    Ok(near)
}

/// Asks the engine for a sign of life; without a limit as long as the person takes to type.
fn answers(mut stream: &UnixStream, limit: Option<Duration>) -> io::Result<bool> {
    stream.set_read_timeout(limit)?;
    stream.set_write_timeout(limit)?;
    let ping = b"GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n";
    if stream.write_all(ping).is_err() {
        return Ok(false);
    }
    let mut answer = Vec::new();
    let mut bytes = [0; 1024];
    while !is_whole(&answer) {
        match stream.read(&mut bytes) {
            Ok(0) | Err(_) => return Ok(false),
            Ok(count) => answer.extend_from_slice(&bytes[..count]),
        }
    }
    stream.set_read_timeout(None)?;
    stream.set_write_timeout(None)?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}

/// The answer to a ping is there with its body, so that nothing of it is left in the connection.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((header, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let header = header.to_ascii_lowercase();
    let length = header
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse::<usize>().ok());
    match length {
        Some(length) => body.len() >= length,
        None => body.ends_with("0\r\n\r\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn an_answer_is_whole_with_its_body() {
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nO"));
        assert!(is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"));
        assert!(is_whole(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n"
        ));
        assert!(!is_whole(b"HTTP/1.1 200"));
    }
}
