use expect_test::{Expect, expect};

use crate::logical::Logical;
use crate::shell::ast::{CommandKind, Connector, Part, Script};
use crate::shell::parse::parse;

/// Renders a script so that its structure can be read.
fn render(script: &Script, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for item in &script.items {
        for (index, command) in item.pipeline.commands.iter().enumerate() {
            let prefix = match (index, item.pipeline.negated) {
                (0, true) => "! ",
                (0, false) => "",
                _ => "| ",
            };
            match &command.kind {
                CommandKind::Simple(simple) => {
                    let mut words: Vec<String> = simple
                        .assignments
                        .iter()
                        .map(|it| format!("{}=<{}>", it.name, it.value.raw))
                        .collect();
                    words.extend(simple.words.iter().map(|word| format!("<{}>", word.raw)));
                    out.push_str(&format!("{indent}{prefix}{}", words.join(" ")));
                    for redirect in &command.redirects {
                        let target = redirect.target.as_ref().map_or("", |it| it.raw.as_str());
                        out.push_str(&format!(" {} {target}", redirect.operator));
                    }
                    out.push('\n');
                    for word in &simple.words {
                        render_parts(&word.parts, depth + 1, out);
                    }
                }
                CommandKind::Compound(compound) => {
                    let words: Vec<&str> = compound
                        .words
                        .iter()
                        .map(|word| word.raw.as_str())
                        .collect();
                    out.push_str(&format!(
                        "{indent}{prefix}{:?} {}\n",
                        compound.kind,
                        words.join(" ")
                    ));
                    for script in &compound.scripts {
                        render(script, depth + 1, out);
                        out.push_str(&format!("{indent}  --\n"));
                    }
                }
            }
        }
        match item.connector {
            Some((Connector::And, _)) => out.push_str(&format!("{indent}&&\n")),
            Some((Connector::Or, _)) => out.push_str(&format!("{indent}||\n")),
            Some((Connector::Background, _)) => out.push_str(&format!("{indent}&\n")),
            _ => {}
        }
    }
}

fn render_parts(parts: &[Part], depth: usize, out: &mut String) {
    for part in parts {
        match part {
            Part::Command { script, .. } | Part::Process { script, .. } => {
                render(script, depth, out);
            }
            Part::DoubleQuoted { parts, .. } => render_parts(parts, depth, out),
            _ => {}
        }
    }
}

#[track_caller]
fn check(text: &str, expect: Expect) {
    let parsed = parse(&Logical::verbatim(text, 0));
    let mut out = String::new();
    render(&parsed.script, 0, &mut out);
    for problem in &parsed.problems {
        out.push_str(&format!(
            "problem at {}..{}: {}\n",
            problem.range.start, problem.range.end, problem.message
        ));
    }
    expect.assert_eq(&out);
}

#[test]
fn lists_and_pipelines() {
    check(
        "apt-get update && apt-get install -y curl || true; ! a | b |& c &",
        expect![[r#"
            <apt-get> <update>
            &&
            <apt-get> <install> <-y> <curl>
            ||
            <true>
            ! <a>
            | <b>
            | <c>
            &
        "#]],
    );
}

#[test]
fn words_quotes_and_substitutions() {
    check(
        r#"A=1 B="x y" echo 'a b'"c $(uname -m)"d\ e `id -u` ${X:-$(pwd)} $((1 + 2)) >/dev/null 2>&1"#,
        expect![[r#"
            A=<1> B=<"x y"> <echo> <'a b'"c $(uname -m)"d\ e> <`id -u`> <${X:-$(pwd)}> <$((1 + 2))> > /dev/null 2>& 1
              <uname> <-m>
              <id> <-u>
        "#]],
    );
}

#[test]
fn compound_commands() {
    check(
        "if [ -f x ]; then a; elif b; then c; else d; fi && for i in 1 2; do echo $i; done; \
         while read l; do :; done < f; case $x in a|b) c ;; *) d;; esac; f() { g; }; (h; i); [[ a < b ]]",
        expect![[r#"
            If 
              <[> <-f> <x> <]>
              --
              <a>
              --
              <b>
              --
              <c>
              --
              <d>
              --
            &&
            For i 1 2
              <echo> <$i>
              --
            While 
              <read> <l>
              --
              <:>
              --
            Case $x a b *
              <c>
              --
              <d>
              --
            Function f
              Group 
                <g>
                --
              --
            Subshell 
              <h>
              <i>
              --
            Test a b
        "#]],
    );
}

#[test]
fn heredocs_and_comments_in_scripts() {
    check(
        "set -e # stop\ncat <<EOF >/x\ncurl not a command\nEOF\npip install \\\n  numpy\n",
        expect![[r#"
            <set> <-e>
            <cat> << EOF > /x
            <pip> <install> <numpy>
        "#]],
    );
}

#[test]
fn half_typed_scripts_keep_what_is_there() {
    check(
        "a && b 'c",
        expect![[r#"
            <a>
            &&
            <b> <'c>
            problem at 7..8: `'` is not closed
        "#]],
    );
    check(
        "if a; then b",
        expect![[r#"
            If 
              <a>
              --
              <b>
              --
            problem at 0..12: `fi` is missing
        "#]],
    );
    check(
        "a && ",
        expect![[r#"
            <a>
            &&
            problem at 2..4: a command is missing behind this
        "#]],
    );
    check(
        ") done a",
        expect![[r#"
            <done> <a>
            problem at 0..1: unexpected here
            problem at 2..6: `done` without its beginning
        "#]],
    );
}

#[test]
fn deep_nesting_ends_somewhere() {
    for text in [
        "(",
        "$(",
        "\"$(",
        "${a:-",
        "`",
        "{ ",
        "if ",
        "f()",
        "((",
        "<(",
        "case a in (",
    ] {
        let text = text.repeat(3000);
        parse(&Logical::verbatim(&text, 0));
    }
}

#[test]
fn arrays_and_extended_patterns_stay_in_their_word() {
    check(
        "a=(1 2) rm !(x|y) && echo $'it\\'s'",
        expect![[r#"
            a=<(1 2)> <rm> <!(x|y)>
            &&
            <echo> <$'it\'s'>
        "#]],
    );
}

#[test]
fn places_go_back_through_continuations() {
    let source = "RUN U=\\\né cu\\\nrl $U\n";
    let file = crate::parse::parse(source);
    let parsed = parse(&file.instructions[0].logical_arguments());
    let mut found = Vec::new();
    parsed.script.for_each_command(&mut |command, simple| {
        found.push(command.range.of(source));
        found.extend(
            simple
                .assignments
                .iter()
                .map(|it| it.value.range.of(source)),
        );
        found.extend(simple.words.iter().map(|it| it.range.of(source)));
    });
    assert_eq!(found, ["U=\\\né cu\\\nrl $U", "é", "cu\\\nrl", "$U"]);
}
