use expect_test::{Expect, expect};

use super::*;
use crate::spec::Options;

/// The example of the issue.
fn minimal() -> ContainerSpec {
    ContainerSpec {
        image: "my_gpu_env:1229".to_owned(),
        init_path: "/home/me/.cache/warpdock/init".into(),
        socket_folder: "/tmp/warpdock-1000/c1/run".into(),
        mounts: vec![Mount::Bind {
            source: "/data/a b/\"c\":d,e".to_owned(),
            target: "/app".to_owned(),
            read_only: false,
        }],
        ..ContainerSpec::default()
    }
}

fn check(spec: &ContainerSpec, selinux: bool, expect: Expect) -> anyhow::Result<()> {
    let body = create_body(spec, selinux)?;
    // Through a value, because the model's maps have no order of their own.
    let value = serde_json::to_value(body)?;
    expect.assert_eq(&serde_json::to_string_pretty(&value)?);
    Ok(())
}

#[test]
fn a_workspace_and_nothing_else() -> anyhow::Result<()> {
    check(
        &minimal(),
        false,
        expect![[r#"
        {
          "Cmd": [],
          "Entrypoint": [
            "/.warpdock/warpdock-init",
            "serve",
            "--socket-folder",
            "/.warpdock/run"
          ],
          "Env": [],
          "Healthcheck": {
            "Test": [
              "NONE"
            ]
          },
          "HostConfig": {
            "Init": false,
            "Mounts": [
              {
                "ReadOnly": true,
                "Source": "/home/me/.cache/warpdock/init",
                "Target": "/.warpdock/warpdock-init",
                "Type": "bind"
              },
              {
                "ReadOnly": false,
                "Source": "/tmp/warpdock-1000/c1/run",
                "Target": "/.warpdock/run",
                "Type": "bind"
              },
              {
                "ReadOnly": false,
                "Source": "/data/a b/\"c\":d,e",
                "Target": "/app",
                "Type": "bind"
              }
            ],
            "Privileged": false,
            "ReadonlyRootfs": false
          },
          "Image": "my_gpu_env:1229",
          "Labels": {},
          "OpenStdin": false,
          "StopSignal": "SIGTERM",
          "Tty": false
        }"#]],
    )
}

#[test]
fn everything_at_once() -> anyhow::Result<()> {
    let spec = ContainerSpec {
        name: Some("warpdock-hmm".to_owned()),
        user: Some("1000:1000".to_owned()),
        working_folder: Some("/app".to_owned()),
        env: vec![("A".to_owned(), "1=2".to_owned())],
        labels: vec![("warpdock.workspace".to_owned(), "/data".to_owned())],
        mounts: vec![
            Mount::Volume {
                name: Some("cache".to_owned()),
                target: "/root/.cache".to_owned(),
                read_only: false,
            },
            Mount::Volume {
                name: None,
                target: "/scratch".to_owned(),
                read_only: false,
            },
            Mount::Tmpfs {
                target: "/t".to_owned(),
            },
        ],
        shm_bytes: Some(1 << 30),
        gpu: Some(GpuRequest::DeviceRequest {
            driver: String::new(),
            count: -1,
            ids: vec![],
            capabilities: vec!["gpu".to_owned()],
        }),
        devices: vec![
            Device {
                host: "/dev/nvidiactl".to_owned(),
                container: "/dev/nvidiactl".to_owned(),
                permissions: "rwm".to_owned(),
            },
            Device {
                host: "vendor.com/device=x".to_owned(),
                container: String::new(),
                permissions: String::new(),
            },
        ],
        options: Options {
            hostname: Some("box".to_owned()),
            network: Some("host".to_owned()),
            pid: Some("host".to_owned()),
            cgroupns: Some("private".to_owned()),
            restart: Some("on-failure:3".to_owned()),
            memory_bytes: Some(8 << 30),
            memory_swap_bytes: Some(-1),
            nano_cpus: Some(1_500_000_000),
            stop_timeout: Some(5),
            cap_add: vec!["SYS_PTRACE".to_owned()],
            ulimits: vec![("memlock".to_owned(), -1, -1)],
            publish: vec!["8888:8888".to_owned()],
            sysctls: vec![("net.core.somaxconn".to_owned(), "1024".to_owned())],
            ..Options::default()
        },
        ..minimal()
    };
    check(
        &spec,
        false,
        expect![[r#"
        {
          "Cmd": [],
          "Entrypoint": [
            "/.warpdock/warpdock-init",
            "serve",
            "--socket-folder",
            "/.warpdock/run"
          ],
          "Env": [
            "A=1=2"
          ],
          "ExposedPorts": {
            "8888/tcp": {}
          },
          "Healthcheck": {
            "Test": [
              "NONE"
            ]
          },
          "HostConfig": {
            "CapAdd": [
              "SYS_PTRACE"
            ],
            "CgroupnsMode": "private",
            "DeviceRequests": [
              {
                "Capabilities": [
                  [
                    "gpu"
                  ]
                ],
                "Count": -1,
                "Driver": ""
              },
              {
                "DeviceIDs": [
                  "vendor.com/device=x"
                ],
                "Driver": "cdi"
              }
            ],
            "Devices": [
              {
                "CgroupPermissions": "rwm",
                "PathInContainer": "/dev/nvidiactl",
                "PathOnHost": "/dev/nvidiactl"
              }
            ],
            "Init": false,
            "Memory": 8589934592,
            "MemorySwap": -1,
            "Mounts": [
              {
                "ReadOnly": true,
                "Source": "/home/me/.cache/warpdock/init",
                "Target": "/.warpdock/warpdock-init",
                "Type": "bind"
              },
              {
                "ReadOnly": false,
                "Source": "/tmp/warpdock-1000/c1/run",
                "Target": "/.warpdock/run",
                "Type": "bind"
              },
              {
                "ReadOnly": false,
                "Source": "cache",
                "Target": "/root/.cache",
                "Type": "volume",
                "VolumeOptions": {}
              },
              {
                "ReadOnly": false,
                "Target": "/scratch",
                "Type": "volume",
                "VolumeOptions": {}
              },
              {
                "Target": "/t",
                "Type": "tmpfs"
              }
            ],
            "NanoCpus": 1500000000,
            "NetworkMode": "host",
            "PidMode": "host",
            "PortBindings": {
              "8888/tcp": [
                {
                  "HostIp": "",
                  "HostPort": "8888"
                }
              ]
            },
            "Privileged": false,
            "ReadonlyRootfs": false,
            "RestartPolicy": {
              "MaximumRetryCount": 3,
              "Name": "on-failure"
            },
            "ShmSize": 1073741824,
            "Sysctls": {
              "net.core.somaxconn": "1024"
            },
            "Ulimits": [
              {
                "Hard": -1,
                "Name": "memlock",
                "Soft": -1
              }
            ]
          },
          "Hostname": "box",
          "Image": "my_gpu_env:1229",
          "Labels": {
            "warpdock.workspace": "/data"
          },
          "OpenStdin": false,
          "StopSignal": "SIGTERM",
          "StopTimeout": 5,
          "Tty": false,
          "User": "1000:1000",
          "WorkingDir": "/app"
        }"#]],
    )
}

fn host_part(spec: &ContainerSpec, selinux: bool, keys: &[&str]) -> anyhow::Result<String> {
    let value = serde_json::to_value(create_body(spec, selinux)?)?;
    let host = &value["HostConfig"];
    let parts = keys.iter().map(|key| format!("{key} {}", host[key]));
    Ok(parts.collect::<Vec<_>>().join("\n"))
}

#[test]
fn chosen_gpus_have_no_count() -> anyhow::Result<()> {
    let spec = ContainerSpec {
        gpu: Some(GpuRequest::DeviceRequest {
            driver: "nvidia".to_owned(),
            count: 1,
            ids: vec!["0".to_owned(), "1".to_owned()],
            capabilities: vec!["gpu".to_owned(), "compute".to_owned()],
        }),
        ..minimal()
    };
    expect![[r#"
        DeviceRequests [{"Capabilities":[["gpu","compute"]],"DeviceIDs":["0","1"],"Driver":"nvidia"}]
        Runtime null"#]].assert_eq(&host_part(&spec, false, &["DeviceRequests", "Runtime"])?);
    Ok(())
}

#[test]
fn cdi_names_are_one_request() -> anyhow::Result<()> {
    let spec = ContainerSpec {
        gpu: Some(GpuRequest::Cdi {
            names: vec!["nvidia.com/gpu=all".to_owned()],
        }),
        devices: vec![Device {
            host: "nvidia.com/gpu=all".to_owned(),
            container: String::new(),
            permissions: String::new(),
        }],
        ..minimal()
    };
    expect![[r#"
        DeviceRequests [{"DeviceIDs":["nvidia.com/gpu=all"],"Driver":"cdi"}]
        Devices null"#]]
    .assert_eq(&host_part(&spec, false, &["DeviceRequests", "Devices"])?);
    Ok(())
}

#[test]
fn a_gpu_runtime_wins() -> anyhow::Result<()> {
    let spec = ContainerSpec {
        gpu: Some(GpuRequest::Runtime {
            name: "nvidia".to_owned(),
        }),
        options: Options {
            runtime: Some("runc".to_owned()),
            ..Options::default()
        },
        ..minimal()
    };
    expect![[r#"
        DeviceRequests null
        Runtime "nvidia""#]]
    .assert_eq(&host_part(&spec, false, &["DeviceRequests", "Runtime"])?);
    Ok(())
}

#[test]
fn selinux_labels_our_own_mounts_only() -> anyhow::Result<()> {
    expect![[r#"
        Binds ["/home/me/.cache/warpdock/init:/.warpdock/warpdock-init:ro,z","/tmp/warpdock-1000/c1/run:/.warpdock/run:z"]
        Mounts [{"ReadOnly":false,"Source":"/data/a b/\"c\":d,e","Target":"/app","Type":"bind"}]"#]].assert_eq(&host_part(&minimal(), true, &["Binds", "Mounts"])?);
    Ok(())
}

#[test]
fn host_memory_has_no_size() -> anyhow::Result<()> {
    let spec = ContainerSpec {
        shm_bytes: Some(1),
        options: Options {
            ipc: Some("host".to_owned()),
            ..Options::default()
        },
        ..minimal()
    };
    expect![[r#"
        IpcMode "host"
        ShmSize null"#]]
    .assert_eq(&host_part(&spec, false, &["IpcMode", "ShmSize"])?);
    Ok(())
}

#[test]
fn what_the_engine_would_misread_is_refused() {
    let broken = |options: Options| {
        let spec = ContainerSpec {
            options,
            ..minimal()
        };
        match create_body(&spec, false) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        }
    };
    expect!["restart policy is `sometimes`: expected no, always, unless-stopped, on-failure or on-failure:N"].assert_eq(&broken(Options {
        restart: Some("sometimes".to_owned()),
        ..Options::default()
    }));
    expect!["published port is `eighty`: expected [ip:][host:]container[/proto], or ranges of equal length"].assert_eq(&broken(Options {
        publish: vec!["eighty".to_owned()],
        ..Options::default()
    }));
}

#[test]
fn a_root_that_shares_its_processes_is_in_a_closed_folder() -> anyhow::Result<()> {
    let closed = |user: Option<&str>, pid: Option<&str>| -> anyhow::Result<Option<i64>> {
        let spec = ContainerSpec {
            user: user.map(str::to_owned),
            options: Options {
                pid: pid.map(str::to_owned),
                ..Options::default()
            },
            ..minimal()
        };
        let body = create_body(&spec, false)?;
        let entrypoint = body.entrypoint.unwrap_or_default();
        let private = entrypoint.iter().any(|it| it == "--private");
        let mounts = body.host_config.and_then(|it| it.mounts);
        let folder = mounts
            .into_iter()
            .flatten()
            .find(|it| it.target.as_deref() == Some("/.warpdock"));
        assert_eq!(folder.is_some(), private);
        Ok(folder.and_then(|it| it.tmpfs_options?.mode))
    };
    for root in [
        None,
        Some("root"),
        Some("0:0"),
        Some("0"),
        Some("root:1000"),
    ] {
        assert_eq!(closed(root, Some("host"))?, Some(0o700), "{root:?}");
        assert_eq!(closed(root, Some("container:other"))?, Some(0o700));
        assert_eq!(closed(root, None)?, None);
    }
    // It could not reach its own program.
    assert_eq!(closed(Some("1000"), Some("host"))?, None);
    assert_eq!(closed(Some("dev:root"), Some("host"))?, None);
    Ok(())
}
