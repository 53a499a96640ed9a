//! What a build is given from outside: arguments, target, platform, builder.

/// A build of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build<'a> {
    /// Build arguments (`--build-arg`).
    pub args: &'a [(String, String)],
    /// The stage to build, by name or number; `None`: the last.
    pub target: Option<&'a str>,
    /// The platform to build for.
    pub platform: Platform,
    /// Who builds.
    pub builder: Builder,
    /// The environment of the base image, where the caller knows it.
    pub base_env: &'a [(String, String)],
}

/// Who builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builder {
    /// BuildKit: builds only what the target needs and sets the platform arguments.
    BuildKit,
    /// The builder before it: builds every stage up to the target and knows no platform arguments.
    Classic,
}

/// A platform such as `linux/arm64/v8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// `linux`.
    pub os: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
    /// `v7`; empty: none.
    pub variant: String,
}

impl<'a> Build<'a> {
    /// A build with BuildKit of the last stage, with these arguments, for this machine.
    pub fn with_args(args: &'a [(String, String)]) -> Build<'a> {
        Build {
            args,
            target: None,
            platform: Platform::of_this_machine(),
            builder: Builder::BuildKit,
            base_env: &[],
        }
    }
}

impl Platform {
    /// Linux on the architecture this program was built for.
    pub fn of_this_machine() -> Platform {
        Platform {
            os: "linux".to_owned(),
            architecture: match std::env::consts::ARCH {
                "x86_64" => "amd64",
                "aarch64" => "arm64",
                other => other,
            }
            .to_owned(),
            variant: String::new(),
        }
    }

    /// Reads `os/architecture[/variant]`.
    pub fn parse(text: &str) -> Option<Platform> {
        let mut parts = text.split('/');
        let platform = Platform {
            os: parts.next()?.to_owned(),
            architecture: parts.next()?.to_owned(),
            variant: parts.next().unwrap_or_default().to_owned(),
        };
        let complete = !platform.os.is_empty() && !platform.architecture.is_empty();
        (complete && parts.next().is_none()).then_some(platform)
    }

    /// The automatic arguments of BuildKit. The machine that builds is taken for the target.
    pub(crate) fn arguments(&self) -> Vec<(String, String)> {
        let mut full = format!("{}/{}", self.os, self.architecture);
        if !self.variant.is_empty() {
            full = format!("{full}/{}", self.variant);
        }
        let values = [
            ("PLATFORM", &full),
            ("OS", &self.os),
            ("ARCH", &self.architecture),
            ("VARIANT", &self.variant),
        ];
        ["BUILD", "TARGET"]
            .iter()
            .flat_map(|side| {
                values
                    .iter()
                    .map(move |(name, value)| (format!("{side}{name}"), (*value).clone()))
            })
            .collect()
    }
}
