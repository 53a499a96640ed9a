//! The command line's manners: help, completion, JSON, exit codes, no output that nobody asked for.
