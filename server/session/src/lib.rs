//! What `warpdock-init` and its clients say to each other: frames and codec, which
//! do no I/O, and the client, the one trusted way to connect.

pub mod client;
pub mod codec;
mod connect;
pub mod error;
pub mod frame;
pub mod peer;
