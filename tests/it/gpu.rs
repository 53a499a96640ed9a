//! The GPU: required, optional, none, and the engine's refusals.

use std::fs;

use serde_json::{Value, json};

use crate::support::{
    engine::{BASE, BUSYBOX, Engine, Options},
    project::Project,
    seen::{has, text},
};

/// An engine without NVIDIA's toolkit, and a project on it with this devcontainer.json.
#[track_caller]
fn without_toolkit(devcontainer: &str) -> Project {
    let engine = Engine::private(&Options {
        gpu: "none",
        images: &[BUSYBOX],
        ..Options::default()
    });
    Project::on(
        engine,
        &format!("//- /.devcontainer.json\n{devcontainer}\n"),
    )
}

/// A project whose container makes the toolkit's hook fail with these words.
#[track_caller]
fn with_failing_hook(words: &str, more: &str) -> Project {
    let words = json!(words);
    Project::configured(&format!(
        r#"{{ "image": "{BUSYBOX}", "containerEnv": {{ "WARPDOCK_STAND_IN_ERROR": {words} }} {more} }}"#
    ))
}

const REQUIRED: &str = r#", "hostRequirements": { "gpu": true }"#;

fn nodes(project: &Project) -> String {
    project.inside("cd /dev; ls -d nvidia* 2>/dev/null | tr '\\n' ' '")
}

#[test]
fn a_gpu_is_given_and_proven_without_being_asked_for() {
    let project = Project::new("");
    let up = project.json(&["up", "--image", BUSYBOX]);
    let gpu = &up["status"]["gpu"];
    assert_eq!(gpu["visible"], true);
    assert_eq!(gpu["wish"], "optional");
    assert_eq!(gpu["request"], "--gpus all");
    assert_eq!(
        gpu["devices"],
        json!(["NVIDIA Stand-in", "NVIDIA Stand-in"])
    );
    assert_eq!(nodes(&project), "nvidia-uvm nvidia0 nvidia1 nvidiactl ");
    has(
        &project.inside("nvidia-smi -L"),
        &["GPU 0: NVIDIA Stand-in", "GPU 1"],
    );
    assert_eq!(
        project.variable("NVIDIA_VISIBLE_DEVICES").as_deref(),
        Some("all"),
        "what --gpus adds to PID 1 is in sessions too"
    );
    has(&project.good(&["status"]).stdout(), &["GPU: 2 x NVIDIA"]);
    has(&project.good(&["ps"]).stdout(), &[" yes "]);
    let requests = &project.inspect()["HostConfig"]["DeviceRequests"];
    assert_eq!(requests[0]["Count"], -1);
    assert_eq!(requests[0]["Capabilities"], json!([["gpu"]]));
}

#[test]
fn some_of_the_gpus() {
    let project = Project::new("");
    project.good(&["up", "--image", BUSYBOX, "--gpus", "device=1"]);
    assert_eq!(nodes(&project), "nvidia-uvm nvidia1 nvidiactl ");
    project.good(&["rebuild", "--gpus", "1", "--image", BUSYBOX]);
    assert_eq!(nodes(&project), "nvidia-uvm nvidia0 nvidiactl ");
    assert_eq!(project.status()["gpu"]["request"], "--gpus 1");
}

#[test]
fn none_is_none() {
    for wish in [
        r#""hostRequirements": { "gpu": false }"#,
        r#""customizations": { "warpdock": { "gpu": "none" } }"#,
        r#""runArgs": ["--gpus", "0"]"#,
    ] {
        let project = Project::configured(&format!(r#"{{ "image": "{BUSYBOX}", {wish} }}"#));
        let up = project.json(&["up"]);
        assert_eq!(up["status"]["gpu"]["wish"], "none", "{wish}");
        assert_eq!(up["status"]["gpu"]["visible"], false);
        assert_eq!(nodes(&project), "");
        assert_eq!(project.variable("NVIDIA_VISIBLE_DEVICES"), None);
        has(&project.good(&["up"]).stdout(), &["GPU: not asked for"]);
    }
}

#[test]
fn every_way_to_say_required() {
    for wish in [
        r#""hostRequirements": { "gpu": true }"#,
        r#""hostRequirements": { "gpu": { "cores": 1, "memory": "1gb" } }"#,
        r#""customizations": { "warpdock": { "gpu": "required" } }"#,
        r#""runArgs": ["--gpus", "all"]"#,
        r#""runArgs": ["--gpus all"]"#,
        r#""runArgs": ["--gpus=all"]"#,
    ] {
        let project = Project::configured(&format!(r#"{{ "image": "{BUSYBOX}", {wish} }}"#));
        let up = project.json(&["up"]);
        assert_eq!(up["status"]["gpu"]["wish"], "required", "{wish}");
        assert_eq!(up["status"]["gpu"]["visible"], true, "{wish}");
    }
}

#[test]
fn optional_without_a_toolkit_starts_and_keeps_saying_why_not() {
    let project = without_toolkit(&format!(r#"{{ "image": "{BUSYBOX}" }}"#));
    let finished = project.good(&["up"]);
    has(
        &finished.stdout(),
        &["no GPU: none was found on this machine", "->"],
    );
    let reason = |project: &Project| project.status()["gpu"].clone();
    let first = reason(&project);
    assert_eq!(first["visible"], false);
    assert_eq!(first["wish"], "optional");
    has(text(&first["text"]), &["none was found on this machine"]);
    assert!(first["remedy"].is_string());
    has(
        &project.good(&["status"]).stdout(),
        &["no GPU: none was found"],
    );
    has(&project.good(&["ps"]).stdout(), &[" no "]);
    // Sessions go on as ever, and the reason outlives daemon and restart.
    assert_eq!(project.inside("echo works"), "works\n");
    project.good(&["daemon", "stop"]);
    assert_eq!(reason(&project), first);
    project.good(&["down", "--keep"]);
    project.good(&["up"]);
    assert_eq!(reason(&project), first);
    fs::remove_dir_all(project.home.state_folder()).expect("it is the test's");
    project.good(&["daemon", "stop"]);
    assert_eq!(reason(&project), first);
}

#[test]
fn required_without_a_toolkit_is_an_error_that_leaves_nothing() {
    let project = without_toolkit(&format!(
        r#"{{ "image": "{BUSYBOX}", "hostRequirements": {{ "gpu": true }} }}"#
    ));
    let failure = project.failure(&["up"]);
    assert_eq!(failure["kind"], "gpu-required");
    has(
        text(&failure["message"]),
        &["a GPU is required", "none was found on this machine"],
    );
    has(
        &failure["remedy"].to_string(),
        &["use a machine that has one", "--gpus optional"],
    );
    assert!(project.containers().is_empty());
    assert_eq!(project.status()["state"], "absent");
    // The remedy that it names works.
    let up = project.json(&["up", "--gpus", "optional"]);
    assert_eq!(up["status"]["gpu"]["visible"], false);
}

/// What the toolkit says, and what we make of it.
const REFUSALS: [(&str, &str); 6] = [
    (
        "nvidia-container-cli: initialization error: nvml error: driver not loaded",
        "not loaded",
    ),
    (
        "nvidia-container-cli: initialization error: nvml error: driver/library version mismatch",
        "driver",
    ),
    (
        "nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory",
        "driver",
    ),
    (
        "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer version, or use an earlier cuda container",
        "cuda",
    ),
    ("nvidia-container-cli: device error: 7: unknown device", "7"),
    (
        "nvidia-container-cli: mount error: failed to add device rules: unable to find any existing device filters attached to the cgroup: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted",
        "device rules",
    ),
];

#[test]
fn a_refusal_of_the_toolkit_is_understood_and_an_optional_gpu_done_without() {
    for (words, meaning) in REFUSALS {
        let project = with_failing_hook(words, "");
        let up = project.json(&["up"]);
        let gpu = &up["status"]["gpu"];
        assert_eq!(gpu["visible"], false, "{words}");
        assert!(
            text(&gpu["text"]).to_lowercase().contains(meaning),
            "{meaning:?} in {gpu} of {words:?}"
        );
        assert!(gpu["remedy"].is_string(), "{gpu}");
        assert_eq!(project.status()["gpu"], *gpu);
        assert_eq!(nodes(&project), "");
        project.container();
    }
}

#[test]
fn a_refusal_of_the_toolkit_stops_where_the_gpu_is_required() {
    let (words, _) = REFUSALS[0];
    let project = with_failing_hook(words, REQUIRED);
    let failure = project.failure(&["up"]);
    assert_eq!(failure["kind"], "gpu-required");
    has(
        &project.warpdock(&["up"]).run().expect_code(1).stderr(),
        &[words, "->"],
    );
    assert!(project.containers().is_empty());
    // Mended, the next one works.
    project.configure(&format!(r#"{{ "image": "{BUSYBOX}" {REQUIRED} }}"#));
    assert_eq!(project.json(&["up"])["status"]["gpu"]["visible"], true);
}

#[test]
fn words_that_nobody_knows_are_passed_on() {
    let project = with_failing_hook("the flux capacitor is empty", REQUIRED);
    let finished = project.warpdock(&["up"]).run().expect_code(1);
    has(&finished.stderr(), &["the flux capacitor is empty"]);
    assert!(project.containers().is_empty());
    project.configure(&format!(
        r#"{{ "image": "{BUSYBOX}", "containerEnv": {{ "WARPDOCK_STAND_IN_ERROR": "the flux capacitor is empty" }} }}"#
    ));
    let up = project.json(&["up"]);
    has(
        text(&up["status"]["gpu"]["text"]),
        &["the flux capacitor is empty"],
    );
}

#[test]
fn a_failing_nvidia_smi_is_seen_from_inside() {
    let words = "Failed to initialize NVML: Unknown Error";
    let broken = |more: &str| {
        format!(
            r#"{{ "image": "{BUSYBOX}", "containerEnv": {{ "WARPDOCK_STAND_IN_SMI_ERROR": "{words}" }} {more} }}"#
        )
    };
    let project = Project::configured(&broken(""));
    let up = project.json(&["up"]);
    assert_eq!(up["status"]["gpu"]["visible"], false);
    assert!(up["status"]["gpu"]["remedy"].is_string());
    project.good(&["down"]);
    project.configure(&broken(REQUIRED));
    let failure = project.failure(&["up"]);
    assert_eq!(failure["kind"], "gpu-required");
    assert!(project.containers().is_empty());
}

/// An engine with the stand-in whose hook and GPUs the test can break and mend.
struct Breakable {
    project: Project,
}

impl Breakable {
    #[track_caller]
    fn new(devcontainer: &str) -> Breakable {
        let engine = Engine::private(&Options {
            images: &[BUSYBOX],
            ..Options::default()
        });
        Breakable {
            project: Project::on(
                engine,
                &format!("//- /.devcontainer.json\n{devcontainer}\n"),
            ),
        }
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.project.engine.stand_in().join(name), text)
            .expect("the engine's folder is ours");
    }
}

#[test]
fn a_gpu_that_broke_while_the_container_was_stopped_is_explained_and_the_container_kept() {
    let broken = Breakable::new(&format!(r#"{{ "image": "{BUSYBOX}" }}"#));
    let project = &broken.project;
    project.good(&["up"]);
    project.inside("echo kept > /kept");
    let container = project.container();
    project.good(&["down", "--keep"]);
    broken.put("error", REFUSALS[0].0);
    let failure = project.failure(&["up"]);
    has(text(&failure["message"]), &["module is not loaded"]);
    has(&failure["remedy"].to_string(), &["warpdock rebuild"]);
    has(text(&failure["detail"]), &[REFUSALS[0].0]);
    assert_eq!(project.container(), container);
    // The way that it names leads to a shell.
    let up = project.json(&["rebuild"]);
    assert_eq!(up["status"]["gpu"]["visible"], false);
    project.good(&["down"]);
    broken.put("error", "");
    assert_eq!(project.json(&["up"])["status"]["gpu"]["visible"], true);
}

#[test]
fn a_required_gpu_that_is_gone_after_a_restart_is_an_error_each_time() {
    let broken = Breakable::new(&format!(r#"{{ "image": "{BUSYBOX}" {REQUIRED} }}"#));
    let project = &broken.project;
    project.good(&["up"]);
    let container = project.container();
    project.good(&["down", "--keep"]);
    broken.put("gpus", "0");
    for _ in 0..2 {
        let failure = project.failure(&["up"]);
        assert_eq!(failure["kind"], "gpu-required");
        assert_eq!(project.status()["state"], "stopped");
    }
    broken.put("gpus", "1");
    project.good(&["up"]);
    assert_eq!(project.container(), container);
}

#[test]
fn gpus_that_the_machine_does_not_have_are_named() {
    let project = Project::new("");
    let failure = project.failure(&["up", "--image", BUSYBOX, "--gpus", "device=7"]);
    assert_eq!(failure["kind"], "gpu-required");
    has(&failure.to_string(), &["7"]);
    let failure = project.failure(&["up", "--image", BUSYBOX, "--gpus", "many"]);
    assert_eq!(failure["kind"], "configuration");
    has(&failure.to_string(), &["--gpus", "many"]);
    assert!(project.containers().is_empty());
    assert_eq!(failure["detail"], Value::Null);
}

/// On a machine with a GPU and NVIDIA's toolkit, which `WARPDOCK_TEST_GPU=1` says it is.
#[test]
fn a_real_gpu_is_given_and_answers() {
    if std::env::var_os("WARPDOCK_TEST_GPU").is_none_or(|chosen| chosen != "1") {
        return;
    }
    let engine = Engine::private(&Options {
        gpu: "real",
        images: &[BASE],
        ..Options::default()
    });
    let project = Project::on(
        engine,
        &format!(
            "//- /.devcontainer.json\n{{ \"image\": \"{BASE}\", \"hostRequirements\": {{ \"gpu\": true }} }}\n"
        ),
    );
    let up = project.json(&["up"]);
    assert_eq!(up["status"]["gpu"]["visible"], true);
    let host = std::process::Command::new("nvidia-smi").arg("-L").output();
    let host = host.expect("a machine with a GPU has nvidia-smi").stdout;
    let inside = project.good(&["exec", "--", "nvidia-smi", "-L"]);
    assert_eq!(inside.stdout(), String::from_utf8_lossy(&host));
    let devices = up["status"]["gpu"]["devices"].as_array();
    assert_eq!(devices.map(Vec::len), Some(inside.stdout().lines().count()));
}
