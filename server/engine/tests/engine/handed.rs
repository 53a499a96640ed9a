//! A user who may not use the socket: refused with the ways out, and served over a connection that
//! somebody else opened. Root may use any socket, so the test runs itself again as nobody.

use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use engine::engine::Engine;
use engine::error::Error;

use crate::support::{access, socket};

const BRIDGE: &str = "WARPDOCK_TEST_BRIDGE";
const NOBODY: u32 = 65534;

#[tokio::test]
async fn without_permission_the_ways_out_are_named_and_a_handed_connection_serves() -> Result<()> {
    if let Some(bridge) = std::env::var_os(BRIDGE) {
        return as_nobody(Path::new(&bridge)).await;
    }
    // An ordinary user cannot become another one, and may well be allowed to use the socket.
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    let bridge = folder.path().join("bridge.sock");
    let listener = UnixListener::bind(&bridge)?;
    std::fs::set_permissions(&bridge, std::fs::Permissions::from_mode(0o666))?;
    let engine = socket()?;
    // What `sudo docker system dial-stdio` does, for each that connects. Ends with the test.
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = UnixStream::connect(&engine) else {
                return;
            };
            let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else {
                return;
            };
            std::thread::spawn(move || copy(client, server));
            std::thread::spawn(move || copy(to, from));
        }
    });
    let program = folder.path().join("test");
    std::fs::copy(std::env::current_exe()?, &program)?;
    let output = Command::new(&program)
        .args(["--nocapture", "--exact"])
        .arg("handed::without_permission_the_ways_out_are_named_and_a_handed_connection_serves")
        .env(BRIDGE, &bridge)
        .env("PATH", folder.path())
        .uid(NOBODY)
        .gid(NOBODY)
        .current_dir("/")
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{text}\n{errors}");
    ensure!(text.contains("1 passed"), "{text}");
    Ok(())
}

fn copy(mut from: UnixStream, mut to: UnixStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Write);
}

async fn as_nobody(bridge: &Path) -> Result<()> {
    let access = access()?;
    let refused = Engine::connect(&access).await;
    let Err(error @ Error::AccessDenied { .. }) = refused else {
        panic!("{refused:?}");
    };
    let remedy = error.remedy();
    for way in ["docker group", "sudo docker", "DOCKER_HOST"] {
        ensure!(remedy.contains(way), "{remedy}");
    }
    access
        .handed
        .push(OwnedFd::from(UnixStream::connect(bridge)?));
    let engine = Engine::connect(&access).await?;
    ensure!(engine.over_sudo());
    ensure!(access.handed.waiting() == 0);
    // One connection serves one question after another, and two at once as well.
    for _ in 0..3 {
        engine.facts().await?;
    }
    Ok(())
}
