//! `textDocument/codeLens`: buttons on Dockerfiles. Which one the project builds says the
//! configuration, so that the first answer may wait until it was read.

use tower_lsp::ls_types::{CodeLens, CodeLensParams, Uri};

use crate::{
    event::Reply,
    handlers::projects,
    lsp::{
        documents::Kind,
        lenses::{self, Shown},
        surroundings::Surroundings,
    },
    window::Window,
};

/// `textDocument/codeLens`.
pub fn request(window: &mut Window, params: CodeLensParams, reply: Reply<Option<Vec<CodeLens>>>) {
    let uri = params.text_document.uri;
    let document = window.documents.get(&uri);
    let path = document
        .filter(|document| document.kind == Kind::Dockerfile)
        .and_then(|document| document.path.as_deref());
    let folder = path.and_then(|path| window.projects.folder_of(path));
    let Some(folder) = folder.filter(|_| window.client.trusted) else {
        let _withdrawn = reply.send(Ok(None));
        return;
    };
    if window.projects.project(&folder).is_some() {
        return answer(window, &uri, reply);
    }
    let state = window.projects.state(&folder);
    state.lenses.push((uri, reply));
    if !state.under_way {
        projects::refresh(window, &folder);
    }
}

/// Answers from what is known.
pub fn answer(window: &Window, uri: &Uri, reply: Reply<Option<Vec<CodeLens>>>) {
    let lenses = window.documents.get(uri).and_then(|document| {
        let path = document.path.as_deref()?;
        let folder = window.projects.folder_of(path)?;
        let surroundings = Surroundings::of(window, Some(path));
        let shown = Shown {
            text: &document.text,
            path,
            folder: &folder,
            build: surroundings.build(),
        };
        Some(lenses::of(&shown, window.editor.encoding))
    });
    let _withdrawn = reply.send(Ok(lenses));
}

/// Which Dockerfile is built may be another now.
pub fn changed(window: &Window, documents: &[Uri]) {
    let dockerfile = |uri| {
        let document = window.documents.get(uri);
        document.is_some_and(|document| document.kind == Kind::Dockerfile)
    };
    if window.editor.refreshes_lenses && documents.iter().any(dockerfile) {
        window.outgoing.refresh_lenses();
    }
}
