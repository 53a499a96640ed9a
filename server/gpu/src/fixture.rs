//! Hosts and engines in words, for tests.

use crate::decide::EngineFacts;
use crate::facts::*;

/// A host in words: each adds a fact.
pub(crate) fn host(words: &str) -> HostFacts {
    let mut host = HostFacts {
        cdi_dirs: vec!["/etc/cdi".into(), "/var/run/cdi".into()],
        ..HostFacts::default()
    };
    host.engine = Some(EngineProcess {
        pid: 7,
        path_known: true,
        started: Some(1000),
    });
    for word in words.split_whitespace() {
        match word {
            "card" | "nouveau" | "vfio-pci" => host.cards.push(Card {
                address: "0000:07:00.0".into(),
                vendor: NVIDIA,
                driver: (word != "card").then(|| word.into()),
            }),
            "driver" => {
                host.driver = Some("535.161.08".into());
                host.gpus = vec![gpu("0", 1), gpu("1", 0)];
            }
            "library" => host.libraries.push(Library {
                path: "/usr/lib/libnvidia-ml.so.1".into(),
                version: Some("535.161.08".into()),
            }),
            "old-library" => host.libraries.push(Library {
                path: "/usr/lib/libnvidia-ml.so.1".into(),
                version: Some("535.54.03".into()),
            }),
            "hook" => host.tools.push(tool(HOOK, 500)),
            "new-hook" => host.tools.push(tool(HOOK, 1500)),
            "cdi-hook" => host.tools.push(tool(CDI_HOOK, 500)),
            "spec" => host.cdi.push(spec("nvidia.com/gpu", None)),
            "stale-spec" => host.cdi.push(spec("nvidia.com/gpu", Some("470.57.02"))),
            "amd-spec" => host.cdi.push(spec("amd.com/gpu", None)),
            "nodes" => {
                for path in [
                    "/dev/nvidia0",
                    "/dev/nvidia1",
                    "/dev/nvidiactl",
                    "/dev/nvidia-uvm",
                ] {
                    host.nodes.push(node(path, 0));
                }
            }
            "path-unknown" => {
                host.engine = Some(EngineProcess {
                    pid: 7,
                    path_known: false,
                    started: Some(1000),
                })
            }
            "no-cgroups" => host.toolkit_no_cgroups = Some(true),
            "wsl" => host.nodes.push(node("/dev/dxg", 0)),
            "jetson" => host.jetson = Some("# R35".into()),
            "kfd" => host.nodes.push(node("/dev/kfd", 105)),
            "amd-card" => host.cards.push(Card {
                address: "0000:03:00.0".into(),
                vendor: AMD,
                driver: None,
            }),
            "amd-render" => {
                host.renders.push(render(128, AMD, "0000:03:00.0"));
                host.renders.push(render(129, AMD, "0000:04:00.0"));
            }
            "intel-integrated" => host.renders.push(render(128, INTEL, "0000:00:02.0")),
            "intel-card" => host.renders.push(render(129, INTEL, "0000:03:00.0")),
            other => panic!("no such word: {other}"),
        }
    }
    host
}

fn gpu(index: &str, minor: u32) -> Gpu {
    Gpu {
        address: format!("0000:0{index}:00.0"),
        model: "NVIDIA L4".into(),
        uuid: format!("GPU-{index}"),
        minor: Some(minor),
    }
}

fn tool(name: &str, changed: u64) -> Tool {
    Tool {
        name: name.into(),
        path: format!("/usr/bin/{name}"),
        changed,
    }
}

fn spec(kind: &str, driver: Option<&str>) -> CdiSpec {
    CdiSpec {
        path: "/etc/cdi/gpu.yaml".into(),
        kind: kind.into(),
        devices: vec!["0".into(), "1".into(), "all".into()],
        driver: driver.map(str::to_owned),
    }
}

fn node(path: &str, gid: u32) -> Node {
    Node {
        path: path.into(),
        gid,
        open_to_us: None,
    }
}

fn render(number: u32, vendor: u16, address: &str) -> Render {
    Render {
        path: format!("/dev/dri/renderD{number}"),
        vendor,
        address: address.into(),
        gid: 109,
    }
}

/// An engine in words: its version, then what is set up.
pub(crate) fn engine(words: &str) -> EngineFacts {
    let mut engine = EngineFacts {
        local: true,
        cgroup_driver: "cgroupfs".into(),
        ..EngineFacts::default()
    };
    for word in words.split_whitespace() {
        match word {
            "podman" => engine.podman = true,
            "cdi" => engine.cdi_spec_dirs = vec!["/etc/cdi".into(), "/var/run/cdi".into()],
            "lists-cdi" => {
                engine.cdi_spec_dirs = vec!["/etc/cdi".into()];
                engine.cdi_devices = vec!["nvidia.com/gpu=0".into(), "nvidia.com/gpu=all".into()];
            }
            "lists-amd" => engine.cdi_devices = vec!["amd.com/gpu=all".into()],
            "nvidia" | "amd" => engine.runtimes.push(word.into()),
            "rootless" => engine.security_options.push(word.into()),
            "systemd" => engine.cgroup_driver = word.into(),
            "desktop" => engine.operating_system = "Docker Desktop".into(),
            "remote" => engine.local = false,
            version => engine.version = version.into(),
        }
    }
    engine
}
