//! Whole workspaces as text, resolved.

mod support;

mod danger;
mod devcontainer;
mod discovery;
mod drift;
mod explain;
mod explain_folders;
mod precedence;
mod run_args;
mod show;
