//! A client's request to look at the container: a helper does it, and this waits for it.

use std::os::fd::AsFd;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use session::codec::Frame;
use session::frame::{Failure, Probe, Reply};

use crate::client::{Probing, Stage};
use crate::environment::{Environment, Origin, environment};
use crate::helper;
use crate::hub::Hub;
use crate::job::{self, BecomeUser, ProbeJob};
use crate::lookup;
use crate::processes::{self, Processes};
use crate::requests;
use crate::session::system;

const MAX_PROBES: usize = 8;
/// What looking takes besides nvidia-smi.
const PROBE_WITHIN: Duration = Duration::from_secs(10);
const MAX_NVIDIA_SMI_SECONDS: u32 = 120;

/// Starts a helper that looks.
///
/// # Errors
/// When there are too many, the user is unknown, or no process is left.
pub(crate) fn begin(hub: &mut Hub, id: u64, request: Probe) -> Result<(), Failure> {
    if hub.helpers.len() >= MAX_PROBES {
        return Err(requests::too_many("probes at once", MAX_PROBES));
    }
    let (own, user) = requests::users(hub, request.user.as_deref())?;
    let shell = lookup::shell(user.shell.as_deref()).ok().map(|shell| {
        let words: Vec<_> = shell.iter().map(|it| lookup::lossy(it)).collect();
        words.join(" ")
    });
    let environment = environment(&Origin {
        inherited: &hub.environment,
        own: &own,
        user: &user,
        shell: None,
        terminal: false,
        changes: &[],
    });
    let seconds = request.nvidia_smi_seconds.min(MAX_NVIDIA_SMI_SECONDS);
    let job = ProbeJob {
        workspace: request.workspace,
        env: environment.into_iter().collect(),
        nvidia_smi_seconds: seconds,
        nvidia_visible_devices: value(&hub.environment, b"NVIDIA_VISIBLE_DEVICES"),
        shell,
        become_user: BecomeUser {
            user,
            running_as: own.name,
        },
    };
    let launch = || -> std::io::Result<Probing> {
        let (socket, for_child) = helper::line()?;
        let quiet = for_child.try_clone()?;
        let also_quiet = for_child.try_clone()?;
        job::send(socket.as_fd(), &job, &[])?;
        let null = |fd| crate::serve::null().unwrap_or_else(|| Stdio::from(fd));
        let child = helper::command(helper::PROBE)
            .stdin(Stdio::from(for_child))
            .stdout(null(quiet))
            .stderr(null(also_quiet))
            .spawn()?;
        Ok(Probing {
            socket,
            pid: child.id(),
            decoder: Default::default(),
            deadline: Instant::now() + PROBE_WITHIN + Duration::from_secs(seconds.into()),
        })
    };
    let probing = launch().map_err(|it| system("look at the container", &it))?;
    hub.helpers.insert(probing.pid);
    if let Some(client) = hub.clients.get_mut(&id) {
        client.stage = Stage::Probing(probing);
    }
    Ok(())
}

/// Ends the helpers that nobody waits for any more, with what they run. One that waits for a
/// dead disk ends when the disk does, and counts until then.
pub(crate) fn stop_abandoned(hub: &mut Hub) {
    if hub.helpers.is_empty() {
        return;
    }
    let wanted: Vec<u32> = hub
        .clients
        .values()
        .filter_map(|it| match &it.stage {
            Stage::Probing(probing) => Some(probing.pid),
            _ => None,
        })
        .collect();
    let abandoned = |pid: &&u32| !wanted.contains(pid) && !hub.stopped_helpers.contains(pid);
    let abandoned: Vec<u32> = hub.helpers.iter().filter(abandoned).copied().collect();
    if abandoned.is_empty() {
        return;
    }
    let mut pids = Processes::now().below(&abandoned);
    pids.extend(&abandoned);
    processes::signal_all(&pids, Signal::KILL);
    hub.stopped_helpers.extend(abandoned);
}

/// What a helper has seen, or that it has ended.
pub(crate) fn spoke(hub: &mut Hub, id: u64) {
    let Some(client) = hub.clients.get_mut(&id) else {
        return;
    };
    let Stage::Probing(probing) = &mut client.stage else {
        return;
    };
    let failed = || Failure::System {
        doing: "look at the container".to_owned(),
        error: "the process that looks has ended without a word".to_owned(),
    };
    let mut bytes = [0; 4096];
    let reply = loop {
        match rustix::io::read(&probing.socket, &mut bytes) {
            Ok(0) => break Reply::Failed(failed()),
            Ok(length) => probing.decoder.feed(&bytes[..length]),
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => return,
            Err(_) => break Reply::Failed(failed()),
        }
        match probing.decoder.next_frame() {
            Ok(Some(Frame::Reply(reply))) => break reply,
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => break Reply::Failed(failed()),
        }
    };
    client.answer(&reply);
}

fn value(environment: &Environment, name: &[u8]) -> Option<String> {
    environment.get(name).map(|it| lookup::lossy(it))
}
