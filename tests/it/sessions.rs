//! Sessions from the command line: `exec`, `run`, `sessions`, `logs`, `kill`, and what
//! becomes of them when a client, the daemon or the container goes.

mod detached;
mod exec;
mod leaving;
mod lost;
mod run;
mod stdio;
