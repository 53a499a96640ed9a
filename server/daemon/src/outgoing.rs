//! What a window sends: one queue and one writer. A client that reads slowly misses output, and
//! nothing else.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use protocol::container::{Progress, Progressed, Status};
use tokio::sync::{Notify, oneshot};
use tower_lsp::Client;

use crate::{
    operation::{MOST_OUTPUT, leave_out, output_size},
    window::{ContainerProgressed, ContainerStatusChanged},
};

/// The way to the client.
#[derive(Debug)]
pub struct Outgoing {
    queue: Arc<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Notify,
    senders: AtomicUsize,
}

#[derive(Debug, Default)]
struct Waiting {
    items: VecDeque<Item>,
    output: usize,
}

#[derive(Debug)]
enum Item {
    Progress(Progressed),
    Status(Box<Status>),
    Flushed(oneshot::Sender<()>),
}

impl Outgoing {
    /// Starts the writer; it ends when the last `Outgoing` is gone.
    pub fn start(client: Client) -> Outgoing {
        let outgoing = Outgoing::new();
        let queue = Arc::clone(&outgoing.queue);
        tokio::spawn(async move {
            while let Some(item) = queue.next().await {
                match item {
                    Item::Progress(params) => {
                        client
                            .send_notification::<ContainerProgressed>(params)
                            .await;
                    }
                    Item::Status(status) => {
                        client
                            .send_notification::<ContainerStatusChanged>(*status)
                            .await;
                    }
                    Item::Flushed(done) => {
                        let _nobody_waits = done.send(());
                    }
                }
            }
        });
        outgoing
    }

    /// Tells the client of progress.
    pub fn progress(&self, workspace: &str, progress: Progress) {
        self.queue.push(Item::Progress(Progressed {
            workspace: workspace.to_owned(),
            progress,
        }));
    }

    /// Tells the client what a container is doing now.
    pub fn status(&self, status: Status) {
        self.queue.push(Item::Status(Box::new(status)));
    }

    /// Waits until everything queued so far was handed over, so that an answer does not overtake it.
    pub async fn flushed(&self) {
        let (done, flushed) = oneshot::channel();
        self.queue.push(Item::Flushed(done));
        let _writer_gone = flushed.await;
    }

    fn new() -> Outgoing {
        let queue = Arc::new(Queue::default());
        queue.senders.fetch_add(1, Ordering::SeqCst);
        Outgoing { queue }
    }
}

impl Clone for Outgoing {
    fn clone(&self) -> Outgoing {
        self.queue.senders.fetch_add(1, Ordering::SeqCst);
        Outgoing {
            queue: Arc::clone(&self.queue),
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.queue.senders.fetch_sub(1, Ordering::SeqCst);
        self.queue.changed.notify_one();
    }
}

impl Queue {
    fn push(&self, item: Item) {
        let mut waiting = self.waiting();
        waiting.output += size(&item);
        waiting.items.push_back(item);
        if waiting.output > 2 * MOST_OUTPUT {
            leave_out(&mut waiting.items, size, drop);
            waiting.output = waiting.items.iter().map(size).sum();
        }
        drop(waiting);
        self.changed.notify_one();
    }

    /// The next item; `None` when nobody is left to send one.
    async fn next(&self) -> Option<Item> {
        loop {
            if let Some(item) = self.take() {
                return Some(item);
            }
            if self.senders.load(Ordering::SeqCst) == 0 {
                return self.take();
            }
            self.changed.notified().await;
        }
    }

    fn take(&self) -> Option<Item> {
        let mut waiting = self.waiting();
        let item = waiting.items.pop_front()?;
        waiting.output = waiting.output.saturating_sub(size(&item));
        Some(item)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(item: &Item) -> usize {
    match item {
        Item::Progress(progressed) => output_size(&progressed.progress),
        Item::Status(_) | Item::Flushed(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_that_does_not_read_costs_output_and_nothing_else() {
        let outgoing = Outgoing::new();
        let queue = Arc::clone(&outgoing.queue);
        let note = Progress::Note {
            text: "kept".to_owned(),
        };
        outgoing.progress("/w", note.clone());
        for _ in 0..1000 {
            let text = "x".repeat(10_000);
            outgoing.progress("/w", Progress::Output { step: 1, text });
        }
        outgoing.progress("/w", note);
        drop(outgoing);
        let (mut notes, mut output) = (0, 0);
        while let Some(Item::Progress(progressed)) = queue.next().await {
            match progressed.progress {
                Progress::Note { .. } => notes += 1,
                other => output += output_size(&other),
            }
        }
        assert_eq!(notes, 2);
        assert!((1..=2 * MOST_OUTPUT).contains(&output), "{output}");
    }
}
