//! What a window does at each event. Quick things at once; long things as a task that answers.

pub mod actions;
pub mod config;
pub mod container;
pub mod daemon;
pub mod doctor;
pub mod editor;
pub mod explain;
pub mod gpu;
pub mod hover;
pub mod image;
pub mod images;
pub mod lenses;
pub mod projects;
pub mod text;

use std::future::Future;

use crate::{error::Error, event::Reply, window::Window};

/// As [`answer`], where something runs for the client: not for one that is not trusted.
fn answer_trusted<T: Send + 'static>(
    window: &Window,
    reply: Reply<T>,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) {
    match window.client.trusted {
        true => answer(window, reply, work),
        false => {
            let _withdrawn = reply.send(Err(Error::Untrusted));
        }
    }
}

/// Answers from a task of its own. When the request is withdrawn the task is dropped.
fn answer<T: Send + 'static>(
    window: &Window,
    mut reply: Reply<T>,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) {
    let working = window.hub.working();
    tokio::spawn(async move {
        let result = tokio::select! {
            result = work => Some(result),
            () = reply.closed() => None,
        };
        drop(working);
        if let Some(result) = result {
            let _withdrawn = reply.send(result);
        }
    });
}
