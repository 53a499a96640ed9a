//! From the project's wish to the ways of asking the engine for a GPU, and from the engine's
//! refusal to the next way.

use std::path::Path;

use config::model::{Config, GpuDevices, GpuNeed};
use gpu::{
    decide::{Devices, EngineFacts, Need, Plan, Reason, Request, Wish},
    facts::HostFacts,
};
use protocol::container::Gpu;

use crate::{
    error::Error,
    machine::Machine,
    up::{image::Image, trip::Trip},
};

/// What to try, and what a failure means.
#[derive(Debug)]
pub struct GpuPlan {
    wish: Wish,
    plan: Plan,
    facts: EngineFacts,
    host: HostFacts,
}

/// One way of making the container.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// How the GPU is asked for; `None`: not at all.
    pub request: Option<Request>,
    /// Nodes listed beside the request.
    pub keep_nodes: Vec<String>,
    /// Why it is not asked for, or what is odd.
    pub reason: Option<String>,
    /// What to do about that.
    pub remedy: Option<String>,
    /// `required`, `optional`, `none`.
    pub wish: &'static str,
}

/// What to do after the engine refused.
#[derive(Debug)]
pub enum Next {
    /// Try the next way; this was wrong with the last one.
    Try(Failure),
    /// The GPU had nothing to do with it, or there is no other way.
    Stop(engine::error::Error),
}

/// Why a way of asking failed.
#[derive(Debug, Clone)]
pub struct Failure {
    reason: Reason,
    detail: String,
}

/// Decides, and refuses at once what cannot work.
pub fn plan(trip: &Trip, config: &Config, image: &Image) -> Result<GpuPlan, Error> {
    let wish = wish(config);
    let facts = engine_facts(&trip.machine);
    let host = host_facts(&trip.machine);
    let mut plan = gpu::decide::decide(&wish, &facts, &host);
    // Only where a GPU is asked for can the image's CUDA be too new for the driver.
    if !plan.attempts.is_empty()
        && facts.local
        && let Some(reason) = gpu::require::check_image(&image.facts.env, &host)
    {
        match wish.need {
            Need::Required => {
                return Err(Error::GpuRequired {
                    reason: reason.message,
                    remedy: reason.remedy,
                    detail: None,
                });
            }
            Need::Optional | Need::None => {
                trip.say_note(format!("{}; {}", reason.message, reason.remedy));
                plan.reason.get_or_insert(reason);
            }
        }
    }
    let plan = GpuPlan {
        wish,
        plan,
        facts,
        host,
    };
    match (plan.wish.need, plan.plan.attempts.is_empty()) {
        (Need::Required, true) => Err(plan.exhausted(None)),
        _ => Ok(plan),
    }
}

/// What the host and the engine's process say, read now.
pub fn host_facts(machine: &Machine) -> HostFacts {
    gpu::probe::probe(
        Path::new("/"),
        machine.facts.pid,
        &machine.facts.cdi_spec_dirs,
    )
}

/// The engine, in the words of `gpu`.
pub fn engine_facts(machine: &Machine) -> EngineFacts {
    let facts = &machine.facts;
    EngineFacts {
        podman: facts.podman,
        version: facts.version.clone(),
        operating_system: facts.operating_system.clone(),
        kernel_version: facts.kernel_version.clone(),
        runtimes: facts.runtimes.clone(),
        default_runtime: facts.default_runtime.clone(),
        cdi_devices: facts.cdi_devices.clone(),
        cdi_spec_dirs: facts.cdi_spec_dirs.clone(),
        security_options: facts.security_options.clone(),
        cgroup_driver: facts.cgroup_driver.clone(),
        local: facts.local,
    }
}

/// A start that failed with a text that is known.
pub fn known(trip: &Trip, error: engine::error::Error) -> Error {
    let message = match &error {
        engine::error::Error::StartFailed { message } => message.clone(),
        _ => return error.into(),
    };
    match gpu::recognise::recognise(&message, Some(&engine_facts(&trip.machine))) {
        Some(known) => Error::KnownStart {
            id: known.id,
            meaning: known.meaning,
            remedy: known.remedy,
            detail: message,
        },
        None => error.into(),
    }
}

/// The wish, as it is said to people.
pub fn wish_name(config: &Config) -> &'static str {
    match config.gpu.value.need {
        GpuNeed::Required => "required",
        GpuNeed::Optional => "optional",
        GpuNeed::None => "none",
    }
}

/// A request as the flag of docker that it equals.
pub fn request_name(request: &Request) -> String {
    match request {
        Request::DeviceRequest { ids, .. } if !ids.is_empty() => {
            format!("--gpus device={}", ids.join(","))
        }
        Request::DeviceRequest { count: -1, .. } => "--gpus all".to_owned(),
        Request::DeviceRequest { count, .. } => format!("--gpus {count}"),
        Request::Cdi { names } => names
            .iter()
            .map(|name| format!("--device {name}"))
            .collect::<Vec<_>>()
            .join(" "),
        Request::Runtime { name, .. } => format!("--runtime {name}"),
        Request::Nodes { paths, .. } => paths
            .iter()
            .map(|path| format!("--device {path}"))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

impl GpuPlan {
    /// The ways, best first; the last is without a GPU, where that is allowed.
    pub fn attempts(&self) -> Vec<Attempt> {
        let wish = match self.wish.need {
            Need::Required => "required",
            Need::Optional => "optional",
            Need::None => "none",
        };
        let reason = self.plan.reason.as_ref();
        let mut attempts: Vec<Attempt> = self
            .plan
            .attempts
            .iter()
            .map(|request| Attempt {
                request: Some(request.clone()),
                keep_nodes: self.plan.keep_nodes.clone(),
                reason: None,
                remedy: None,
                wish,
            })
            .collect();
        if self.wish.need != Need::Required {
            attempts.push(Attempt {
                request: None,
                keep_nodes: Vec::new(),
                reason: reason.map(|reason| reason.message.clone()),
                remedy: reason.map(|reason| reason.remedy.clone()),
                wish,
            });
        }
        attempts
    }

    /// What the engine's refusal of an attempt means.
    pub fn after(&self, attempt: &Attempt, error: engine::error::Error) -> Next {
        let (Some(_), engine::error::Error::StartFailed { message }) = (&attempt.request, &error)
        else {
            return Next::Stop(error);
        };
        // A text that nobody knows may have to do with the GPU all the same: the last way, without
        // one, tells.
        let reason = gpu::decide::explain_refusal(&self.wish, message, &self.facts, &self.host)
            .or_else(|| self.plan.reason.clone())
            .unwrap_or_else(|| Reason {
                code: "unknown".to_owned(),
                message: format!("the engine could not give one: {message}"),
                remedy: "`warpdock doctor` checks the chain".to_owned(),
            });
        Next::Try(Failure {
            reason,
            detail: message.clone(),
        })
    }

    /// No way has worked.
    pub fn exhausted(&self, failure: Option<Failure>) -> Error {
        let (reason, detail) = match failure {
            Some(failure) => (Some(failure.reason), Some(failure.detail)),
            None => (self.plan.reason.clone(), None),
        };
        match reason {
            Some(reason) => Error::GpuRequired {
                reason: reason.message,
                remedy: reason.remedy,
                detail,
            },
            None => Error::GpuRequired {
                reason: "the engine has no way to give one".to_owned(),
                remedy: "`warpdock doctor` checks the chain".to_owned(),
                detail,
            },
        }
    }
}

impl Attempt {
    /// The same attempt, after another failed for this reason.
    pub fn because(mut self, failure: &Failure) -> Attempt {
        self.reason = Some(failure.reason.message.clone());
        self.remedy = Some(failure.reason.remedy.clone());
        self
    }

    /// What the container's label says of it, before anything is proven.
    pub fn label(&self) -> Gpu {
        Gpu {
            visible: false,
            wish: self.wish.to_owned(),
            text: self.reason.clone().unwrap_or_default(),
            remedy: self.remedy.clone(),
            devices: Vec::new(),
            uuids: Vec::new(),
            request: self.request.as_ref().map(request_name),
        }
    }
}

fn wish(config: &Config) -> Wish {
    let wish = &config.gpu.value;
    Wish {
        need: match wish.need {
            GpuNeed::Required => Need::Required,
            GpuNeed::Optional => Need::Optional,
            GpuNeed::None => Need::None,
        },
        devices: match &wish.devices {
            GpuDevices::All => Devices::All,
            GpuDevices::Count { count } => Devices::Count(*count),
            GpuDevices::Ids { ids } => Devices::Ids(ids.clone()),
        },
        capabilities: wish.capabilities.clone(),
    }
}
