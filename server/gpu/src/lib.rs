//! GPU knowledge: what the host and the engine can give, how to ask for it, and what
//! the engine's error texts mean. Pure, but for [`probe`], which reads the host
//! under a given root.

pub mod cause;
pub mod cdi;
pub mod decide;
pub mod facts;
pub mod probe;
pub mod recognise;
pub mod shm;
pub mod version;
pub mod visible;
