//! The crate against a real engine. `WARPDOCK_TEST_ENGINE` names its socket.

mod builds;
mod containers;
mod handed;
mod support;
