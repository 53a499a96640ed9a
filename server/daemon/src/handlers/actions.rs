//! `textDocument/codeAction`: what mends a finding, or hides it.

use tower_lsp::ls_types::{CodeActionParams, CodeActionResponse};

use crate::{event::Reply, lsp::actions, window::Window};

/// `textDocument/codeAction`.
pub fn request(
    window: &Window,
    params: CodeActionParams,
    reply: Reply<Option<CodeActionResponse>>,
) {
    let uri = params.text_document.uri;
    let document = window.documents.get(&uri);
    // What was said of an older text has its places there.
    let document = document.filter(|document| document.linted == Some(document.version));
    let found = document.map(|document| {
        let wanted = actions::Wanted {
            range: params.range,
            only: params.context.only.as_deref(),
        };
        actions::of(&uri, document, &wanted, &window.editor)
    });
    let _withdrawn = reply.send(Ok(found));
}
