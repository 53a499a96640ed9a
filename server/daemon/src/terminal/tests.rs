//! The client against the real init on this host, in a real pty.

mod attaching;
mod leaving;
mod shown;
mod streams;
mod support;
