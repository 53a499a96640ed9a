//! What the editor says of its documents: opened, changed, saved, closed. Applied, checked and
//! published in the same turn.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use lint::position::LineIndex;
use tower_lsp::ls_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, PublishDiagnosticsParams, Uri,
};

use crate::{
    event::Event,
    handlers::{images, projects},
    lsp::{
        documents::{Document, Kind},
        publish,
        surroundings::{Said, Surroundings},
        to_proto,
    },
    window::Window,
};

/// A longer text, in bytes, is linted off the loop.
const LONG_TEXT: usize = 256 << 10;

/// `textDocument/didOpen`.
pub fn did_open(window: &mut Window, params: DidOpenTextDocumentParams) {
    let uri = params.text_document.uri.clone();
    let document = Document::new(params.text_document);
    let folder = document
        .path
        .as_deref()
        .and_then(|path| window.projects.folder_of(path));
    let (kind, path) = (document.kind, document.path.clone());
    window.documents.insert(uri.clone(), document);
    check(window, &uri);
    let (Some(folder), Some(path)) = (folder, path) else {
        return;
    };
    // Of a file that is none of ours nobody knows yet whether the project reads it; a project that
    // nothing of ours is open of is not looked at.
    if kind != Kind::Other || window.projects.is_known(&folder) {
        projects::refresh(window, &folder);
    }
    // It may be above the folder of a project that reads it.
    for reader in window.projects.concerned(&path) {
        if kind == Kind::Other && reader != folder {
            projects::refresh(window, &reader);
        }
    }
}

/// `textDocument/didChange`.
pub fn did_change(window: &mut Window, params: DidChangeTextDocumentParams) {
    let uri = params.text_document.uri.clone();
    let Some(document) = window.documents.get_mut(&uri) else {
        return tracing::warn!("a document was changed that is not open");
    };
    document.change(params, window.editor.encoding);
    match document.kind {
        Kind::Dockerfile => check(window, &uri),
        Kind::Devcontainer | Kind::Other => {
            if let Some(path) = document.path.clone() {
                projects::changed(window, &path);
            }
        }
    }
}

/// `textDocument/didSave`.
pub fn did_save(window: &mut Window, params: DidSaveTextDocumentParams) {
    let document = window.documents.get(&params.text_document.uri);
    if let Some(path) = document.and_then(|document| document.path.clone()) {
        projects::changed(window, &path);
    }
}

/// `textDocument/didClose`.
pub fn did_close(window: &mut Window, params: DidCloseTextDocumentParams) {
    let uri = params.text_document.uri;
    let Some(document) = window.documents.remove(&uri) else {
        return;
    };
    if !document.published.is_empty() {
        window
            .outgoing
            .diagnostics(PublishDiagnosticsParams::new(uri, Vec::new(), None));
    }
    // What counts now is what is on the disk.
    if let (Some(path), Kind::Devcontainer | Kind::Other) = (document.path, document.kind) {
        projects::changed(window, &path);
    }
}

/// Lints a Dockerfile and publishes what is found.
pub fn check(window: &mut Window, uri: &Uri) {
    let Some(document) = window.documents.get_mut(uri) else {
        return;
    };
    if document.kind != Kind::Dockerfile {
        return;
    }
    let is_long = document.text.len() > LONG_TEXT;
    // Another one at each keystroke would make all of them late.
    if is_long && std::mem::replace(&mut document.under_way, true) {
        return;
    }
    let (text, version) = (Arc::clone(&document.text), document.version);
    let path = document.path.clone();
    let surroundings = Surroundings::of(window, path.as_deref());
    if !is_long {
        let said = surroundings.lint(&text);
        return show(window, uri, version, said);
    }
    let (events, uri) = (window.events.clone(), uri.clone());
    tokio::task::spawn_blocking(move || {
        let said = catch_unwind(AssertUnwindSafe(|| surroundings.lint(&text)));
        let said = said.unwrap_or_else(|_| {
            tracing::error!("the linter panicked");
            Said {
                findings: Vec::new(),
                unknown: Vec::new(),
            }
        });
        if let Some(events) = events.upgrade() {
            let _gone = events.send(Event::Linted { uri, version, said });
        }
    });
}

/// What the linter says of a version of a long text. The document may have moved on.
pub fn linted(window: &mut Window, uri: &Uri, version: i32, said: Said) {
    let Some(document) = window.documents.get_mut(uri) else {
        return;
    };
    document.under_way = false;
    match document.version == version {
        true => show(window, uri, version, said),
        false => check(window, uri),
    }
}

fn show(window: &mut Window, uri: &Uri, version: i32, said: Said) {
    let Some(document) = window.documents.get_mut(uri) else {
        return;
    };
    let index = LineIndex::new(&document.text);
    document.lint_diagnostics = said
        .findings
        .iter()
        .map(|finding| to_proto::diagnostic(&index, finding, &window.editor))
        .collect();
    document.linted = Some(version);
    document.findings = said.findings;
    publish::document(window, uri);
    images::ask(window, said.unknown);
}

/// Lints every open Dockerfile again: something around them has changed.
pub fn check_all(window: &mut Window) {
    let dockerfiles: Vec<_> = window
        .documents
        .iter()
        .filter(|(_, document)| document.kind == Kind::Dockerfile)
        .map(|(uri, _)| uri.clone())
        .collect();
    for uri in dockerfiles {
        check(window, &uri);
    }
}
