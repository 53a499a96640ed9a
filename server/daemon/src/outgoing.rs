//! What a window sends: one queue and one writer. A client that reads slowly misses output, and
//! nothing else.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use protocol::container::{Progress, Progressed, Status};
use tokio::sync::{Notify, oneshot};
use tower_lsp::{
    Client,
    jsonrpc::Result,
    ls_types::{PublishDiagnosticsParams, Registration, notification::PublishDiagnostics},
};

use crate::{
    operation::{MOST_OUTPUT, leave_out, output_size},
    window::{ContainerProgressed, ContainerStatusChanged},
};

/// How long the client may take to answer a question of ours.
const PATIENCE: Duration = Duration::from_secs(10);

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
    Diagnostics(PublishDiagnosticsParams),
    RefreshLenses,
    Register(Vec<Registration>),
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
                    Item::Diagnostics(params) => {
                        client.send_notification::<PublishDiagnostics>(params).await;
                    }
                    Item::RefreshLenses => {
                        let client = client.clone();
                        ask(async move { client.code_lens_refresh().await });
                    }
                    Item::Register(registrations) => {
                        let client = client.clone();
                        ask(async move { client.register_capability(registrations).await });
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

    /// Tells the client what is wrong with a document. What waits to be said about it is outdated.
    pub fn diagnostics(&self, params: PublishDiagnosticsParams) {
        let mut waiting = self.queue.waiting();
        waiting
            .items
            .retain(|item| !matches!(item, Item::Diagnostics(older) if older.uri == params.uri));
        drop(waiting);
        self.queue.push(Item::Diagnostics(params));
    }

    /// Asks the client to ask for code lenses again.
    pub fn refresh_lenses(&self) {
        self.queue.push(Item::RefreshLenses);
    }

    /// Asks the client for what it does when asked.
    pub fn register(&self, registrations: Vec<Registration>) {
        self.queue.push(Item::Register(registrations));
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

/// Asks the client something whose answer decides nothing. One that never answers costs a task
/// for a while.
fn ask(question: impl Future<Output = Result<()>> + Send + 'static) {
    tokio::spawn(async move {
        match tokio::time::timeout(PATIENCE, question).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, "the client refused"),
            Err(_) => tracing::info!("the client does not answer"),
        }
    });
}

fn size(item: &Item) -> usize {
    match item {
        Item::Progress(progressed) => output_size(&progressed.progress),
        Item::Status(_)
        | Item::Diagnostics(_)
        | Item::RefreshLenses
        | Item::Register(_)
        | Item::Flushed(_) => 0,
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
