//! What the linter may know besides the text.

use std::fmt;

use dockerfile::image::Reference;

use crate::levels::Levels;
use crate::rule::Rule;

/// What the linter may know besides the text. The default knows nothing of the machine.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where the workspace is mounted in the container: what lies there is hidden.
    pub workspace_folder: &'a str,
    /// Build arguments, as the project's settings give them.
    pub build_args: &'a [(String, String)],
    /// The stage that is built; `None`: the last.
    pub target: Option<&'a str>,
    /// What the engine here says of an image that it has. Called while a key is pressed: it must
    /// answer from memory.
    pub images: &'a dyn Fn(&Reference) -> Option<ImageFacts>,
    /// Which findings are wanted.
    pub profile: Profile,
    /// Whether comments in the file silence findings.
    pub pragmas: bool,
    /// What the project's configuration says of registries, labels and rules that wait to be asked.
    pub levels: Option<&'a Levels>,
    /// The text of the `.dockerignore` that counts for this file.
    pub dockerignore: Option<&'a str>,
}

/// Which findings are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// What helps, and nothing that is noise to most.
    #[default]
    Recommended,
    /// What hadolint would say.
    Hadolint,
    /// What BuildKit's checks would say.
    Buildkit,
    /// Everything.
    Strict,
}

/// What an image is set to, as `docker image inspect` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// CMD.
    pub cmd: Vec<String>,
    /// ENTRYPOINT.
    pub entrypoint: Vec<String>,
    /// USER; empty: root.
    pub user: String,
    /// WORKDIR; empty: `/`.
    pub workdir: String,
    /// SHELL; empty: `/bin/sh -c`.
    pub shell: Vec<String>,
    /// ENV.
    pub env: Vec<(String, String)>,
}

impl Context<'_> {
    /// Whether a rule is to speak.
    pub(crate) fn wants(&self, rule: &Rule) -> bool {
        if !rule.on_request || self.profile == Profile::Strict {
            return true;
        }
        let named = |levels: &Levels| {
            let mut overrides = levels.overrides.iter();
            overrides.any(|(name, level)| level.is_some() && rule.is_called(name))
        };
        self.levels.is_some_and(named)
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Context {
            workspace_folder: "/app",
            build_args: &[],
            target: None,
            images: &|_| None,
            profile: Profile::Recommended,
            pragmas: true,
            levels: None,
            dockerignore: None,
        }
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("workspace_folder", &self.workspace_folder)
            .field("build_args", &self.build_args)
            .field("target", &self.target)
            .field("profile", &self.profile)
            .field("pragmas", &self.pragmas)
            .finish_non_exhaustive()
    }
}
