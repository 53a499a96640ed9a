//! The GPU: required, optional, none, and the engine's refusals.
