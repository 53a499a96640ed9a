//! Sessions in a terminal: `warpdock`, `shell`, `exec` and `attach` as a person sees them.

mod attach;
mod detach;
mod keys;
mod restored;
mod shared;
mod shell;
