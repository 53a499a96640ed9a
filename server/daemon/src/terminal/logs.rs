//! Writes a session's kept output, and what comes.

use std::time::Duration;

use session::client::{Connection, Incoming};
use session::error::ConnectError;
use session::frame::{Reply, Request, SessionInfo};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;

use super::output::{Output, Written};
use super::scan::{Scanner, Step};
use super::{Outcome, Streams, TerminalError};

/// How long init may take for its first answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Makes output harmless for a terminal that is not the session's own.
///
/// A full-screen program's old output would switch the alternate screen and the mouse on,
/// set titles and clipboards, and ask the terminal questions whose answers the shell would
/// then read as typed. What stays is text, colours, and movements within and between lines,
/// which progress bars use.
#[derive(Debug)]
struct Harmless {
    scanner: Scanner,
    unfinished: Vec<u8>,
}

impl Harmless {
    fn new() -> Harmless {
        Harmless {
            scanner: Scanner::new(),
            unfinished: Vec::new(),
        }
    }

    fn feed(&mut self, output: &[u8]) -> Vec<u8> {
        let mut harmless = Vec::with_capacity(output.len());
        for byte in output {
            match self.scanner.step(*byte) {
                // The text of an OSC could be long, and is never shown.
                Step::Inside if self.unfinished.len() < 128 => self.unfinished.push(*byte),
                Step::Inside => {}
                Step::Text => {
                    // A sequence that was broken off is not text.
                    match self.unfinished.first() {
                        Some(0x1b) => self.unfinished.clear(),
                        _ => harmless.append(&mut self.unfinished),
                    }
                    // ENQ asks, SO shifts to line graphics.
                    if !matches!(byte, 0x05 | 0x0e | 0x0f) {
                        harmless.push(*byte);
                    }
                }
                Step::Complete => {
                    if let [b'[', params @ .., b'm' | b'K' | b'A'..=b'D' | b'G'] =
                        self.scanner.sequence()
                        && params.iter().all(|byte| matches!(byte, b'0'..=b';'))
                    {
                        harmless.push(0x1b);
                        harmless.extend_from_slice(self.scanner.sequence());
                    }
                    self.unfinished.clear();
                }
            }
        }
        harmless
    }
}

pub(super) fn logs(
    mut connection: Connection,
    session: &str,
    follow: bool,
    streams: Streams<'_>,
) -> Result<Outcome, TerminalError> {
    let request = Request::Logs {
        session: session.to_owned(),
        follow,
    };
    let info = match connection.ask_within(&request, ANSWER_LIMIT) {
        Ok(Reply::Opened(info)) => info,
        Ok(Reply::Failed(failure)) => return Ok(Outcome::Failed(failure)),
        Ok(_) => return Ok(lost(None, ConnectError::Unexpected { what: "reply" })),
        Err(reason) => return Ok(lost(None, reason)),
    };
    let mut filter = streams.output_is_terminal().then(Harmless::new);
    let mut error_filter = rustix::termios::isatty(streams.error).then(Harmless::new);
    let mut output = Output::new(streams.output);
    let mut error = Output::new(streams.error);
    loop {
        let written = match connection.next() {
            Ok(Some(Incoming::Stdout(bytes))) => {
                write(&mut output, filter.as_mut(), &bytes, "standard output")?
            }
            Ok(Some(Incoming::Stderr(bytes))) => {
                write(&mut error, error_filter.as_mut(), &bytes, "standard error")?;
                Written::All
            }
            Ok(Some(Incoming::Reply(reply))) => match reply {
                Reply::Exit(exit) => return Ok(Outcome::Exit(exit)),
                Reply::ReplayEnd if !follow => return Ok(Outcome::Detached { session: info }),
                Reply::Failed(failure) => return Ok(Outcome::Failed(failure)),
                _ => Written::All,
            },
            Ok(None) => return Ok(lost(Some(info), ConnectError::Closed)),
            Err(reason) => return Ok(lost(Some(info), reason)),
        };
        if written == Written::Closed {
            return Ok(Outcome::OutputClosed);
        }
    }
}

fn lost(session: Option<SessionInfo>, reason: ConnectError) -> Outcome {
    Outcome::ConnectionLost { session, reason }
}

/// Waits for the reader: nothing else is to be done meanwhile, and signals have their
/// default meaning here.
fn write(
    output: &mut Output<'_>,
    filter: Option<&mut Harmless>,
    bytes: &[u8],
    what: &'static str,
) -> Result<Written, TerminalError> {
    let failed = |errno: Errno| TerminalError::Output {
        what,
        source: errno.into(),
    };
    let mut written = match filter {
        Some(harmless) => output.write(&harmless.feed(bytes)),
        None => output.write(bytes),
    };
    while matches!(written, Ok(Written::Waiting)) {
        match rustix::event::poll(&mut [PollFd::new(&*output, PollFlags::OUT)], None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(failed(errno)),
        }
        written = output.flush();
    }
    written.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &[u8], expected: &[u8]) {
        for split in 0..=output.len() {
            let mut harmless = Harmless::new();
            let mut found = harmless.feed(&output[..split]);
            found.extend(harmless.feed(&output[split..]));
            assert_eq!(
                found.escape_ascii().to_string(),
                expected.escape_ascii().to_string()
            );
        }
    }

    #[test]
    fn text_and_colours_and_progress_bars_stay() {
        let output = "é \x1b[1;31mred\x1b[0m\r\n 10%\r\x1b[K 20%\x1b[A\x07".as_bytes();
        check(output, output);
    }

    #[test]
    fn questions_titles_and_screens_go() {
        check(
            b"a\x1b[6n\x1b[c\x1b]0;title\x07\x1b]52;c;AAAA\x1b\\\x1b[?1049h\x1b[2J\x1bc\x05b\x1b[>4;2m",
            b"ab",
        );
    }
}
