//! A user outside the docker group.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::Signal;

use crate::support::{
    daemon,
    engine::Engine,
    home::Home,
    terminal::Terminal,
    user::{PASSWORD, User},
    wait,
    workspace::Workspace,
};

const PROJECT: &str = r#"
//- /.devcontainer/devcontainer.json
{ "image": "warpdock-test/busybox:1" }
"#;

/// How sudo asks.
const PROMPT: &str = "password for";

/// The ways out that a person without permission is told.
#[track_caller]
fn names_three_ways_out(said: &str) {
    for way in ["usermod -aG docker", "sudo docker", "rootless"] {
        assert!(said.contains(way), "{way:?} is not among: {said}");
    }
}

#[test]
fn without_permission_the_three_ways_out_are_named() {
    let user = User::new();
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    for arguments in [&["up"][..], &["status"], &["exec", "--", "true"]] {
        let denied = home.warpdock(workspace.path(), arguments).run();
        assert!([1, 125].contains(&denied.code()), "{denied}");
        names_three_ways_out(&denied.stderr());
    }
    let doctor = home.warpdock(workspace.path(), &["doctor"]).run();
    names_three_ways_out(&doctor.stdout());
    doctor.expect_code(1);
}

#[test]
fn a_user_whom_sudo_does_not_know_is_told_so_after_the_password() {
    let user = User::new().with_password();
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let mut terminal = home
        .warpdock(workspace.path(), &["up"])
        .in_terminal(40, 120);
    terminal.wait_for(PROMPT);
    terminal.send_line(PASSWORD);
    assert_eq!(terminal.wait(wait::LONG), 1);
    let said = terminal.screen();
    assert!(said.contains("sudoers"), "{said}");
    names_three_ways_out(&said.replace('\n', ""));
}

#[test]
fn passwordless_sudo_docker_is_used_without_a_word() {
    let user = User::new().may_sudo(&docker());
    let engine = Engine::shared();
    let home = Home::of(&user, &engine);
    let workspace = Workspace::new(PROJECT);
    let up = home.warpdock(workspace.path(), &["up"]).run().success();
    assert!(!up.stderr().contains("sudo"), "{up}");
    let exec = ["exec", "--", "sh", "-c", "cat; exit 3"];
    let exec = home.warpdock(workspace.path(), &exec).input("in").run();
    assert_eq!(exec.expect_code(3).stdout(), "in");
    home.warpdock(workspace.path(), &["status"]).run().success();
    let doctor = home.warpdock(workspace.path(), &["doctor"]).run();
    assert!(doctor.stdout().contains("sudo docker"), "{doctor}");
    home.warpdock(workspace.path(), &["down"]).run().success();
    assert!(engine.containers_mounting(workspace.path()).is_empty());
}

#[test]
fn a_build_goes_over_sudo_docker_too() {
    let user = User::new().may_sudo(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(
        "//- /Dockerfile\nFROM warpdock-test/busybox:1\nCOPY note /note\n//- /note\nhere\n",
    );
    home.warpdock(workspace.path(), &["up"]).run().success();
    let note = ["exec", "--", "cat", "/note"];
    let note = home.warpdock(workspace.path(), &note).run().success();
    assert_eq!(note.stdout(), "here\n");
}

#[test]
fn passwordless_sudo_survives_a_killed_daemon() {
    let user = User::new().may_sudo(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    home.warpdock(workspace.path(), &["up"]).run().success();
    daemon::kill(&home);
    home.warpdock(workspace.path(), &["exec", "--no-up", "--", "true"])
        .run()
        .success();
}

#[test]
fn without_a_terminal_a_password_is_not_waited_for() {
    let user = User::new().may_sudo_with_password(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let refused = home
        .warpdock(workspace.path(), &["up"])
        .run()
        .expect_code(1);
    let said = refused.stderr();
    assert!(said.contains("a password is required"), "{refused}");
    assert!(said.contains("on a terminal"), "{refused}");
    let refused = home
        .warpdock(workspace.path(), &["up", "--json"])
        .run()
        .expect_code(1)
        .json();
    assert_eq!(refused["error"]["kind"], "needs-sudo-password");
}

#[test]
fn sudo_asks_once_on_the_terminal_and_then_everything_works() {
    let user = User::new().may_sudo_with_password(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let mut terminal = home
        .warpdock(workspace.path(), &["up"])
        .in_terminal(40, 120);
    terminal.wait_for(PROMPT);
    terminal.send_line(PASSWORD);
    terminal.wait_for("is up");
    assert_eq!(terminal.wait(wait::LONG), 0);
    assert_eq!(times_asked(&terminal), 1);
    assert!(!terminal.screen().contains(PASSWORD));

    // Elsewhere, where nobody could be asked: the daemon has what it needs.
    let exec = ["exec", "--", "sh", "-c", "exit 3"];
    home.warpdock(workspace.path(), &exec).run().expect_code(3);
    home.warpdock(workspace.path(), &["status"]).run().success();
    home.warpdock(workspace.path(), &["ps"]).run().success();
    home.warpdock(workspace.path(), &["rebuild"])
        .run()
        .success();
    home.warpdock(workspace.path(), &["down"]).run().success();
}

#[test]
fn control_c_does_not_end_the_connection_that_sudo_has_opened() {
    let user = User::new().may_sudo_with_password(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let (mut terminal, warpdock) = shell_of_the_user(&home, &workspace);
    terminal.send_line(&format!("{warpdock} up"));
    terminal.wait_for(PROMPT);
    terminal.send_line(PASSWORD);
    terminal.wait_for("is up");
    for round in 0..3 {
        terminal.send_line(&format!(
            "{warpdock} exec -- sh -c 'echo ro''und {round}; sleep 100'"
        ));
        terminal.wait_for(&format!("round {round}"));
        terminal.send("\x03");
        wait_for_prompt(&terminal);
        terminal.send_line(&format!("{warpdock} ps && echo stil''l there {round}"));
        terminal.wait_for(&format!("still there {round}"));
    }
    assert_eq!(times_asked(&terminal), 1);
}

#[test]
fn the_end_of_the_terminal_costs_at_most_another_question() {
    let user = User::new().may_sudo_with_password(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let (mut terminal, warpdock) = shell_of_the_user(&home, &workspace);
    terminal.send_line(&format!("{warpdock} up"));
    terminal.wait_for(PROMPT);
    terminal.send_line(PASSWORD);
    terminal.wait_for("is up");
    terminal.signal(Signal::HUP);
    drop(terminal);
    let (mut terminal, warpdock) = shell_of_the_user(&home, &workspace);
    terminal.send_line(&format!("{warpdock} exec -- echo stil''l there"));
    terminal.wait_until("an answer or a question", |screen| {
        let text = screen.contents();
        text.contains("still there") || text.contains(PROMPT)
    });
    if terminal.screen().contains(PROMPT) {
        terminal.send_line(PASSWORD);
    }
    terminal.wait_for("still there");
}

#[test]
fn where_sudo_asks_each_time_it_is_answered_for_each_connection_and_then_no_more() {
    let user = User::new().may_sudo_with_password_each_time(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new("//- /Dockerfile\nFROM warpdock-test/busybox:1\n");
    let (mut terminal, warpdock) = shell_of_the_user(&home, &workspace);
    terminal.send_line(&format!("{warpdock} up"));
    for question in 1..=4 {
        terminal.wait_until("a question", |screen| {
            screen.contents().matches(PROMPT).count() == question
        });
        terminal.send_line(PASSWORD);
    }
    terminal.wait_for("is up");
    for round in 0..3 {
        wait_for_prompt(&terminal);
        terminal.send_line(&format!(
            "{warpdock} exec -- echo rou''nd {round} && {warpdock} status"
        ));
        terminal.wait_for(&format!("round {round}"));
    }
    wait_for_prompt(&terminal);
    assert_eq!(times_asked(&terminal), 4);
}

#[test]
fn a_wrong_password_ends_in_sudos_words_and_ours() {
    let user = User::new().may_sudo_with_password(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let mut terminal = home
        .warpdock(workspace.path(), &["up"])
        .in_terminal(40, 120);
    for attempt in 1..=3 {
        terminal.wait_until("another question", |screen| {
            screen.contents().matches(PROMPT).count() == attempt
        });
        terminal.send_line("wrong");
    }
    assert_eq!(terminal.wait(wait::LONG), 1);
    let said = terminal.screen();
    assert!(said.contains("3 incorrect password attempts"), "{said}");
    assert!(said.contains("error:"), "{said}");
}

#[test]
fn control_c_at_the_question_ends_the_command() {
    let user = User::new().may_sudo_with_password(&docker());
    let home = Home::of(&user, &Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let mut terminal = home
        .warpdock(workspace.path(), &["up"])
        .in_terminal(40, 120);
    let before = terminal.settings();
    terminal.wait_for(PROMPT);
    // Sudo does not notice one that comes between its question and its look for an answer.
    while terminal.runs() {
        terminal.send("\x03");
        daemon::let_pass(Duration::from_millis(100));
    }
    assert_eq!(terminal.wait(wait::LONG), 130, "{}", terminal.screen());
    assert!(terminal.screen().contains("interrupted"));
    assert_eq!(
        terminal.settings().local_modes,
        before.local_modes,
        "the terminal echoes again"
    );
}

/// A shell of the home's user in a terminal, and what to type for the binary.
fn shell_of_the_user(home: &Home, workspace: &Workspace) -> (Terminal, String) {
    // Whatever runs it puts the binary where the user can.
    let version = home.warpdock(workspace.path(), &["--version"]).run();
    version.success();
    let binary: PathBuf = home.path().with_file_name("warpdock");
    let terminal = home
        .command("/bin/sh".as_ref(), workspace.path(), &["-i"])
        .in_terminal(40, 160);
    (terminal, binary.display().to_string())
}

/// Waits until the shell reads: what is typed earlier belongs to what ran before.
#[track_caller]
fn wait_for_prompt(terminal: &Terminal) {
    terminal.wait_until("a prompt", |screen| {
        screen.contents().trim_end().ends_with('$')
    });
}

/// What sudo runs for `docker`: the first on its own path.
pub(crate) fn docker() -> String {
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let mut all = path.split(':').map(|folder| format!("{folder}/docker"));
    all.find(|path| Path::new(path).exists())
        .expect("docker is installed")
}

fn times_asked(terminal: &Terminal) -> usize {
    terminal.history().matches(PROMPT).count()
}
