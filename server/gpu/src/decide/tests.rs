//! The verified matrix of engines as data, and the hosts around it.

use expect_test::{Expect, expect};

use super::*;
use crate::fixture::{engine, host};

fn wish(need: Need, devices: Devices) -> Wish {
    Wish {
        need,
        devices,
        capabilities: Vec::new(),
    }
}

fn show(request: &Request) -> String {
    match request {
        Request::DeviceRequest {
            count,
            ids,
            capabilities,
            ..
        } => format!("gpus {count} {ids:?} {}", capabilities.join(",")),
        Request::Cdi { names } => format!("cdi {}", names.join(",")),
        Request::Runtime { name, env } => {
            let env: Vec<String> = env.iter().map(|(k, v)| format!("{k}={v}")).collect();
            format!("runtime {name} {}", env.join(" "))
        }
        Request::Nodes {
            paths,
            groups,
            security_opt,
        } => format!("nodes {} {groups:?} {security_opt:?}", paths.join(",")),
    }
}

/// `ways; keep NODES; code`, what is empty left out.
fn line(plan: &Plan) -> String {
    let mut parts: Vec<String> = plan.attempts.iter().map(show).collect();
    if !plan.keep_nodes.is_empty() {
        parts.push(format!("keep {}", plan.keep_nodes.join(",")));
    }
    if let Some(reason) = &plan.reason {
        parts.push(format!("({})", reason.code));
    }
    parts.join("; ")
}

#[track_caller]
fn check(engine_words: &str, host_words: &str, expect: Expect) {
    check_wish(
        &wish(Need::Optional, Devices::All),
        engine_words,
        host_words,
        expect,
    );
}

#[track_caller]
fn check_wish(wish: &Wish, engine_words: &str, host_words: &str, expect: Expect) {
    let plan = decide(wish, &engine(engine_words), &host(host_words));
    expect.assert_eq(&line(&plan));
}

#[test]
fn the_verified_matrix() {
    let matrix = [
        ("20.10.24+dfsg1", "driver"),
        ("20.10.24+dfsg1", "driver hook"),
        ("24.0.7", "driver"),
        ("24.0.7", "driver hook"),
        ("26.1.5", "driver spec"),
        ("26.1.5 cdi", "driver spec"),
        ("26.1.5 cdi", "driver spec hook"),
        ("28.2.2 lists-cdi", "driver spec"),
        ("28.5.2 lists-cdi", "driver spec cdi-hook"),
        ("28.5.2", "driver spec"),
        ("29.1.3 lists-cdi", "driver spec cdi-hook"),
        ("29.7.2 cdi", "driver"),
        ("29.7.2 lists-cdi", "driver spec"),
        ("29.7.2 lists-cdi", "driver spec cdi-hook"),
        ("29.7.2", "driver spec cdi-hook"),
        ("29.7.2 cdi", "driver hook cdi-hook"),
        ("29.7.2 cdi", "amd-spec"),
        ("podman 4.3.1", "driver spec"),
        ("podman 5.8.2", "driver spec"),
        ("podman 5.8.2", "driver"),
    ];
    let mut table = String::new();
    for (engine_words, host_words) in matrix {
        let wish = wish(Need::Optional, Devices::All);
        let plan = decide(&wish, &engine(engine_words), &host(host_words));
        table.push_str(&format!(
            "{engine_words} | {host_words} | {}\n",
            line(&plan)
        ));
    }
    expect![[r#"
        20.10.24+dfsg1 | driver | (toolkit-missing)
        20.10.24+dfsg1 | driver hook | gpus -1 [] gpu
        24.0.7 | driver | (toolkit-missing)
        24.0.7 | driver hook | gpus -1 [] gpu
        26.1.5 | driver spec | (cdi-off)
        26.1.5 cdi | driver spec | cdi nvidia.com/gpu=all
        26.1.5 cdi | driver spec hook | gpus -1 [] gpu; cdi nvidia.com/gpu=all
        28.2.2 lists-cdi | driver spec | cdi nvidia.com/gpu=all
        28.5.2 lists-cdi | driver spec cdi-hook | cdi nvidia.com/gpu=all
        28.5.2 | driver spec | (cdi-off)
        29.1.3 lists-cdi | driver spec cdi-hook | cdi nvidia.com/gpu=all
        29.7.2 cdi | driver | (toolkit-missing)
        29.7.2 lists-cdi | driver spec | cdi nvidia.com/gpu=all
        29.7.2 lists-cdi | driver spec cdi-hook | gpus -1 [] gpu; cdi nvidia.com/gpu=all
        29.7.2 | driver spec cdi-hook | (cdi-off)
        29.7.2 cdi | driver hook cdi-hook | gpus -1 [] gpu
        29.7.2 cdi | amd-spec | cdi amd.com/gpu=all
        podman 4.3.1 | driver spec | (podman-too-old)
        podman 5.8.2 | driver spec | cdi nvidia.com/gpu=all
        podman 5.8.2 | driver | (cdi-spec-missing)
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_host_without_any_sign_starts_without_a_try() {
    check("20.10.24", "", expect!["(no-gpu)"]);
    check("20.10.24", "path-unknown", expect!["(no-gpu)"]);
    check("29.7.2 cdi", "", expect!["(no-gpu)"]);
}

#[test]
fn the_hook_on_the_engines_path_is_enough_to_try() {
    check("20.10.24", "hook", expect!["gpus -1 [] gpu"]);
    check(
        "20.10.24",
        "hook nouveau",
        expect!["gpus -1 [] gpu; (nouveau)"],
    );
}

#[test]
fn a_required_gpu_is_asked_for_when_the_engines_path_is_closed() {
    let required = wish(Need::Required, Devices::All);
    check_wish(
        &required,
        "20.10.24",
        "path-unknown",
        expect!["gpus -1 [] gpu"],
    );
    check_wish(&required, "20.10.24", "", expect!["(no-gpu)"]);
}

#[test]
fn none_asks_for_nothing() {
    let none = wish(Need::None, Devices::All);
    check_wish(
        &none,
        "29.7.2 lists-cdi nvidia",
        "driver hook",
        expect![[""]],
    );
}

#[test]
fn each_missing_link_has_its_name() {
    check("20.10.24", "card", expect!["(driver-missing)"]);
    check("20.10.24", "card library", expect!["(driver-not-loaded)"]);
    check("20.10.24", "nouveau", expect!["(nouveau)"]);
    check("20.10.24", "vfio-pci", expect!["(card-set-aside)"]);
    check(
        "20.10.24",
        "card driver old-library hook",
        expect!["(driver-library-mismatch)"],
    );
    check(
        "20.10.24",
        "card driver library",
        expect!["(toolkit-missing)"],
    );
    check(
        "20.10.24",
        "card driver library new-hook",
        expect!["gpus -1 [] gpu; (engine-older-than-toolkit)"],
    );
    check(
        "28.2.2 cdi",
        "card driver stale-spec",
        expect!["cdi nvidia.com/gpu=all; (cdi-spec-stale)"],
    );
}

#[test]
fn the_runtime_comes_last_but_on_a_jetson() {
    check(
        "28.2.2 lists-cdi nvidia",
        "driver hook",
        expect![
            "gpus -1 [] gpu; cdi nvidia.com/gpu=all; runtime nvidia NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility"
        ],
    );
    check(
        "28.2.2 nvidia",
        "driver",
        expect![
            "runtime nvidia NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility"
        ],
    );
    check(
        "28.2.2 nvidia",
        "jetson hook",
        expect![
            "runtime nvidia NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility"
        ],
    );
    check("28.2.2", "jetson hook", expect!["(jetson-runtime-missing)"]);
}

#[test]
fn a_closed_path_puts_what_is_known_first() {
    check(
        "28.2.2 lists-cdi",
        "driver path-unknown",
        expect!["cdi nvidia.com/gpu=all; gpus -1 [] gpu"],
    );
    check(
        "28.2.2",
        "driver path-unknown hook",
        expect!["gpus -1 [] gpu"],
    );
}

#[test]
fn rootless_engines_prefer_cdi() {
    check(
        "28.2.2 lists-cdi rootless",
        "driver hook",
        expect!["cdi nvidia.com/gpu=all; gpus -1 [] gpu; (rootless-cgroups)"],
    );
    check(
        "28.2.2 lists-cdi rootless",
        "driver hook no-cgroups",
        expect!["gpus -1 [] gpu; cdi nvidia.com/gpu=all"],
    );
    check(
        "20.10.24 rootless",
        "driver hook",
        expect!["gpus -1 [] gpu; (rootless-cgroups)"],
    );
}

#[test]
fn wsl_is_a_gpu_without_driver_files() {
    check("28.2.2", "wsl hook", expect!["gpus -1 [] gpu"]);
    check("28.2.2", "wsl", expect!["(toolkit-missing)"]);
}

#[test]
fn engines_elsewhere_are_tried() {
    check("28.2.2 desktop", "", expect!["gpus -1 [] gpu"]);
    check(
        "28.2.2 remote nvidia",
        "",
        expect![
            "gpus -1 [] gpu; runtime nvidia NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility"
        ],
    );
    check(
        "28.2.2 remote lists-cdi",
        "",
        expect!["cdi nvidia.com/gpu=all; gpus -1 [] gpu"],
    );
    check(
        "28.2.2 remote lists-amd",
        "",
        expect!["cdi amd.com/gpu=all"],
    );
    check("podman 5.8.2 remote", "", expect!["cdi nvidia.com/gpu=all"]);
    check("podman 4.3.1 remote", "", expect!["(podman-too-old)"]);
}

#[test]
fn amd_and_intel() {
    check(
        "20.10.24",
        "kfd amd-render",
        expect![[
            r#"nodes /dev/kfd,/dev/dri/renderD128,/dev/dri/renderD129 [109, 105] ["seccomp=unconfined"]"#
        ]],
    );
    check(
        "29.7.2 cdi amd",
        "kfd amd-render amd-spec",
        expect![[
            r#"cdi amd.com/gpu=all; runtime amd AMD_VISIBLE_DEVICES=all; nodes /dev/kfd,/dev/dri/renderD128,/dev/dri/renderD129 [109, 105] ["seccomp=unconfined"]"#
        ]],
    );
    check("20.10.24", "amd-card", expect!["(amd-driver-missing)"]);
    check("20.10.24", "intel-integrated", expect!["(no-gpu)"]);
    check(
        "20.10.24",
        "intel-integrated intel-card",
        expect!["nodes /dev/dri/renderD129 [109] []"],
    );
    check("20.10.24", "nouveau kfd amd-render", expect!["(nouveau)"]);
    let second = wish(Need::Optional, Devices::Ids(vec!["1".into()]));
    check_wish(
        &second,
        "20.10.24",
        "kfd amd-render",
        expect![[r#"nodes /dev/kfd,/dev/dri/renderD129 [109, 105] ["seccomp=unconfined"]"#]],
    );
}

#[test]
fn chosen_devices_in_the_words_of_each_way() {
    let everything = "28.2.2 lists-cdi nvidia systemd";
    let ids = |ids: &[&str]| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        wish(Need::Required, Devices::Ids(ids))
    };
    let one = wish(Need::Required, Devices::Count(1));
    let three = wish(Need::Optional, Devices::Count(3));
    check_wish(
        &one,
        everything,
        "driver hook nodes",
        expect![
            "gpus 1 [] gpu; cdi nvidia.com/gpu=0; runtime nvidia NVIDIA_VISIBLE_DEVICES=0 NVIDIA_DRIVER_CAPABILITIES=compute,utility; keep /dev/nvidia1,/dev/nvidiactl,/dev/nvidia-uvm"
        ],
    );
    check_wish(
        &ids(&["1"]),
        everything,
        "driver hook nodes",
        expect![[
            r#"gpus 0 ["1"] gpu; cdi nvidia.com/gpu=1; runtime nvidia NVIDIA_VISIBLE_DEVICES=1 NVIDIA_DRIVER_CAPABILITIES=compute,utility; keep /dev/nvidia0,/dev/nvidiactl,/dev/nvidia-uvm"#
        ]],
    );
    check_wish(
        &ids(&["GPU-0"]),
        everything,
        "driver hook nodes",
        expect![[
            r#"gpus 0 ["GPU-0"] gpu; cdi nvidia.com/gpu=GPU-0; runtime nvidia NVIDIA_VISIBLE_DEVICES=GPU-0 NVIDIA_DRIVER_CAPABILITIES=compute,utility; keep /dev/nvidia1,/dev/nvidiactl,/dev/nvidia-uvm"#
        ]],
    );
    check_wish(
        &ids(&["MIG-5"]),
        everything,
        "driver hook nodes",
        expect![[
            r#"gpus 0 ["MIG-5"] gpu; cdi nvidia.com/gpu=MIG-5; runtime nvidia NVIDIA_VISIBLE_DEVICES=MIG-5 NVIDIA_DRIVER_CAPABILITIES=compute,utility; keep /dev/nvidiactl,/dev/nvidia-uvm"#
        ]],
    );
    check_wish(
        &ids(&["2"]),
        everything,
        "driver hook",
        expect!["(no-such-gpu)"],
    );
    check_wish(
        &ids(&["GPU-7"]),
        everything,
        "driver hook",
        expect!["(no-such-gpu)"],
    );
    check_wish(&three, everything, "driver hook", expect!["(too-few-gpus)"]);
    let capable = Wish {
        capabilities: vec!["compute".into(), "graphics".into()],
        ..wish(Need::Required, Devices::All)
    };
    check_wish(
        &capable,
        everything,
        "driver hook",
        expect![
            "gpus -1 [] compute,graphics,gpu; cdi nvidia.com/gpu=all; runtime nvidia NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,graphics"
        ],
    );
}

#[test]
fn nodes_are_kept_where_systemd_would_take_them() {
    check(
        "20.10.24 systemd",
        "driver hook nodes",
        expect!["gpus -1 [] gpu; keep /dev/nvidia0,/dev/nvidia1,/dev/nvidiactl,/dev/nvidia-uvm"],
    );
    check("20.10.24", "driver hook nodes", expect!["gpus -1 [] gpu"]);
}

mod failures;
