//! The language server, as an editor sees it: the real binary over standard input and output.

mod abuse;
mod actions;
mod life;
mod lint_files;
mod projects;
mod text;
mod trust;

use crate::support::{engine::Engine, home::Home, warpdock::Warpdock};

/// A home on an engine that does not matter.
fn home() -> Home {
    Home::new(&Engine::shared())
}

/// `warpdock stdio` of a home.
fn server(home: &Home) -> Warpdock {
    home.warpdock("/".as_ref(), &["stdio"])
}
