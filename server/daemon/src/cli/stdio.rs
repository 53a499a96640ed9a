//! `warpdock stdio`: an ordinary language server for an editor. A bridge: it copies bytes between
//! the editor and the daemon, and understands two messages. `initialize` goes on with this
//! process's environment in it, which is the window's; behind `exit` the end is what was wanted.
//!
//! When the daemon dies the bridge ends too, and the editor starts it again with what it has open:
//! only the editor knows that.

use std::{
    io::{self, IsTerminal, Read, Write},
    os::unix::net::UnixStream,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use protocol::failure::Tier;

use crate::{
    cli::{Ended, args::server::ServerArguments, failed::Failed},
    environment, in_process,
    paths::Paths,
    summon,
};

mod messages;

use messages::{Passing, Watcher};

/// Serves the editor until it leaves.
pub fn run(arguments: &ServerArguments) -> Ended {
    let paths = Paths::open()?;
    match arguments.in_process {
        true => Ok(in_process::serve(paths)?),
        false => bridge(&paths),
    }
}

fn bridge(paths: &Paths) -> Ended {
    let mut input = io::stdin();
    if input.is_terminal() {
        return Err(Failed::usage(
            "`warpdock stdio` is what an editor starts as its language server; you are at a terminal".to_owned(),
            &["name it in the editor's settings; `warpdock lint FILE` checks a Dockerfile from here"],
        ));
    }
    let Some(first) = messages::first(&mut input)? else {
        return Ok(ExitCode::SUCCESS);
    };
    let first = messages::with_environment(first, &environment::of_this_process());
    let mut watcher = Watcher::default();
    watcher.pass(&first);
    let (mut daemon, answer) = greet(paths, &first)?;
    let leaving = Arc::new(Leaving::default());
    let upwards = daemon.try_clone()?;
    thread::spawn({
        let leaving = Arc::clone(&leaving);
        move || to_daemon(upwards, watcher, &leaving)
    });
    let mut output = io::stdout().lock();
    output.write_all(&answer)?;
    output.flush()?;
    let mut bytes = vec![0; 64 << 10];
    loop {
        match daemon.read(&mut bytes) {
            Ok(count @ 1..) => {
                output.write_all(&bytes[..count])?;
                output.flush()?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) if leaving.wanted.load(Ordering::SeqCst) => return Ok(leaving.code()),
            Ok(_) | Err(_) => return Err(lost()),
        }
    }
}

/// Says the first message to a daemon, and reads the beginning of its answer.
fn greet(paths: &Paths, first: &[u8]) -> Result<(UnixStream, Vec<u8>), Failed> {
    let say = |mut daemon: UnixStream| {
        let mut bytes = vec![0; 64 << 10];
        let answered = daemon
            .write_all(first)
            .and_then(|()| daemon.read(&mut bytes));
        match answered {
            Ok(count @ 1..) => {
                bytes.truncate(count);
                Ok((daemon, bytes))
            }
            Ok(_) | Err(_) => Err(lost()),
        }
    };
    summon::greeted(paths, say, |_| true)?
}

/// Copies what the editor says, until it has said everything.
fn to_daemon(mut daemon: UnixStream, mut watcher: Watcher, leaving: &Leaving) {
    let mut input = io::stdin();
    let mut bytes = vec![0; 64 << 10];
    loop {
        let count = match input.read(&mut bytes) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => 0,
        };
        if count == 0 {
            leaving.wanted.store(true, Ordering::SeqCst);
            // The daemon sees the end of the input, and closes the connection.
            let _closed_already = daemon.shutdown(std::net::Shutdown::Write);
            return;
        }
        match watcher.pass(&bytes[..count]) {
            Passing::Exit { after_shutdown } => {
                leaving.rude.store(!after_shutdown, Ordering::SeqCst);
                leaving.wanted.store(true, Ordering::SeqCst);
            }
            Passing::Shutdown | Passing::Other => {}
        }
        // The reader of the other direction sees that the daemon is gone.
        let _gone = daemon.write_all(&bytes[..count]);
    }
}

/// What the editor has said about its end.
#[derive(Debug, Default)]
struct Leaving {
    /// The end is what the editor wants.
    wanted: AtomicBool,
    /// It said `exit` without `shutdown` before, which the protocol takes for an error.
    rude: AtomicBool,
}

impl Leaving {
    fn code(&self) -> ExitCode {
        match self.rude.load(Ordering::SeqCst) {
            true => ExitCode::FAILURE,
            false => ExitCode::SUCCESS,
        }
    }
}

fn lost() -> Failed {
    Failed::ours(
        "daemon-lost",
        Tier::Environment,
        "the daemon went away, and the language server with it".to_owned(),
        &[
            "restart the language server: the daemon starts by itself, and nothing in a container was disturbed",
        ],
    )
}
