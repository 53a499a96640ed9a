//! The daemon and the command line.

pub mod cli;
pub mod terminal;
