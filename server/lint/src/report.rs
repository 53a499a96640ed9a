//! Where rules put what they have to say.

use dockerfile::range::TextRange;

use crate::context::Profile;
use crate::finding::{Edit, Finding, Fix, Level};
use crate::rule::{FixKind, Rule};

/// Takes the findings of one rule.
#[derive(Debug)]
pub struct Report<'a> {
    pub(crate) rule: &'static Rule,
    pub(crate) profile: Profile,
    pub(crate) findings: &'a mut Vec<Finding>,
    /// What the finding is when it is not to be kept.
    pub(crate) dropped: Option<Finding>,
}

/// A finding that was just reported, to say more about it.
#[derive(Debug)]
pub struct Reported<'a> {
    rule: &'static Rule,
    finding: &'a mut Finding,
}

impl Report<'_> {
    /// The rule that reports.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// What the findings are for.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Reports something at `range`: what and where, without a full stop.
    pub fn at(&mut self, range: TextRange, message: impl Into<String>) -> Reported<'_> {
        self.findings.push(self.finding(range, message.into()));
        let finding = self.findings.last_mut().expect("it was just pushed");
        Reported {
            rule: self.rule,
            finding,
        }
    }

    /// Reports something that is only worth saying to those who ask for everything, or for what
    /// one other tool would say.
    pub fn pedantic(&mut self, range: TextRange, message: impl Into<String>) -> Reported<'_> {
        match self.profile {
            Profile::Recommended => {
                let finding = self.finding(range, message.into());
                Reported {
                    rule: self.rule,
                    finding: self.dropped.insert(finding),
                }
            }
            Profile::Strict | Profile::Hadolint | Profile::Buildkit => self.at(range, message),
        }
    }

    /// Reports something that everyone should hear where `loud`, else as [`Report::pedantic`] does.
    pub fn at_if(
        &mut self,
        loud: bool,
        range: TextRange,
        message: impl Into<String>,
    ) -> Reported<'_> {
        match loud {
            true => self.at(range, message),
            false => self.pedantic(range, message),
        }
    }

    fn finding(&self, range: TextRange, message: String) -> Finding {
        Finding {
            code: self.rule.code,
            name: self.rule.name,
            level: self.rule.level,
            message,
            range,
            aliases: self.rule.aliases,
            fixes: Vec::new(),
        }
    }
}

impl Reported<'_> {
    /// Another level than the rule's.
    pub fn level(self, level: Level) -> Self {
        self.finding.level = level;
        self
    }

    /// A narrower place than the one reported.
    pub fn narrow(self, range: TextRange) -> Self {
        self.finding.range = range;
        self
    }

    /// Other aliases than the rule's: what other tools say of this place.
    pub fn aliases(self, aliases: &'static [&'static str]) -> Self {
        self.finding.aliases = aliases;
        self
    }

    /// A fix of the kind that the rule declares.
    pub fn fix(self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        let safe = self.rule.fix == FixKind::Safe;
        self.fix_of(title, safe, edits)
    }

    /// A fix a person has to look at, whatever the rule declares.
    pub fn unsafe_fix(self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix_of(title, false, edits)
    }

    fn fix_of(self, title: impl Into<String>, safe: bool, edits: Vec<Edit>) -> Self {
        self.finding.fixes.push(Fix {
            title: title.into(),
            safe,
            edits,
        });
        self
    }
}
