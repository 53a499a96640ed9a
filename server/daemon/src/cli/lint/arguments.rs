//! The words of `warpdock lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use lint::{context::Profile, levels::Threshold};

#[derive(Debug, Args)]
pub struct LintArguments {
    /// Dockerfiles; folders are searched for them; `-` is standard input.
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath, required_unless_present = "explain")]
    pub files: Vec<PathBuf>,
    /// How findings are printed.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Which findings are wanted.
    #[arg(long, value_name = "PROFILE", default_value = "recommended")]
    pub profile: ProfileName,
    /// Read this .hadolint.yaml [default: the nearest above each file].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// End with 1 from this level on: error, warning, info, hint or none [default: hint].
    #[arg(long, value_name = "LEVEL", value_parser = threshold)]
    pub threshold: Option<Threshold>,
    /// The build stage that is built [default: the last].
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// Where the workspace is in the container.
    #[arg(long, value_name = "PATH", default_value = "/app")]
    pub workspace_folder: String,
    /// Print the page about a rule, by code or name.
    #[arg(long, value_name = "RULE")]
    pub explain: Option<String>,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: the line and a mark below it.
    Text,
    /// Everything, with fixes.
    Json,
    /// As `hadolint --format json` does.
    HadolintJson,
    /// As hadolint does: one line each.
    Hadolint,
}

/// Which findings are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// What helps, without noise.
    Recommended,
    /// What hadolint would say.
    Hadolint,
    /// What BuildKit's checks would say.
    Buildkit,
    /// Everything.
    Strict,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Profile {
        match name {
            ProfileName::Recommended => Profile::Recommended,
            ProfileName::Hadolint => Profile::Hadolint,
            ProfileName::Buildkit => Profile::Buildkit,
            ProfileName::Strict => Profile::Strict,
        }
    }
}

fn threshold(text: &str) -> Result<Threshold, String> {
    Threshold::parse(text).ok_or_else(|| "expected error, warning, info, hint or none".to_owned())
}
