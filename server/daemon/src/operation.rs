//! One `up` of one workspace, shared by everybody who asks for it.
//!
//! Each asker holds a [`Ticket`]; it sees all progress from the beginning. When the last
//! ticket is dropped the operation is cancelled, cleans up after itself, and only then ends.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use protocol::container::{Progress, Up, UpParams};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::Error;

/// An `up` under way.
#[derive(Debug)]
pub struct Operation {
    /// What was asked for; only an equal request may join.
    pub params: UpParams,
    /// Cancels it.
    pub token: CancellationToken,
    tickets: AtomicUsize,
    progress: Mutex<Vec<Progress>>,
    state: watch::Sender<Moment>,
    cancelled_by: Mutex<Option<&'static str>>,
}

#[derive(Debug, Clone, Default)]
struct Moment {
    events: usize,
    result: Option<Result<Up, Arc<Error>>>,
}

impl Operation {
    /// A new operation without tickets.
    pub fn new(params: UpParams) -> Arc<Operation> {
        Arc::new(Operation {
            params,
            token: CancellationToken::new(),
            tickets: AtomicUsize::new(0),
            progress: Mutex::default(),
            state: watch::Sender::new(Moment::default()),
            cancelled_by: Mutex::default(),
        })
    }

    /// Adds to the progress.
    pub fn say(&self, progress: Progress) {
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(progress);
        let events = all.len();
        drop(all);
        self.state.send_modify(|moment| moment.events = events);
    }

    /// Sets the result; tickets see it after the last progress.
    pub fn finish(&self, result: Result<Up, Error>) {
        self.state
            .send_modify(|moment| moment.result = Some(result.map_err(Arc::new)));
    }

    /// Cancels it for a reason that its askers are told.
    pub fn cancel(&self, by: &'static str) {
        *self
            .cancelled_by
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(by);
        self.token.cancel();
    }

    /// Who cancelled it, if somebody did.
    pub fn cancelled_by(&self) -> &'static str {
        self.cancelled_by
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .unwrap_or("you")
    }

    /// Waits for its end, whatever it is.
    pub async fn ended(&self) {
        let mut state = self.state.subscribe();
        let _never_closed_before_us = state.wait_for(|moment| moment.result.is_some()).await;
    }

    /// A place among the askers; `None` when it was cancelled and is only cleaning up.
    pub fn ticket(self: &Arc<Operation>) -> Option<Ticket> {
        self.tickets.fetch_add(1, Ordering::SeqCst);
        let ticket = Ticket {
            operation: Arc::clone(self),
            state: self.state.subscribe(),
            seen: 0,
        };
        match self.token.is_cancelled() {
            true => None,
            false => Some(ticket),
        }
    }
}

/// An asker's place. Dropping the last one cancels the operation.
#[derive(Debug)]
pub struct Ticket {
    operation: Arc<Operation>,
    state: watch::Receiver<Moment>,
    seen: usize,
}

/// What a ticket sees next.
#[derive(Debug)]
pub enum Seen {
    /// Progress.
    Progress(Vec<Progress>),
    /// The end.
    Result(Box<Result<Up, Arc<Error>>>),
}

impl Ticket {
    /// Waits for the next thing to see. May be dropped while waiting.
    pub async fn next(&mut self) -> Seen {
        loop {
            let moment = self.state.borrow_and_update().clone();
            if moment.events > self.seen {
                let all = self
                    .operation
                    .progress
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                let new = all[self.seen..].to_vec();
                self.seen = all.len();
                return Seen::Progress(new);
            }
            if let Some(result) = moment.result {
                return Seen::Result(Box::new(result));
            }
            if self.state.changed().await.is_err() {
                return Seen::Result(Box::new(Err(Arc::new(Error::AnswerLost))));
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.operation.tickets.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.operation.token.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_late_asker_sees_everything_and_the_same_end() {
        let operation = Operation::new(UpParams::default());
        let mut first = operation.ticket().expect("not cancelled");
        operation.say(Progress::Note {
            text: "one".to_owned(),
        });
        let mut second = operation.ticket().expect("not cancelled");
        operation.finish(Err(Error::AnswerLost));
        for ticket in [&mut first, &mut second] {
            assert!(matches!(ticket.next().await, Seen::Progress(progress) if progress.len() == 1));
            assert!(matches!(ticket.next().await, Seen::Result(result) if result.is_err()));
        }
    }

    #[tokio::test]
    async fn it_is_cancelled_when_the_last_asker_leaves_and_cannot_be_joined_then() {
        let operation = Operation::new(UpParams::default());
        let first = operation.ticket().expect("not cancelled");
        let second = operation.ticket().expect("not cancelled");
        drop(first);
        assert!(!operation.token.is_cancelled());
        drop(second);
        assert!(operation.token.is_cancelled());
        assert!(operation.ticket().is_none());
    }
}
