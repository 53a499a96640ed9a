//! `warpdock-init serve` as an ordinary process of the host, through the real client.

mod abuse;
mod basics;
mod clients;
mod endings;
mod inside;
mod support;
