//! A build's events as progress.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use engine::build::BuildEvent;
use protocol::container::Progress;

use crate::up::image::bytes;

/// A line of output beyond this length, in bytes, is shown in pieces.
const LONGEST_LINE: usize = 64 << 10;

/// Turns the builder's events into progress: whole lines, and each step's end once.
#[derive(Default)]
pub(super) struct Shown {
    /// The step that began last: the builder names a failed one by it where it names none.
    pub(super) last_step: String,
    done: HashSet<u32>,
    lines: HashMap<u32, Vec<u8>>,
}

impl Shown {
    /// One event.
    pub(super) fn progress(&mut self, event: BuildEvent, say: &mut dyn FnMut(Progress)) {
        match event {
            BuildEvent::Began { .. } | BuildEvent::Context { done: true, .. } => {}
            BuildEvent::Note { text } => say(Progress::Note { text }),
            BuildEvent::Context { bytes: sent, .. } => {
                say(bytes("build context".to_owned(), sent, 0));
            }
            BuildEvent::StepStarted { step, name } => {
                if !is_internal(&name) {
                    self.last_step.clone_from(&name);
                    say(Progress::StepStarted { step, name });
                }
            }
            BuildEvent::StepCached { step, name } => self.step_done(step, name, None, say),
            BuildEvent::StepDone {
                step,
                name,
                duration,
            } => {
                self.step_done(step, name, Some(duration), say);
            }
            BuildEvent::Log { step, bytes } => self.log(step, &bytes, say),
            BuildEvent::Progress {
                id, current, total, ..
            } => say(bytes(id, current, total)),
            BuildEvent::Warning { text, line } => say(Progress::Note {
                text: match line {
                    Some(line) => format!("the builder remarks on line {line}: {text}"),
                    None => format!("the builder remarks: {text}"),
                },
            }),
        }
    }

    /// Output without a line's end, when nothing more comes.
    pub(super) fn end(&mut self, say: &mut dyn FnMut(Progress)) {
        for (step, rest) in self.lines.drain() {
            if !rest.is_empty() {
                say(Progress::Output {
                    step,
                    text: String::from_utf8_lossy(&rest).into_owned(),
                });
            }
        }
    }

    fn step_done(
        &mut self,
        step: u32,
        name: String,
        duration: Option<Duration>,
        say: &mut dyn FnMut(Progress),
    ) {
        // BuildKit may report the end of one step several times.
        if is_internal(&name) || !self.done.insert(step) {
            return;
        }
        let duration = duration.unwrap_or_default();
        say(Progress::StepDone {
            step,
            name,
            milliseconds: u32::try_from(duration.as_millis()).unwrap_or(u32::MAX),
            cached: duration.is_zero(),
            failed: false,
        });
    }

    fn log(&mut self, step: u32, bytes: &[u8], say: &mut dyn FnMut(Progress)) {
        let rest = self.lines.entry(step).or_default();
        // What waits has no line's end; one without any must not fill the memory.
        let end = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end,
            None if rest.len() + bytes.len() > LONGEST_LINE => bytes.len(),
            None => return rest.extend_from_slice(bytes),
        };
        let mut whole = std::mem::take(rest);
        whole.extend_from_slice(&bytes[..end]);
        rest.extend_from_slice(bytes.get(end + 1..).unwrap_or_default());
        let text = String::from_utf8_lossy(&whole).into_owned();
        say(Progress::Output { step, text });
    }
}

/// What the builder does for itself is no step of the Dockerfile.
fn is_internal(name: &str) -> bool {
    name.starts_with("[internal]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_shown_in_whole_lines_and_a_step_ends_once() {
        let mut shown = Shown::default();
        let mut said = Vec::new();
        let log = |text: &str| BuildEvent::Log {
            step: 1,
            bytes: text.as_bytes().to_vec(),
        };
        let done = |seconds| BuildEvent::StepDone {
            step: 1,
            name: "[1/1] RUN x".to_owned(),
            duration: Duration::from_secs(seconds),
        };
        for event in [log("10"), log(" words\nrest"), done(1), done(2)] {
            shown.progress(event, &mut |progress| said.push(progress));
        }
        shown.end(&mut |progress| said.push(progress));
        assert_eq!(said.len(), 3, "{said:?}");
        assert_eq!(
            said[0],
            Progress::Output {
                step: 1,
                text: "10 words".to_owned()
            }
        );
        assert!(matches!(
            said[1],
            Progress::StepDone {
                milliseconds: 1000,
                ..
            }
        ));
        assert_eq!(
            said[2],
            Progress::Output {
                step: 1,
                text: "rest".to_owned()
            }
        );
    }

    #[test]
    fn output_without_a_lines_end_is_shown_in_pieces() {
        let mut shown = Shown::default();
        let mut most = 0;
        let mut said = 0;
        for _ in 0..1000 {
            shown.log(1, &[b'x'; 1000], &mut |progress| {
                let Progress::Output { text, .. } = progress else {
                    return;
                };
                most = most.max(text.len());
                said += text.len();
            });
        }
        assert!(most <= LONGEST_LINE + 1000, "{most}");
        assert!(said >= 1_000_000 - LONGEST_LINE, "{said}");
    }
}
