//! Strangers and nonsense on the sockets.

use std::{
    fs,
    io::{Read, Write},
    net::Shutdown,
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::Path,
};

use rustix::process::Pid;

use crate::{
    daemon::PROJECT,
    support::{daemon, engine::Engine, home::Home, user::User, wait, workspace::Workspace},
};

/// What a daemon may hold after all nonsense is over, in bytes.
const SOUND: u64 = 48 << 20;

/// What nobody should say, with why.
fn nonsense() -> Vec<(&'static str, Vec<u8>)> {
    let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":"#;
    vec![
        ("nothing", Vec::new()),
        ("zeros", vec![0; 100_000]),
        (
            "noise",
            (0..100_000_u32)
                .map(|it| ((it * 7919) >> 5) as u8)
                .collect(),
        ),
        ("http", b"GET / HTTP/1.1\r\nHost: daemon\r\n\r\n".to_vec()),
        ("half a header", b"Content-Len".to_vec()),
        (
            "a header without a body",
            b"Content-Length: 100\r\n\r\n".to_vec(),
        ),
        (
            "half a body",
            b"Content-Length: 100\r\n\r\n{\"jsonrpc\":".to_vec(),
        ),
        (
            "a negative length",
            b"Content-Length: -1\r\n\r\n{}".to_vec(),
        ),
        (
            "a huge length",
            b"Content-Length: 99999999999999999\r\n\r\n{}".to_vec(),
        ),
        ("no JSON", frame("{]")),
        ("JSON of another kind", frame("[[[1]]]")),
        ("deep JSON", frame(&"[".repeat(200_000))),
        (
            "bytes that are no text",
            b"Content-Length: 2\r\n\r\n\xff\xfe".to_vec(),
        ),
        (
            "an unknown method",
            frame(r#"{"jsonrpc":"2.0","id":1,"method":"container/frobnicate"}"#),
        ),
        (
            "a call before initialize",
            frame(r#"{"jsonrpc":"2.0","id":1,"method":"daemon/stop","params":{}}"#),
        ),
        (
            "options that are none",
            frame(&format!(
                r#"{initialize}{{"capabilities":{{}},"initializationOptions":[7]}}}}"#
            )),
        ),
        ("no options", frame(&format!("{initialize}[]}}"))),
        ("an endless header", b"X-Filler: x\r\n".repeat(50_000)),
    ]
}

/// Says it, and reads what comes until the daemon or we have had enough.
fn say(mut stream: UnixStream, bytes: &[u8]) -> Vec<u8> {
    // The daemon may hang up in the middle.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[track_caller]
fn still_sound(home: &Home, folder: &Path, pid: Pid, after: &str) {
    let status = home
        .warpdock(folder, &["daemon", "status", "--json"])
        .run()
        .success();
    assert_eq!(status.json()["pid"], pid.as_raw_nonzero().get(), "{after}");
    wait::until("a small daemon", wait::LONG, || match daemon::memory(pid) {
        0..=SOUND => Ok(()),
        bytes => Err(format!("{bytes} bytes after {after}")),
    });
}

#[test]
fn nonsense_on_the_daemons_sockets_harms_nobody() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    let pid = daemon::only(&home);
    for (what, bytes) in nonsense() {
        for socket in ["daemon.sock", "hand.sock"] {
            say(daemon::connect(&home, socket), &bytes);
            still_sound(&home, workspace.path(), pid, what);
        }
    }
    home.warpdock(workspace.path(), &["exec", "--", "true"])
        .run()
        .success();
}

#[test]
fn nonsense_that_is_held_open_keeps_nobody_waiting() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["ps"]).run().success();
    let pid = daemon::only(&home);
    let mut held = Vec::new();
    for (_, bytes) in nonsense() {
        for socket in ["daemon.sock", "hand.sock"] {
            let mut stream = daemon::connect(&home, socket);
            stream.set_nonblocking(true).expect("it is a socket");
            let _ = stream.write(&bytes);
            held.push(stream);
        }
    }
    still_sound(&home, workspace.path(), pid, "many that hang");
    home.warpdock(workspace.path(), &["ps"]).run().success();
    home.warpdock(workspace.path(), &["daemon", "stop"])
        .run()
        .success();
    daemon::wait_for_none(&home);
}

#[test]
fn a_message_of_64_mebibytes_is_gone_with_its_sender() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["ps"]).run().success();
    let pid = daemon::only(&home);
    let length = 64 << 20;
    let mut message = format!("Content-Length: {length}\r\n\r\n").into_bytes();
    message.resize(message.len() + length, b'x');
    for socket in ["daemon.sock", "hand.sock"] {
        say(daemon::connect(&home, socket), &message);
        still_sound(&home, workspace.path(), pid, "64 MiB");
    }
}

#[test]
fn many_connections_at_once_are_served_one_after_the_other() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["ps"]).run().success();
    let pid = daemon::only(&home);
    let crowd: Vec<_> = (0..200)
        .map(|_| daemon::connect(&home, "daemon.sock"))
        .collect();
    still_sound(&home, workspace.path(), pid, "a crowd");
    drop(crowd);
    still_sound(&home, workspace.path(), pid, "a crowd that left");
}

#[test]
fn nonsense_on_the_socket_of_init_harms_no_session() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let run = ["run", "--detach", "--name", "train", "--", "sleep", "1000"];
    home.warpdock(workspace.path(), &run).run().success();
    let container = engine.containers_mounting(workspace.path()).remove(0);
    let socket = init_socket(&engine, &container);
    let mut held = Vec::new();
    for (_, bytes) in nonsense() {
        let connect = || {
            let stream = UnixStream::connect(&socket).expect("init listens");
            stream
                .set_read_timeout(Some(wait::LONG))
                .expect("it is a socket");
            stream
        };
        say(connect(), &bytes);
        let mut stream = connect();
        stream.set_nonblocking(true).expect("it is a socket");
        let _ = stream.write(&bytes);
        held.push(stream);
    }
    let mut long = vec![2];
    long.extend(u32::MAX.to_le_bytes());
    long.resize(64 << 20, b'x');
    say(UnixStream::connect(&socket).expect("init listens"), &long);
    let sessions = home
        .warpdock(workspace.path(), &["sessions", "--json"])
        .run()
        .success()
        .json();
    assert_eq!(sessions[0]["state"], "running", "{sessions}");
    let state = &engine.inspect(&container)["State"];
    let init = state["Pid"]
        .as_i64()
        .and_then(|pid| Pid::from_raw(pid as i32));
    let init = init.expect("the container runs");
    wait::until("a small init", wait::LONG, || match daemon::memory(init) {
        0..=4_194_304 => Ok(()),
        bytes => Err(format!("{bytes} bytes")),
    });
}

fn init_socket(engine: &Engine, container: &str) -> std::path::PathBuf {
    let labels = &engine.inspect(container)["Config"]["Labels"];
    let folder = labels["warpdock.socket-folder"].as_str();
    Path::new(folder.expect("our containers have this label")).join("init.sock")
}

#[test]
fn another_users_connection_is_closed_without_a_word() {
    let user = User::new();
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let config = home.warpdock(workspace.path(), &["config"]).run();
    config.success();
    let pid = daemon::only(&home);
    // We are root: the only stranger who can come in at all.
    let initialize =
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    let initialize = format!("Content-Length: {}\r\n\r\n{initialize}", initialize.len());
    for socket in ["daemon.sock", "hand.sock"] {
        let answer = say(daemon::connect(&home, socket), initialize.as_bytes());
        assert_eq!(String::from_utf8_lossy(&answer), "");
    }
    still_sound(&home, workspace.path(), pid, "a stranger");
}

#[test]
fn nobody_else_comes_near_the_sockets() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    for folder in [
        home.runtime_folder(),
        home.runtime_folder().join("containers"),
        daemon::socket(&home, "."),
    ] {
        let mode = fs::metadata(&folder)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
    }
    let stranger = User::new();
    let elsewhere = Home::of(&stranger, &Engine::shared());
    let look = elsewhere
        .command(
            "ls".as_ref(),
            "/".as_ref(),
            &[&home.runtime_folder().to_string_lossy()],
        )
        .run();
    assert!(look.stderr().contains("Permission denied"), "{look}");
}
