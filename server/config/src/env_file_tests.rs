use expect_test::{Expect, expect};

use super::*;

#[track_caller]
fn check(dialect: Dialect, text: &str, expect: Expect) {
    let mut problems = Problems::default();
    let entries = parse(text, Path::new(".env"), dialect, &mut problems);
    let mut shown = String::new();
    for (name, setting) in entries {
        shown.push_str(&format!("{} {name}={:?}\n", setting.origin, setting.value));
    }
    for problem in problems.0 {
        shown.push_str(&format!("{} {}\n", problem.origin, problem.message));
    }
    expect.assert_eq(&shown);
}

#[test]
fn every_form_of_a_value_is_read() {
    let text = "# comment\nA=1\nexport B = two words # not this\nC='$HOME # kept'\nD=\"a\\nb\\\"c\\q\"\nE=\n  F=x#y\r\nG=\"one\r\ntwo\"\nH=${A}:b=c\nI=#x";
    check(
        Dialect::Dotenv,
        text,
        expect![[r##"
            .env:2:1 A="1"
            .env:3:8 B="two words"
            .env:4:1 C="$HOME # kept"
            .env:5:1 D="a\nb\"c\\q"
            .env:6:1 E=""
            .env:7:3 F="x#y"
            .env:8:1 G="one\ntwo"
            .env:10:1 H="${A}:b=c"
            .env:11:1 I=""
        "##]],
    );
}

#[test]
fn a_broken_line_says_where_and_what_was_expected() {
    check(
        Dialect::Dotenv,
        "A=1\nTOKEN abc\n=x\n1A=2\nB=\"x\" y\nC\nD=2\nD=3\nE='open\nF=1\n",
        expect![[r#"
            .env:1:1 A="1"
            .env:8:1 D="3"
            .env:10:1 F="1"
            .env:2:7 expected `=` after `TOKEN`, found `a`
            .env:3:1 expected a name that starts with a letter or `_`, found `=`
            .env:4:1 expected a name that starts with a letter or `_`, found `1`
            .env:5:7 expected the end of the line after the closing `"`, found `y`
            .env:6:2 expected `=` after `C`, found the end of the line
            .env:8:1 `D` is set twice; the one in line 7 is ignored
            .env:9:3 expected a closing `'` for the value of `E`
        "#]],
    );
}

#[test]
fn docker_takes_everything_after_the_equals_sign() {
    let local_env = BTreeMap::from([("HOME".to_owned(), "/home/me".to_owned())]);
    check(
        Dialect::Docker {
            local_env: &local_env,
        },
        "A=\"1\" # kept\n  #no\nHOME\nUNSET\nB C=1\n=x\nD= x \r\n",
        expect![[r##"
            .env:1:1 A="\"1\" # kept"
            .env:3:1 HOME="/home/me"
            .env:7:1 D=" x "
            .env:5:2 the name `B C` has a blank in it; expected `NAME=VALUE`
            .env:6:1 expected a name before `=`
        "##]],
    );
}

#[test]
fn every_prefix_is_read_without_a_panic() {
    let text = "A='ä\nö'\nexport B=\"\\n\\\\ü\" # x\r\nC=é #ß\n";
    for (end, _) in text.char_indices() {
        for dialect in [
            Dialect::Dotenv,
            Dialect::Docker {
                local_env: &BTreeMap::new(),
            },
        ] {
            parse(
                &text[..end],
                Path::new(".env"),
                dialect,
                &mut Problems::default(),
            );
        }
    }
}
