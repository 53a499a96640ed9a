//! Dockerfiles: text to tree and what the tree means. Reads anything, fails never, does no I/O.
//!
//! Start at [`parse::parse`]; [`ast`] is what comes out, [`problem`] what is wrong with it.
//! [`stages::Stages`] resolves stages and variables for one build. Taste is the linter's business,
//! the engine is `engine`'s.

pub mod ast;
pub mod build;
pub mod directive;
mod downloads;
pub mod effective;
pub mod expand;
pub mod features;
mod heredoc;
pub mod image;
mod instruction;
mod json;
pub mod lines;
pub mod logical;
pub mod network;
pub mod parse;
pub mod path;
mod pattern;
pub mod problem;
pub mod range;
pub mod scope;
pub mod shell;
pub mod stages;
pub mod step;
pub mod token;
mod words;
