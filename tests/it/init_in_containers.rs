//! `warpdock-init` in every kind of container.

mod conformance;
mod inside;
mod kinds;
mod life;
mod limits;
