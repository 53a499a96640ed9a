//! The language server's side of a window: documents, what is published about them, and the
//! translation between LSP's types and ours. What happens when is the handlers' business.

pub mod actions;
pub mod beside;
pub mod documents;
pub mod editor;
pub mod from_proto;
pub mod lenses;
pub mod overlay;
pub mod projects;
pub mod publish;
pub mod surroundings;
pub mod to_proto;
