//! Verbs over the container engine's API. Types of bollard do not leave this crate.

pub mod access;
pub mod body;
pub mod build;
pub mod container;
pub mod engine;
pub mod error;
pub mod events;
pub mod facts;
pub mod handed;
pub mod image;
pub mod nearest;
pub mod spec;
pub mod usage;

mod exchange;
mod half_made;
mod inspection;
mod load;
mod ports;
mod process;
mod sudo;
mod transport;
