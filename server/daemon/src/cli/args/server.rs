//! The words of `warpdock stdio`.

use clap::Args;

/// How the language server runs.
#[derive(Debug, Args)]
pub struct ServerArguments {
    /// Without the daemon: everything in this process, which ends with the editor.
    #[arg(long)]
    pub in_process: bool,
    /// What some clients add; it says nothing else.
    #[arg(long, hide = true)]
    pub stdio: bool,
}
