//! What a file needs of its builder: features the classic builder does not have, and which of
//! BuildKit's built-in frontends have them.
//!
//! Measured on engines 20.10.24, 26.1.5 and 28.5.2; those between were not tried, so "from 26" may
//! be true of earlier ones.

use crate::ast::{Body, File, Instruction, Keyword};
use crate::expand::Expander;
use crate::range::TextRange;

/// A feature that a file uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Which.
    pub kind: FeatureKind,
    /// Where.
    pub range: TextRange,
}

/// The features that the classic builder does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeatureKind {
    /// `<<EOF`.
    Heredoc,
    /// RUN --mount.
    Mount,
    /// COPY or ADD --chmod.
    Chmod,
    /// COPY or ADD --link.
    Link,
    /// RUN --network.
    Network,
    /// RUN --security.
    Security,
    /// RUN --device.
    Device,
    /// COPY or ADD --exclude.
    Exclude,
    /// COPY --parents.
    Parents,
    /// ADD --checksum.
    Checksum,
    /// ADD --keep-git-dir or --unpack.
    AddOptions,
    /// `FROM --platform=$BUILDPLATFORM` and the other automatic arguments there.
    PlatformVariable,
    /// `${X#p}`, `${X%p}`, `${X/p/r}`.
    Pattern,
}

/// Which engines' BuildKit has a feature without a `# syntax=` line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    /// Engines of this major version and later.
    From(u32),
    /// None: the file needs its `# syntax=` line, and with it the network.
    Never,
    /// Not measured.
    Unknown,
}

impl FeatureKind {
    /// How a user would call it.
    pub fn name(self) -> &'static str {
        match self {
            FeatureKind::Heredoc => "heredoc",
            FeatureKind::Mount => "RUN --mount",
            FeatureKind::Chmod => "--chmod",
            FeatureKind::Link => "--link",
            FeatureKind::Network => "RUN --network",
            FeatureKind::Security => "RUN --security",
            FeatureKind::Device => "RUN --device",
            FeatureKind::Exclude => "--exclude",
            FeatureKind::Parents => "COPY --parents",
            FeatureKind::Checksum => "ADD --checksum",
            FeatureKind::AddOptions => "ADD --keep-git-dir, --unpack",
            FeatureKind::PlatformVariable => "a platform argument in FROM --platform",
            FeatureKind::Pattern => "a pattern in a variable (${X#p})",
        }
    }

    /// Which engines' BuildKit has it built in.
    pub fn built_in(self) -> BuiltIn {
        match self {
            FeatureKind::Mount | FeatureKind::Chmod | FeatureKind::PlatformVariable => {
                BuiltIn::From(20)
            }
            FeatureKind::Heredoc
            | FeatureKind::Link
            | FeatureKind::Network
            | FeatureKind::Pattern => BuiltIn::From(26),
            FeatureKind::Exclude => BuiltIn::From(28),
            FeatureKind::Parents | FeatureKind::Security => BuiltIn::Never,
            FeatureKind::Device | FeatureKind::Checksum | FeatureKind::AddOptions => {
                BuiltIn::Unknown
            }
        }
    }
}

/// The features that the classic builder does not have, in the order of the file.
pub fn build_features(file: &File) -> Vec<Feature> {
    let mut features = Vec::new();
    for instruction in &file.instructions {
        add_features(instruction, file.escape, &mut features);
    }
    features
}

fn add_features(instruction: &Instruction, escape: char, features: &mut Vec<Feature>) {
    for flag in &instruction.flags {
        let kind = match (instruction.keyword, flag.name.text.as_str()) {
            (Keyword::Run, "mount") => FeatureKind::Mount,
            (Keyword::Run, "network") => FeatureKind::Network,
            (Keyword::Run, "security") => FeatureKind::Security,
            (Keyword::Run, "device") => FeatureKind::Device,
            (Keyword::Copy | Keyword::Add, "chmod") => FeatureKind::Chmod,
            (Keyword::Copy | Keyword::Add, "link") => FeatureKind::Link,
            (Keyword::Copy | Keyword::Add, "exclude") => FeatureKind::Exclude,
            (Keyword::Copy, "parents") => FeatureKind::Parents,
            (Keyword::Add, "checksum") => FeatureKind::Checksum,
            (Keyword::Add, "keep-git-dir" | "unpack") => FeatureKind::AddOptions,
            (Keyword::From, "platform") => {
                let automatic = flag.value.as_ref().is_some_and(|value| {
                    value.text.contains("BUILDPLATFORM") || value.text.contains("TARGETPLATFORM")
                });
                match automatic {
                    true => FeatureKind::PlatformVariable,
                    false => continue,
                }
            }
            _ => continue,
        };
        features.push(Feature {
            kind,
            range: flag.range,
        });
    }
    if expands(instruction.keyword) {
        let arguments = instruction.logical_arguments();
        let nothing = |_: &str| Some(String::new());
        // Quotes are kept so that an unbalanced one, which is fine in some instructions, is no error.
        let mut expander = Expander::new(escape, &nothing);
        expander.ignore_quotes = true;
        for variable in expander.expand(arguments.text()).unwrap_or_default().uses {
            if variable.modifier.contains(['#', '%', '/']) {
                features.push(Feature {
                    kind: FeatureKind::Pattern,
                    range: arguments.range(variable.range),
                });
            }
        }
    }
    for heredoc in &instruction.heredocs {
        features.push(Feature {
            kind: FeatureKind::Heredoc,
            range: heredoc.opener,
        });
    }
    if let Body::Onbuild(Some(inner)) = &instruction.body {
        add_features(inner, escape, features);
    }
}

/// The instructions in which the builder, not a shell, expands variables.
pub(crate) fn expands(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Add
            | Keyword::Arg
            | Keyword::Copy
            | Keyword::Env
            | Keyword::Expose
            | Keyword::From
            | Keyword::Label
            | Keyword::Stopsignal
            | Keyword::User
            | Keyword::Volume
            | Keyword::Workdir
    )
}
