//! Who is in the container may not speak to init: in a process namespace of its own.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use session::client::{Connection, Endpoint};
use session::frame::{Exit, Open, Reply, Request};

use crate::support::{DEADLINE, eventually, sh};

/// Where [`the_attacker`] connects to.
const SOCKET: &str = "ATTACKED_SOCKET";

/// Init as the first process of a namespace, as in a container.
struct Contained {
    unshare: Child,
    folder: tempfile::TempDir,
}

impl Contained {
    fn start() -> Contained {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let unshare = Command::new("unshare")
            .args(["--pid", "--fork", "--mount-proc", "--kill-child"])
            .arg(env!("CARGO_BIN_EXE_warpdock-init"))
            .args(["serve", "--socket-folder"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .spawn()
            .expect("unshare starts");
        Contained { unshare, folder }
    }

    fn connect(&self) -> Connection {
        let unshare = self.unshare.id();
        eventually("init listens", || {
            let children = format!("/proc/{unshare}/task/{unshare}/children");
            let children = std::fs::read_to_string(children).ok()?;
            let endpoint = Endpoint {
                socket_folder: self.folder.path().to_owned(),
                pid: children.trim().parse().ok()?,
            };
            Connection::open(&endpoint, DEADLINE).ok()
        })
    }
}

impl Drop for Contained {
    fn drop(&mut self) {
        let _ = self.unshare.kill();
        let _ = self.unshare.wait();
    }
}

#[test]
fn only_who_is_outside_of_the_container_is_heard() {
    let contained = Contained::start();
    let attacker = std::env::current_exe().expect("this program");
    let words = [
        &attacker.display().to_string(),
        "--exact",
        "inside::the_attacker",
        "--nocapture",
    ];
    let socket = contained.folder.path().join("init.sock");
    let mut connection = contained.connect();
    let open = Request::Open(Open {
        argv: words.iter().map(|it| it.as_bytes().to_vec()).collect(),
        env: vec![(SOCKET.to_owned(), Some(socket.display().to_string()))],
        ..sh("")
    });
    let reply = connection.ask_within(&open, DEADLINE);
    assert!(matches!(reply, Ok(Reply::Opened(_))), "{reply:?}");
    // It runs as init's own user, and is not heard all the same.
    let mut output = Vec::new();
    let (_sender, mut receiver) = connection.split();
    let exit = eventually("the attacker ends", || match receiver.try_next() {
        Ok(session::client::Polled::Incoming(incoming)) => match incoming {
            session::client::Incoming::Reply(Reply::Exit(exit)) => Some(exit),
            session::client::Incoming::Reply(_) => None,
            session::client::Incoming::Stdout(bytes) | session::client::Incoming::Stderr(bytes) => {
                output.extend(bytes);
                None
            }
        },
        Ok(_) => None,
        Err(error) => panic!("{error}"),
    });
    assert_eq!(exit, Exit::Code(0), "{}", String::from_utf8_lossy(&output));
}

// Runs in a session of the test above; without its variable there is nothing to attack.
#[test]
fn the_attacker() {
    let Some(socket) = std::env::var_os(SOCKET) else {
        return;
    };
    let mut stream = UnixStream::connect(socket).expect("the socket is reached");
    // Init may have closed it already.
    let _ = stream.write_all(&crate::abuse::hello());
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert_eq!(bytes, b"");
}
