//! What a rule has to say. Positions are bytes; lines and columns are the border's business.

use dockerfile::range::TextRange;

use crate::rule::{self, Rule};
use crate::rules;

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

impl Level {
    /// The name, lower case, as `--format json` has it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Hint => "hint",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

impl Finding {
    /// The address of the page about it.
    pub fn url(&self) -> Option<String> {
        rules::find(self.code).map(Rule::url)
    }

    /// Whether people mean this finding by `name`: a code, a name, or an alias.
    pub fn is_called(&self, name: &str) -> bool {
        rule::is_called(self.code, self.name, self.aliases, name)
    }

    /// What another tool calls it, without the tool's name.
    pub fn alias_of(&self, tool: &str) -> Option<&'static str> {
        self.aliases
            .iter()
            .find_map(|alias| alias.strip_prefix(tool)?.strip_prefix('/'))
    }
}

impl Fix {
    /// The text after the fix; `None`: the edits are not of this text.
    pub fn apply(&self, text: &str) -> Option<String> {
        let mut changed = String::with_capacity(text.len());
        let mut at = 0;
        for edit in &self.edits {
            changed.push_str(text.get(at..edit.range.start)?);
            changed.push_str(&edit.new_text);
            at = edit.range.end;
        }
        changed.push_str(text.get(at..)?);
        Some(changed)
    }
}

impl Edit {
    /// Takes `range` out.
    pub fn delete(range: TextRange) -> Edit {
        Edit::replace(range, "")
    }

    /// Puts `text` in at `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Edit {
        Edit::replace(TextRange::empty(offset), text)
    }

    /// Puts `text` in the place of `range`.
    pub fn replace(range: TextRange, text: impl Into<String>) -> Edit {
        Edit {
            range,
            new_text: text.into(),
        }
    }
}
