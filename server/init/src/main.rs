//! `warpdock-init`, the first process of a container: it holds every terminal and every
//! pipe of the container's sessions, and speaks to clients over a socket.
//!
//! Static, one thread, no unsafe code. The other modes are processes that it starts.

mod accounts;
mod become_user;
mod birth;
mod client;
mod clock;
mod deliver;
mod environment;
mod exec_child;
mod hang_up;
mod helper;
mod hub;
mod job;
mod lines;
mod listing;
mod look;
mod lookup;
mod probe;
mod processes;
mod reaper;
mod requests;
mod ring;
mod serve;
mod session;
mod streams;
mod users;

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str =
    "usage: warpdock-init serve --socket-folder FOLDER [--private]\n       warpdock-init --version";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Vec<&str> = arguments
        .iter()
        .map(|it| it.to_str().unwrap_or_default())
        .collect();
    match words.as_slice() {
        [helper::REAPER] => reaper::main(),
        [helper::EXEC_CHILD] => exec_child::main(),
        [helper::PROBE] => probe::main(),
        ["serve", "--socket-folder", _] => serve(&arguments[2], false),
        ["serve", "--socket-folder", _, "--private"] => serve(&arguments[2], true),
        ["--version"] => {
            let _ = writeln!(
                std::io::stdout(),
                "warpdock-init {} (protocol {})",
                env!("CARGO_PKG_VERSION"),
                ::session::frame::VERSION
            );
            ExitCode::SUCCESS
        }
        _ => complain(USAGE),
    }
}

fn serve(folder: &OsStr, private: bool) -> ExitCode {
    let folder = Path::new(folder);
    match serve::serve(folder, private) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("serve {}: {error}", folder.display())),
    }
}

fn complain(text: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "warpdock-init: {text}");
    ExitCode::FAILURE
}
