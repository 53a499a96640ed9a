use expect_test::{Expect, expect};

use super::*;
use crate::fixture::{engine, host};

#[track_caller]
fn check(engine_words: &str, host_words: &str, expect: Expect) {
    let engine = engine(engine_words);
    let examined = Examined {
        host: &host(host_words),
        engine: Some(&engine),
        access: Access::Reached,
        shm_bytes: None,
        disks: &[],
    };
    expect.assert_eq(&render(&chain::lines(&examined)));
}

fn render(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&format!("{:?} {}: {}", line.state, line.check, line.text));
        if line.remedy.is_some() {
            text.push_str(" (remedy)");
        }
        text.push('\n');
    }
    text
}

#[test]
fn a_machine_where_all_is_well() {
    check(
        "28.2.2 lists-cdi nvidia",
        "card driver library nodes hook spec",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Ok gpu library: /usr/lib/libnvidia-ml.so.1 is 535.161.08
            Ok gpu devices: /dev/nvidia0, /dev/nvidia1, /dev/nvidiactl, /dev/nvidia-uvm
            Ok gpu toolkit: /usr/bin/nvidia-container-runtime-hook, there since before the engine's start, and the engine has the nvidia runtime
            Ok gpu cdi spec: /etc/cdi/gpu.yaml: nvidia.com/gpu 0, 1, all
        "#]],
    );
    check(
        "20.10.24",
        "card driver library hook",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Ok gpu library: /usr/lib/libnvidia-ml.so.1 is 535.161.08
            Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
            Ok gpu toolkit: /usr/bin/nvidia-container-runtime-hook, there since before the engine's start
            Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
        "#]],
    );
}

#[test]
fn a_machine_without_a_gpu() {
    check(
        "20.10.24",
        "",
        expect![[r#"
            Warn gpu card: none was found on this machine (remedy)
        "#]],
    );
    check(
        "20.10.24",
        "hook",
        expect![[r#"
            Warn gpu card: none was found on this machine (remedy)
            Ok gpu toolkit: /usr/bin/nvidia-container-runtime-hook, there since before the engine's start
        "#]],
    );
}

#[test]
fn each_broken_link_has_its_line() {
    check(
        "20.10.24",
        "card",
        expect![[r#"
            Ok gpu card: NVIDIA at 0000:07:00.0
            Fail gpu driver: the NVIDIA card at 0000:07:00.0 has no driver on this machine (remedy)
            Skip gpu library: no driver to compare with
            Skip gpu toolkit: not installed; the driver comes first
            Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
        "#]],
    );
    check(
        "20.10.24",
        "nouveau",
        expect![[r#"
            Ok gpu card: NVIDIA at 0000:07:00.0
            Fail gpu driver: the NVIDIA card at 0000:07:00.0 is held by the nouveau driver, which cannot run CUDA (remedy)
            Skip gpu library: no driver to compare with
            Skip gpu toolkit: not installed; the driver comes first
            Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
        "#]],
    );
    check(
        "20.10.24",
        "card driver old-library hook",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Fail gpu library: the loaded NVIDIA kernel module is 535.161.08 but the driver's library is 535.54.03 (/usr/lib/libnvidia-ml.so.1) (remedy)
            Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
            Ok gpu toolkit: /usr/bin/nvidia-container-runtime-hook, there since before the engine's start
            Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
        "#]],
    );
    check(
        "20.10.24",
        "card driver",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Warn gpu library: libnvidia-ml.so.1 was not found in the linker's folders (remedy)
            Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
            Fail gpu toolkit: the NVIDIA driver is loaded (535.161.08) but the engine has no NVIDIA Container Toolkit to hand it over (remedy)
            Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
        "#]],
    );
    check(
        "20.10.24",
        "card driver library new-hook",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Ok gpu library: /usr/lib/libnvidia-ml.so.1 is 535.161.08
            Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
            Warn gpu toolkit: /usr/bin/nvidia-container-runtime-hook came after the engine was started, and the engine looks for it only at its start (remedy)
            Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
        "#]],
    );
    check(
        "28.2.2 cdi",
        "card driver library hook stale-spec",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Ok gpu library: /usr/lib/libnvidia-ml.so.1 is 535.161.08
            Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
            Ok gpu toolkit: /usr/bin/nvidia-container-runtime-hook, there since before the engine's start
            Warn gpu cdi spec: the CDI spec /etc/cdi/gpu.yaml was written for driver 470.57.02 but 535.161.08 is loaded (remedy)
        "#]],
    );
    check(
        "26.1.5",
        "card driver library spec",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Ok gpu library: /usr/lib/libnvidia-ml.so.1 is 535.161.08
            Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
            Fail gpu toolkit: the NVIDIA driver is loaded (535.161.08) but the engine has no NVIDIA Container Toolkit to hand it over (remedy)
            Warn gpu cdi spec: the CDI spec /etc/cdi/gpu.yaml describes the GPU but CDI is off in this engine (Docker 26.1.5) (remedy)
        "#]],
    );
    check(
        "28.2.2 lists-cdi",
        "card driver library spec",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Ok gpu library: /usr/lib/libnvidia-ml.so.1 is 535.161.08
            Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
            Ok gpu toolkit: not installed, and not needed: the CDI spec serves
            Ok gpu cdi spec: /etc/cdi/gpu.yaml: nvidia.com/gpu 0, 1, all
        "#]],
    );
}

#[test]
fn other_kinds_of_machines() {
    check(
        "28.2.2",
        "wsl hook",
        expect![[r#"
        Ok gpu card: the GPU of Windows, at /dev/dxg
        Ok gpu driver: the driver of Windows
        Skip gpu library: no driver to compare with
        Ok gpu toolkit: /usr/bin/nvidia-container-runtime-hook, there since before the engine's start
        Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
    "#]],
    );
    check(
        "28.2.2 nvidia",
        "jetson",
        expect![[r#"
        Ok gpu card: a Jetson: R35
        Ok gpu driver: part of the Jetson's system
        Skip gpu library: no driver to compare with
        Ok gpu toolkit: the engine has the nvidia runtime
        Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
    "#]],
    );
    check(
        "podman 5.8.2",
        "card driver library",
        expect![[r#"
            Ok gpu card: NVIDIA L4, NVIDIA L4
            Ok gpu driver: NVIDIA kernel module 535.161.08
            Ok gpu library: /usr/lib/libnvidia-ml.so.1 is 535.161.08
            Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
            Skip gpu toolkit: podman needs none: it uses CDI specs
            Fail gpu cdi spec: no CDI spec for nvidia.com/gpu in /etc/cdi, /var/run/cdi (remedy)
        "#]],
    );
    check(
        "28.2.2",
        "amd-card kfd",
        expect![[r#"
        Ok gpu card: AMD at 0000:03:00.0
        Ok gpu amd: /dev/kfd is there
    "#]],
    );
    check(
        "28.2.2",
        "amd-card",
        expect![[r#"
        Ok gpu card: AMD at 0000:03:00.0
        Warn gpu amd: the AMD card at 0000:03:00.0 has no compute driver: /dev/kfd does not exist (remedy)
    "#]],
    );
    check(
        "28.2.2 remote",
        "card",
        expect![[r#"
        Skip gpu: the engine runs on another machine, whose GPUs only a start can show
    "#]],
    );
}

#[test]
fn without_an_engine_the_rest_is_still_examined() {
    let mut host = host("card driver library hook");
    host.memory_bytes = 64 << 30;
    let disk = |holds: &str, free_gib: u64| Disk {
        holds: holds.to_owned(),
        path: "/data".to_owned(),
        free_bytes: free_gib << 30,
        total_bytes: 5 << 39,
    };
    let disks = [
        disk(IMAGES, 300),
        disk(IMAGES, 12),
        disk(IMAGES, 0),
        disk("state", 12),
        disk("state", 0),
    ];
    let mut examined = Examined {
        host: &host,
        engine: None,
        access: Access::Denied,
        shm_bytes: None,
        disks: &disks,
    };
    expect![[r#"
        Ok gpu card: NVIDIA L4, NVIDIA L4
        Ok gpu driver: NVIDIA kernel module 535.161.08
        Ok gpu library: /usr/lib/libnvidia-ml.so.1 is 535.161.08
        Warn gpu devices: the NVIDIA driver is loaded but /dev/nvidiactl does not exist (remedy)
        Skip gpu toolkit: the engine refuses this user, so what it found is unknown
        Skip gpu cdi spec: none in /etc/cdi, /var/run/cdi
        Ok shared memory: containers get a /dev/shm of 32 GiB, of 64 GiB of memory
        Ok disk for images: 300 GiB free of 2.5 TiB at /data
        Warn disk for images: 12 GiB free of 2.5 TiB at /data (remedy)
        Fail disk for images: 0 KiB free of 2.5 TiB at /data (remedy)
        Ok disk for state: 12 GiB free of 2.5 TiB at /data
        Fail disk for state: 0 KiB free of 2.5 TiB at /data (remedy)
    "#]]
    .assert_eq(&render(&lines(&examined)));
    examined.shm_bytes = Some(64 << 20);
    expect![[r#"
        Warn shared memory: containers get a /dev/shm of 64 MiB, as chosen: data loaders with workers die of that (remedy)
    "#]].assert_eq(&render(&[shm_line(&examined)]));
    examined.shm_bytes = Some(8 << 30);
    expect![[r#"
        Ok shared memory: containers get a /dev/shm of 8 GiB, as chosen
    "#]]
    .assert_eq(&render(&[shm_line(&examined)]));
}
