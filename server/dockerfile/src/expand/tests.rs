use std::ops::Range;

use crate::expand::Expander;

fn lookup(name: &str) -> Option<String> {
    match name {
        "HOME" => Some("/home".to_owned()),
        "EMPTY" => Some(String::new()),
        "TAG" => Some("12.4.1-cudnn-devel".to_owned()),
        "PATHS" => Some("/a/b/c".to_owned()),
        "SPACED" => Some("one two".to_owned()),
        _ => None,
    }
}

#[track_caller]
fn check(word: &str, expect: &str) {
    let expanded = match Expander::new('\\', &lookup).expand(word) {
        Ok(expanded) => expanded.text,
        Err(error) => format!("error: {error}"),
    };
    assert_eq!(expanded, expect, "{word}");
}

#[test]
fn quotes_and_escapes_are_taken_off() {
    check(r#"a'b c'"d e""#, "ab cd e");
    check(r"he\llo \$HOME", "hello $HOME");
    check(r#""he\llo \$HOME \" \\""#, r#"he\llo $HOME " \"#);
    check("'$HOME'", "$HOME");
    check(r"end\", "end");
    check("'open", "error: ' is not closed");
    check("\"open", "error: \" is not closed");
}

#[test]
fn variables_are_replaced() {
    check("$HOME/x ${HOME}x $NONE.", "/home/x /homex .");
    check("$", "$");
    check("$1x", "x");
    check("${", "error: `${` is not closed");
    check("${}", "error: `${` needs a name");
    check("${HOME", "error: `${` is not closed");
}

#[test]
fn defaults_and_alternatives() {
    check("${NONE:-d} ${EMPTY:-d} ${EMPTY-d} ${HOME:-d}", "d d  /home");
    check("${NONE:+a} ${EMPTY:+a} ${EMPTY+a} ${HOME:+a}", "  a a");
    check("${NONE:-${HOME}/x}", "/home/x");
    check("${NONE?gone}", "error: NONE: gone");
    check("${EMPTY:?}", "error: EMPTY: is not allowed to be empty");
    check("${EMPTY?}", "");
    check(
        "${HOME:=x}",
        "error: `:=` is not known behind a variable's name",
    );
}

#[test]
fn patterns_cut_and_replace() {
    check("${TAG%%-*} ${TAG%-*}", "12.4.1 12.4.1-cudnn");
    check("${PATHS#*/} ${PATHS##*/}", "a/b/c c");
    check("${TAG%%.*}", "12");
    check(
        r"${TAG/./} ${TAG//./_} ${PATHS//\//-}",
        "124.1-cudnn-devel 12_4_1-cudnn-devel -a-b-c",
    );
    check(
        "${TAG#x} ${TAG/?4/n}",
        "12.4.1-cudnn-devel 12n.1-cudnn-devel",
    );
    check(
        r"${TAG#\x}",
        r"error: `\x` has an escape that escapes nothing",
    );
    check("${TAG/a}", "error: the second `/` is missing in `${`");
}

#[test]
fn words_are_cut_behind_the_expansion() {
    let expanded = Expander::new('\\', &lookup)
        .expand("$SPACED \"$SPACED\" a\\ b")
        .expect("it is a plain word");
    assert_eq!(expanded.words, ["one", "two", "one two", "a b"]);
}

#[test]
fn uses_have_their_place() {
    let expanded = Expander::new('\\', &lookup)
        .expand("a$HOME-${NONE:-${TAG##x}}")
        .expect("it is a plain word");
    let uses: Vec<(&str, Range<usize>, bool, &str)> = expanded
        .uses
        .iter()
        .map(|it| {
            (
                it.name.as_str(),
                it.range.clone(),
                it.set,
                it.modifier.as_str(),
            )
        })
        .collect();
    assert_eq!(
        uses,
        [
            ("HOME", 1..6, true, ""),
            ("TAG", 15..24, true, "##"),
            ("NONE", 7..25, false, ":-")
        ]
    );
}
