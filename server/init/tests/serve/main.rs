//! `warpdock-init serve` as an ordinary process of the host, through the real client.

mod basics;
mod support;
