//! Building an image from a Dockerfile: one verb and one stream of events over two builders.

mod context;
mod failure;
mod ignore;
mod names;
mod progress;
mod protobuf;
mod query;
pub mod regular;
mod run;

use std::path::PathBuf;
use std::time::Duration;

/// An image to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildSpec {
    /// The Dockerfile's text, as it is to be built: a `# syntax=` line is the caller's to rewrite.
    pub dockerfile: String,
    /// Where that text came from on the host: finds `NAME.dockerignore`, and
    /// decides its name within the context.
    pub dockerfile_path: PathBuf,
    /// What the Dockerfile is called in errors; `None`: its path as the context has it.
    pub dockerfile_name: Option<String>,
    /// The build context on the host.
    pub context: PathBuf,
    /// The ignore file's text; `None`: `NAME.dockerignore` beside the Dockerfile, else the
    /// context's `.dockerignore`.
    pub ignore: Option<String>,
    /// Build arguments.
    pub args: Vec<(String, String)>,
    /// The stage to build; `None`: the last.
    pub target: Option<String>,
    /// Labels for the image.
    pub labels: Vec<(String, String)>,
    /// Images to take cache from.
    pub cache_from: Vec<String>,
    /// Network mode of RUN; `None`: the engine's, or the best that an engine without a bridge has.
    pub network: Option<String>,
    /// Platform to build for.
    pub platform: Option<String>,
    /// Name and tag of the result.
    pub tag: Option<String>,
    /// Which builder.
    pub builder: Builder,
    /// Do not use the cache.
    pub no_cache: bool,
    /// How long looking for a base image may take before it is given up.
    pub network_limit: Duration,
}

impl Default for BuildSpec {
    fn default() -> BuildSpec {
        BuildSpec {
            dockerfile: String::new(),
            dockerfile_path: PathBuf::new(),
            dockerfile_name: None,
            context: PathBuf::new(),
            ignore: None,
            args: Vec::new(),
            target: None,
            labels: Vec::new(),
            cache_from: Vec::new(),
            network: None,
            platform: None,
            tag: None,
            builder: Builder::Auto,
            no_cache: false,
            network_limit: Duration::from_secs(20),
        }
    }
}

/// Which builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builder {
    /// BuildKit where the engine has it, unless `DOCKER_BUILDKIT=0`.
    Auto,
    /// The classic one.
    Classic,
    /// BuildKit.
    BuildKit,
}

/// Something that happened during a build. Steps are told apart by `step`, a number that is unique
/// within the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildEvent {
    /// Which builder it is; the first event.
    Began { builder: Builder },
    /// The builder does not do what was asked, or something else that is good to know.
    Note { text: String },
    /// The context so far; `done` with the last.
    Context { files: u64, bytes: u64, done: bool },
    /// A step runs.
    StepStarted { step: u32, name: String },
    /// A step was done before.
    StepCached { step: u32, name: String },
    /// A step ended well.
    StepDone {
        step: u32,
        name: String,
        duration: Duration,
    },
    /// A step printed something.
    Log { step: u32, bytes: Vec<u8> },
    /// Bytes of something that a step fetches; `total` 0: unknown.
    Progress {
        step: u32,
        id: String,
        current: u64,
        total: u64,
    },
    /// The builder's linter has a remark.
    Warning { text: String, line: Option<u32> },
}

/// A built image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// `sha256:…`.
    pub image_id: String,
    /// The builder that did it.
    pub builder: Builder,
}
