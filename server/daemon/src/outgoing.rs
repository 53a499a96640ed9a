//! What a window sends: one unbounded queue and one writer.

use protocol::container::{Progress, Progressed};
use tokio::sync::{mpsc, oneshot};
use tower_lsp::Client;

use crate::window::ContainerProgressed;

/// The way to the client.
#[derive(Debug, Clone)]
pub struct Outgoing {
    queue: mpsc::UnboundedSender<Item>,
}

#[derive(Debug)]
enum Item {
    Progress(Progressed),
    Flushed(oneshot::Sender<()>),
}

impl Outgoing {
    /// Starts the writer; it ends when the last `Outgoing` is gone.
    pub fn start(client: Client) -> Outgoing {
        let (queue, mut items) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(item) = items.recv().await {
                match item {
                    Item::Progress(params) => {
                        client
                            .send_notification::<ContainerProgressed>(params)
                            .await;
                    }
                    Item::Flushed(done) => {
                        let _nobody_waits = done.send(());
                    }
                }
            }
        });
        Outgoing { queue }
    }

    /// Tells the client of progress.
    pub fn progress(&self, workspace: &str, progress: Progress) {
        let params = Progressed {
            workspace: workspace.to_owned(),
            progress,
        };
        let _window_gone = self.queue.send(Item::Progress(params));
    }

    /// Waits until everything queued so far was handed over, so that an answer does not overtake it.
    pub async fn flushed(&self) {
        let (done, flushed) = oneshot::channel();
        if self.queue.send(Item::Flushed(done)).is_ok() {
            let _writer_gone = flushed.await;
        }
    }
}
