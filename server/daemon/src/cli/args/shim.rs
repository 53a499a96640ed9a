//! The words of `warpdock shim`.

use clap::Subcommand;

/// What to do with the stand-ins.
#[derive(Debug, Subcommand)]
pub enum ShimCommand {
    /// Make them, or bring them up to date, and print where they are.
    Install,
    /// Remove them. Terminals that are open go on.
    Remove,
}
