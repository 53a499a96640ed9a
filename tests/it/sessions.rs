//! Sessions from the command line: exec, run, logs, kill, and what becomes of them.
