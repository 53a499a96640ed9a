//! `up`, `down`, `rebuild`, `status` and `ps`, looked at from inside the container.

mod again;
mod configured;
mod fresh;
mod states;
mod whole;

/// A project that is a Dockerfile and nothing else.
const OF_BUSYBOX: &str = "//- /Dockerfile\nFROM warpdock-test/busybox:1\n";
