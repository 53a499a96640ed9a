//! Images built from a Dockerfile, and images that are not there.
