//! What the rules about package managers say in which profile, and how they mend.

use dockerfile::parse::parse;
use lint::context::{Context, Profile};
use lint::finding::Finding;

fn findings(text: &str, profile: Profile) -> Vec<Finding> {
    let context = Context {
        profile,
        ..Context::default()
    };
    lint::lint::lint(&parse(text), &context)
}

/// The codes of DL3… that a RUN on Debian gets: by default, and for those who want hadolint's.
#[track_caller]
fn check(run: &str, recommended: &str, hadolint: &str) {
    check_file(
        &format!("FROM debian:12\nRUN {run}\n"),
        recommended,
        hadolint,
    );
}

#[track_caller]
fn check_file(text: &str, recommended: &str, hadolint: &str) {
    for (profile, expected) in [
        (Profile::Recommended, recommended),
        (Profile::Hadolint, hadolint),
    ] {
        let found = findings(text, profile);
        let mut codes: Vec<&str> = found.iter().map(|it| it.code).collect();
        codes.retain(|it| it.starts_with("DL3"));
        codes.sort_unstable();
        assert_eq!(codes.join(" "), expected, "{profile:?}: {text}");
    }
}

/// What the first fix of a code makes of a RUN.
#[track_caller]
fn check_fix(code: &str, run: &str, fixed: &str) {
    let text = format!("FROM debian:12\nRUN {run}\n");
    let found = findings(&text, Profile::Strict);
    let finding = found
        .iter()
        .find(|it| it.code == code)
        .expect("it is found");
    let fix = finding.fixes.first().expect("it can be mended");
    let expected = format!("FROM debian:12\nRUN {fixed}\n");
    assert_eq!(fix.apply(&text), Some(expected));
}

#[test]
fn versions_are_for_those_who_ask() {
    check("apt-get install -y a", "", "DL3008 DL3015");
    check("pip install --no-cache-dir a", "", "DL3013");
    check("pip install --no-cache-dir ./a 'b[c]>=1' -- d==1", "", "");
    check("npm install ./a @b/c@1 d#e", "", "");
    check("go install std", "", "DL3062");
}

#[test]
fn a_variable_of_unknown_value_has_perhaps_a_version() {
    let text = "FROM debian:12\nARG A\nRUN pip install --no-cache-dir $A\n";
    check_file(text, "", "DL3013");
    let found = findings(text, Profile::Strict);
    assert!(found.iter().all(|it| it.code != "DL3013"), "{found:?}");
}

#[test]
fn what_stands_behind_another_program_is_seen_unless_hadolint_is_asked() {
    check("sudo apt-get install a", "DL3004 DL3014", "DL3004");
    check("bash -c 'apt-get install a'", "DL3014", "");
    check("/usr/bin/apt-get install a", "DL3014", "");
    check("exec apt-get install -s a=1", "", "DL3014 DL3015");
}

#[test]
fn only_what_comes_after_cleans() {
    let clean = "rm -rf /var/lib/apt/lists/*";
    check(&format!("apt-get update && {clean}"), "", "");
    check(&format!("{clean}; apt-get update"), "DL3009", "");
    check("apt-get update && apt-get distclean", "", "DL3009");
    check("apk add a=1 && rm -rf /var/cache/apk/*", "", "DL3019");
    check("pip install a==1 && pip cache purge", "", "DL3042");
    check("yum install -y a-1 && rm -rf /tmp/x", "DL3032", "");
}

#[test]
fn stages_that_are_only_copied_from_may_keep_their_caches() {
    let text = "FROM debian:12 AS a\nRUN pip install x==1\nRUN apt-get update\n\
                FROM debian:12\nCOPY --from=a /x /x\n";
    check_file(text, "", "DL3042 DL3059");
    check_file(
        &text.replace("FROM debian:12\nCOPY", "FROM a\nCOPY"),
        "DL3009 DL3042",
        "DL3009 DL3042 DL3059",
    );
}

#[test]
fn fixes_follow_the_form_of_the_run() {
    check_fix(
        "DL3014",
        "[\"apt-get\", \"install\", \"a\"]",
        "[\"apt-get\", \"install\", \"-y\", \"a\"]",
    );
    check_fix(
        "DL3014",
        "sh -c 'apt-get install a'",
        "sh -c 'apt-get install -y a'",
    );
    check_fix(
        "DL3009",
        "apt-get update \\\n    && apt-get install -y a",
        "apt-get update \\\n    && apt-get install -y a \\\n    && rm -rf /var/lib/apt/lists/*",
    );
    check_fix("DL3004", "sudo -E apt-get update", "apt-get update");
}

#[test]
fn lists_that_a_later_run_needs_are_not_taken_away() {
    let text = "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y a\n";
    let found = findings(text, Profile::Recommended);
    let finding = found
        .iter()
        .find(|it| it.code == "DL3009")
        .expect("it is found");
    assert!(finding.fixes.is_empty(), "{finding:?}");
}
