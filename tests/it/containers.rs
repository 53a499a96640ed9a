//! `up`, `down`, `rebuild`, `status` and `ps`, looked at from inside the container.
