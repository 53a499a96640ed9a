//! The machine, checked: engine and socket here, the GPU chain, shared memory and disks by `gpu`.

use std::{path::Path, sync::Arc};

use gpu::doctor::{Access, Disk, Examined};
use protocol::doctor::{DoctorParams, Line, Report, State};

use crate::{
    error::Error, event::Reply, handlers::answer_trusted, hub::Hub, machine::Machine, up::gpus,
    window::Window,
};

/// `doctor/run`.
pub fn run(window: &Window, _params: DoctorParams, reply: Reply<Report>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer_trusted(window, reply, async move {
        let machine = hub.machine(&environment).await;
        let mut lines = engine_lines(&machine);
        let disks = disks(&hub, machine.as_ref().ok().map(AsRef::as_ref)).await;
        let machine = machine.as_ref();
        let examined = tokio::task::spawn_blocking({
            let facts = machine.ok().map(|machine| gpus::engine_facts(machine));
            let pid = machine.ok().and_then(|machine| machine.facts.pid);
            let access = match machine {
                Ok(_) => Access::Reached,
                Err(Error::Engine(engine::error::Error::EngineAbsent { .. })) => Access::Absent,
                Err(_) => Access::Denied,
            };
            move || {
                let folders = facts
                    .as_ref()
                    .map(|facts| facts.cdi_spec_dirs.clone())
                    .unwrap_or_default();
                let host = gpu::probe::probe(Path::new("/"), pid, &folders);
                gpu::doctor::lines(&Examined {
                    host: &host,
                    engine: facts.as_ref(),
                    access,
                    shm_bytes: None,
                    disks: &disks,
                })
            }
        });
        let examined = examined.await.map_err(|_panicked| Error::AnswerLost)?;
        lines.extend(examined.into_iter().map(|line| Line {
            check: line.check,
            state: match line.state {
                gpu::doctor::State::Ok => State::Ok,
                gpu::doctor::State::Warn => State::Warning,
                gpu::doctor::State::Fail => State::Failed,
                gpu::doctor::State::Skip => State::Skipped,
            },
            text: line.text,
            remedy: line.remedy,
        }));
        Ok(Report { lines })
    });
}

fn engine_lines(machine: &Result<Arc<Machine>, Error>) -> Vec<Line> {
    match machine {
        Ok(machine) => {
            let facts = &machine.facts;
            let endpoint = machine.engine.endpoint();
            let name = if facts.podman { "Podman" } else { "Docker" };
            let way = match machine.engine.over_sudo() {
                true => "reached over sudo docker: the socket itself is closed to you",
                false => "open to you",
            };
            vec![
                line(
                    "engine",
                    State::Ok,
                    format!("{name} {} (API {})", facts.version, facts.api_version),
                ),
                line(
                    "socket",
                    State::Ok,
                    format!("{} ({}), {way}", endpoint.socket.display(), endpoint.origin),
                ),
            ]
        }
        Err(error) => {
            let mut failed = line("engine", State::Failed, error.to_string());
            failed.remedy = Some(error.remedy().join("; ")).filter(|remedy| !remedy.is_empty());
            vec![failed]
        }
    }
}

async fn disks(hub: &Hub, machine: Option<&Machine>) -> Vec<Disk> {
    let mut disks = Vec::new();
    if let Some(machine) = machine
        && let Ok(usage) = machine.engine.usage().await
        && let (Some(free_bytes), Some(total_bytes)) = (usage.free_bytes, usage.total_bytes)
    {
        disks.push(Disk {
            holds: gpu::doctor::IMAGES.to_owned(),
            path: usage.data_root.display().to_string(),
            free_bytes,
            total_bytes,
        });
    }
    for (holds, path) in [("sockets", &hub.paths.runtime), ("state", &hub.paths.state)] {
        // The state folder is made when first needed; its file system is there.
        let existing = path.ancestors().find(|path| path.exists());
        if let Some(space) = existing.and_then(|path| rustix::fs::statvfs(path).ok()) {
            disks.push(Disk {
                holds: holds.to_owned(),
                path: path.display().to_string(),
                free_bytes: space.f_bavail * space.f_frsize,
                total_bytes: space.f_blocks * space.f_frsize,
            });
        }
    }
    disks
}

fn line(check: &str, state: State, text: String) -> Line {
    Line {
        check: check.to_owned(),
        state,
        text,
        remedy: None,
    }
}
