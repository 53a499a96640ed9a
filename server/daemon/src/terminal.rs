//! The terminal side of a session: bytes between this process's terminal and init.
