//! Dockerfiles: tree to findings, and what the editor shows about a place. Pure: what the linter
//! may know of the world comes in a [`context::Context`].
//!
//! Start at [`lint::lint`]; [`finding::Finding`] is what comes out.

pub mod context;
pub mod finding;
pub mod lint;
