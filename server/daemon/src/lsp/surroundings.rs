//! What the linter may know besides a text: the project's settings, and the images that the engine
//! has, from memory.

use std::{cell::RefCell, path::Path, sync::Arc};

use lint::{
    context::{Context, Profile},
    finding::Finding,
    hover::{self, Hover},
};
use protocol::lint::LintProfile;

use crate::{
    hub::Hub,
    images::EngineKey,
    lint_files::{self, LintFiles},
    lsp::projects::{Build, Project},
    window::Window,
};

/// What surrounds a Dockerfile.
#[derive(Debug, Clone)]
pub struct Surroundings {
    project: Option<Arc<Project>>,
    /// It is the one that the project builds.
    is_built: bool,
    lint_files: Arc<LintFiles>,
    profile: Profile,
    images: Option<(Arc<Hub>, EngineKey)>,
}

/// What the linter says, and which images it asked for that are not known.
#[derive(Debug)]
pub struct Said {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Names of images.
    pub unknown: Vec<String>,
}

impl Surroundings {
    /// What surrounds a file in a window.
    pub fn of(window: &Window, path: Option<&Path>) -> Surroundings {
        let folder = path.and_then(|path| window.projects.folder_of(path));
        let project = folder.and_then(|folder| window.projects.project(&folder));
        let build = project.as_ref().and_then(|project| project.build.as_ref());
        let beside = project.as_ref().zip(path);
        let lint_files = beside.and_then(|(project, path)| project.beside.of.get(path));
        Surroundings {
            lint_files: lint_files.cloned().unwrap_or_default(),
            profile: profile(window.client.lint_profile),
            is_built: build.is_some_and(|build| Some(build.dockerfile.as_path()) == path),
            project,
            // An engine is asked for nobody that is not trusted.
            images: window
                .client
                .trusted
                .then(|| (Arc::clone(&window.hub), Arc::clone(&window.engine))),
        }
    }

    /// Lints a text.
    pub fn lint(&self, text: &str) -> Said {
        let (findings, unknown) = self.with_context(|context| lint_files::lint(text, context));
        Said { findings, unknown }
    }

    /// What there is to know about a byte of a text, and which images were asked for in vain.
    pub fn hover(&self, text: &str, offset: usize) -> (Option<Hover>, Vec<String>) {
        let file = dockerfile::parse::parse(text);
        self.with_context(|context| hover::hover(&file, offset, context))
    }

    /// The build, if the file is the one that the project builds.
    pub fn build(&self) -> Option<&Build> {
        let build = self.project.as_ref()?.build.as_ref();
        build.filter(|_| self.is_built)
    }

    fn with_context<T>(&self, use_it: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
        let unknown = RefCell::new(Vec::new());
        let images = |reference: &dockerfile::image::Reference| {
            let (hub, engine) = self.images.as_ref()?;
            let name = reference.familiar();
            let answer = hub.images.get(engine, &name);
            if answer.ask && !unknown.borrow().contains(&name) {
                unknown.borrow_mut().push(name);
            }
            answer.facts
        };
        let mut context = Context {
            images: &images,
            profile: self.profile,
            ..self.lint_files.context()
        };
        if let Some(project) = &self.project {
            context.workspace_folder = &project.workspace_folder;
        }
        if let Some(build) = self.build() {
            context.build_args = &build.args;
            context.target = build.target.as_deref();
        }
        let used = use_it(&context);
        (used, unknown.take())
    }
}

fn profile(name: LintProfile) -> Profile {
    match name {
        LintProfile::Recommended => Profile::Recommended,
        LintProfile::Hadolint => Profile::Hadolint,
        LintProfile::Buildkit => Profile::Buildkit,
        LintProfile::Strict => Profile::Strict,
    }
}
