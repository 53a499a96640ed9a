//! One `up` of one workspace, shared by everybody who asks for it.
//!
//! Each asker holds a [`Ticket`]; it sees all progress from the beginning. When the last
//! ticket is dropped the operation is cancelled, cleans up after itself, and only then ends.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
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
    progress: Mutex<Kept>,
    state: watch::Sender<Moment>,
    cancelled_by: Mutex<Option<&'static str>>,
}

#[derive(Debug, Clone, Default)]
struct Moment {
    events: usize,
    result: Option<Result<Up, Arc<Error>>>,
}

/// Output beyond this, in bytes, is left out, the oldest first.
pub const MOST_OUTPUT: usize = 1 << 20;

/// The progress so far, with no more output than is useful.
#[derive(Debug, Default)]
struct Kept {
    /// Each with its number, counted from 1.
    all: VecDeque<(usize, Progress)>,
    /// How many there were, those that were left out included.
    events: usize,
    output: usize,
    /// How many lines were left out, and the number and the step of the last of them.
    left_out: Option<(usize, usize, u32)>,
}

impl Kept {
    fn push(&mut self, progress: Progress) {
        self.events += 1;
        self.output += output_size(&progress);
        self.all.push_back((self.events, progress));
        // At twice as much, so that it is done seldom.
        if self.output <= 2 * MOST_OUTPUT {
            return;
        }
        let left_out = &mut self.left_out;
        leave_out(
            &mut self.all,
            |(_, progress)| output_size(progress),
            |(number, progress)| {
                if let Progress::Output { step, text } = progress {
                    let lines = left_out.map_or(0, |(lines, ..)| lines) + text.lines().count();
                    *left_out = Some((lines, number, step));
                }
            },
        );
        let sizes = self.all.iter().map(|(_, progress)| output_size(progress));
        self.output = sizes.sum();
    }

    /// What came after the event of a number.
    fn after(&self, seen: usize) -> Vec<Progress> {
        let mut left_out = self.left_out.filter(|(_, last, _)| *last > seen);
        let mut after = Vec::new();
        for (number, progress) in self.all.iter().filter(|(number, _)| *number > seen) {
            if let Some((lines, _, step)) = left_out.take_if(|(_, last, _)| *last < *number) {
                let text = format!("… {lines} lines left out");
                after.push(Progress::Output { step, text });
            }
            after.push(progress.clone());
        }
        after
    }
}

/// What a piece of progress counts as output, in bytes; 0: it is never left out.
pub fn output_size(progress: &Progress) -> usize {
    match progress {
        Progress::Output { text, .. } => text.len() + 64,
        Progress::Bytes { text, .. } => text.len() + 64,
        Progress::Phase { .. }
        | Progress::StepStarted { .. }
        | Progress::StepDone { .. }
        | Progress::Note { .. } => 0,
    }
}

/// Takes the oldest output out until no more than [`MOST_OUTPUT`] is left.
pub fn leave_out<T>(all: &mut VecDeque<T>, size: impl Fn(&T) -> usize, mut gone: impl FnMut(T)) {
    let total: usize = all.iter().map(&size).sum();
    let mut excess = total.saturating_sub(MOST_OUTPUT);
    for item in std::mem::take(all) {
        match size(&item) {
            size if size > 0 && excess > 0 => {
                excess = excess.saturating_sub(size);
                gone(item);
            }
            _ => all.push_back(item),
        }
    }
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
        let mut kept = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(progress);
        let events = kept.events;
        drop(kept);
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
                let kept = self
                    .operation
                    .progress
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                let new = kept.after(self.seen);
                self.seen = kept.events;
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
    async fn a_late_asker_sees_the_newest_output_and_how_much_was_left_out() {
        let operation = Operation::new(UpParams::default());
        let mut first = operation.ticket().expect("not cancelled");
        let phase = Progress::Phase {
            phase: "build".to_owned(),
            text: "Building".to_owned(),
        };
        operation.say(phase.clone());
        for _ in 0..100_000 {
            operation.say(Progress::Output {
                step: 1,
                text: "x".repeat(100),
            });
        }
        let Seen::Progress(seen) = first.next().await else {
            panic!("no progress");
        };
        assert_eq!(seen[0], phase);
        let expected = format!("… {} lines left out", 100_000 - (seen.len() - 2));
        assert!(
            matches!(&seen[1], Progress::Output { text, .. } if *text == expected),
            "{:?}",
            seen[1]
        );
        let size: usize = seen.iter().map(output_size).sum();
        assert!((MOST_OUTPUT / 2..3 * MOST_OUTPUT).contains(&size), "{size}");
        operation.say(phase.clone());
        assert!(matches!(first.next().await, Seen::Progress(seen) if seen == [phase]));
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
