//! `textDocument/hover`: what there is to know about a place of a Dockerfile.

use std::sync::Arc;

use lint::position::LineIndex;
use tower_lsp::ls_types::{Hover, HoverContents, HoverParams, MarkupContent};

use crate::{
    event::Reply,
    handlers::images,
    lsp::{documents::Kind, from_proto, surroundings::Surroundings, to_proto},
    window::Window,
};

/// `textDocument/hover`.
pub fn request(window: &mut Window, params: HoverParams, reply: Reply<Option<Hover>>) {
    let place = params.text_document_position_params;
    let document = window.documents.get(&place.text_document.uri);
    let document = document.filter(|document| document.kind == Kind::Dockerfile);
    let Some(document) = document else {
        let _withdrawn = reply.send(Ok(None));
        return;
    };
    let text = Arc::clone(&document.text);
    let surroundings = Surroundings::of(window, document.path.as_deref());
    let index = LineIndex::new(&text);
    let offset = from_proto::offset(&index, place.position, window.editor.encoding);
    let (hover, unknown) = surroundings.hover(&text, offset);
    let hover = hover.map(|hover| Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: window.editor.hover.clone(),
            value: hover.markdown,
        }),
        range: Some(to_proto::range(&index, hover.range, window.editor.encoding)),
    });
    images::ask(window, unknown);
    let _withdrawn = reply.send(Ok(hover));
}
