//! Garbage, limits, and the probe.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;

use session::codec;
use session::frame::{Failure, Hello, Keep, Open, Probe, Reply, Request};

use crate::support::{Init, command, eventually, sh, shell};

fn raw(init: &Init) -> UnixStream {
    UnixStream::connect(init.folder().join("init.sock")).expect("init listens")
}

/// What init says to these bytes, to the end.
fn answer(init: &Init, bytes: &[u8]) -> Vec<codec::Frame> {
    let mut socket = raw(init);
    socket.write_all(bytes).expect("init reads");
    let mut received = Vec::new();
    socket.read_to_end(&mut received).expect("init answers");
    let mut decoder = codec::Decoder::default();
    decoder.feed(&received);
    let mut frames = Vec::new();
    while let Some(frame) = decoder.next_frame().expect("init speaks the protocol") {
        frames.push(frame);
    }
    frames
}

pub(crate) fn hello() -> Vec<u8> {
    let mut bytes = Vec::new();
    let hello = Hello {
        version: 1,
        release: String::new(),
    };
    codec::encode_hello(&hello, &mut bytes).expect("small");
    bytes
}

#[test]
fn garbage_ends_its_connection_and_harms_nobody() {
    let init = Init::start();
    let mut shell = init.open(shell());
    shell.expect("ready> ");
    let mut twice = hello();
    twice.extend(hello());
    let mut request = hello();
    codec::encode_control(&session::frame::Control::Eof, &mut request).expect("small");
    let cases: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &[2, 0, 0, 0, 0],
        &[1, 0xff, 0xff, 0xff, 0xff],
        &[1, 2, 0, 0, 0, 0xff, 0xff],
        &twice,
        &request,
    ];
    for bytes in cases {
        let frames = answer(&init, bytes);
        assert!(
            matches!(
                frames.as_slice(),
                [
                    codec::Frame::Hello(_),
                    codec::Frame::Reply(Reply::Failed(Failure::Protocol { .. }))
                ]
            ),
            "{bytes:?}: {frames:?}"
        );
    }
    shell.type_in("echo still here\r");
    shell.expect("still here\r\n");
}

#[test]
fn silent_and_half_spoken_connections_harm_nobody() {
    let init = Init::start();
    let _silent: Vec<UnixStream> = (0..100).map(|_| raw(&init)).collect();
    let mut half = raw(&init);
    half.write_all(&hello()[..3]).expect("init reads");
    assert_eq!(init.sh("echo fine").0, "fine\n");
    drop(half);
    assert_eq!(init.sh("echo fine").0, "fine\n");
}

#[test]
fn who_does_not_say_what_it_wants_is_sent_away() {
    let init = Init::start();
    for said in [Vec::new(), hello(), hello()[..3].to_vec()] {
        let frames = answer(&init, &said);
        let reason = "no request came within 5 s".to_owned();
        assert_eq!(
            frames.last(),
            Some(&codec::Frame::Reply(Reply::Failed(Failure::Protocol {
                reason
            })))
        );
    }
    assert_eq!(init.sh("echo fine").0, "fine\n");
}

#[test]
fn one_user_cannot_take_all_connections() {
    use std::os::unix::fs::PermissionsExt;
    let init = Init::start();
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(init.folder(), mode).expect("init's folder");
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit {
        current: limit.maximum,
        ..limit
    };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).expect("more files");
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let nobody = rustix::process::Uid::from_raw(65534);
            rustix::thread::set_thread_uid(nobody).expect("root");
            let taken: Vec<UnixStream> = (0..768).map(|_| raw(&init)).collect();
            (answer(&init, b""), taken)
        });
        let (frames, taken) = other.join().expect("it connects");
        assert!(
            matches!(
                frames.as_slice(),
                [
                    codec::Frame::Hello(_),
                    codec::Frame::Reply(Reply::Failed(Failure::TooMany { limit: 768, .. }))
                ]
            ),
            "{frames:?}"
        );
        assert_eq!(init.sh("echo fine").0, "fine\n");
        drop(taken);
    });
}

#[test]
fn a_session_whose_command_never_begins_is_given_up() {
    let init = Init::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tool = folder.path().join("tool");
    std::fs::write(&tool, "#!/bin/sh\n").expect("write");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&tool, mode).expect("mode");
    // Opening a file that somebody has a lease on waits, as a dead disk does.
    let lease = "import fcntl, os, signal, sys\n\
        signal.signal(signal.SIGIO, signal.SIG_IGN)\n\
        file = os.open(sys.argv[1], os.O_WRONLY)\n\
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)\n\
        print('leased', flush=True)\n\
        sys.stdin.read()\n";
    let mut holder = Command::new("python3")
        .args(["-c", lease])
        .arg(&tool)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut line = [0; 7];
    let output = holder.stdout.as_mut().expect("a pipe");
    output.read_exact(&mut line).expect("it has the lease");
    let mut connection = init.connect();
    let open = Request::Open(command(&[&tool.display().to_string()]));
    let reply = connection.ask_within(&open, 2 * crate::support::DEADLINE);
    let Ok(Reply::Failed(Failure::System { doing, error })) = &reply else {
        panic!("{reply:?}");
    };
    assert_eq!(doing, "start the session");
    assert!(error.contains("within 30 s"), "{error}");
    eventually("nothing of it is left", || {
        let children = format!("/proc/{0}/task/{0}/children", init.pid());
        let children = std::fs::read_to_string(children).expect("init lives");
        children.is_empty().then_some(())
    });
    drop(holder.stdin.take());
    holder.wait().expect("python ends");
}

#[test]
fn the_socket_folder_is_locked_against_ageing_as_long_as_init_lives() {
    use rustix::fs::{FlockOperation, flock};
    let mut init = Init::start();
    let folder = std::fs::File::open(init.folder()).expect("a folder");
    let take = || flock(&folder, FlockOperation::NonBlockingLockExclusive);
    assert_eq!(take(), Err(rustix::io::Errno::WOULDBLOCK));
    init.signal(rustix::process::Signal::TERM);
    init.wait_for_end();
    assert_eq!(take(), Ok(()));
}

#[test]
fn a_client_that_says_the_longest_things_costs_little() {
    let init = Init::start();
    let before = init.resident();
    let mut terminal = init.open(command(&["sleep", "1000"]));
    // Nobody reads this; init must not keep it.
    terminal.sender.queue_data(&vec![0; 16 << 20]);
    let mut sent = terminal.sender.pending();
    eventually("init takes no more", || {
        terminal.sender.try_flush().expect("init lives");
        let now = terminal.sender.pending();
        let stands = now == sent;
        sent = now;
        stands.then_some(())
    });
    assert!(sent > 14 << 20, "{sent}");
    assert!(init.resident() < before + 1024, "{} KiB", init.resident());
    assert_eq!(init.sh("echo fine").0, "fine\n");
}

#[test]
fn a_very_long_command_line_runs_and_is_listed_short() {
    let init = Init::start();
    let long = "x".repeat(100_000);
    let mut terminal = init.open(Open {
        keep: Keep::Forever,
        ..command(&["sh", "-c", "echo ${#1}; read x", "sh", &long])
    });
    terminal.expect("100000");
    let sessions = init.list();
    let length: usize = sessions[0].command.iter().map(String::len).sum();
    assert!(length < 5000, "{length}");
    let too_long = "x".repeat(200_000);
    assert!(matches!(
        init.try_open(command(&["echo", &too_long])).err(),
        Some(Failure::System { .. } | Failure::NotExecutable { .. })
    ));
}

#[test]
fn more_clients_than_a_session_may_have_are_refused() {
    let init = Init::start();
    let first = init.open(sh("read x"));
    let mut clients = Vec::new();
    for _ in 0..63 {
        clients.push(init.attach(&first.id(), None));
    }
    let request = Request::Attach(session::frame::Attach {
        session: first.id(),
        size: None,
    });
    assert_eq!(
        init.join(&request).err(),
        Some(Failure::TooMany {
            what: "clients of this session".to_owned(),
            limit: 64
        })
    );
    drop(clients.pop());
    eventually("a place is free", || init.join(&request).ok());
}

#[test]
fn more_sessions_than_init_holds_are_refused() {
    let init = Init::start();
    let mut sessions = Vec::new();
    let failure = loop {
        match init.try_open(command(&["sleep", "1000"])) {
            Ok(session) => sessions.push(session),
            Err(failure) => break failure,
        }
        assert!(sessions.len() <= 256);
    };
    assert_eq!(
        failure,
        Failure::TooMany {
            what: "sessions".to_owned(),
            limit: 256
        }
    );
    assert_eq!(init.list().len(), 256);
}

#[test]
fn an_attack_on_the_socket_is_noticed_by_the_client() {
    use session::client::{Connection, Endpoint};
    let init = Init::start();
    let other = Init::start();
    // A session replaces the socket by a link to another one.
    let mine = init.folder().join("init.sock").display().to_string();
    let theirs = other.folder().join("init.sock").display().to_string();
    init.sh(&format!("rm {mine}; ln -s {theirs} {mine}"));
    let error = Connection::open(&init.endpoint(), crate::support::DEADLINE);
    assert!(error.is_err_and(|it| it.to_string().contains("a symbolic link")));
    // Or moves another process's socket there.
    std::fs::remove_file(&mine).expect("remove");
    std::fs::hard_link(&theirs, &mine).expect("link");
    let error = Connection::open(&init.endpoint(), crate::support::DEADLINE);
    let text = error.expect_err("the wrong peer").to_string();
    assert!(
        text.contains(&format!("process {} answers", other.pid())),
        "{text}"
    );
    let endpoint = Endpoint {
        socket_folder: init.folder().to_owned(),
        pid: other.pid(),
    };
    assert!(Connection::open(&endpoint, crate::support::DEADLINE).is_ok());
}

#[test]
fn a_stale_socket_is_replaced_and_the_new_one_is_open_to_all() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("init.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).expect("bind"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_warpdock-init"))
        .args(["serve", "--socket-folder"])
        .arg(folder.path())
        .spawn()
        .expect("init starts");
    eventually("init listens", || UnixStream::connect(&path).ok());
    let mode = std::fs::metadata(&path)
        .expect("a socket")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o666);
    child.kill().expect("kill");
    child.wait().expect("wait");
}

#[test]
fn a_private_init_closes_the_folder_around_its_socket_folder() {
    use std::os::unix::fs::PermissionsExt;
    let around = tempfile::tempdir().expect("a temporary folder");
    let folder = around.path().join("run");
    std::fs::create_dir(&folder).expect("a folder");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(around.path(), mode).expect("mode");
    let mut child = Command::new(env!("CARGO_BIN_EXE_warpdock-init"))
        .args(["serve", "--socket-folder"])
        .arg(&folder)
        .arg("--private")
        .spawn()
        .expect("init starts");
    let path = folder.join("init.sock");
    eventually("init listens", || UnixStream::connect(&path).ok());
    let metadata = std::fs::metadata(around.path()).expect("a folder");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o700);
    child.kill().expect("kill");
    child.wait().expect("wait");
}

fn probe(init: &Init, workspace: &str, user: Option<&str>, seconds: u32) -> session::frame::Probed {
    let reply = init.ask(&Request::Probe(Probe {
        workspace: workspace.to_owned(),
        user: user.map(str::to_owned),
        nvidia_smi_seconds: seconds,
    }));
    match reply {
        Reply::Probed(probed) => probed,
        reply => panic!("{reply:?}"),
    }
}

#[test]
fn a_probe_judges_the_workspace_as_the_user() {
    let init = Init::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().to_string_lossy().into_owned();
    let as_root = probe(&init, &path, None, 0);
    assert!(as_root.workspace_exists && as_root.workspace_writable);
    assert_eq!(as_root.user, "root");
    assert_eq!(as_root.shell.as_deref(), Some("/bin/bash"));
    assert_eq!(as_root.nvidia_visible_devices.as_deref(), Some("none"));
    let as_nobody = probe(&init, &path, Some("nobody"), 0);
    assert!(!as_nobody.workspace_writable);
    assert_eq!(as_nobody.user, "nobody");
    let missing = probe(&init, "/no/such/folder", None, 0);
    assert!(!missing.workspace_exists && !missing.workspace_writable);
    assert_eq!(missing.nvidia_smi, None);
}

#[test]
fn nvidia_smi_is_run_where_it_exists_and_stopped_in_time() {
    use session::frame::Exit;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tool = folder.path().join("nvidia-smi");
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let write = |script: &str| {
        std::fs::write(&tool, script).expect("write");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&tool, mode).expect("mode");
    };
    let init = Init::start_with(|command| {
        command.env("PATH", &path);
    });
    assert_eq!(probe(&init, "/", None, 5).nvidia_smi, None);
    write("#!/bin/sh\necho GPU 0: stand-in $1; echo hint >&2; exit 9\n");
    let output = probe(&init, "/", None, 5).nvidia_smi.expect("it ran");
    assert_eq!(output.exit, Some(Exit::Code(9)));
    assert_eq!(output.text, "GPU 0: stand-in -L\nhint\n");
    write("#!/bin/sh\necho hangs\nsleep 1000\n");
    let output = probe(&init, "/", None, 1).nvidia_smi.expect("it ran");
    assert_eq!((output.exit, output.text.as_str()), (None, "hangs\n"));
}

#[test]
fn a_probe_whose_client_misbehaves_or_leaves_is_stopped_with_all_that_it_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tool = folder.path().join("nvidia-smi");
    let noted = folder.path().join("pid");
    let script = format!(
        "#!/bin/sh\necho $$ > {0}.new; mv {0}.new {0}; exec sleep 1000\n",
        noted.display()
    );
    std::fs::write(&tool, script).expect("write");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&tool, mode).expect("mode");
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let init = Init::start_with(|command| {
        command.env("PATH", &path);
    });
    let mut bytes = hello();
    let request = Request::Probe(Probe {
        workspace: "/".to_owned(),
        user: None,
        nvidia_smi_seconds: 100,
    });
    codec::encode_request(&request, &mut bytes).expect("small");
    for stray in [true, false] {
        let mut socket = raw(&init);
        socket.write_all(&bytes).expect("init reads");
        let pid: u32 = eventually("nvidia-smi runs", || {
            std::fs::read_to_string(&noted).ok()?.trim().parse().ok()
        });
        std::fs::remove_file(&noted).expect("remove");
        if stray {
            socket.write_all(&hello()).expect("init reads");
        } else {
            drop(socket);
        }
        eventually("it is stopped", || {
            (!crate::support::is_alive(pid)).then_some(())
        });
    }
    // The helpers are gone too: as many probes as there may be are possible.
    eventually("no helper is left", || {
        let children = format!("/proc/{0}/task/{0}/children", init.pid());
        let children = std::fs::read_to_string(children).expect("init lives");
        children.is_empty().then_some(())
    });
}

#[test]
fn an_idle_init_is_small_and_sleeps() {
    let init = Init::start();
    let _sessions: Vec<_> = (0..20).map(|_| init.open(shell())).collect();
    let switches = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", init.pid()));
        let status = status.expect("init lives");
        let lines = status.lines().filter(|it| it.contains("ctxt_switches"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut last = (Vec::new(), std::time::Instant::now());
    eventually("it does nothing for a second", || {
        if switches() != last.0 {
            last = (switches(), std::time::Instant::now());
        }
        (last.1.elapsed().as_secs() >= 1).then_some(())
    });
}
