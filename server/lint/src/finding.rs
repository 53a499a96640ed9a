//! What a rule has to say. Positions are bytes; lines and columns are the border's business.

use dockerfile::range::TextRange;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing where one looks for it.
    Hint,
    /// Worth knowing.
    Info,
    /// Probably not what was meant.
    Warning,
    /// Fails to build, or does not do what it says.
    Error,
}

/// Something worth saying about a place in a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's code, such as `DL3004`: what people write into pragmas.
    pub code: &'static str,
    /// The rule's name, such as `no-sudo`.
    pub name: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What and where, in a sentence without its full stop.
    pub message: String,
    /// Where.
    pub range: TextRange,
    /// Other tools' names for it, such as `buildkit/WorkdirRelativePath`.
    pub aliases: &'static [&'static str],
    /// What would mend it, the best first.
    pub fixes: Vec<Fix>,
}

/// A change of the text that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a menu entry.
    pub title: String,
    /// It does not change what is built, other than as the finding asks for.
    pub safe: bool,
    /// The changes, which do not overlap, in the order of the text.
    pub edits: Vec<Edit>,
}

/// A replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty: an insertion.
    pub range: TextRange,
    /// What it is replaced with; empty: a deletion.
    pub new_text: String,
}
