//! The words of the commands about sessions.

use clap::Args;

#[derive(Debug, Args)]
pub struct SessionsArguments {
    /// Also those that have ended.
    #[arg(short, long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct LogsArguments {
    /// The session's id or name; without one, the newest.
    pub session: Option<String>,
    /// Go on until it ends.
    #[arg(short, long)]
    pub follow: bool,
}

#[derive(Debug, Args)]
pub struct KillArguments {
    /// The session's id or name.
    #[arg(required = true)]
    pub session: Vec<String>,
    /// Only send this signal, to every process of the session.
    #[arg(short, long, value_name = "SIGNAL")]
    pub signal: Option<String>,
}
