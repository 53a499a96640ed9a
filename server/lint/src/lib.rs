//! Dockerfiles: tree to findings, and what the editor shows about a place. Pure: what the linter
//! may know of the world comes in a [`context::Context`].
//!
//! Start at [`lint::lint`]; [`finding::Finding`] is what comes out. A rule is a file of
//! [`rules`]; what several rules need to know is in [`facts`].

pub mod base;
pub mod context;
pub mod docs;
pub mod facts;
pub mod finding;
pub mod gpu_claims;
pub mod gpu_compile;
pub mod gpu_installs;
pub mod gpu_tables;
pub mod hover;
mod ignore_file;
mod leftovers;
pub mod levels;
pub mod lint;
pub mod position;
mod questions;
pub mod report;
pub mod rule;
pub mod rules;
mod similar;
mod suppress;
mod unpinned;
