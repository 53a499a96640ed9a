//! Terminals: fidelity, re-attachment, restoration.
