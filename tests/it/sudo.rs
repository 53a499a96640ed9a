//! A user outside the docker group.
