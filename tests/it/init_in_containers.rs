//! `warpdock-init` in every kind of container.
