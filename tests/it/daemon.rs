//! The daemon's life: one per user, started on demand, killed at any moment.
