//! The proof: what init sees from inside, judged.

use std::time::Duration;

use config::model::{Config, GpuNeed};
use engine::container::ContainerFacts;
use gpu::visible::{Seen, SeenNode, SmiOutput};
use protocol::container::Gpu;
use session::frame::{Exit, Probe, Probed, Reply, Request};

use crate::{
    error::Error,
    labels,
    record::Shell,
    up::{gpus, start, trip::Trip},
};

/// How long `nvidia-smi -L` may take: on a machine with many GPUs and without the persistence
/// daemon the driver wakes each of them first.
const SMI_SECONDS: u32 = 30;

/// How long the whole look may take.
const PROBE_LIMIT: Duration = Duration::from_secs(45);

/// What was seen from inside.
#[derive(Debug)]
pub struct Proof {
    /// The GPU.
    pub gpu: Gpu,
    /// The shell of the sessions' user, if it has one.
    pub shell: Option<Shell>,
}

/// Looks from inside, and says what is wrong with the workspace.
pub async fn prove(
    trip: &Trip,
    container: &ContainerFacts,
    config: &Config,
) -> Result<Proof, Error> {
    let said = said(container, config);
    let wants = said.request.is_some() || config.gpu.value.need != GpuNeed::None;
    if wants {
        trip.say_phase("prove", "Looking for the GPU from inside".to_owned());
    }
    let user = config.remote_user.as_ref().map(|user| user.value.clone());
    let probe = Probe {
        workspace: config.workspace_folder.value.clone(),
        user: user.clone(),
        nvidia_smi_seconds: if wants { SMI_SECONDS } else { 0 },
    };
    let probed = ask(container, probe).await?;
    look_at_workspace(trip, config, &probed);
    Ok(Proof {
        gpu: judge(said, &probed, wants),
        shell: probed.shell.map(|path| Shell { user, path }),
    })
}

/// A required GPU that is not there stops the `up`.
pub fn must_be_visible(gpu: &Gpu) -> Result<(), Error> {
    if gpu.wish != "required" || gpu.visible {
        return Ok(());
    }
    Err(Error::GpuRequired {
        reason: gpu.text.clone(),
        remedy: gpu.remedy.clone().unwrap_or_default(),
        detail: None,
    })
}

fn judge(said: Gpu, probed: &Probed, wants: bool) -> Gpu {
    let seen = Seen {
        nodes: probed
            .devices
            .iter()
            .map(|device| SeenNode {
                path: device.path.clone(),
                errno: device.errno,
            })
            .collect(),
        nvidia_smi: probed.nvidia_smi.as_ref().map(|output| SmiOutput {
            code: match output.exit {
                Some(Exit::Code(code)) => Some(code),
                Some(Exit::Signal(_)) | None => None,
            },
            text: output.text.clone(),
        }),
    };
    let proof = gpu::visible::judge(&seen);
    if !proof.visible && (said.request.is_none() || !wants) {
        // It was not asked for: the reason why not says more than what was not seen.
        let text = match said.text.is_empty() {
            true => "not asked for".to_owned(),
            false => said.text.clone(),
        };
        return Gpu { text, ..said };
    }
    let reason = proof.reason;
    let text = match (&reason, proof.visible) {
        (Some(reason), false) => reason.message.clone(),
        _ => proof.sentence,
    };
    Gpu {
        visible: proof.visible,
        text,
        remedy: reason.map(|reason| reason.remedy),
        uuids: proof.gpus.iter().map(|gpu| gpu.uuid.clone()).collect(),
        devices: proof.gpus.into_iter().map(|gpu| gpu.name).collect(),
        ..said
    }
}

/// What was said of the GPU when the container was made.
fn said(container: &ContainerFacts, config: &Config) -> Gpu {
    container
        .labels
        .get(labels::GPU)
        .and_then(|label| serde_json::from_str(label).ok())
        .unwrap_or_else(|| Gpu {
            visible: false,
            wish: gpus::wish_name(config).to_owned(),
            text: String::new(),
            remedy: None,
            devices: Vec::new(),
            uuids: Vec::new(),
            request: None,
        })
}

async fn ask(container: &ContainerFacts, probe: Probe) -> Result<Probed, Error> {
    let mut connection = start::connect(container, Duration::from_secs(5)).await?;
    let name = container.name.clone();
    let reply = tokio::task::spawn_blocking(move || {
        connection.ask_within(&Request::Probe(probe), PROBE_LIMIT)
    })
    .await
    .map_err(|_panicked| Error::AnswerLost)?;
    let doing = "looking from inside".to_owned();
    match reply {
        Ok(Reply::Probed(probed)) => Ok(probed),
        Ok(Reply::Failed(failure)) => Err(Error::Session {
            name,
            doing,
            message: session_words(&failure),
        }),
        Ok(other) => Err(Error::Session {
            name,
            doing,
            message: format!("unexpected answer {other:?}"),
        }),
        Err(source) => Err(Error::Init { name, source }),
    }
}

fn look_at_workspace(trip: &Trip, config: &Config, probed: &Probed) {
    let folder = &config.workspace_folder.value;
    if !probed.workspace_exists {
        trip.say_note(format!(
            "{folder} does not exist in the container: sessions start elsewhere"
        ));
    } else if !probed.workspace_writable
        && config
            .workspace_mount
            .value
            .as_ref()
            .is_some_and(|mount| !mount.read_only)
    {
        let user = match &config.remote_user {
            Some(user) => &user.value,
            None => &probed.user,
        };
        trip.say_note(format!(
            "{user} may not write to {folder} in the container: give {} to that user, or choose another one with remoteUser or --user",
            trip.workspace.display(),
        ));
    }
}

/// Init's words for a person.
pub fn session_words(failure: &session::frame::Failure) -> String {
    crate::cli::session_failure::message(failure)
}
