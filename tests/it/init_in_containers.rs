//! `warpdock-init` in every kind of container.

mod conformance;
mod kinds;
mod life;
mod limits;
