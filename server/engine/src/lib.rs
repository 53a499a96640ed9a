//! Verbs over the container engine's API. Types of bollard do not leave this crate.

pub mod spec;
