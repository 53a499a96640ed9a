use std::io::{self, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};

use super::*;
use crate::codec::Kind;

const SOON: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(20);

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn endpoint(folder: &Path, pid: u32) -> Endpoint {
    Endpoint {
        socket_folder: folder.to_owned(),
        pid,
    }
}

#[test]
fn a_missing_socket_is_named() {
    let folder = folder();
    let error = Connection::open(&endpoint(folder.path(), 1), SOON).expect_err("nothing there");
    assert!(matches!(error, ConnectError::Missing { .. }), "{error}");
    let error = Connection::open(&endpoint(&folder.path().join("none"), 1), SOON)
        .expect_err("no folder either");
    assert!(matches!(error, ConnectError::Missing { .. }), "{error}");
}

#[test]
fn a_stale_socket_is_refused() {
    let folder = folder();
    drop(UnixListener::bind(folder.path().join(SOCKET_NAME)).expect("bind"));
    let error = Connection::open(&endpoint(folder.path(), 1), SOON).expect_err("nobody listens");
    assert!(matches!(error, ConnectError::Refused { .. }), "{error}");
}

#[test]
fn a_link_to_another_socket_is_not_followed() {
    let folder = folder();
    let victim = folder.path().join("victim.sock");
    let listener = UnixListener::bind(&victim).expect("bind");
    listener.set_nonblocking(true).expect("nonblocking");
    std::os::unix::fs::symlink(&victim, folder.path().join(SOCKET_NAME)).expect("link");
    let error =
        Connection::open(&endpoint(folder.path(), std::process::id()), SOON).expect_err("a link");
    assert!(
        matches!(
            error,
            ConnectError::NotASocket {
                found: "a symbolic link",
                ..
            }
        ),
        "{error}"
    );
    assert!(listener.accept().is_err(), "the victim saw a connection");
}

#[test]
fn an_impostor_gets_no_byte() {
    let folder = folder();
    let listener = UnixListener::bind(folder.path().join(SOCKET_NAME)).expect("bind");
    let error = Connection::open(&endpoint(folder.path(), 1), SOON).expect_err("not process 1");
    match &error {
        ConnectError::Impostor {
            expected, found, ..
        } => assert_eq!((*expected, *found), (1, std::process::id())),
        error => panic!("{error}"),
    }
    let (mut socket, _) = listener.accept().expect("the connection was made");
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut socket, &mut bytes).expect("read");
    assert_eq!(bytes, b"");
}

#[test]
fn a_silent_init_times_out() {
    let folder = folder();
    let _listener = UnixListener::bind(folder.path().join(SOCKET_NAME)).expect("bind");
    let error = Connection::open(&endpoint(folder.path(), std::process::id()), SOON)
        .expect_err("nobody answers");
    assert!(matches!(error, ConnectError::TimedOut { .. }), "{error}");
}

#[test]
fn a_full_backlog_times_out() {
    let folder = folder();
    let socket =
        rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("socket");
    let address = SocketAddrUnix::new(folder.path().join(SOCKET_NAME)).expect("address");
    rustix::net::bind(&socket, &address).expect("bind");
    rustix::net::listen(&socket, 0).expect("listen");
    let _fills = UnixStream::connect(folder.path().join(SOCKET_NAME)).expect("the one place");
    let error = Connection::open(&endpoint(folder.path(), std::process::id()), SOON)
        .expect_err("no place left");
    assert!(matches!(error, ConnectError::TimedOut { .. }), "{error}");
}

#[test]
fn garbage_instead_of_hello_is_named() {
    let folder = folder();
    let listener = UnixListener::bind(folder.path().join(SOCKET_NAME)).expect("bind");
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("accept");
        socket.write_all(b"SSH-2.0-x\r\n").expect("write");
        let _ = io::Read::read_to_end(&mut socket, &mut Vec::new());
    });
    let error =
        Connection::open(&endpoint(folder.path(), std::process::id()), LONG).expect_err("no frame");
    assert!(matches!(error, ConnectError::Garbage { .. }), "{error}");
    server.join().expect("the server ends");
}

#[test]
fn a_path_above_the_limit_of_socket_addresses_works() {
    let folder = folder();
    let deep = folder.path().join("x".repeat(200));
    std::fs::create_dir(&deep).expect("folder");
    std::fs::create_dir(folder.path().join("s")).expect("folder");
    let short = folder.path().join("s").join(SOCKET_NAME);
    let _listener = UnixListener::bind(&short).expect("bind");
    std::fs::rename(&short, deep.join(SOCKET_NAME)).expect("rename");
    let error =
        Connection::open(&endpoint(&deep, std::process::id()), SOON).expect_err("nobody answers");
    assert!(matches!(error, ConnectError::TimedOut { .. }), "{error}");
}

#[test]
fn replies_data_and_the_end_arrive_in_order() {
    let folder = folder();
    let listener = UnixListener::bind(folder.path().join(SOCKET_NAME)).expect("bind");
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("accept");
        let hello = Hello {
            version: 7,
            release: "9.9".to_owned(),
        };
        let mut bytes = Vec::new();
        codec::encode_hello(&hello, &mut bytes).expect("small");
        codec::encode_reply(&Reply::Done, &mut bytes).expect("small");
        codec::encode_data(Kind::Stdout, b"out", &mut bytes);
        codec::encode_data(Kind::Stderr, b"err", &mut bytes);
        socket.write_all(&bytes).expect("write");
        socket.shutdown(std::net::Shutdown::Write).expect("end");
        let _ = io::Read::read_to_end(&mut socket, &mut Vec::new());
    });
    let mut connection =
        Connection::open(&endpoint(folder.path(), std::process::id()), LONG).expect("a good peer");
    assert_eq!(connection.peer().release, "9.9");
    assert_eq!(
        connection.ask(&Request::List).expect("a reply"),
        Reply::Done
    );
    let (_sender, mut receiver) = connection.split();
    assert_eq!(
        receiver.next().expect("data"),
        Some(Incoming::Stdout(b"out".to_vec()))
    );
    assert_eq!(
        receiver.next().expect("data"),
        Some(Incoming::Stderr(b"err".to_vec()))
    );
    assert_eq!(receiver.next().expect("the end"), None);
    assert_eq!(receiver.try_next().expect("the end"), Polled::Ended);
    drop(_sender);
    drop(receiver);
    server.join().expect("the server ends");
}

#[test]
fn a_peer_that_does_not_read_never_blocks_try_flush() {
    let folder = folder();
    let listener = UnixListener::bind(folder.path().join(SOCKET_NAME)).expect("bind");
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("accept");
        let hello = Hello {
            version: 1,
            release: String::new(),
        };
        let mut bytes = Vec::new();
        codec::encode_hello(&hello, &mut bytes).expect("small");
        socket.write_all(&bytes).expect("write");
        socket
    });
    let connection =
        Connection::open(&endpoint(folder.path(), std::process::id()), LONG).expect("a good peer");
    let socket = server.join().expect("the server ends");
    let (mut sender, _receiver) = connection.split();
    sender.queue_data(&vec![1; 8 << 20]);
    assert!(!sender.try_flush().expect("still connected"));
    assert!(sender.pending() > 0);
    drop(socket);
    assert!(matches!(sender.try_flush(), Err(ConnectError::Closed)));
}
