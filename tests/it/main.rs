//! The tests of the whole: the real binary against a real engine.
//!
//! One test binary, because each costs a link. An area is a file; what areas share is
//! in `support`. `npm test` starts the engine and makes the images they need.

#[allow(dead_code, reason = "each area of tests uses its part")]
mod support {
    pub(crate) mod daemon;
    pub(crate) mod editor;
    pub(crate) mod engine;
    pub(crate) mod home;
    pub(crate) mod project;
    pub(crate) mod seen;
    pub(crate) mod terminal;
    pub(crate) mod user;
    pub(crate) mod wait;
    pub(crate) mod warpdock;
    pub(crate) mod window;
    pub(crate) mod workspace;
}

mod bad_input;
mod build;
mod containers;
mod daemon;
mod explain;
mod gpu;
mod house;
mod init_in_containers;
mod lifecycle;
mod lint;
mod lsp;
mod manners;
mod promises;
mod sessions;
mod shim;
mod sudo;
mod terminals;
mod tidy;
mod windows;
