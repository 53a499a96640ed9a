//! Findings for people: the line, a mark below it, what would mend it; or hadolint's single lines.

use std::io::{self, Write};

use lint::{
    finding::{Finding, Level},
    position::{Encoding, LineIndex},
};

use crate::cli::{
    lint::{Linted, json},
    style::{Style, printable},
};

/// Longer lines are cut to what surrounds the place.
const WIDTH: usize = 100;

/// Prints each finding with its line, and a line that counts them.
pub fn print(out: &mut dyn Write, linted: &[Linted], style: Style) -> io::Result<()> {
    let mut counts = [0_usize; 4];
    for file in linted {
        let index = LineIndex::new(&file.text);
        for finding in &file.findings {
            counts[finding.level as usize] += 1;
            one(out, file, &index, finding, style)?;
        }
    }
    let words: Vec<String> = [Level::Error, Level::Warning, Level::Info, Level::Hint]
        .into_iter()
        .filter_map(|level| match counts[level as usize] {
            0 => None,
            1 => Some(format!("1 {}", level.name())),
            count if level == Level::Info => Some(format!("{count} info")),
            count => Some(format!("{count} {}s", level.name())),
        })
        .collect();
    match words.as_slice() {
        [] => Ok(()),
        words => writeln!(out, "{}", words.join(", ")),
    }
}

/// Prints a line for each finding, as hadolint does.
pub fn print_as_hadolint(out: &mut dyn Write, linted: &[Linted]) -> io::Result<()> {
    for file in linted {
        let index = LineIndex::new(&file.text);
        for finding in &file.findings {
            let (line, _) = index.position(finding.range.start, Encoding::Utf32);
            writeln!(
                out,
                "{}:{} {} {}: {}",
                printable(&file.path),
                line + 1,
                json::hadolint_code(finding),
                json::hadolint_level(finding.level),
                printable(&finding.message)
            )?;
        }
    }
    Ok(())
}

fn one(
    out: &mut dyn Write,
    file: &Linted,
    index: &LineIndex<'_>,
    finding: &Finding,
    style: Style,
) -> io::Result<()> {
    let (line, column) = index.position(finding.range.start, Encoding::Utf32);
    let place = format!("{}:{}:{}", printable(&file.path), line + 1, column + 1);
    let level = paint(style, finding.level, finding.level.name());
    let message = printable(&finding.message);
    writeln!(
        out,
        "{}: {level}: {message} [{}]",
        style.strong(&place),
        finding.code
    )?;
    let (before, marked, behind) = excerpt(index, finding, line);
    let number = format!("{:>5} | ", line + 1);
    writeln!(out, "{}{before}{marked}{behind}", style.dim(&number))?;
    let margin = " ".repeat(number.len() + before.chars().count());
    let mark = "^".repeat(marked.chars().count().max(1));
    writeln!(out, "{margin}{}", paint(style, finding.level, &mark))?;
    for fix in &finding.fixes {
        let safe = match fix.safe {
            true => "fix",
            false => "possible fix",
        };
        writeln!(out, "{:>8}{safe}: {}", "", printable(&fix.title))?;
    }
    writeln!(out)
}

fn paint(style: Style, level: Level, text: &str) -> String {
    match level {
        Level::Error => style.bad(text),
        Level::Warning => style.warn(text),
        Level::Info | Level::Hint => style.strong(text),
    }
}

/// The line before the place, the place as far as it is on this line, and the rest.
fn excerpt(index: &LineIndex<'_>, finding: &Finding, line: usize) -> (String, String, String) {
    let content = index.line(line);
    let (_, start) = index.position(finding.range.start, Encoding::Utf8);
    let end = match index.position(finding.range.end, Encoding::Utf8) {
        (last, end) if last == line => end,
        _ => content.len(),
    };
    let start = start.min(content.len());
    let end = end.clamp(start, content.len());
    let before = printable(content.get(..start).unwrap_or(""));
    let marked = printable(content.get(start..end).unwrap_or(""));
    let behind = printable(content.get(end..).unwrap_or(""));
    let marked = first(&marked, WIDTH);
    let room = WIDTH.saturating_sub(marked.chars().count());
    let before = last(&before, room);
    let room = room.saturating_sub(before.chars().count());
    (before, marked, first(&behind, room))
}

fn first(text: &str, length: usize) -> String {
    match text.chars().count() > length {
        true => text
            .chars()
            .take(length.saturating_sub(1))
            .chain(['…'])
            .collect(),
        false => text.to_owned(),
    }
}

fn last(text: &str, length: usize) -> String {
    let count = text.chars().count();
    match count > length {
        true => ['…']
            .into_iter()
            .chain(text.chars().skip(count - length.saturating_sub(1)))
            .collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use lint::context::Context;

    use crate::cli::{lint::Linted, style::Style};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let findings = lint::lint::lint(&dockerfile::parse::parse(text), &Context::default());
        let linted = Linted {
            path: "Dockerfile".to_owned(),
            text: text.to_owned(),
            findings,
        };
        let mut out = Vec::new();
        print(&mut out, &[linted], Style::plain()).expect("it can be written");
        expect.assert_eq(&String::from_utf8(out).expect("it is UTF-8"));
    }

    #[test]
    fn the_place_is_marked() {
        check(
            "FROM unheard-of:1\n\tUSRE é\x1b[31m app\nCOPY --chow=1 a b",
            expect![[r#"
                Dockerfile:2:2: error: unknown instruction `USRE`; did you mean USER? [SYN010]
                    2 |     USRE é app
                            ^^^^
                        fix: Change to USER

                Dockerfile:3:6: error: COPY has no flag --chow [SYN020]
                    3 | COPY --chow=1 a b
                             ^^^^^^
                        fix: Change to --chown

                Dockerfile:3:17: warning: `b` is below whatever folder the base image has [DL3045]
                    3 | COPY --chow=1 a b
                                        ^

                2 errors, 1 warning
            "#]],
        );
    }
}
