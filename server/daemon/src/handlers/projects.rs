//! The projects of a window: read in the background when something about them changes, one
//! reading at a time for each.

use std::{path::Path, sync::Arc};

use config::model::Severity;
use tower_lsp::ls_types::{
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, Uri, WorkspaceFolder,
};

use crate::{
    event::Event,
    handlers::{lenses, text},
    lsp::{
        documents::Kind,
        from_proto,
        projects::{Outcome, Project, Reading},
        publish, to_proto,
    },
    window::Window,
};

/// Takes in workspace folders.
pub fn add(window: &mut Window, folders: &[WorkspaceFolder]) {
    for folder in folders {
        let Some(path) = from_proto::path(&folder.uri) else {
            continue;
        };
        if !window.projects.folders.contains(&path) {
            window.projects.folders.push(path.clone());
        }
        if window.client.trusted {
            window.announce(&path.to_string_lossy());
        }
        refresh(window, &path);
    }
}

/// `workspace/didChangeWorkspaceFolders`.
pub fn did_change_folders(window: &mut Window, params: DidChangeWorkspaceFoldersParams) {
    for folder in params.event.removed {
        if let Some(path) = from_proto::path(&folder.uri) {
            window.projects.forget(&path);
        }
    }
    add(window, &params.event.added);
    // Documents may belong to another project now.
    let paths: Vec<_> = window
        .documents
        .values()
        .filter(|document| document.kind != Kind::Other)
        .filter_map(|document| window.projects.folder_of(document.path.as_deref()?))
        .collect();
    for folder in paths {
        refresh(window, &folder);
    }
    text::check_all(window);
}

/// `workspace/didChangeWatchedFiles`.
pub fn did_change_files(window: &mut Window, params: DidChangeWatchedFilesParams) {
    for change in params.changes {
        if let Some(path) = from_proto::path(&change.uri) {
            changed(window, &path);
        }
    }
}

/// A file is another than it was, on the disk or in the editor.
pub fn changed(window: &mut Window, path: &Path) {
    for folder in window.projects.concerned(path) {
        refresh(window, &folder);
    }
}

/// Reads a project again, now or after the reading that is under way.
pub fn refresh(window: &mut Window, folder: &Path) {
    let state = window.projects.state(folder);
    if state.under_way {
        state.again = true;
        return;
    }
    state.under_way = true;
    let reading = Reading::new(
        folder.to_owned(),
        window.client.environment.clone(),
        &window.documents,
        &window.projects,
    );
    let events = window.events.clone();
    let folder = folder.to_owned();
    tokio::spawn(async move {
        let outcome = tokio::task::spawn_blocking(move || reading.read()).await;
        let outcome = outcome.unwrap_or_else(|error| {
            tracing::error!(%error, "reading a project panicked");
            Outcome::nothing(folder)
        });
        if let Some(events) = events.upgrade() {
            let outcome = Box::new(outcome);
            let _gone = events.send(Event::ProjectRead { outcome });
        }
    });
}

/// A project was read.
pub fn read(window: &mut Window, outcome: Outcome) {
    let Outcome {
        folder,
        mut project,
        versions,
    } = outcome;
    let state = window.projects.state(&folder);
    let before = state.project.take();
    if let Some(before) = &before {
        project.beside.remember(&before.beside);
    }
    let project = Arc::new(project);
    state.project = Some(Arc::clone(&project));
    state.under_way = false;
    let waiting = std::mem::take(&mut state.lenses);
    if std::mem::take(&mut state.again) {
        refresh(window, &folder);
    }
    let concerned = of_folder(window, &folder);
    let before = before.as_deref();
    let same_build = before.is_some_and(|before| same_build(before, &project));
    let same_beside = before.is_some_and(|before| before.beside == project.beside);
    if !same_build || !same_beside {
        for uri in &concerned {
            text::check(window, uri);
        }
    }
    if !same_build {
        lenses::changed(window, &concerned);
    }
    for uri in concerned {
        let Some(document) = window.documents.get_mut(&uri) else {
            continue;
        };
        // The places are those of the text that was read; another reading follows.
        if versions.get(&uri) != Some(&document.version) {
            continue;
        }
        let problems = project.problems.iter();
        let problems = problems
            .filter(|it| Some(&it.path) == document.path.as_ref())
            // That there are several Dockerfiles is nothing wrong in one of them.
            .filter(|it| document.kind != Kind::Dockerfile || it.severity == Severity::Error);
        document.config_diagnostics = problems
            .map(|it| to_proto::problem(&document.text, it, window.editor.encoding))
            .collect();
        publish::document(window, &uri);
    }
    for (uri, reply) in waiting {
        lenses::answer(window, &uri, reply);
    }
}

/// What the lenses and the linter go by is the same.
fn same_build(one: &Project, other: &Project) -> bool {
    one.workspace_folder == other.workspace_folder && one.build == other.build
}

/// The open documents of a project, and those elsewhere that it reads.
fn of_folder(window: &Window, folder: &Path) -> Vec<Uri> {
    let project = window.projects.project(folder);
    let reads = |path: &Path| {
        let files = project.iter().flat_map(|project| &project.files);
        files.into_iter().any(|file| file == path)
    };
    let open = window.documents.iter().filter(|(_, document)| {
        let path = document.path.as_deref();
        path.is_some_and(|path| {
            window.projects.folder_of(path).as_deref() == Some(folder)
                || (document.kind == Kind::Other && reads(path))
        })
    });
    open.map(|(uri, _)| uri.clone()).collect()
}
