//! Each text as the real program wrote it (see `seen` in the table).

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use super::*;

#[track_caller]
fn check(text: &str, expect: Expect) {
    check_with(text, None, expect);
}

#[track_caller]
fn check_with(text: &str, facts: Option<&EngineFacts>, expect: Expect) {
    let said = match recognise(text, facts) {
        Some(it) => format!(
            "{}{}: {}",
            it.id,
            if it.retry { " (retry)" } else { "" },
            it.meaning
        ),
        None => "unknown".to_owned(),
    };
    expect.assert_eq(&said);
}

#[test]
fn engines_without_a_toolkit() {
    check(
        r#"could not select device driver "" with capabilities: [[gpu]]"#,
        expect![
            "no-gpu-driver-registered (retry): when the engine started it did not find the NVIDIA Container Toolkit, so it cannot hand a GPU over"
        ],
    );
    check(
        r#"could not select device driver "nvidia" with capabilities: []"#,
        expect![
            "no-gpu-driver-registered (retry): when the engine started it did not find the NVIDIA Container Toolkit, so it cannot hand a GPU over"
        ],
    );
    check(
        r#"could not select device driver "" with capabilities: [[compute utility gpu]]"#,
        expect![
            "no-gpu-driver-registered (retry): when the engine started it did not find the NVIDIA Container Toolkit, so it cannot hand a GPU over"
        ],
    );
    check(
        "failed to discover GPU vendor from CDI: no known GPU vendor found",
        expect![
            "no-gpu-vendor (retry): the engine found neither the NVIDIA Container Toolkit nor a CDI spec of any GPU"
        ],
    );
    check(
        "AMD CDI spec not found",
        expect![
            "amd-cdi-misleading (retry): this has nothing to do with AMD: the machine has a CDI spec for NVIDIA, but the engine did not find the toolkit's programs and fell through to its AMD driver"
        ],
    );
    check(
        "Unknown runtime specified nvidia",
        expect!["unknown-runtime (retry): the engine has no runtime named nvidia"],
    );
    check(
        "unknown or invalid runtime name: nvidia",
        expect!["unknown-runtime (retry): the engine has no runtime named nvidia"],
    );
}

#[test]
fn cdi() {
    check(
        r#"could not select device driver "cdi" with capabilities: []"#,
        expect![
            "cdi-driver-off (retry): this engine does not know CDI, or CDI is switched off in it"
        ],
    );
    check(
        r#"no CDI device driver registered: could not select device driver "" with capabilities: [[gpu]]"#,
        expect![
            "cdi-disabled-but-hook (retry): the toolkit is installed, but CDI, which this engine uses for --gpus, is switched off"
        ],
    );
    check(
        "CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=9",
        expect![
            "cdi-unresolvable (retry): no CDI spec defines nvidia.com/gpu=9: the spec was never written, or there is no such GPU"
        ],
    );
    check(
        "setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=9",
        expect![
            "cdi-unresolvable (retry): no CDI spec defines nvidia.com/gpu=9: the spec was never written, or there is no such GPU"
        ],
    );
    check(
        r#"failed to stat CDI host device "/dev/nvidia0": no such file or directory"#,
        expect![
            "cdi-device-gone (retry): the CDI spec names a device that is not there (/dev/nvidia0): the driver is not loaded yet, or the GPU was taken out"
        ],
    );
    check(
        r#"OCI runtime create failed: error mounting "/usr/lib/x86_64-linux-gnu/libcuda.so.535.54.03" to rootfs at "/usr/lib": mount: no such file or directory: unknown"#,
        expect![
            "cdi-stale-driver-file (retry): the CDI spec is of an older driver: it names /usr/lib/x86_64-linux-gnu/libcuda.so.535.54.03, which is gone"
        ],
    );
    check(
        "stat nvidia.com/gpu=all: no such file or directory",
        expect![
            "cdi-name-as-path (retry): this podman takes the CDI name nvidia.com/gpu=all for a file"
        ],
    );
}

#[test]
fn the_toolkit_inside_the_engines_sentence() {
    let hook = |text: &str| {
        format!(
            "OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running hook #0: error running hook: exit status 1, stdout: , stderr: {text}: unknown"
        )
    };
    check(
        &hook("nvidia-container-cli: initialization error: nvml error: driver not loaded"),
        expect!["driver-not-loaded: the NVIDIA kernel module is not loaded on the host"],
    );
    check(
        &hook(
            "nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory",
        ),
        expect!["driver-library-missing: no NVIDIA driver is installed on the host"],
    );
    check(
        &hook("nvidia-container-cli: device error: 3: unknown device"),
        expect!["no-such-gpu: GPU 3 is asked for and is not on this machine"],
    );
    check(
        &hook("nvidia-container-cli: device error: 0:1: unknown device"),
        expect![
            "no-such-mig: the MIG instance 0:1 is not on this machine: MIG ids change when the partition does"
        ],
    );
    check(
        &hook(
            "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.4, please update your driver to a newer version, or use an earlier cuda container",
        ),
        expect![
            "image-requirement: the image requires cuda>=12.4, which the host's driver does not offer"
        ],
    );
    check(
        &hook(
            "nvidia-container-cli: mount error: file creation failed: /var/lib/docker/overlay2/x/merged/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1: file exists",
        ),
        expect![
            "driver-files-in-image: the image has driver files of its own (libnvidia-ml.so.1) where the host's are to be mounted"
        ],
    );
    check(
        &hook(
            "invoking the NVIDIA Container Runtime Hook directly (e.g. specifying the docker --gpus flag) is not supported. Please use the NVIDIA Container Runtime (e.g. specify the --runtime=nvidia flag) instead.",
        ),
        expect![
            "hook-not-supported (retry): the toolkit is set up so that --gpus is not the way (a Jetson, or its mode is csv or cdi)"
        ],
    );
    check(
        &hook(
            "nvidia-container-cli: initialization error: WSL environment detected but no adapters were found",
        ),
        expect!["wsl-no-adapter: Windows offers no NVIDIA GPU to this WSL"],
    );
    check(
        &hook("couldn't find binary nvidia-container-cli in PATH"),
        expect![
            "toolkit-cli-missing (retry): the toolkit is half installed: nvidia-container-cli is missing"
        ],
    );
    check(
        &hook("unsupported capabilities found in 'compute,fly' (allowed 'compute,utility')"),
        expect![
            "capabilities-unsupported: NVIDIA_DRIVER_CAPABILITIES is `compute,fly`, and only `compute,utility` is allowed"
        ],
    );
    check(
        &hook("cannot set MIG_CONFIG_DEVICES in non privileged container"),
        expect![
            "mig-needs-privileges: the container asks to configure MIG, which only a privileged one may"
        ],
    );
    check(
        &hook("something nobody has seen"),
        expect!["hook-failed (retry): the NVIDIA hook failed: something nobody has seen"],
    );
    check(
        r#"exec: "nvidia-container-runtime-hook": executable file not found in $PATH"#,
        expect![
            "hook-gone (retry): the NVIDIA Container Toolkit was removed while the engine was running"
        ],
    );
    check(
        r#"failed to generate CDI spec for mode "auto": failed to construct device spec generators: failed to initialize NVML: ERROR_LIBRARY_NOT_FOUND"#,
        expect!["driver-library-missing: no NVIDIA driver is installed on the host"],
    );
    check(
        "failed to initialize NVML: Driver/library version mismatch",
        expect![
            "driver-library-mismatch: the NVIDIA driver was updated while the old kernel module stayed loaded"
        ],
    );
    check(
        "failed to initialize NVML: Driver Not Loaded",
        expect!["driver-not-loaded: the NVIDIA kernel module is not loaded on the host"],
    );
}

#[test]
fn the_rootless_row_needs_a_rootless_engine() {
    let text = "nvidia-container-cli: mount error: failed to add device rules: unable to generate new device filter program from existing programs: unable to create new device filters program: load program: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted";
    let rootless = EngineFacts {
        security_options: vec!["seccomp".into(), "rootless".into()],
        ..EngineFacts::default()
    };
    check_with(
        text,
        Some(&rootless),
        expect![
            "rootless-cgroups (retry): the engine is rootless and may not write device rules, which the toolkit tries"
        ],
    );
    check(
        text,
        expect![
            "device-rules-refused (retry): the toolkit may not write device rules: the engine itself runs inside a container or with fewer rights"
        ],
    );
}

#[test]
fn devices_and_groups() {
    check(
        r#"error gathering device information while adding custom device "/dev/kfd": no such file or directory"#,
        expect![
            "device-node-missing (retry): /dev/kfd does not exist on the host: its driver is not loaded"
        ],
    );
    check(
        "Unable to find group render: no matching entries in group file",
        expect!["group-unknown: the image has no group named render"],
    );
    check(
        "cannot set both Count and DeviceIDs on device request",
        expect!["count-and-ids: a number of GPUs and certain GPUs are asked for at once"],
    );
}

#[test]
fn inside_the_container() {
    check(
        "Failed to initialize NVML: Unknown Error",
        expect![
            "lost-device-access: the container lost access to the GPU's devices: systemd reset the rules that the engine does not know of, which a `systemctl daemon-reload` on the host is enough for"
        ],
    );
    check(
        "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared memory (shm).",
        expect![
            "shm-too-small: /dev/shm of the container is full: data loader workers exchange their batches there"
        ],
    );
    check(
        "The NVIDIA driver on your system is too old (found version 11040).",
        expect!["driver-too-old: the CUDA in the image is newer than the host's driver can serve"],
    );
    check(
        "CUDA error: no kernel image is available for execution on the device",
        expect!["no-kernel-image: the framework was built without code for this GPU model"],
    );
    check(
        "libcuda.so.1: cannot open shared object file: No such file or directory",
        expect![
            "driver-library-not-in-container: the driver's library is not in the container, or LD_LIBRARY_PATH finds the stub of the CUDA toolkit first"
        ],
    );
    check(
        "Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
        expect!["socket-denied: this user may not talk to the engine"],
    );
}

#[test]
fn other_texts_are_unknown() {
    check("", expect!["unknown"]);
    check("No such image: nope:1", expect!["unknown"]);
}

#[test]
fn the_table_is_whole() {
    let mut ids = BTreeSet::new();
    for (pattern, row) in rows() {
        assert!(ids.insert(&row.id), "{} is there twice", row.id);
        assert!(!row.seen.is_empty(), "{} has no source", row.id);
        for text in [&row.meaning, &row.remedy] {
            assert!(
                !text.is_empty() && !text.ends_with('.'),
                "{}: {text}",
                row.id
            );
            for name in text
                .split('{')
                .skip(1)
                .filter_map(|it| it.split('}').next())
            {
                let is_placeholder = name.bytes().all(|b| b.is_ascii_lowercase());
                let is_group = pattern.capture_names().flatten().any(|it| it == name);
                assert!(!is_placeholder || is_group, "{}: {{{name}}}", row.id);
            }
        }
    }
}
