//! `warpdock kill`.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use session::frame::{Reply, Request, SignalTarget};

use crate::cli::{
    Ended,
    args::{Global, OverrideArguments, sessions::KillArguments},
    call::{Call, Way, target},
    failed::Failed,
    session_failure,
};

/// The signals of Linux by name (signal(7), x86 and ARM numbering).
const SIGNALS: [(&str, i32); 28] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
    ("ABRT", 6),
    ("BUS", 7),
    ("FPE", 8),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("CHLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("TTIN", 21),
    ("TTOU", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("SYS", 31),
];

/// How long init may take: hanging up waits for processes, and kills them after a while.
const LIMIT: Duration = Duration::from_secs(30);

/// Ends sessions, or sends them a signal.
pub fn run(global: &Global, arguments: &KillArguments) -> Ended {
    let signal = arguments.signal.as_deref().map(number).transpose()?;
    let mut call = Call::begin()?;
    let target = target(global, &OverrideArguments::default())?;
    let mut failures = Vec::new();
    for session in &arguments.session {
        if let Err(failed) = end(call.session(&target)?, session, signal) {
            // The others are still to be ended.
            failures.push(failed);
            continue;
        }
        if !global.quiet && !global.json {
            match signal {
                Some(_) => writeln!(io::stdout(), "session {session} was sent the signal")?,
                None => writeln!(
                    io::stdout(),
                    "session {session} has ended, and nothing of it is left"
                )?,
            }
        }
    }
    if let Some(last) = failures.pop() {
        for failed in failures {
            failed.report(global.json, false);
        }
        return Err(last);
    }
    if global.json {
        writeln!(
            io::stdout(),
            "{}",
            serde_json::json!({ "ended": arguments.session })
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Ends a session, or sends it a signal.
fn end(mut way: Way, session: &str, signal: Option<i32>) -> Result<(), Failed> {
    let session = session.to_owned();
    let request = match signal {
        Some(signal) => Request::Signal {
            session,
            signal,
            to: SignalTarget::Everything,
        },
        None => Request::HangUp { session },
    };
    let failure = match way.connection.ask_within(&request, LIMIT) {
        Ok(Reply::Failed(failure)) => session_failure::said(&failure),
        Ok(_) => return Ok(()),
        Err(source) => {
            let name = way.endpoint.name;
            crate::error::Error::Init { name, source }.failure()
        }
    };
    Err(Failed::Failure(Box::new(failure)))
}

fn number(text: &str) -> Result<i32, Failed> {
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let named = SIGNALS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, number)| *number);
    let numbered = text.parse().ok().filter(|number| (1..=64).contains(number));
    named.or(numbered).ok_or_else(|| {
        Failed::usage(
            format!("`{text}` is not a signal"),
            &["signals have names such as TERM, INT, KILL, USR1, or numbers from 1 to 64"],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn signals_have_names_and_numbers() {
        for (text, expected) in [("TERM", 15), ("sigint", 2), ("9", 9)] {
            assert_eq!(number(text).ok(), Some(expected), "{text}");
        }
        for text in ["", "SIG", "0", "65", "nonsense"] {
            assert!(number(text).is_err(), "{text}");
        }
    }
}
