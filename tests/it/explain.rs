//! `explain` and `config`.
