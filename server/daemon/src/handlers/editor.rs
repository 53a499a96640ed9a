//! The editor itself: what it says of itself and of its settings.

use protocol::{daemon::ClientOptions, lint::LintProfile};
use serde_json::Value;
use tower_lsp::ls_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams,
    InitializeResult, Registration, WorkspaceFolder,
};

use crate::{
    event::Reply,
    handlers::{projects, text},
    images,
    lsp::editor::Editor,
    window::Window,
};

/// Files that a project's configuration may be read from.
const WATCHED: [&str; 7] = [
    "**/{Dockerfile,Containerfile,dockerfile}",
    "**/{Dockerfile.*,*.Dockerfile,*.dockerfile}",
    "**/.devcontainer/**",
    "**/.devcontainer.json",
    "**/*.env",
    "**/.hadolint.{yaml,yml}",
    "**/{.dockerignore,*.dockerignore}",
];

/// `initialize`: keeps what the client says of itself.
pub fn initialize(window: &mut Window, params: InitializeParams, reply: Reply<InitializeResult>) {
    #[allow(deprecated, reason = "a client without folders says it so")]
    let root = params.root_uri;
    let options = params.initialization_options.unwrap_or_default();
    let mut client = match options.is_null() {
        true => ClientOptions::default(),
        // What cannot be read may have said that nothing here is trusted.
        false => serde_json::from_value(options).unwrap_or_else(|error| {
            tracing::warn!(%error, "the client's options were not understood");
            ClientOptions {
                trusted: false,
                ..ClientOptions::default()
            }
        }),
    };
    if client.environment.is_empty() {
        client.environment = std::mem::take(&mut window.client.environment);
    }
    window.client = client;
    window.engine = images::engine(&window.client.environment);
    window.editor = Editor::new(&params.capabilities);
    let folders = match (params.workspace_folders, root) {
        (Some(folders), _) => folders,
        (None, Some(uri)) => vec![WorkspaceFolder {
            uri,
            name: String::new(),
        }],
        (None, None) => Vec::new(),
    };
    projects::add(window, &folders);
    let _withdrawn = reply.send(Ok(window.editor.welcome()));
}

/// `initialized`: from here on the editor may be asked for something.
pub fn initialized(window: &Window) {
    if !window.editor.watches_files {
        return;
    }
    let watchers = WATCHED.iter().map(|pattern| FileSystemWatcher {
        glob_pattern: GlobPattern::String((*pattern).to_owned()),
        kind: None,
    });
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: watchers.collect(),
    };
    match serde_json::to_value(options) {
        Ok(options) => window.outgoing.register(vec![Registration {
            id: "files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(options),
        }]),
        Err(error) => tracing::error!(%error, "the files to watch cannot be named"),
    }
}

/// `workspace/didChangeConfiguration`: the projects are read again. Of what the editor sends along
/// only the linter's profile is taken, because a workspace has settings of its own: one must not be
/// able to say that it is trusted.
pub fn did_change_settings(window: &mut Window, settings: &Value) {
    let profile = settings.pointer("/warpdock/lint/profile");
    let profile = profile.and_then(|name| LintProfile::named(name.as_str()?));
    if let Some(profile) = profile
        && profile != window.client.lint_profile
    {
        window.client.lint_profile = profile;
        text::check_all(window);
    }
    for folder in window.projects.all() {
        projects::refresh(window, &folder);
    }
}
