//! The shell language of RUN, read tolerantly: lists, pipelines, compound commands, words with their
//! quotes and expansions, each with its place in the file. POSIX sh and what bash adds; `cmd` and
//! PowerShell are told apart by [`kind`] and left alone.

pub mod ast;
mod compound;
mod cursor;
pub mod inner;
pub mod kind;
pub mod parse;
mod word;
pub mod wrapper;

#[cfg(test)]
mod tests;
