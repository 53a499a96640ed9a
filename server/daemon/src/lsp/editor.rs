//! What the editor can, and what we announce in return.

use lint::position::Encoding;
use tower_lsp::ls_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    CodeLensOptions, DiagnosticTag, HoverProviderCapability, InitializeResult, MarkupKind, OneOf,
    PositionEncodingKind, SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use crate::lsp::actions;

/// What the editor can.
#[derive(Debug, Clone)]
pub struct Editor {
    /// How columns are counted.
    pub encoding: Encoding,
    /// Diagnostics may name the version of the text they are about.
    pub versions: bool,
    /// Diagnostics may link to a page.
    pub links: bool,
    /// The tags that diagnostics may have.
    pub tags: Vec<DiagnosticTag>,
    /// How it takes the text of a hover.
    pub hover: MarkupKind,
    /// Code actions may be more than commands.
    pub actions: bool,
    /// Edits may name the version of the text they are for.
    pub versioned_edits: bool,
    /// Code lenses are asked for again when we say so.
    pub refreshes_lenses: bool,
    /// It watches files for us if we register for them.
    pub watches_files: bool,
}

impl Default for Editor {
    fn default() -> Editor {
        Editor::new(&ClientCapabilities::default())
    }
}

impl Editor {
    /// What the capabilities say. What is not said is not there.
    pub fn new(capabilities: &ClientCapabilities) -> Editor {
        let general = capabilities.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.as_deref());
        let text = capabilities.text_document.clone().unwrap_or_default();
        let diagnostics = text.publish_diagnostics.unwrap_or_default();
        let actions = text.code_action.unwrap_or_default();
        let hover = text.hover.unwrap_or_default().content_format;
        let hover = hover.unwrap_or_default();
        let workspace = capabilities.workspace.clone().unwrap_or_default();
        let edits = workspace.workspace_edit.unwrap_or_default();
        let lenses = workspace
            .code_lens
            .and_then(|lenses| lenses.refresh_support);
        let files = workspace.did_change_watched_files.unwrap_or_default();
        Editor {
            encoding: encoding(encodings.unwrap_or_default()),
            versions: diagnostics.version_support.unwrap_or_default(),
            links: diagnostics.code_description_support.unwrap_or_default(),
            tags: diagnostics
                .tag_support
                .map(|tags| tags.value_set)
                .unwrap_or_default(),
            hover: hover.first().cloned().unwrap_or(MarkupKind::PlainText),
            actions: actions.code_action_literal_support.is_some(),
            versioned_edits: edits.document_changes.unwrap_or_default(),
            refreshes_lenses: lenses.unwrap_or_default(),
            watches_files: files.dynamic_registration.unwrap_or_default(),
        }
    }

    /// The answer to `initialize`.
    pub fn welcome(&self) -> InitializeResult {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                include_text: Some(false),
            })),
            ..TextDocumentSyncOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, actions::FIX_ALL]),
            ..CodeActionOptions::default()
        };
        let folders = WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(OneOf::Left(true)),
        };
        InitializeResult {
            capabilities: ServerCapabilities {
                position_encoding: Some(kind(self.encoding)),
                text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
                code_action_provider: self
                    .actions
                    .then_some(CodeActionProviderCapability::Options(actions)),
                hover_provider: Some(HoverProviderCapability::Simple(true)),
                code_lens_provider: Some(CodeLensOptions {
                    resolve_provider: Some(false),
                }),
                workspace: Some(WorkspaceServerCapabilities {
                    workspace_folders: Some(folders),
                    file_operations: None,
                }),
                ..ServerCapabilities::default()
            },
            server_info: Some(ServerInfo {
                name: "warpdock".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        }
    }
}

/// The first of the client's wishes that we know. Without one UTF-16, as the protocol has it.
fn encoding(wanted: &[PositionEncodingKind]) -> Encoding {
    let known = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];
    let of =
        |wish: &PositionEncodingKind| known.into_iter().find(|encoding| kind(*encoding) == *wish);
    wanted.iter().find_map(of).unwrap_or(Encoding::Utf16)
}

fn kind(encoding: Encoding) -> PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    }
}
