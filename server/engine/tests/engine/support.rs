//! The engine that the tests run against, and an image for it that needs no registry.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use engine::access::Access;
use engine::engine::Engine;
use engine::handed::Handed;
use engine::spec::{ContainerSpec, Options};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// The image of [`image`].
pub(crate) const IMAGE: &str = "warpdock-engine-test:1";
/// Every container of these tests carries it.
pub(crate) const LABEL: &str = "warpdock.engine-test";

/// The socket that `WARPDOCK_TEST_ENGINE` names.
pub(crate) fn socket() -> Result<String> {
    std::env::var("WARPDOCK_TEST_ENGINE").context(
        "WARPDOCK_TEST_ENGINE is not set: these tests need the socket of a container engine that they may use as they like (`npm test` starts one)",
    )
}

pub(crate) fn access() -> Result<Access> {
    Ok(Access {
        docker_host: Some(format!("unix://{}", socket()?)),
        path: std::env::var_os("PATH"),
        handed: Arc::new(Handed::default()),
        ..Access::default()
    })
}

pub(crate) async fn engine() -> Result<Engine> {
    Ok(Engine::connect(&access()?).await?)
}

/// An engine that has the test image: busybox, with a shell.
pub(crate) async fn engine_with_image() -> Result<Engine> {
    let engine = engine().await?;
    if engine.image(IMAGE).await?.is_none() {
        let folder = tempfile::tempdir()?;
        let archive = folder.path().join("image.tar");
        std::fs::write(&archive, image()?)?;
        engine.load(&archive, |_| {}).await?;
    }
    Ok(engine)
}

/// What `docker save` would write of an image with the machine's static busybox.
pub(crate) fn image() -> Result<Vec<u8>> {
    let candidates = ["/bin/busybox", "/usr/bin/busybox"];
    let Some(busybox) = candidates.iter().find(|path| Path::new(path).is_file()) else {
        bail!("there is no busybox on this machine: apt-get install busybox-static");
    };
    let busybox = std::fs::read(busybox)?;
    let mut layer = tar::Builder::new(Vec::new());
    append(&mut layer, "bin/busybox", 0o755, &busybox)?;
    for applet in [
        "sh", "sleep", "cat", "echo", "ls", "true", "find", "seq", "trap",
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        header.set_mode(0o777);
        layer.append_link(&mut header, format!("bin/{applet}"), "busybox")?;
    }
    append(&mut layer, "etc/passwd", 0o644, b"root:x:0:0::/:/bin/sh\n")?;
    let layer = layer.into_inner()?;
    let config = format!(
        r#"{{"architecture":"{}","os":"linux","config":{{"Cmd":["sh"],"Env":["PATH=/bin","GREETING=a=b"],"WorkingDir":"/","Labels":{{"x":"y"}}}},"rootfs":{{"type":"layers","diff_ids":["sha256:{}"]}},"history":[]}}"#,
        match std::env::consts::ARCH {
            "aarch64" => "arm64",
            _ => "amd64",
        },
        hex(&layer)
    );
    let name = format!("{}.json", hex(config.as_bytes()));
    let manifest =
        format!(r#"[{{"Config":"{name}","RepoTags":["{IMAGE}"],"Layers":["layer.tar"]}}]"#);
    let mut archive = tar::Builder::new(Vec::new());
    append(&mut archive, "layer.tar", 0o644, &layer)?;
    append(&mut archive, &name, 0o644, config.as_bytes())?;
    append(&mut archive, "manifest.json", 0o644, manifest.as_bytes())?;
    Ok(archive.into_inner()?)
}

fn append(archive: &mut tar::Builder<Vec<u8>>, name: &str, mode: u32, bytes: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(mode);
    archive.append_data(&mut header, name, bytes)?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A container whose init is a script of ours; gone with its folder and its label's value.
pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) label: String,
    pub(crate) spec: ContainerSpec,
}

impl Fixture {
    pub(crate) fn new(script: &str) -> Result<Fixture> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let label = format!("{}-{number}", std::process::id());
        let folder = tempfile::tempdir()?;
        let init_path = folder.path().join("init");
        write_script(&init_path, script)?;
        let socket_folder = folder.path().join("run");
        std::fs::create_dir(&socket_folder)?;
        let spec = ContainerSpec {
            image: IMAGE.to_owned(),
            init_path,
            socket_folder,
            labels: vec![(LABEL.to_owned(), label.clone())],
            options: Options {
                // Newer engines without a bridge refuse to rename what would be on it.
                network: Some("none".to_owned()),
                ..Options::default()
            },
            ..ContainerSpec::default()
        };
        Ok(Fixture {
            folder,
            label,
            spec,
        })
    }

    /// Ids of the containers of this fixture.
    pub(crate) async fn containers(&self, engine: &Engine) -> Result<Vec<String>> {
        let containers = engine.list(&[(LABEL, Some(&self.label))]).await?;
        Ok(containers.into_iter().map(|found| found.id).collect())
    }
}

pub(crate) fn write_script(path: &PathBuf, script: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, format!("#!/bin/sh\n{script}\n"))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Waits until a condition holds, and says what was seen last when it does not.
pub(crate) async fn eventually<T: std::fmt::Debug>(
    what: &str,
    mut look: impl AsyncFnMut() -> Result<(bool, T)>,
) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let (holds, seen) = look().await?;
        if holds {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("{what}: not within 20 s; seen last: {seen:?}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
