//! The pipes in RUN.

use std::ops::Range;

use dockerfile::range::TextRange;
use dockerfile::shell::ast::Command;

/// A `|` between two commands of a RUN, read by the RUN's own shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipe {
    /// The step in [`crate::facts::Facts::steps`].
    pub step: usize,
    /// The `|`.
    pub range: TextRange,
    /// The commands that write into it, in [`crate::facts::Facts::commands`].
    pub feeding: Range<usize>,
    /// `set -o pipefail` comes before it, so that a failure of these is one of the RUN.
    pub guarded: bool,
}

/// What lies between two commands of a pipeline.
pub(super) fn between(left: &Command, right: &Command) -> TextRange {
    let end = left.redirects.iter().map(|it| it.range.end).max();
    let end = end.unwrap_or(0).max(left.range.end);
    TextRange::new(end, right.range.start)
}

impl Pipe {
    /// Finds the `|` in what lies between the commands.
    pub(super) fn narrow(&mut self, text: &str) {
        if let Some(offset) = self.range.of(text).find('|') {
            let start = self.range.start + offset;
            self.range = TextRange::new(start, start + 1);
        }
    }
}
