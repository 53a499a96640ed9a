//! What holds for every rule: its examples do what they say, its page is up to date.

use dockerfile::parse::parse;
use expect_test::expect_file;
use lint::context::{Context, Profile};
use lint::docs::{self, Example, ExampleKind};
use lint::finding::Finding;
use lint::levels::Levels;
use lint::rule::{FixKind, Rule};
use lint::rules;

fn findings(example: &Example, rule: &Rule, profile: Profile) -> Vec<Finding> {
    let config = example.config.as_deref().unwrap_or_default();
    let mut levels = Levels::parse_hadolint(config).expect("the example's configuration is one");
    if rule.on_request {
        levels
            .overrides
            .push((rule.code.to_owned(), Some(rule.level)));
    }
    let context = Context {
        profile,
        levels: Some(&levels),
        dockerignore: example.dockerignore.as_deref(),
        ..Context::default()
    };
    let mut findings = lint::lint::lint(&parse(&example.text), &context);
    findings.retain(|finding| finding.code == rule.code);
    findings
}

/// Recommended, where the rule says something there.
fn profile_of(rule: &'static Rule) -> Profile {
    let bad = docs::examples(rule)
        .into_iter()
        .find(|it| it.kind == ExampleKind::Bad);
    match bad.is_some_and(|it| findings(&it, rule, Profile::Recommended).is_empty()) {
        true => Profile::Strict,
        false => Profile::Recommended,
    }
}

#[test]
fn examples_do_what_they_say() {
    for rule in rules::ALL {
        let mut bad: Option<(String, Finding)> = None;
        let examples = docs::examples(rule);
        assert!(
            examples.iter().any(|it| it.kind == ExampleKind::Bad),
            "{} shows nothing bad",
            rule.code
        );
        let profile = profile_of(rule);
        for example in examples {
            let found = findings(&example, rule, profile);
            let text = example.text;
            match example.kind {
                ExampleKind::Bad => {
                    assert_eq!(found.len(), 1, "{}: {text}\n{found:#?}", rule.code);
                    bad = found.into_iter().next().map(|finding| (text, finding));
                }
                ExampleKind::Good => {
                    assert!(found.is_empty(), "{}: {text}\n{found:#?}", rule.code);
                }
                ExampleKind::Fixed => {
                    let (before, finding) = bad.as_ref().expect("a bad example comes before");
                    let fix = finding.fixes.first();
                    let fix = fix.unwrap_or_else(|| panic!("{} has no fix", rule.code));
                    assert_eq!(fix.safe, rule.fix == FixKind::Safe, "{}", rule.code);
                    assert_eq!(fix.apply(before).as_ref(), Some(&text), "{}", rule.code);
                    assert!(found.is_empty(), "{}: {text}\n{found:#?}", rule.code);
                }
            }
        }
    }
}

#[test]
fn codes_and_names_are_of_one_rule_each() {
    for rule in rules::ALL {
        for name in [rule.code, rule.name] {
            let others = rules::ALL
                .iter()
                .filter(|other| other.code == name || other.name == name);
            assert_eq!(others.count(), 1, "{name}");
        }
        assert!(
            rule.name
                .chars()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-'),
            "{} is not kebab-case",
            rule.name
        );
        assert!(!rule.summary().is_empty(), "{} has no summary", rule.code);
    }
}

#[test]
fn pages_are_up_to_date() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    for rule in rules::ALL {
        expect_file![format!("{folder}/{}.md", rule.code)].assert_eq(&docs::page(rule));
    }
    expect_file![format!("{folder}/README.md")].assert_eq(&docs::index());
    for entry in std::fs::read_dir(folder).expect("there are pages") {
        let name = entry.expect("the folder can be listed").file_name();
        let name = name.to_string_lossy();
        let code = name.strip_suffix(".md").expect("pages only");
        let known = code == "README" || rules::ALL.iter().any(|rule| rule.code == code);
        assert!(known, "{name} is of no rule; delete it");
    }
}
