//! Files and settings become one [`model::Config`], every value with its origin.
//!
//! Does no I/O: it reads through [`files::Files`]. Resolution cannot fail: it returns a value and a list of problems.

pub mod danger;
pub mod drift;
pub mod explain;
pub mod files;
pub mod inputs;
pub mod model;
pub mod show;
pub mod variables;

mod devcontainer;
mod discover;
mod env_file;
mod flags;
mod gpu;
mod jsonc;
mod layer;
mod merge;
mod mount;
mod problem;
mod resolve;
mod run_args;
mod settings;
mod shape;
mod source;
mod units;

use std::path::PathBuf;

/// What became of the files and settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The configuration, as complete as it can be; usable when no problem is an error.
    pub config: model::Config,
    /// What is wrong, in the order of the sources.
    pub problems: Vec<model::Problem>,
    /// Every file that was read or looked for, sorted: what a watcher watches.
    pub files: Vec<PathBuf>,
}

impl Resolved {
    /// Whether a problem stops `up`.
    pub fn has_errors(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == model::Severity::Error)
    }
}

/// Reads everything that decides what the container of a workspace is.
pub fn resolve(inputs: &inputs::Inputs, files: &dyn files::Files) -> Resolved {
    resolve::resolve(inputs, files)
}

#[cfg(test)]
mod tests;
