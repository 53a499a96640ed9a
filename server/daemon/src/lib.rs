//! The daemon and the command line.

pub mod cli;
pub mod terminal;

mod changes;
mod connection;
mod default_command;
mod environment;
mod error;
mod event;
mod gpu_usage;
mod hand;
mod handlers;
mod hub;
mod images;
mod in_process;
mod init_binary;
mod labels;
mod letterbox;
mod listener;
mod log;
mod lsp;
mod machine;
mod operation;
mod outgoing;
mod overrides;
mod paths;
mod private;
mod project;
mod record;
mod session_environment;
mod shell_integration;
mod status;
mod summon;
mod up;
mod watching;
mod window;
mod workspace_folder;
