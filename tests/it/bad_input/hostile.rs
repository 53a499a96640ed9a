//! Code in the container that turns against who runs it.

use std::{
    fs,
    io::Read,
    os::unix::{fs::MetadataExt, net::UnixListener},
};

use crate::{
    bad_input::{PROJECT, says},
    support::{
        engine::{BASE, Engine},
        home::Home,
        user::User,
        wait,
        workspace::Workspace,
    },
};

/// Up, then this script runs in the container as root; what is said of it afterwards has these
/// words, and `down` and `up` give a sound container.
#[track_caller]
fn attacked(home: &Home, workspace: &Workspace, script: &str, words: &[&str]) {
    let run = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run();
    run(&["up"]).success();
    run(&["exec", "--", "sh", "-c", script]);
    for (arguments, code) in [
        (&["exec", "--", "id"][..], 125),
        (&["up"], 1),
        (&["sessions"], 1),
    ] {
        let refused = run(arguments).expect_code(code);
        says(&refused, words);
        says(&refused, &["warpdock down"]);
    }
    run(&["status"]).success();
    run(&["down"]).success();
    run(&["up"]).success();
    run(&["exec", "--no-up", "--", "true"]).success();
}

#[test]
fn a_socket_replaced_by_a_link_to_one_of_the_host_is_not_followed() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let victim = home.path().join("victim.sock");
    let listener = UnixListener::bind(&victim).expect("the home is ours");
    listener.set_nonblocking(true).expect("it is a socket");
    let script = format!(
        "cd /.warpdock/run; rm init.sock; ln -s {} init.sock",
        victim.display()
    );
    attacked(
        &home,
        &workspace,
        &script,
        &["is not a socket but a symbolic link", "do not trust"],
    );
    let connected = listener.accept();
    assert!(
        connected.is_err(),
        "somebody connected to the host's socket"
    );
}

#[test]
fn a_socket_folder_replaced_by_a_link_is_not_followed() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    // The mount point itself cannot be replaced from inside; all in it can.
    attacked(
        &home,
        &workspace,
        "cd /.warpdock/run; mkdir -p x/init.sock; mv init.sock x/real; ln -s x/real init.sock",
        &["is not a socket but a symbolic link"],
    );
}

#[test]
fn a_folder_in_the_place_of_the_socket_poisons_no_later_start() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    for _ in 0..3 {
        attacked(
            &home,
            &workspace,
            "cd /.warpdock/run; rm init.sock; mkdir -p init.sock/x init.sock.was-a-folder/x",
            &["is not a socket but a folder"],
        );
    }
}

#[test]
fn a_removed_socket_is_named() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    attacked(
        &home,
        &workspace,
        "rm /.warpdock/run/init.sock",
        &["no session socket at"],
    );
}

#[test]
fn a_socket_folder_taken_away_from_its_owner_poisons_no_later_start() {
    let user = User::new().may_sudo(&crate::sudo::docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let run = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run();
    run(&["up"]).success();
    let script = "cd /.warpdock/run; mkdir -p mine/deep; rm init.sock; mkdir init.sock; touch init.sock/x mine/deep/x; chown 0:0 .; chmod 700 .";
    run(&["exec", "--", "sh", "-c", script]);
    let refused = run(&["exec", "--", "true"]).expect_code(125);
    says(&refused, &["error:", "->"]);
    run(&["down"]).success();
    run(&["up"]).success();
    run(&["exec", "--no-up", "--", "true"]).success();
}

/// Listens in init's place, and writes what it is sent.
const IMPOSTOR: &str = r#"
import os, socket
path = "/.warpdock/run/init.sock"
os.unlink(path)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
os.chmod(path, 0o666)
listener.listen()
open("/app/listening", "w").close()
listener.settimeout(60)
while True:
    client, _ = listener.accept()
    heard = client.recv(4096)
    with open("/app/heard", "ab") as file:
        file.write(heard)
    with open("/app/connected", "a") as file:
        file.write("x")
    client.close()
"#;

#[test]
fn an_impostor_on_the_socket_hears_nothing() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    workspace.write("impostor.py", IMPOSTOR);
    let run = |arguments: &[&str]| {
        home.warpdock(workspace.path(), arguments)
            .env("SECRET", "a secret of the host")
            .run()
    };
    run(&["up", "--image", BASE]).success();
    let impostor = ["run", "--detach", "--", "python3", "/app/impostor.py"];
    run(&impostor).success();
    wait::until_true("the impostor", wait::LONG, || {
        workspace.join("listening").exists()
    });
    for (arguments, code) in [
        (&["exec", "--", "id"][..], 125),
        (&["up"], 1),
        (&["sessions"], 1),
    ] {
        let refused = run(arguments).expect_code(code);
        says(
            &refused,
            &["instead of the container's init", "do not trust"],
        );
    }
    assert!(workspace.join("connected").exists());
    assert_eq!(workspace.read("heard"), "");
    run(&["down"]).success();
}

#[test]
fn a_filled_socket_folder_delays_nobody() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let run = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run();
    run(&["up"]).success();
    let script = "cd /.warpdock/run; i=0; while [ $i -lt 200 ]; do mkdir $i; i=$((i+1)); done; for d in [0-9]*; do (cd $d; seq 1 100 | xargs touch); done";
    run(&["exec", "--", "sh", "-c", script]).success();
    run(&["exec", "--", "true"]).success();
    run(&["rebuild"]).success();
    let names = run(&["exec", "--", "sh", "-c", "ls /.warpdock/run"]).success();
    assert_eq!(names.stdout(), "init.sock\nshell\n");
    let folder = fs::read_dir(home.runtime_folder().join("containers"))
        .expect("it is there")
        .flatten()
        .next()
        .expect("the container has one")
        .path();
    // What it has left is removed when nobody waits for it.
    run(&["down"]).success();
    run(&["up"]).success();
    wait::until("the old folders to go", wait::LONG, || {
        let names: Vec<_> = fs::read_dir(&folder)
            .expect("it is there")
            .flatten()
            .map(|entry| entry.file_name())
            .filter(|name| name.to_string_lossy().starts_with("old-"))
            .collect();
        match names.len() {
            0 | 1 => Ok(()),
            _ => Err(format!("{names:?}")),
        }
    });
}

#[test]
fn the_init_and_the_hosts_files_cannot_be_written_from_inside() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let run = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run();
    run(&["up"]).success();
    let script = "echo x > /.warpdock/warpdock-init; rm -f /.warpdock/warpdock-init; mv /.warpdock/run /.warpdock/x; rm -rf /.warpdock/run; ls /.warpdock";
    let listed = run(&["exec", "--", "sh", "-c", script]);
    assert_eq!(listed.stdout(), "run\nwarpdock-init\n", "{listed}");
    run(&["down"]).success();
    run(&["up"]).success();
    run(&["exec", "--no-up", "--", "true"]).success();
}

#[test]
fn what_a_container_writes_is_not_run_by_the_terminal_of_who_lists_it() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let run = |arguments: &[&str]| home.warpdock(workspace.path(), arguments).run();
    run(&["up"]).success();
    let words = "\x1b]0;owned\x07\x1b[2J";
    let session = [
        "run", "--detach", "--name", words, "--", "sleep", "1000", words,
    ];
    run(&session);
    run(&["run", "--detach", "--", "sh", "-c", "sleep 1000", words]).success();
    for arguments in [&["sessions"][..], &["status"], &["ps"]] {
        let listed = run(arguments).success();
        assert!(!listed.stdout().contains('\x1b'), "{listed}");
        assert!(!listed.stdout().contains('\x07'), "{listed}");
    }
}

#[test]
fn files_made_by_a_session_belong_to_its_user_and_not_to_us() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    fs::set_permissions(
        workspace.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .expect("ours");
    let touch = ["exec", "--user", "worker", "--", "touch", "/app/made"];
    home.warpdock(workspace.path(), &touch).run().success();
    let mut made = fs::File::open(workspace.join("made")).expect("it is there");
    let mut text = String::new();
    made.read_to_string(&mut text).expect("it is a file");
    assert_eq!(made.metadata().expect("it is open").uid(), 1000);
}
