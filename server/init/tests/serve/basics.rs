//! Commands, exit codes, streams, failures.

use session::frame::{Control, Exit, Failure, Keep, Open, SessionInfo, SignalTarget, Size, Stdio};

use crate::support::{Init, SIZE, command, eventually, sh, shell, terminal};

#[test]
fn exit_codes_and_signals_come_through() {
    let init = Init::start();
    assert_eq!(init.sh("exit 0").2, Exit::Code(0));
    assert_eq!(init.sh("exit 42").2, Exit::Code(42));
    assert_eq!(init.sh("kill -TERM $$").2, Exit::Signal(15));
    assert_eq!(init.sh("kill -KILL $$").2, Exit::Signal(9));
    assert_eq!(init.open(terminal("exit 7")).exit(), Exit::Code(7));
    assert_eq!(init.open(command(&["true"])).exit(), Exit::Code(0));
}

#[test]
fn the_two_outputs_stay_apart_and_whole() {
    let init = Init::start();
    let (stdout, stderr, _) = init.sh("echo out; echo err >&2; printf end");
    assert_eq!((stdout.as_str(), stderr.as_str()), ("out\nend", "err\n"));
}

#[test]
fn the_last_output_of_a_terminal_is_not_lost() {
    let init = Init::start();
    for _ in 0..20 {
        let mut terminal = init.open(terminal("seq 1 2000; printf the-end"));
        assert_eq!(terminal.exit(), Exit::Code(0));
        assert!(terminal.has("1999\r\n2000\r\nthe-end"));
    }
}

#[test]
fn a_command_that_closes_its_terminal_before_it_ends_is_not_hung_up() {
    let init = Init::start();
    let script = "exec >/dev/null 2>&1 </dev/null; sleep 0.2; echo back > /dev/tty; exit 5";
    let mut terminal = init.open(terminal(script));
    assert_eq!(terminal.exit(), Exit::Code(5));
    assert!(terminal.has("back"));
}

#[test]
fn a_shell_prompts_and_answers() {
    let init = Init::start();
    let mut terminal = init.open(shell());
    terminal.expect("ready> ");
    terminal.type_in("echo $((6*7)); tty; stty size\r");
    terminal.expect("42\r\n/dev/pts/");
    terminal.expect("24 80\r\n");
    terminal.type_in("exit 3\r");
    assert_eq!(terminal.exit(), Exit::Code(3));
}

#[test]
fn control_c_interrupts_the_foreground_only() {
    let init = Init::start();
    let mut terminal = init.open(shell());
    terminal.expect("ready> ");
    terminal.type_in("sh -c 'echo before; exec sleep 1000'\r");
    terminal.expect("before\r\n");
    terminal.type_in("\x03");
    terminal.expect("^C");
    terminal.type_in("echo code $?\r");
    terminal.expect("code 130\r\n");
}

#[test]
fn control_z_and_fg_work() {
    let init = Init::start();
    let mut terminal = init.open(shell());
    terminal.expect("ready> ");
    terminal.type_in("sh -c 'echo runs; read x; echo got $x'\r");
    terminal.expect("runs\r\n");
    terminal.type_in("\x1a");
    terminal.expect("Stopped");
    terminal.stdout.clear();
    terminal.type_in("fg\r");
    terminal.expect("echo got $x'\r\n");
    terminal.type_in("hello\r");
    terminal.expect("got hello\r\n");
}

#[test]
fn a_resize_reaches_the_terminal() {
    let init = Init::start();
    let mut terminal = init.open(terminal(
        "trap 'stty size' WINCH; echo waits; sleep 1000 & while :; do wait; done",
    ));
    terminal.expect("waits");
    let size = Size {
        rows: 50,
        cols: 132,
    };
    terminal
        .sender
        .control(&Control::Resize(size))
        .expect("init reads");
    terminal.expect("50 132");
    assert_eq!(init.list()[0].terminal, Some(size));
}

#[test]
fn end_of_input_ends_cat_with_pipes_and_in_a_terminal() {
    let init = Init::start();
    let mut piped = init.open(command(&["cat"]));
    piped.type_in("one\ntwo");
    piped.sender.control(&Control::Eof).expect("init reads");
    assert_eq!(piped.exit(), Exit::Code(0));
    assert_eq!(piped.stdout, b"one\ntwo");

    let mut terminal = init.open(terminal("cat; echo after"));
    terminal.type_in("line\nhalf");
    terminal.sender.control(&Control::Eof).expect("init reads");
    assert_eq!(terminal.exit(), Exit::Code(0));
    assert!(terminal.has("after"));
}

#[test]
fn without_input_the_command_reads_its_end_at_once() {
    let init = Init::start();
    let mut terminal = init.open(Open {
        stdio: Stdio::Pipes { stdin: false },
        ..command(&["cat"])
    });
    assert_eq!(terminal.exit(), Exit::Code(0));
}

#[test]
fn all_bytes_pass_both_ways() {
    let init = Init::start();
    let all: Vec<u8> = (0..=255).cycle().take(256 * 40).collect();
    let mut piped = init.open(command(&["cat"]));
    piped.sender.data(&all).expect("init reads");
    piped.sender.control(&Control::Eof).expect("init reads");
    piped.exit();
    assert_eq!(piped.stdout, all);

    let mut raw = init.open(terminal("stty raw -echo; echo set; exec head -c 10240"));
    raw.expect("set");
    raw.stdout.clear();
    raw.sender.data(&all).expect("init reads");
    assert_eq!(raw.exit(), Exit::Code(0));
    let start = raw
        .stdout
        .iter()
        .position(|it| *it == 0)
        .expect("a zero byte");
    assert_eq!(&raw.stdout[start..], all);
}

#[test]
fn the_environment_is_the_engines_the_users_and_the_clients() {
    let init = Init::start_with(|command| {
        command.env("FROM_ENGINE", "yes").env_remove("TERM");
    });
    let mut terminal = init.open(Open {
        env: vec![
            ("MINE".to_owned(), Some("a b=c".to_owned())),
            ("NVIDIA_VISIBLE_DEVICES".to_owned(), None),
        ],
        ..terminal("echo $FROM_ENGINE:$MINE:$TERM:$USER:${NVIDIA_VISIBLE_DEVICES-none left}:")
    });
    terminal.exit();
    assert!(
        terminal.has("yes:a b=c:xterm-256color:root:none left:"),
        "{}",
        String::from_utf8_lossy(&terminal.stdout)
    );
}

#[test]
fn nothing_of_init_is_open_in_a_session() {
    let init = Init::start();
    let _other = init.open(shell());
    let script = "ls /proc/self/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status";
    let (stdout, _, _) = init.sh(script);
    // Whoever runs the tests may leave files open in all of its children.
    let directly = std::process::Command::new("sh")
        .args(["-c", script])
        .stdin(std::process::Stdio::null())
        .output()
        .expect("sh");
    assert_eq!(stdout, String::from_utf8_lossy(&directly.stdout));
}

#[test]
fn a_command_runs_as_another_user_in_another_folder() {
    let init = Init::start();
    let mut terminal = init.open(Open {
        user: Some("nobody".to_owned()),
        cwd: Some("/usr".to_owned()),
        ..terminal("id -u; pwd; echo $HOME; echo x > /dev/stdout; exec sh -c 'echo y > /dev/tty'")
    });
    assert_eq!(terminal.exit(), Exit::Code(0));
    assert!(terminal.has("65534\r\n/usr\r\n/nonexistent\r\nx\r\ny\r\n"));
    let mut piped = init.open(Open {
        user: Some("4242:4243".to_owned()),
        ..sh("id; echo z > /dev/stdout")
    });
    assert_eq!(piped.exit(), Exit::Code(0));
    assert!(piped.has("uid=4242 gid=4243 groups=4243\nz\n"));
}

#[test]
fn what_cannot_start_says_why() {
    let init = Init::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = folder.path().join("script");
    std::fs::write(&script, "#!/opt/none\n").expect("write");
    let script = script.to_string_lossy().into_owned();
    let failure = |open: Open| init.try_open(open).err();

    assert_eq!(
        failure(command(&["no-such-command"])),
        Some(Failure::CommandNotFound {
            command: "no-such-command".to_owned()
        })
    );
    assert_eq!(
        failure(command(&["/etc"])),
        Some(Failure::NotExecutable {
            command: "/etc".to_owned(),
            reason: "is a directory".to_owned()
        })
    );
    assert_eq!(
        failure(command(&[&script])),
        Some(Failure::NotExecutable {
            command: script.clone(),
            reason: "permission denied".to_owned()
        })
    );
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&script, mode).expect("mode");
    assert_eq!(
        failure(command(&[&script])),
        Some(Failure::NotExecutable {
            command: script.clone(),
            reason: "its interpreter /opt/none does not exist in the container".to_owned()
        })
    );
    assert_eq!(
        failure(Open {
            cwd: Some("/no/such".to_owned()),
            ..sh("true")
        }),
        Some(Failure::BadWorkingFolder {
            path: "/no/such".to_owned(),
            reason: "no such file or directory".to_owned()
        })
    );
    assert_eq!(
        failure(Open {
            cwd: Some("/root".to_owned()),
            user: Some("nobody".to_owned()),
            ..sh("true")
        }),
        Some(Failure::BadWorkingFolder {
            path: "/root".to_owned(),
            reason: "permission denied".to_owned()
        })
    );
    assert_eq!(
        failure(Open {
            user: Some("no-such-user".to_owned()),
            ..sh("true")
        }),
        Some(Failure::UnknownUser {
            user: "no-such-user".to_owned()
        })
    );
    assert!(matches!(
        failure(command(&["echo", "a\0b"])),
        Some(Failure::System { .. })
    ));
    assert_eq!(
        init.list(),
        [],
        "a session that did not start is not listed"
    );
}

#[test]
fn an_empty_command_is_the_users_shell() {
    let init = Init::start();
    let mut terminal = init.open(Open {
        argv: Vec::new(),
        ..terminal("")
    });
    assert_eq!(terminal.info.command, ["/bin/bash"]);
    terminal.type_in("echo $0 $SHELL\r");
    terminal.expect("/bin/bash /bin/bash\r\n");
}

#[test]
fn signals_reach_the_foreground_or_everything() {
    let init = Init::start();
    // Not in a loop: dash loses a signal that comes while it starts a command.
    let mut first = init.open(sh(
        "trap 'echo got; exit 9' USR1; sleep 1000 & echo waits; wait",
    ));
    first.expect("waits");
    first
        .sender
        .control(&Control::Signal {
            signal: 10,
            to: SignalTarget::Everything,
        })
        .expect("init reads");
    // The sleep dies of it, the shell does not.
    first.expect("got");
    assert_eq!(first.exit(), Exit::Code(9));

    let mut second = init.open(terminal("sleep 1000"));
    // The shell loses an interrupt that comes while it becomes the command.
    eventually("it sleeps", || {
        let session = init.session(second.info.id)?;
        let mut processes = session.processes.iter();
        processes.any(|it| it.command == "sleep 1000").then_some(())
    });
    let reply = init.ask(&session::frame::Request::Signal {
        session: second.id(),
        signal: 2,
        to: SignalTarget::Foreground,
    });
    assert_eq!(reply, session::frame::Reply::Done);
    assert_eq!(second.exit(), Exit::Signal(2));
}

#[test]
fn sixty_four_mebibytes_arrive_unchanged() {
    let init = Init::start();
    let mut terminal = init.open(sh("head -c 67108864 /dev/zero | tr '\\0' 'x'; echo end"));
    let mut length = 0;
    let mut only_x = true;
    while terminal.take().is_some() {
        let bytes = std::mem::take(&mut terminal.stdout);
        length += bytes.len();
        only_x &= bytes
            .iter()
            .all(|it| matches!(it, b'x' | b'e' | b'n' | b'd' | b'\n'));
    }
    assert_eq!(length, 67_108_864 + 4);
    assert!(only_x);
}

#[test]
fn a_listed_session_says_what_it_is() {
    let init = Init::start();
    let mut terminal = init.open(Open {
        name: Some("train".to_owned()),
        keep: Keep::Forever,
        ..terminal("echo up; sleep 1000 & wait")
    });
    terminal.expect("up");
    let session = eventually("both processes run", || {
        let sleeps = |it: &SessionInfo| it.processes.iter().any(|it| it.command == "sleep 1000");
        init.list().into_iter().find(sleeps)
    });
    assert_eq!(session.name, "train");
    assert_eq!(session.command, ["sh", "-c", "echo up; sleep 1000 & wait"]);
    assert_eq!((session.terminal, session.clients), (Some(SIZE), 1));
    assert_eq!(session.pid, session.processes[0].pid);
    assert!(session.started > 1_700_000_000);
    assert_eq!((session.exit, session.ended), (None, 0));
}
