//! Tells the editor what is wrong with a document, if it does not know yet.

use tower_lsp::ls_types::{PublishDiagnosticsParams, Uri};

use crate::window::Window;

/// Publishes what is known about a document, unless that is what was published last.
pub fn document(window: &mut Window, uri: &Uri) {
    let Some(document) = window.documents.get_mut(uri) else {
        return;
    };
    let mut diagnostics = document.lint_diagnostics.clone();
    diagnostics.extend_from_slice(&document.config_diagnostics);
    if diagnostics == document.published {
        return;
    }
    document.published = diagnostics.clone();
    let version = window.editor.versions.then_some(document.version);
    window.outgoing.diagnostics(PublishDiagnosticsParams::new(
        uri.clone(),
        diagnostics,
        version,
    ));
}
