//! What people rely on with the line that Warpdock replaces, on the example project:
//!
//! `sudo docker run --gpus all -it --rm -v /data/sww_code/hmm:/app my_gpu_env:1229 /bin/bash`

use crate::support::{
    engine::{BASE, NO_CMD, READY},
    project::Project,
    seen::{has, text},
    wait,
};

/// The example, up.
#[track_caller]
fn hmm() -> Project {
    let project = Project::example("hmm");
    project.good(&["up"]);
    project
}

#[test]
fn a_shell_opens_where_the_project_is() {
    let project = Project::example("hmm");
    let mut terminal = project.warpdock(&[]).in_terminal(24, 100);
    terminal.send_line("echo \"$PWD\" $0 $HMM_SEED");
    terminal.wait_for("/app /bin/bash 7");
    terminal.send_line("exit 3");
    assert_eq!(terminal.wait(wait::LONG), 3);
    assert_eq!(project.status()["image"], READY);
}

#[test]
fn the_gpus_are_there() {
    let project = hmm();
    assert_eq!(project.status()["gpu"]["visible"], true);
    has(&project.inside("nvidia-smi -L"), &["GPU 0", "GPU 1"]);
}

#[test]
fn a_file_written_inside_is_on_the_host_at_once() {
    let project = hmm();
    project.inside("echo 123 > /app/test.txt");
    assert_eq!(project.workspace.read("test.txt"), "123\n");
}

#[test]
fn a_file_removed_on_the_host_is_gone_inside_at_once() {
    let project = hmm();
    assert_eq!(project.inside("ls train.py"), "train.py\n");
    std::fs::remove_file(project.workspace.join("train.py")).expect("the example has it");
    assert_eq!(
        project.inside("ls train.py 2>/dev/null || echo gone"),
        "gone\n"
    );
    project.workspace.write("train.py", "print('new')\n");
    assert_eq!(project.inside("python train.py"), "new\n");
}

#[test]
fn what_is_done_inside_never_changes_the_image() {
    let project = hmm();
    let image = |project: &Project| {
        let facts = project.engine.inspect(READY);
        (facts["Id"].clone(), facts["RootFS"].clone())
    };
    let before = image(&project);
    project.inside("echo changed > /etc/motd; rm /usr/bin/less; mkdir /opt/new");
    assert_eq!(image(&project), before);
    project.good(&["down"]);
    project.good(&["up"]);
    has(
        &project.inside("cat /etc/motd; ls /usr/bin/less"),
        &["stand-in", "/usr/bin/less"],
    );
    assert_eq!(project.inside("ls /opt"), "conda\n");
}

#[test]
fn several_containers_from_one_image_do_not_see_each_other() {
    let one = hmm();
    let other = hmm();
    assert_ne!(one.container(), other.container());
    one.inside("echo mine > /opt/mine; echo mine > /app/mine");
    assert_eq!(
        other.inside("ls /opt /app/mine 2>/dev/null || true"),
        "/opt:\nconda\n"
    );
    one.good(&["run", "--detach", "--", "sleep", "31416"]);
    let seen = other.inside("cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
    assert!(!seen.contains("sleep 31416"), "{seen}");
    assert_eq!(one.json(&["sessions"]).as_array().map(Vec::len), Some(1));
    assert_eq!(other.json(&["sessions"]).as_array().map(Vec::len), Some(0));
}

#[test]
fn the_writable_layer_goes_with_the_container() {
    let project = hmm();
    project.inside("echo 123 > /opt/test.txt");
    project.good(&["down"]);
    assert!(project.containers().is_empty());
    project.good(&["up"]);
    assert_eq!(project.inside("ls /opt"), "conda\n");
}

#[test]
fn without_a_command_the_last_cmd_runs() {
    let project = hmm();
    // bash, without a terminal: it ends at once, and we say why.
    let finished = project.good(&["run"]);
    has(
        &finished.stderr(),
        &["/bin/bash", "without a terminal", "warpdock shell"],
    );
    let mut terminal = project.warpdock(&["run"]).in_terminal(24, 100);
    terminal.send_line("echo $((6 * 7))");
    terminal.wait_for("42");
    terminal.send_line("exit");
    assert_eq!(terminal.wait(wait::LONG), 0);
    assert_eq!(project.status()["state"], "running");
}

#[test]
fn an_image_without_a_cmd_has_nothing_to_run_and_the_container_is_kept() {
    let project = Project::example("hmm");
    project.good(&["up", "--image", NO_CMD]);
    let finished = project.warpdock(&["run"]).run().expect_code(125);
    has(
        &finished.stderr(),
        &[
            NO_CMD,
            "nothing to run",
            "the container itself is up and kept",
        ],
    );
    assert_eq!(project.status()["state"], "running");
}

#[test]
fn the_training_runs() {
    let project = hmm();
    let run = project.warpdock(&[
        "run",
        "--",
        "env",
        "HMM_ITERATIONS=2",
        "HMM_SEQUENCES=4",
        "HMM_LENGTH=10",
        "python",
        "train.py",
    ]);
    let finished = run.run().success();
    has(
        &finished.stdout(),
        &[
            "device: 2 x NVIDIA Stand-in",
            "seed 7",
            "iteration  2/2",
            "written to /app/runs/",
        ],
    );
    let runs = std::fs::read_dir(project.workspace.join("runs")).expect("made inside");
    assert!(runs.count() > 0);
}

#[test]
fn the_dockerfile_itself_needs_the_internet_and_up_says_so() {
    let project = Project::example("hmm");
    let finished = project
        .warpdock(&["up", "-f", "Dockerfile"])
        .run()
        .expect_code(1);
    has(
        &finished.stderr(),
        &[
            "the RUN of Dockerfile:7",
            "needs the internet",
            "pip install",
            "data.dgl.ai",
            "warpdock load",
        ],
    );
    assert!(project.containers().is_empty());
    // What it said at the start of the way works.
    project.good(&["up"]);
}

#[test]
fn the_second_example_builds_without_a_network() {
    let project = Project::example("offline-build");
    let up = project.good(&["up"]);
    has(
        &up.stderr(),
        &["=> Building the image from Dockerfile", BASE],
    );
    let finished = project.good(&["run"]);
    assert_eq!(
        finished.stdout(),
        "10 words, from backward to symbol, prepared when the image was built\n"
    );
    assert_eq!(text(&project.status()["workspaceFolder"]), "/app");
}
