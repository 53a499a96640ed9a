//! How the command line behaves: help, completion, JSON, exit codes, colour, quiet.

mod codes;
mod completion;
mod help;
mod output;
