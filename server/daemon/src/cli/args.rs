//! The command line's words: what clap shows as help is here, its examples in [`examples`].

pub mod sessions;
pub mod shim;

mod examples;
pub mod server;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::cli::args::server::ServerArguments;
use crate::cli::lint::arguments::LintArguments;

/// GPU dev containers for any editor, on any server, online or not.
///
/// Without a command: bring this folder's container up and open a shell in it. The folder is
/// mounted read-write at /app, with the GPU if there is one.
#[derive(Debug, Parser)]
#[command(
    name = "warpdock",
    version,
    subcommand_precedence_over_arg = true,
    args_conflicts_with_subcommands = false,
    after_help = examples::ALL
)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(flatten)]
    pub overrides: OverrideArguments,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The workspace folder.
    #[arg(short = 'C', long, global = true, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub workspace: Option<PathBuf>,
    /// Print the result as JSON on standard output, errors included.
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// What flags decide instead of the project's files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Instead of what the project's files say")]
pub struct OverrideArguments {
    /// Use this image; nothing is built.
    #[arg(long, value_name = "NAME")]
    pub image: Option<String>,
    /// Build this Dockerfile.
    #[arg(short = 'f', long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "image")]
    pub dockerfile: Option<PathBuf>,
    /// The build context; by default the Dockerfile's folder.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub context: Option<PathBuf>,
    /// The build stage to stop at.
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// Read this devcontainer.json.
    #[arg(long = "config", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub devcontainer: Option<PathBuf>,
    /// required, optional or none; or, as docker takes it: all, a count, device=0,1.
    #[arg(long, value_name = "WISH")]
    pub gpus: Option<String>,
    /// Size of /dev/shm, such as 8g. By default sized for data loaders.
    #[arg(long, value_name = "SIZE")]
    pub shm_size: Option<String>,
    /// An environment variable of the container.
    #[arg(short, long, value_name = "NAME[=VALUE]")]
    pub env: Vec<String>,
    /// A file of environment variables.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub env_file: Vec<PathBuf>,
    /// The user of sessions: a name or uid[:gid].
    #[arg(short, long, value_name = "USER")]
    pub user: Option<String>,
    /// Where the workspace is in the container [default: /app].
    #[arg(long, value_name = "PATH")]
    pub workspace_folder: Option<String>,
    /// A bind mount or volume, as docker takes it.
    #[arg(short, long, value_name = "SOURCE:TARGET[:OPTIONS]")]
    pub volume: Vec<String>,
    /// A mount, as docker takes it.
    #[arg(long, value_name = "type=…,source=…,target=…")]
    pub mount: Vec<String>,
    /// Any other flag of docker run, such as --run-arg=--ipc=host.
    #[arg(long = "run-arg", value_name = "FLAG", allow_hyphen_values = true)]
    pub run_args: Vec<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the container up: build or find the image, start it, prove the GPU.
    ///
    /// A container that is up already is used as it is. Nothing is ever fetched from a registry
    /// without --pull.
    #[command(after_help = examples::UP)]
    Up(UpArguments),
    /// Stop the container and remove it.
    #[command(after_help = examples::DOWN)]
    Down(DownArguments),
    /// Build the image again and make a new container.
    #[command(after_help = examples::REBUILD)]
    Rebuild(RebuildArguments),
    /// What this folder's container is and does.
    ///
    /// Ends with 3 when it does not run.
    #[command(after_help = examples::STATUS)]
    Status,
    /// All containers of yours.
    #[command(after_help = examples::PS)]
    Ps(PsArguments),
    /// Open a shell in the container, bringing it up if needed.
    ///
    /// The shell is a session: when this terminal dies it stays for ten minutes, and
    /// `warpdock attach` comes back to it, screen and all.
    #[command(after_help = examples::SHELL)]
    Shell(ShellArguments),
    /// Run a command in the container, bringing it up if needed.
    ///
    /// Standard input, output, error and the exit code are the command's. With a terminal on
    /// both sides it gets one too.
    #[command(after_help = examples::EXEC)]
    Exec(ExecArguments),
    /// Come back to a session.
    #[command(after_help = examples::ATTACH)]
    Attach(AttachArguments),
    /// Run what the image runs by default, or a command, as a session that stays.
    ///
    /// Without a command: the image's ENTRYPOINT and CMD, exactly as Docker would run them.
    /// The session outlives this terminal; ctrl-p ctrl-q leaves it running.
    #[command(after_help = examples::RUN)]
    Run(RunArguments),
    /// List the sessions in the container.
    #[command(after_help = examples::SESSIONS)]
    Sessions(sessions::SessionsArguments),
    /// Print what a session has written.
    #[command(after_help = examples::LOGS)]
    Logs(sessions::LogsArguments),
    /// End a session: hang up, then terminate, then kill. Or send a signal.
    #[command(after_help = examples::KILL)]
    Kill(sessions::KillArguments),
    /// Print the resolved configuration.
    #[command(after_help = examples::CONFIG)]
    Config(ConfigArguments),
    /// Explain a docker run line, and what Warpdock does in its place.
    ///
    /// Without a line: print the docker run line that is equal to this folder's configuration.
    #[command(after_help = examples::EXPLAIN)]
    Explain(ExplainArguments),
    /// Check Dockerfiles; nothing is built, and no engine is needed.
    ///
    /// Ends with 1 when there are findings at or above the threshold, with 2 when a file cannot
    /// be read.
    #[command(after_help = examples::LINT)]
    Lint(LintArguments),
    /// Check engine, GPU and machine.
    ///
    /// Ends with 1 when a check failed.
    #[command(after_help = examples::DOCTOR)]
    Doctor,
    /// Load images from a file that docker save wrote.
    #[command(after_help = examples::LOAD)]
    Load(LoadArguments),
    /// Be the language server of an editor, on standard input and output.
    ///
    /// Checks Dockerfiles, devcontainer.json and environment files while they are typed, and does for
    /// the editor what the other commands do. What an editor does not say about its environment
    /// (DOCKER_HOST, PATH) is taken from here.
    #[command(after_help = examples::STDIO)]
    Stdio(ServerArguments),
    /// Print the completion script of a shell.
    ///
    /// The script is for the shell's own start-up file.
    #[command(after_help = examples::COMPLETION)]
    Completion {
        /// The shell.
        shell: Shell,
    },
    /// Stand-ins for shells, which bring an editor's terminals into the container.
    ///
    /// A terminal profile that names one is a shell on this machine, or in the container where
    /// the variable WARPDOCK_TARGET names the workspace folder of one.
    #[command(after_help = examples::SHIM)]
    Shim {
        #[command(subcommand)]
        command: shim::ShimCommand,
    },
    /// Look after the background process.
    ///
    /// It is started by the first command that needs it and ends when it is idle. Containers and
    /// sessions do not depend on it.
    #[command(after_help = examples::DAEMON)]
    Daemon {
        #[command(subcommand)]
        command: DaemonCommand,
    },
}

#[derive(Debug, Args)]
pub struct UpArguments {
    #[command(flatten)]
    pub fetch: FetchArguments,
    #[command(flatten)]
    pub overrides: OverrideArguments,
}

#[derive(Debug, Clone, Default, Args)]
pub struct FetchArguments {
    /// Fetch images that are not on this machine.
    #[arg(long)]
    pub pull: bool,
    /// Agree to the project's initializeCommand, which runs on this machine.
    #[arg(long)]
    pub trust: bool,
}

#[derive(Debug, Args)]
pub struct DownArguments {
    /// Only stop: keep the container and what was written in it.
    #[arg(long)]
    pub keep: bool,
    /// Seconds that processes get before they are killed.
    #[arg(short, long, value_name = "SECONDS")]
    pub timeout: Option<u32>,
}

#[derive(Debug, Args)]
pub struct RebuildArguments {
    #[command(flatten)]
    pub fetch: FetchArguments,
    /// Build without the cache.
    #[arg(long)]
    pub no_cache: bool,
    #[command(flatten)]
    pub overrides: OverrideArguments,
}

#[derive(Debug, Args)]
pub struct PsArguments {
    /// Print the containers' ids only.
    #[arg(long, conflicts_with = "json")]
    pub ids: bool,
}

#[derive(Debug, Args)]
pub struct ShellArguments {
    #[command(flatten)]
    pub fetch: FetchArguments,
    #[command(flatten)]
    pub detach: DetachArguments,
    /// A name for the session.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[command(flatten)]
    pub overrides: OverrideArguments,
}

#[derive(Debug, Clone, Args)]
pub struct DetachArguments {
    /// The keys that leave the session running, as docker takes them; an empty text: none.
    #[arg(long, value_name = "KEYS", default_value = "ctrl-p,ctrl-q")]
    pub detach_keys: String,
}

#[derive(Debug, Args)]
pub struct ExecArguments {
    #[command(flatten)]
    pub fetch: FetchArguments,
    #[command(flatten)]
    pub stdio: StdioArguments,
    /// The folder to run in [default: where you are, inside the workspace].
    #[arg(short = 'w', long, value_name = "FOLDER")]
    pub workdir: Option<String>,
    /// Fail when the container does not run.
    #[arg(long)]
    pub no_up: bool,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<std::ffi::OsString>,
    #[command(flatten)]
    pub overrides: OverrideArguments,
}

#[derive(Debug, Clone, Args)]
pub struct StdioArguments {
    /// Give the command a terminal.
    #[arg(short, long, overrides_with = "no_tty")]
    pub tty: bool,
    /// Give it pipes, even on a terminal.
    #[arg(short = 'T', long)]
    pub no_tty: bool,
    /// Accepted because fingers type -it; standard input is always passed on.
    #[arg(short, long, hide = true)]
    pub interactive: bool,
}

#[derive(Debug, Args)]
pub struct AttachArguments {
    /// The session's id or name; without one, the newest that runs with a terminal.
    pub session: Option<String>,
    #[command(flatten)]
    pub detach: DetachArguments,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub fetch: FetchArguments,
    #[command(flatten)]
    pub stdio: StdioArguments,
    #[command(flatten)]
    pub keys: DetachArguments,
    /// Start it and come back at once; print the session's name.
    #[arg(short, long)]
    pub detach: bool,
    /// A name for the session.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The folder to run in.
    #[arg(short = 'w', long, value_name = "FOLDER")]
    pub workdir: Option<String>,
    /// The command and its arguments; without one, the image's own.
    #[arg(trailing_var_arg = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<std::ffi::OsString>,
    #[command(flatten)]
    pub overrides: OverrideArguments,
}

#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// Say where each value came from.
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub overrides: OverrideArguments,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The line, quoted or not; `-` reads it from standard input.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "LINE"
    )]
    pub line: Vec<String>,
    /// Write the configuration to .devcontainer/devcontainer.json, if there is none.
    #[arg(long)]
    pub write: bool,
    #[command(flatten)]
    pub overrides: OverrideArguments,
}

#[derive(Debug, Args)]
pub struct LoadArguments {
    /// The archive: .tar or .tar.gz.
    #[arg(value_hint = ValueHint::FilePath)]
    pub archive: PathBuf,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum DaemonCommand {
    /// What it is and holds.
    Status,
    /// End it. Containers and sessions stay; the next command starts it again.
    Stop,
    /// Start it in the background.
    #[command(hide = true)]
    Start,
    /// Serve in the foreground.
    #[command(hide = true)]
    Serve,
}
