//! The types of the daemon's JSON-RPC, which editors and the command line speak.
//!
//! One table of methods, one file per noun. The framing is LSP's, and so are
//! `initialize`, `shutdown`, `exit` and `$/cancelRequest`.

pub mod config;
pub mod container;
pub mod daemon;
pub mod doctor;
pub mod failure;
pub mod gpu;
pub mod image;
pub mod lint;
pub mod method;
pub mod rpc;

#[cfg(test)]
mod typescript_tests;
