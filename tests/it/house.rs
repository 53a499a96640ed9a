//! Tests of what the other tests stand on: engines, images, the GPU stand-in, the
//! terminal, the waiting.

use std::{path::Path, time::Duration};

use rustix::termios::LocalModes;

use crate::support::{
    engine::{BASE, BUSYBOX, Engine, NO_CMD, NO_SHELL, ORDINARY_USER, OTHER_ARCH, Options},
    engine::{PRINTS_AND_EXITS, READY},
    home::Home,
    user::User,
    wait,
};

#[test]
fn the_stand_in_gives_two_gpus_to_a_container_that_asks() {
    let engine = Engine::shared();
    let seen = engine.docker(&[
        "run",
        "--rm",
        "--gpus",
        "all",
        BUSYBOX,
        "sh",
        "-c",
        "nvidia-smi -L; nvidia-smi --query-gpu=index,memory.total --format=csv,noheader,nounits; ls /dev | grep nvidia",
    ]);
    expect_test::expect![[r#"
        GPU 0: NVIDIA Stand-in (UUID: GPU-5741a9d0-0000-4000-8000-000000000000)
        GPU 1: NVIDIA Stand-in (UUID: GPU-5741a9d0-0000-4000-8000-000000000001)
        0, 24576
        1, 24576
        nvidia-uvm
        nvidia0
        nvidia1
        nvidiactl
    "#]]
    .assert_eq(&seen);
}

#[test]
fn one_gpu_of_the_stand_in_can_be_chosen_by_number_and_by_uuid() {
    let engine = Engine::shared();
    for device in ["1", "GPU-5741a9d0-0000-4000-8000-000000000001"] {
        let devices = format!("\"device={device}\"");
        let seen = engine.docker(&[
            "run",
            "--rm",
            "--gpus",
            &devices,
            BUSYBOX,
            "nvidia-smi",
            "-L",
        ]);
        assert_eq!(
            seen,
            "GPU 0: NVIDIA Stand-in (UUID: GPU-5741a9d0-0000-4000-8000-000000000001)\n"
        );
    }
}

#[test]
fn a_container_that_asks_for_no_gpu_gets_none() {
    let seen = Engine::shared().docker(&["run", "--rm", BUSYBOX, "ls", "/dev"]);
    assert!(!seen.contains("nvidia"), "{seen}");
}

#[test]
fn the_stand_in_fails_with_the_words_it_is_given() {
    let words =
        "nvidia-container-cli: initialization error: nvml error: driver/library version mismatch";
    let variable = format!("WARPDOCK_STAND_IN_ERROR={words}");
    let error = Engine::shared()
        .try_docker(&[
            "run", "--rm", "--gpus", "all", "-e", &variable, BUSYBOX, "true",
        ])
        .expect_err("the hook fails");
    assert!(error.contains(words), "{error}");
}

#[test]
fn an_engine_without_the_toolkit_refuses_gpus() {
    let engine = Engine::private(&Options {
        gpu: "none",
        images: &[BUSYBOX],
        ..Options::default()
    });
    let error = engine
        .try_docker(&["run", "--rm", "--gpus", "all", BUSYBOX, "true"])
        .expect_err("there is no hook");
    assert!(
        error.contains(r#"could not select device driver "" with capabilities: [[gpu]]"#),
        "{error}"
    );
}

#[test]
fn a_killed_engine_starts_again_and_knows_its_containers() {
    let mut engine = Engine::private(&Options {
        images: &[BUSYBOX],
        ..Options::default()
    });
    engine.docker(&[
        "run", "--detach", "--name", "left", BUSYBOX, "sleep", "1000",
    ]);
    engine.kill();
    engine.restart(false);
    let seen = engine.docker(&["ps", "--all", "--format", "{{.Names}} {{.State}}"]);
    assert_eq!(seen, "left exited\n");
}

#[test]
fn with_live_restore_containers_outlive_a_killed_engine() {
    let mut engine = Engine::private(&Options {
        config: r#"{"live-restore": true}"#,
        images: &[BUSYBOX],
        ..Options::default()
    });
    engine.docker(&[
        "run", "--detach", "--name", "kept", BUSYBOX, "sleep", "1000",
    ]);
    let before = engine.inspect("kept")["State"]["Pid"].clone();
    engine.kill();
    engine.restart(true);
    let state = engine.inspect("kept")["State"].clone();
    assert_eq!((&state["Running"], &state["Pid"]), (&true.into(), &before));
}

#[test]
fn the_images_are_as_the_tests_expect_them() {
    let engine = Engine::shared();
    let mut seen = String::new();
    for image in [
        BUSYBOX,
        NO_SHELL,
        PRINTS_AND_EXITS,
        NO_CMD,
        ORDINARY_USER,
        BASE,
        READY,
    ] {
        let config = &engine.inspect(image)["Config"];
        let line = format!(
            "{image}: entrypoint {} cmd {} user {} folder {}\n",
            config["Entrypoint"], config["Cmd"], config["User"], config["WorkingDir"]
        );
        seen.push_str(&line);
    }
    expect_test::expect![[r#"
        warpdock-test/busybox:1: entrypoint null cmd ["sh"] user "" folder ""
        warpdock-test/noshell:1: entrypoint null cmd ["/true"] user "" folder ""
        warpdock-test/prints-and-exits:1: entrypoint ["/bin/echo","hello from the entrypoint"] cmd ["and","its","arguments"] user "" folder ""
        warpdock-test/no-cmd:1: entrypoint null cmd null user "" folder ""
        warpdock-test/ordinary-user:1: entrypoint null cmd ["sh"] user "worker" folder "/home/worker"
        pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime: entrypoint null cmd ["/bin/bash"] user "" folder "/workspace"
        my_gpu_env:1229: entrypoint null cmd ["/bin/bash"] user "" folder "/app"
    "#]]
    .assert_eq(&seen);
    let other = &engine.inspect(OTHER_ARCH)["Architecture"];
    let ours = &engine.inspect(BUSYBOX)["Architecture"];
    assert_ne!(other, ours);
}

#[test]
fn the_terminal_shows_types_resizes_and_ends() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let mut terminal = home
        .command(Path::new("/bin/sh"), &home.path(), &["-i"])
        .in_terminal(24, 80);
    terminal.send_line("tty >/dev/null && stty size && echo a''b");
    terminal.wait_for("24 80");
    terminal.wait_for("ab");
    terminal.resize(30, 100);
    terminal.send_line("stty size");
    terminal.wait_for("30 100");
    terminal.send_line("stty -echo; echo raw''ish");
    terminal.wait_for("rawish");
    assert!(!terminal.settings().local_modes.contains(LocalModes::ECHO));
    terminal.send_line("seq 100; exit 42");
    assert_eq!(terminal.wait(wait::LONG), 42);
    assert!(
        terminal.history().contains("\n2\n3\n4\n"),
        "{}",
        terminal.history()
    );
    assert!(String::from_utf8_lossy(&terminal.raw()).contains("24 80"));
}

#[test]
fn a_program_gets_its_input_and_gives_its_output_and_code() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let finished = home
        .command(
            Path::new("/bin/sh"),
            &home.path(),
            &["-c", "cat; echo bad >&2; exit 3"],
        )
        .input("in")
        .run()
        .expect_code(3);
    assert_eq!(
        (finished.stdout(), finished.stderr()),
        ("in".into(), "bad\n".into())
    );
}

#[test]
fn a_home_takes_what_was_started_in_it_with_it() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let runtime_folder = home.runtime_folder();
    home.command(
        Path::new("/bin/sh"),
        &home.path(),
        &["-c", "setsid sleep 1000 >/dev/null 2>&1 </dev/null &"],
    )
    .run()
    .success();
    wait::until_true("the process left behind", wait::LONG, || {
        home.processes().len() == 1
    });
    let pid = home.processes()[0];
    let mount = format!("{}:/mnt", runtime_folder.display());
    engine.docker(&[
        "run", "--detach", "--volume", &mount, BUSYBOX, "sleep", "1000",
    ]);
    assert_eq!(home.containers(&engine).len(), 1);
    drop(home);
    wait::until_true("its end", Duration::from_secs(5), || {
        rustix::process::test_kill_process(pid).is_err()
    });
    assert!(engine.containers_mounting(&runtime_folder).is_empty());
}

#[test]
fn an_ordinary_user_reaches_the_engine_through_sudo_only() {
    let engine = Engine::shared();
    let user = User::new().may_sudo("/usr/bin/docker");
    let home = Home::of(&user, &engine);
    let line = "id -un; test ! -w \"${DOCKER_HOST#unix://}\" && sudo -n /usr/bin/docker -H $DOCKER_HOST version >/dev/null && echo reached";
    let finished = home
        .command(Path::new("/bin/sh"), Path::new("/"), &["-c", line])
        .run()
        .success();
    assert_eq!(finished.stdout(), format!("{}\nreached\n", user.name()));
}
