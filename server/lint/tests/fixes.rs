//! What holds for every fix, on every Dockerfile of the corpus: the file still parses as well as
//! before, the finding is gone, and nothing but the edits has changed. `WARPDOCK_CORPUS` names a
//! folder of more Dockerfiles.

use std::path::{Path, PathBuf};

use dockerfile::parse::parse;
use lint::context::{Context, Profile};
use lint::docs;
use lint::finding::{Finding, Fix};
use lint::lint::lint;
use lint::rules;

fn findings(text: &str, profile: Profile) -> Vec<Finding> {
    let context = Context {
        profile,
        ..Context::default()
    };
    lint(&parse(text), &context)
}

/// What is wrong with a fix; `None`: nothing.
fn fault(
    text: &str,
    profile: Profile,
    finding: &Finding,
    fix: &Fix,
    before: usize,
) -> Option<String> {
    let Some(fixed) = fix.apply(text) else {
        return Some("its edits are not of this text".to_owned());
    };
    let (old, new) = (parse(text), parse(&fixed));
    if new.problems.len() > old.problems.len() {
        return Some(format!("the file no longer parses: {:?}", new.problems));
    }
    let is_kept = |keyword: usize| !fix.edits.iter().any(|it| it.range.touches(keyword));
    let kept = old.instructions.iter().filter(|it| is_kept(it.range.start));
    if new.instructions.len() < kept.count() {
        return Some("an instruction is gone".to_owned());
    }
    let after = findings(&fixed, profile);
    let after = after.iter().filter(|it| it.code == finding.code).count();
    (after >= before).then(|| format!("{before} findings of the code, then {after}:\n{fixed}"))
}

fn check(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for profile in [Profile::Strict, Profile::Recommended] {
        let found = findings(text, profile);
        for finding in &found {
            let before = found.iter().filter(|it| it.code == finding.code).count();
            for fix in &finding.fixes {
                if let Some(fault) = fault(text, profile, finding, fix, before) {
                    faults.push(format!("{name}: {}: {}: {fault}", finding.code, fix.title));
                }
            }
        }
    }
    faults
}

#[test]
fn fixes_mend_and_break_nothing() {
    let mut faults = Vec::new();
    for rule in rules::ALL {
        for example in docs::examples(rule) {
            faults.extend(check(rule.code, &example.text));
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = folder.join("../dockerfile/tests/corpus");
    let theirs = std::env::var_os("WARPDOCK_CORPUS").map(PathBuf::from);
    let mut read = 0;
    for folder in [Some(ours), theirs].into_iter().flatten() {
        for entry in std::fs::read_dir(&folder).expect("the corpus is there") {
            let path = entry.expect("the folder can be listed").path();
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            read += 1;
            faults.extend(check(&path.to_string_lossy(), &text));
        }
    }
    assert!(read > 0, "there is no corpus");
    let first: Vec<&str> = faults.iter().take(5).map(String::as_str).collect();
    assert!(
        faults.is_empty(),
        "{} faults, such as\n{}",
        faults.len(),
        first.join("\n")
    );
}
