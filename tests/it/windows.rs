//! What a window is told and asks beside the trips of the command line: states of containers,
//! sessions, GPUs, explanations.

use std::fs;

use serde_json::{Value, json};

use crate::support::{
    engine::{BUSYBOX, NO_CMD},
    project::Project,
    seen::has,
    wait,
    window::Window,
};

const CHANGED: &str = "container/statusChanged";

fn state(status: &Value, state: &str) -> bool {
    status["state"] == state
}

fn target(project: &Project) -> Value {
    json!({ "workspace": project.workspace.path() })
}

/// A folder that the stand-in of nvidia-smi takes for `/dev`, with so many GPUs.
fn devices(project: &Project, count: usize) -> String {
    let folder = project.home.path().join("dev");
    fs::create_dir_all(&folder).expect("the home is ours");
    for number in 0..count {
        fs::write(folder.join(format!("nvidia{number}")), "").expect("the home is ours");
    }
    folder.to_string_lossy().into_owned()
}

/// The PATH of a machine whose nvidia-smi is the stand-in.
fn path_with_stand_in() -> String {
    format!(
        "{}/tests/gpu-stand-in:{}",
        env!("CARGO_MANIFEST_DIR"),
        std::env::var("PATH").unwrap_or_default()
    )
}

#[test]
fn a_window_is_told_each_state_of_its_workspaces_whoever_changes_it() {
    let project = Project::of_image(BUSYBOX);
    let folder = project.workspace.path();
    let mut window = Window::open(&project, &[folder]);
    let first = window.told(CHANGED, |_| true);
    assert_eq!(first["state"], "absent");
    assert_eq!(first["workspace"], json!(folder));
    project.warpdock(&["up"]).run().success();
    window.told(CHANGED, |status| state(status, "starting"));
    let running = window.told(CHANGED, |status| state(status, "running"));
    assert_eq!(running["workspaceFolder"], "/app");
    let container = project.container();
    for (verb, name) in [
        ("pause", "paused"),
        ("unpause", "running"),
        ("stop", "stopped"),
        ("start", "running"),
        ("kill", "stopped"),
    ] {
        project.engine.docker(&[verb, &container]);
        window.told(CHANGED, |status| state(status, name));
    }
    project.engine.docker(&["rm", &container]);
    window.told(CHANGED, |status| state(status, "absent"));
}

#[test]
fn a_window_is_told_of_its_own_workspaces_only_and_once() {
    let project = Project::of_image(BUSYBOX);
    let other = project.home.path().join("other");
    fs::create_dir(&other).expect("the home is ours");
    let mut elsewhere = Window::open(&project, &[&other]);
    let mut asks = Window::open(&project, &[]);
    asks.ask("container/status", &target(&project));
    project.warpdock(&["up"]).run().success();
    asks.told(CHANGED, |status| state(status, "running"));
    project.warpdock(&["down"]).run().success();
    asks.told(CHANGED, |status| state(status, "absent"));
    let told = elsewhere.told_within(CHANGED, std::time::Duration::from_millis(200));
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["workspace"], json!(other));
}

#[test]
fn sessions_are_listed_and_there_are_none_where_nothing_runs() {
    let project = Project::of_image(BUSYBOX);
    let mut window = Window::open(&project, &[]);
    let refused = window.try_ask("container/sessions", &target(&project));
    let error = refused.expect_err("nothing runs");
    assert_eq!(error["data"]["kind"], "not-running");
    project.warpdock(&["up"]).run().success();
    project
        .warpdock(&["run", "--detach", "--name", "train", "sleep", "1000"])
        .run()
        .success();
    let sessions = window.ask("container/sessions", &target(&project));
    assert_eq!(sessions[0]["name"], "train");
    assert_eq!(sessions[0]["state"], "running");
    assert_eq!(sessions[0]["command"], json!(["sleep", "1000"]));
}

#[test]
fn gpus_tell_their_memory_and_a_workspace_has_those_of_its_container() {
    let project = Project::new(&format!(
        "//- /.devcontainer.json\n{{ \"image\": \"{BUSYBOX}\", \"runArgs\": [\"--gpus\", \"device=1\"] }}\n"
    ));
    project.warpdock(&["up"]).run().success();
    let devices = devices(&project, 2);
    let path = path_with_stand_in();
    let variables = [
        ("WARPDOCK_STAND_IN_DEV", devices.as_str()),
        ("PATH", path.as_str()),
    ];
    let mut window = Window::with(&project, &[], &variables);
    let all = window.ask("gpu/usage", &json!({}));
    assert_eq!(all["reason"], Value::Null);
    let of_all = all["gpus"].as_array().expect("a list");
    assert_eq!(of_all.len(), 2);
    assert_eq!(of_all[1]["memoryTotalMiB"], 24576);
    assert_eq!(of_all[1]["memoryUsedMiB"], 512);
    assert_eq!(of_all[1]["utilizationPercent"], 0);
    let own = window.ask("gpu/usage", &target(&project));
    assert_eq!(own["gpus"], json!([of_all[1]]));
}

#[test]
fn a_machine_without_gpus_says_why_and_is_asked_once_a_second() {
    let project = Project::up(NO_CMD);
    let folder = project.home.path().join("bin");
    fs::create_dir(&folder).expect("the home is ours");
    let program = folder.join("nvidia-smi");
    let calls = project.home.path().join("calls");
    let script = format!(
        "#!/bin/sh\necho x >>{}\necho 'No devices were found'\nexit 6\n",
        calls.display()
    );
    fs::write(&program, script).expect("the home is ours");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, mode).expect("the home is ours");
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut windows: Vec<_> = (0..10)
        .map(|_| Window::with(&project, &[], &[("PATH", &path)]))
        .collect();
    for window in &mut windows {
        let usage = window.ask("gpu/usage", &json!({}));
        assert_eq!(usage["gpus"], json!([]));
        assert_eq!(usage["reason"], "nvidia-smi says: No devices were found");
    }
    let asked = fs::read_to_string(&calls)
        .expect("it was asked")
        .lines()
        .count();
    assert!(asked <= 2, "asked {asked} times");
    let usage = windows[0].ask("gpu/usage", &target(&project));
    assert_eq!(usage["reason"], "not asked for");
    let mut without = Window::with(&project, &[], &[("PATH", "/nowhere")]);
    let usage = without.ask("gpu/usage", &json!({}));
    has(
        usage["reason"].as_str().expect("a reason"),
        &["nvidia-smi is not on PATH"],
    );
}

#[test]
fn lines_are_explained_and_written() {
    let project = Project::of_image(BUSYBOX);
    let mut window = Window::open(&project, &[]);
    let written = window.ask("config/explain", &target(&project));
    has(
        written["text"].as_str().expect("a text"),
        &["docker run", BUSYBOX],
    );
    let mut params = target(&project);
    params["dockerRun"] = json!("docker run --gpus all -v $(pwd):/app my:1 python train.py");
    let explained = window.ask("config/explain", &params);
    has(
        explained["text"].as_str().expect("a text"),
        &["--gpus all", "devcontainer.json"],
    );
    let devcontainer = explained["devcontainer"].as_str().expect("a file");
    has(devcontainer, &["\"image\": \"my:1\""]);
    params["dockerRun"] = json!("ls -l");
    let error = window
        .try_ask("config/explain", &params)
        .expect_err("it is no docker run");
    assert_eq!(error["data"]["kind"], "configuration");
}

#[test]
fn a_window_hears_of_an_engine_that_comes_back() {
    let mut project = Project::on(
        crate::support::engine::Engine::private(&crate::support::engine::Options {
            images: &[BUSYBOX],
            ..Default::default()
        }),
        &format!(
            "//- /.devcontainer.json\n{{ \"image\": \"{BUSYBOX}\", \"hostRequirements\": {{ \"gpu\": false }} }}\n"
        ),
    );
    project.warpdock(&["up"]).run().success();
    let folder = project.workspace.path().to_owned();
    let mut window = Window::open(&project, &[&folder]);
    window.told(CHANGED, |status| state(status, "running"));
    project.engine.kill();
    project.engine.restart(false);
    window.told(CHANGED, |status| state(status, "stopped"));
    wait::until_true("the project to be up again", wait::LONG, || {
        project.warpdock(&["up"]).run().code() == 0
    });
    window.told(CHANGED, |status| state(status, "running"));
}

#[test]
fn a_build_alone_leaves_the_container_as_it_is() {
    let project = Project::new(&format!(
        "//- /Dockerfile\nFROM {BUSYBOX}\nRUN echo one > /made\n"
    ));
    let mut window = Window::open(&project, &[]);
    let mut params = target(&project);
    params["buildOnly"] = json!(true);
    let built = window.ask("container/up", &params);
    assert_eq!(built["done"], "nothing");
    assert_eq!(built["status"]["id"], Value::Null);
    project.warpdock(&["up"]).run().success();
    let container = project.container();
    let changed = format!("FROM {BUSYBOX}\nRUN echo two > /made\n");
    fs::write(project.workspace.path().join("Dockerfile"), changed).expect("the project is ours");
    let built = window.ask("container/up", &params);
    assert_eq!(built["status"]["state"], "running");
    assert_eq!(project.container(), container);
    let made = project.warpdock(&["exec", "--", "cat", "/made"]).run();
    assert_eq!(made.success().stdout().trim(), "one");
}
