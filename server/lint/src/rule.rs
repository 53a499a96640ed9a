//! What a rule is, and how it is declared. What it says is `finding`'s business, what it reads
//! `facts`'.

use crate::facts::Facts;
use crate::finding::Level;
use crate::report::Report;

/// Where the pages of the rules are: `warpdock:rules/` and the code, which
/// `warpdock lint --explain CODE` prints. A build that knows where they are published sets
/// `WARPDOCK_RULES_URL` to that place.
const PAGES: &str = match option_env!("WARPDOCK_RULES_URL") {
    Some(url) => url,
    None => "warpdock:rules/",
};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// The code, such as `DL3004`: what people write into pragmas.
    pub code: &'static str,
    /// The name, such as `no-sudo`.
    pub name: &'static str,
    /// How much a finding matters, if the rule says nothing else for one.
    pub level: Level,
    /// The version it came with.
    pub since: &'static str,
    /// Whether it mends.
    pub fix: FixKind,
    /// It speaks only to those who name it in their configuration, or want everything.
    pub on_request: bool,
    /// Other tools' names for it, such as `buildkit/WorkdirRelativePath`.
    pub aliases: &'static [&'static str],
    /// The documentation, Markdown.
    pub docs: &'static str,
    pub(crate) check: fn(&Facts<'_>, &mut Report<'_>),
}

/// Whether a rule mends what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// It only reports.
    None,
    /// Its fixes change nothing but what the finding asks for.
    Safe,
    /// Its fixes change what is built or run; a person has to look.
    Unsafe,
}

impl Rule {
    /// The address of its page.
    pub fn url(&self) -> String {
        format!("{PAGES}{}", self.code)
    }

    /// The first paragraph of the documentation.
    pub fn summary(&self) -> String {
        let lines = self.docs.lines().take_while(|line| !line.trim().is_empty());
        lines.map(str::trim).collect::<Vec<_>>().join(" ")
    }

    /// Whether people mean this rule by `name`: its code, its name, or one of its aliases with or
    /// without the tool, in any case.
    pub fn is_called(&self, name: &str) -> bool {
        is_called(self.code, self.name, self.aliases, name)
    }
}

/// Whether `name` is the code, the name or an alias, in any case.
pub(crate) fn is_called(code: &str, rule_name: &str, aliases: &[&str], name: &str) -> bool {
    let same = |it: &str| it.eq_ignore_ascii_case(name);
    let bare = |it: &str| it.split_once('/').is_some_and(|(_, bare)| same(bare));
    same(code) || same(rule_name) || aliases.iter().any(|alias| same(alias) || bare(alias))
}

/// Declares a rule as a static of its code's name: its documentation, code and name, then
/// `level`, `since`, and optionally `fix` (`Safe` or `Unsafe`), `on_request` and `aliases`, then
/// `check`.
///
/// The examples of the documentation run: `dockerfile,bad` gives exactly one finding of the rule,
/// `dockerfile,fixed` is the bad one above it after the first fix, `dockerfile,good` gives none.
/// A `yaml` block above them is the `.hadolint.yaml` that they run with, a `dockerignore` block the
/// `.dockerignore` beside them. A rule that says nothing
/// in the recommended profile runs in the strict one.
macro_rules! declare_rule {
    ($(#[doc = $doc:literal])* $code:ident $name:literal {
        level: $level:ident, since: $since:literal,
        $(fix: $fix:ident,)?
        $(on_request: $on_request:literal,)?
        $(aliases: [$($alias:literal),* $(,)?],)?
        check: $check:path $(,)?
    }) => {
        $(#[doc = $doc])*
        pub static $code: $crate::rule::Rule = $crate::rule::Rule {
            code: stringify!($code),
            name: $name,
            level: $crate::finding::Level::$level,
            since: $since,
            fix: $crate::rule::declare_rule!(@fix $($fix)?),
            on_request: $crate::rule::declare_rule!(@on_request $($on_request)?),
            aliases: &[$($($alias),*)?],
            docs: concat!($($doc, "\n"),*),
            check: $check,
        };
    };
    (@fix) => { $crate::rule::FixKind::None };
    (@fix $fix:ident) => { $crate::rule::FixKind::$fix };
    (@on_request) => { false };
    (@on_request $on_request:literal) => { $on_request };
}

pub(crate) use declare_rule;
