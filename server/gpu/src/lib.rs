//! GPU knowledge: what the host and the engine can give, how to ask for it, and what
//! the engine's error texts mean. Pure, but for [`probe`], which reads the host
//! under a given root.

pub mod cause;
pub mod cdi;
pub mod cuda;
pub mod decide;
pub mod doctor;
pub mod facts;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod fuzz;
mod nvidia;
mod others;
pub mod probe;
pub mod recognise;
mod request;
pub mod require;
pub mod shm;
pub mod size;
pub mod version;
pub mod visible;
