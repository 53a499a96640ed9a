//! What is wrong with a file, as BuildKit would judge it. Taste is the linter's business.

use crate::range::TextRange;

/// Something wrong in a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub kind: ProblemKind,
    /// Where.
    pub range: TextRange,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is no instruction in the file.
    NoInstructions,
    /// The value of `# escape=` is neither a backslash nor a backtick.
    InvalidEscape {
        /// What it is.
        value: String,
    },
    /// A parser directive comes twice.
    DuplicateDirective {
        /// Its name.
        name: String,
    },
    /// A heredoc whose end does not come.
    UnterminatedHeredoc {
        /// The line that would end it.
        name: String,
    },
    /// A quote in a line with a heredoc is not closed.
    UnclosedQuote,
    /// A JSON array whose elements are not all strings.
    JsonNotStrings,
    /// `ENV NAME` or `LABEL NAME` without a value.
    MissingValue {
        /// The name.
        name: String,
    },
    /// A word without `=` among `NAME=VALUE` pairs.
    MissingEquals {
        /// The word.
        word: String,
    },
    /// A line with an empty name, such as `ENV =x`.
    EmptyName,
    /// A blank line inside a continued instruction.
    EmptyContinuation,
    /// No instruction has this name.
    UnknownInstruction {
        /// The name as written.
        name: String,
        /// The instruction that was probably meant.
        meant: Option<&'static str>,
    },
    /// The first instruction that is not ARG must be FROM.
    BeforeFrom {
        /// The instruction, in capitals.
        instruction: &'static str,
    },
    /// There are instructions but no FROM.
    NoFrom,
    /// An instruction without the arguments it needs.
    MissingArguments {
        /// The instruction, in capitals.
        instruction: &'static str,
        /// What it needs.
        expected: &'static str,
    },
    /// More or other arguments than the instruction takes.
    WrongArguments {
        /// The instruction, in capitals.
        instruction: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// A flag that the instruction does not have.
    UnknownFlag {
        /// The instruction, in capitals.
        instruction: &'static str,
        /// The flag, without dashes.
        flag: String,
    },
    /// A flag without the value it needs.
    FlagWithoutValue {
        /// The flag, without dashes.
        flag: String,
    },
    /// A flag that may be given once is given again.
    DuplicateFlag {
        /// The flag, without dashes.
        flag: String,
    },
    /// The name of a stage does not start with a letter, or has other characters than letters,
    /// digits, `-`, `_` and `.`.
    InvalidStageName {
        /// The name.
        name: String,
    },
    /// A part of --mount that is neither KEY=VALUE nor one of the few lone words.
    InvalidMountOption {
        /// The part.
        option: String,
    },
    /// An instruction that ONBUILD cannot hold.
    OnbuildForbidden {
        /// The instruction, in capitals.
        instruction: &'static str,
    },
}

/// What BuildKit does about a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Builds, perhaps with a warning.
    Accepted,
    /// Parses the file and refuses the instruction.
    RefusedByInstructions,
    /// Does not parse the file.
    RefusedByParser,
}

impl Problem {
    /// What BuildKit does about it.
    pub fn verdict(&self) -> Verdict {
        match &self.kind {
            ProblemKind::NoInstructions
            | ProblemKind::InvalidEscape { .. }
            | ProblemKind::DuplicateDirective { .. }
            | ProblemKind::UnterminatedHeredoc { .. }
            | ProblemKind::UnclosedQuote
            | ProblemKind::JsonNotStrings
            | ProblemKind::MissingValue { .. }
            | ProblemKind::MissingEquals { .. } => Verdict::RefusedByParser,
            ProblemKind::EmptyContinuation => Verdict::Accepted,
            ProblemKind::EmptyName
            | ProblemKind::UnknownInstruction { .. }
            | ProblemKind::BeforeFrom { .. }
            | ProblemKind::NoFrom
            | ProblemKind::MissingArguments { .. }
            | ProblemKind::WrongArguments { .. }
            | ProblemKind::UnknownFlag { .. }
            | ProblemKind::FlagWithoutValue { .. }
            | ProblemKind::DuplicateFlag { .. }
            | ProblemKind::InvalidStageName { .. }
            | ProblemKind::InvalidMountOption { .. }
            | ProblemKind::OnbuildForbidden { .. } => Verdict::RefusedByInstructions,
        }
    }

    /// A stable name, kebab-case.
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ProblemKind::NoInstructions => "no-instructions",
            ProblemKind::InvalidEscape { .. } => "invalid-escape",
            ProblemKind::DuplicateDirective { .. } => "duplicate-directive",
            ProblemKind::UnterminatedHeredoc { .. } => "unterminated-heredoc",
            ProblemKind::UnclosedQuote => "unclosed-quote",
            ProblemKind::JsonNotStrings => "json-not-strings",
            ProblemKind::MissingValue { .. } => "missing-value",
            ProblemKind::MissingEquals { .. } => "missing-equals",
            ProblemKind::EmptyName => "empty-name",
            ProblemKind::EmptyContinuation => "empty-continuation",
            ProblemKind::UnknownInstruction { .. } => "unknown-instruction",
            ProblemKind::BeforeFrom { .. } => "before-from",
            ProblemKind::NoFrom => "no-from",
            ProblemKind::MissingArguments { .. } => "missing-arguments",
            ProblemKind::WrongArguments { .. } => "wrong-arguments",
            ProblemKind::UnknownFlag { .. } => "unknown-flag",
            ProblemKind::FlagWithoutValue { .. } => "flag-without-value",
            ProblemKind::DuplicateFlag { .. } => "duplicate-flag",
            ProblemKind::InvalidStageName { .. } => "invalid-stage-name",
            ProblemKind::InvalidMountOption { .. } => "invalid-mount-option",
            ProblemKind::OnbuildForbidden { .. } => "onbuild-forbidden",
        }
    }

    /// What is wrong, and what was expected. Lower case, no full stop.
    pub fn message(&self) -> String {
        match &self.kind {
            ProblemKind::NoInstructions => "the file has no instructions".to_owned(),
            ProblemKind::InvalidEscape { value } => {
                format!("escape is `{value}`, but only \\ and ` can escape")
            }
            ProblemKind::DuplicateDirective { name } => {
                format!("parser directive `{name}` comes twice")
            }
            ProblemKind::UnterminatedHeredoc { name } => {
                format!("the heredoc does not end: a line `{name}` is missing")
            }
            ProblemKind::UnclosedQuote => "a quote is not closed".to_owned(),
            ProblemKind::JsonNotStrings => {
                "every element of the JSON array must be a string".to_owned()
            }
            ProblemKind::MissingValue { name } => format!("`{name}` has no value"),
            ProblemKind::MissingEquals { word } => {
                format!("`{word}` has no `=`; expected NAME=VALUE")
            }
            ProblemKind::EmptyName => "the name before `=` is empty".to_owned(),
            ProblemKind::EmptyContinuation => {
                "blank line inside an instruction; newer builders may refuse it".to_owned()
            }
            ProblemKind::UnknownInstruction { name, meant } => match meant {
                Some(meant) => format!("unknown instruction `{name}`; did you mean {meant}?"),
                None => format!("unknown instruction `{name}`"),
            },
            ProblemKind::BeforeFrom { instruction } => {
                format!("{instruction} stands before the first FROM; only ARG may")
            }
            ProblemKind::NoFrom => "the file has no FROM".to_owned(),
            ProblemKind::MissingArguments {
                instruction,
                expected,
            }
            | ProblemKind::WrongArguments {
                instruction,
                expected,
            } => format!("{instruction} needs {expected}"),
            ProblemKind::UnknownFlag { instruction, flag } => {
                format!("{instruction} has no flag --{flag}")
            }
            ProblemKind::FlagWithoutValue { flag } => format!("--{flag} needs a value"),
            ProblemKind::DuplicateFlag { flag } => format!("--{flag} is given twice"),
            ProblemKind::InvalidStageName { name } => format!(
                "stage name `{name}` must start with a letter and have letters, digits, - _ . only"
            ),
            ProblemKind::InvalidMountOption { option } => {
                format!("`{option}` in --mount must be KEY=VALUE")
            }
            ProblemKind::OnbuildForbidden { instruction } => {
                format!("ONBUILD cannot hold {instruction}")
            }
        }
    }
}
