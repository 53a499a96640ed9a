//! The trip from a tree to its findings.

use dockerfile::ast::File;

use crate::context::{Context, Profile};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::report::Report;
use crate::rules;
use crate::suppress::Suppressions;

/// What is to be said about a file, in the order of the text.
pub fn lint(file: &File, context: &Context<'_>) -> Vec<Finding> {
    let facts = Facts::new(file, context);
    let mut findings = Vec::new();
    for rule in rules::ALL.iter().filter(|rule| context.wants(rule)) {
        let mut report = Report {
            rule,
            profile: context.profile,
            findings: &mut findings,
            dropped: None,
        };
        (rule.check)(&facts, &mut report);
    }
    findings.retain(|finding| is_wanted(finding, context.profile));
    if context.pragmas {
        Suppressions::new(file).apply(&mut findings);
    }
    findings.sort_by(|a, b| (a.range, a.code).cmp(&(b.range, b.code)));
    findings
}

fn is_wanted(finding: &Finding, profile: Profile) -> bool {
    match profile {
        Profile::Recommended | Profile::Strict => true,
        Profile::Hadolint => finding.alias_of("hadolint").is_some(),
        Profile::Buildkit => finding.alias_of("buildkit").is_some(),
    }
}
