//! A host is a folder: `//- /path` starts a file, `//x /path` an executable one, and
//! `//> /path -> target` is a link.

use std::os::unix::fs::{PermissionsExt, symlink};

use anyhow::Result;
use expect_test::{Expect, expect};

use super::*;

fn host(fixture: &str) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let place = |path: &str| -> Result<PathBuf> {
        let path = folder.path().join(path.trim_start_matches('/'));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(path)
    };
    let mut current: Option<PathBuf> = None;
    for line in fixture.lines() {
        if let Some(link) = line.strip_prefix("//> ") {
            let (path, target) = link.split_once(" -> ").expect("a link has a target");
            symlink(target, place(path)?)?;
        } else if let Some(path) = line.strip_prefix("//- ") {
            let path = place(path)?;
            fs::write(&path, "")?;
            current = Some(path);
        } else if let Some(path) = line.strip_prefix("//x ") {
            let path = place(path)?;
            fs::write(&path, "")?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        } else if let Some(path) = &current {
            let before = fs::read_to_string(path)?;
            let line = line.replace("\\0", "\0");
            fs::write(path, format!("{before}{line}\n"))?;
        }
    }
    Ok(folder)
}

#[track_caller]
fn check(fixture: &str, show: fn(&HostFacts) -> String, expect: Expect) -> Result<()> {
    let folder = host(fixture)?;
    expect.assert_eq(&show(&probe(folder.path(), Some(7), &[])));
    Ok(())
}

#[test]
fn an_empty_host_has_nothing() -> Result<()> {
    let folder = host("")?;
    let facts = probe(folder.path(), None, &[]);
    assert_eq!(
        facts,
        HostFacts {
            cdi_dirs: vec!["/etc/cdi".into(), "/var/run/cdi".into()],
            ..HostFacts::default()
        }
    );
    Ok(())
}

#[test]
fn cards_and_what_holds_them() -> Result<()> {
    check(
        "//- /sys/bus/pci/devices/0000:07:00.0/vendor
0x10de
//- /sys/bus/pci/devices/0000:07:00.0/class
0x030200
//> /sys/bus/pci/devices/0000:07:00.0/driver -> ../../../bus/pci/drivers/nouveau
//- /sys/bus/pci/devices/0000:07:00.1/vendor
0x10de
//- /sys/bus/pci/devices/0000:07:00.1/class
0x040300
//- /sys/bus/pci/devices/0000:00:02.0/vendor
0x8086
//- /sys/bus/pci/devices/0000:00:02.0/class
0x030000
",
        |facts| format!("{:#?}", facts.cards),
        expect![[r#"
            [
                Card {
                    address: "0000:00:02.0",
                    vendor: 32902,
                    driver: None,
                },
                Card {
                    address: "0000:07:00.0",
                    vendor: 4318,
                    driver: Some(
                        "nouveau",
                    ),
                },
            ]"#]],
    )
}

#[test]
fn the_driver_and_its_gpus() -> Result<()> {
    check(
        "//- /proc/driver/nvidia/version
NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build  (x@y)  Thu Feb 22
GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)
//- /proc/driver/nvidia/gpus/0000:07:00.0/information
Model: \t\t NVIDIA A100-SXM4-80GB
IRQ:   \t\t 200
GPU UUID: \t GPU-1
Bus Type: \t PCIe
Bus Location: \t 0000:07:00.0
Device Minor: \t 1
//- /proc/driver/nvidia/gpus/0000:0b:00.0/information
Model: Unknown
GPU UUID: GPU-????????-????-????-????-????????????
",
        |facts| format!("{:?} {:#?}", facts.driver, facts.gpus),
        expect![[r#"
            Some("550.54.14") [
                Gpu {
                    address: "0000:07:00.0",
                    model: "NVIDIA A100-SXM4-80GB",
                    uuid: "GPU-1",
                    minor: Some(
                        1,
                    ),
                },
                Gpu {
                    address: "0000:0b:00.0",
                    model: "Unknown",
                    uuid: "",
                    minor: None,
                },
            ]"#]],
    )?;
    check(
        "//- /proc/driver/nvidia/version
NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.161.08  Sat Feb 24 03:56:12 UTC 2024
",
        |facts| format!("{:?}", facts.driver),
        expect![[r#"Some("535.161.08")"#]],
    )?;
    check(
        "//- /sys/module/nvidia/version
580.65.06
",
        |facts| format!("{:?}", facts.driver),
        expect![[r#"Some("580.65.06")"#]],
    )
}

#[test]
fn the_library_is_followed_through_links_of_every_kind() -> Result<()> {
    check(
        "//- /sys/module/nvidia/version
535.161.08
//> /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1 -> /etc/alternatives/ml
//> /etc/alternatives/ml -> /usr/lib/x86_64-linux-gnu/nvidia/current/libnvidia-ml.so.1
//> /usr/lib/x86_64-linux-gnu/nvidia/current/libnvidia-ml.so.1 -> libnvidia-ml.so.535.54.03
//- /usr/lib/x86_64-linux-gnu/nvidia/current/libnvidia-ml.so.535.54.03
//- /etc/ld.so.conf.d/odd.conf
# a comment
/opt/odd
//- /opt/odd/libnvidia-ml.so.1
//> /usr/lib64/libnvidia-ml.so.1 -> libnvidia-ml.so.1
",
        |facts| format!("{:#?}\n{:?}", facts.libraries, facts.mismatched_library()),
        expect![[r#"
            [
                Library {
                    path: "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
                    version: Some(
                        "535.54.03",
                    ),
                },
                Library {
                    path: "/opt/odd/libnvidia-ml.so.1",
                    version: None,
                },
            ]
            Some(Library { path: "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1", version: Some("535.54.03") })"#]],
    )
}

#[test]
fn the_engines_own_path_decides_which_tools_it_has() -> Result<()> {
    let tools = |facts: &HostFacts| {
        let tools: Vec<&str> = facts.tools.iter().map(|it| it.path.as_str()).collect();
        let newer = facts.tool_newer_than_engine().map(|it| it.path.as_str());
        format!("{tools:?} {:?} newer: {newer:?}", facts.engine)
    };
    // The name holds a parenthesis and spaces, as names may.
    let stat = "7 (docker) d) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 500 0 0";
    check(
        &format!(
            "//- /proc/7/stat
{stat}
//- /proc/stat
cpu 1
btime 1000
//- /proc/7/environ
HOME=/\\0PATH=/opt/standin:relative:/usr/bin\\0
//x /opt/standin/nvidia-container-runtime-hook
//- /usr/bin/nvidia-ctk
//x /sbin/nvidia-cdi-hook
"
        ),
        tools,
        expect![[
            r#"["/opt/standin/nvidia-container-runtime-hook"] Some(EngineProcess { pid: 7, path_known: true, started: Some(1005) }) newer: Some("/opt/standin/nvidia-container-runtime-hook")"#
        ]],
    )?;
    check(
        &format!(
            "//- /proc/7/stat
{stat}
//- /proc/stat
btime 99999999999
//x /usr/bin/nvidia-container-runtime-hook
//x /opt/standin/nvidia-cdi-hook
"
        ),
        tools,
        expect![[
            r#"["/usr/bin/nvidia-container-runtime-hook"] Some(EngineProcess { pid: 7, path_known: false, started: Some(100000000004) }) newer: None"#
        ]],
    )
}

#[test]
fn nodes_and_who_may_open_them() -> Result<()> {
    let show = |facts: &HostFacts| {
        let nodes: Vec<String> = facts
            .nodes
            .iter()
            .map(|it| format!("{} {:?}", it.path, it.open_to_us))
            .collect();
        nodes.join("\n")
    };
    let nodes = "//- /dev/nvidia0
//- /dev/nvidia10
//- /dev/nvidiactl
//- /dev/nvidia-uvm
//- /dev/nvidia-caps/nvidia-cap1
//- /dev/nvidiafoo
//- /dev/kfd
//- /dev/dri/renderD128
//- /dev/dri/card0
//- /dev/null
";
    check(
        &format!(
            "{nodes}//- /proc/self/status\nName:\tx\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\n"
        ),
        show,
        expect![[r#"
            /dev/kfd Some(true)
            /dev/nvidia-uvm Some(true)
            /dev/nvidia0 Some(true)
            /dev/nvidia10 Some(true)
            /dev/nvidiactl Some(true)
            /dev/dri/renderD128 Some(true)"#]],
    )?;
    // Nobody of this number owns the test's files.
    check(
        "//- /dev/kfd\n//- /proc/self/status\nUid:\t4000000\t4000000\t0\t0\nGid:\t4000000\t4000000\t0\t0\n",
        show,
        expect!["/dev/kfd Some(false)"],
    )?;
    check("//- /dev/dxg\n", show, expect!["/dev/dxg None"])
}

#[test]
fn renders_know_their_card() -> Result<()> {
    check(
        "//- /dev/dri/renderD128
//- /sys/bus/pci/devices/0000:03:00.0/vendor
0x1002
//> /sys/class/drm/renderD128/device -> ../../../bus/pci/devices/0000:03:00.0
",
        |facts| {
            let render = facts.renders.first().expect("a render node");
            format!("{} {:#x} {}", render.path, render.vendor, render.address)
        },
        expect!["/dev/dri/renderD128 0x1002 0000:03:00.0"],
    )
}

#[test]
fn specs_toolkit_jetson_and_memory() -> Result<()> {
    check(
        "//- /etc/cdi/nvidia.json
{\"kind\":\"nvidia.com/gpu\",\"devices\":[{\"name\":\"all\"}]}
//- /etc/cdi/README
kind: no/spec
//- /var/run/cdi/amd.yaml
kind: amd.com/gpu
devices:
- name: \"0\"
//- /etc/nvidia-container-runtime/config.toml
[nvidia-container-cli]
#no-cgroups = false
//- /etc/nv_tegra_release
# R35 (release), REVISION: 4.1
//- /proc/meminfo
MemTotal:       16384 kB
",
        |facts| {
            format!(
                "{:?} {:?} {:?} {}",
                facts
                    .cdi
                    .iter()
                    .map(|it| (it.path.as_str(), it.devices.clone()))
                    .collect::<Vec<_>>(),
                facts.toolkit_no_cgroups,
                facts.jetson,
                facts.memory_bytes
            )
        },
        expect![[
            r##"[("/etc/cdi/nvidia.json", ["all"]), ("/var/run/cdi/amd.yaml", ["0"])] Some(false) Some("# R35 (release), REVISION: 4.1") 16777216"##
        ]],
    )
}

#[test]
fn the_real_host_is_read_without_trouble() {
    let facts = probe(Path::new("/"), Some(std::process::id()), &[]);
    assert!(facts.memory_bytes > 0);
    let engine = facts.engine.expect("this process lives");
    assert!(engine.path_known && engine.started.is_some());
}
